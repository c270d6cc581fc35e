import Foundation
import PackagePlugin

/// Computes, whenever the target that holds the kinds of stage is built, the digest of the code behind each of them.
///
/// The results of a stage depend on the science wing and on the drawing of figures; the modules that plan, run, store
/// and read do not enter, since what they do to a result is fixed by the formats' own versions.
@main
struct CodeFingerprints: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    let output = context.pluginWorkDirectoryURL.appending(path: "CodeFingerprints.swift")
    var arguments = [output.path]
    var inputs: [URL] = []
    for module in context.package.targets.sorted(by: { $0.name < $1.name }) {
      let folder = module.directoryURL
      let counts = folder.pathComponents.contains("Science") || ["Figures", target.name].contains(module.name)
      guard counts, !(module.sourceModule?.kind == .test) else { continue }
      let files = sources(in: folder)
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
