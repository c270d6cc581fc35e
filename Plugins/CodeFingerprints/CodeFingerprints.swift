import Foundation
import PackagePlugin

/// Computes, whenever the target that holds the kinds of stage is built, the digest of the code behind each of them.
///
/// It is handed every module of the package; which of them count for a kind follows from what its file imports, with all
/// that those import in turn.
@main
struct CodeFingerprints: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    let output = context.pluginWorkDirectoryURL.appending(path: "CodeFingerprints.swift")
    var arguments = [output.path]
    var inputs: [URL] = []
    for module in context.package.targets.sorted(by: { $0.name < $1.name }) {
      guard let kind = module.sourceModule?.kind, kind != .test else { continue }
      let files = sources(in: module.directoryURL)
      arguments += ["--module", module.name] + files.map(\.path)
      inputs += files
    }
    return [
      .buildCommand(
        displayName: "Fingerprints of the code behind each kind of stage",
        executable: try context.tool(named: "FingerprintTool").url,
        arguments: arguments,
        inputFiles: inputs,
        outputFiles: [output]
      )
    ]
  }

  private func sources(in folder: URL) -> [URL] {
    let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects ?? []
    return all.compactMap { $0 as? URL }
      .filter { ["swift", "c", "h"].contains($0.pathExtension) }
      .sorted { $0.path < $1.path }
  }
}
