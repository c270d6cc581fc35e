internal import Processes
internal import Subprocess
public import SystemPackage

/// Runs gnuplot.
public enum Gnuplot {
  /// The longest account of an error that is kept, in bytes.
  private static let longestError = 1 << 12

  /// What drawing leaves.
  public struct Drawing: Sendable {
    /// The paths of the files, by name.
    public let files: [String: String]
    /// The program that drew them.
    public let program: FilePath
    /// Its version, as it says it in a picture: `5.4 patchlevel 4`.
    public let version: String?
  }

  /// Writes a script with its data into a folder and draws its pictures there.
  ///
  /// - Parameter identity: what the pictures say of themselves; nil for nothing.
  public static func draw(
    _ script: Script,
    identity: PictureIdentity? = nil,
    in folder: FilePath
  ) async throws -> Drawing {
    let names = Script.names(stem: script.stem)
    try OutputFile.write(script.text.utf8, to: folder.appending(names.script))
    try OutputFile.write(script.data, to: folder.appending(names.data))
    let desk = folder.appending("gnuplot")
    var files = try MemoryFiles(in: desk)
    defer { files.remove() }
    try files.add(names.script, Array(script.text.utf8))
    try files.add(names.data, Array(script.data))
    for name in names.pictures { try files.add(name) }
    let program = try await run(names.script, in: desk)
    var version: String?
    for name in names.pictures {
      let bytes = try files.bytes(of: name)
      version = version ?? PictureFile.version(in: bytes)
      try OutputFile.write(PictureFile.finished(bytes, titled: script.title, identity), to: folder.appending(name))
    }
    let all = [names.script, names.data] + names.pictures
    return Drawing(
      files: Dictionary(all.map { ($0, folder.appending($0).string) }) { first, _ in first },
      program: program,
      version: version
    )
  }

  private static func run(_ script: String, in folder: FilePath) async throws -> FilePath {
    let executable: FilePath
    do {
      executable = try await Executable.name("gnuplot").resolveExecutablePath(in: .inherit)
    } catch {
      throw FigureError("gnuplot is not installed; on Debian and Ubuntu: sudo apt-get install gnuplot-nox")
    }
    // Nothing of the user's own settings, fonts or locale; newer versions of cairo take the PDF's date from the epoch.
    let environment: [Environment.Key: String] = [
      "LC_ALL": "C.UTF-8", "HOME": folder.string, "SOURCE_DATE_EPOCH": "0", "PATH": "/usr/bin:/bin",
    ]
    // Into a file: gnuplot may have more to say than anyone would keep, which must not be what the figure fails of.
    let messages = folder.removingLastComponent().appending("gnuplot-messages")
    let guardian = try Guardian()
    defer { guardian.release() }
    let result = try await Subprocess.run(
      Guardian.shell,
      arguments: guardian.arguments(executable, ["--default-settings", script]),
      environment: .custom(environment),
      workingDirectory: folder,
      platformOptions: Guardian.options,
      input: .fileDescriptor(guardian.input, closeAfterSpawningProcess: true),
      output: .discarded,
      error: .fileDescriptor(OutputFile.create(messages), closeAfterSpawningProcess: true)
    )
    try Task.checkCancellation()
    let account = String(decoding: try OutputFile.read(messages, most: longestError), as: UTF8.self)
    let lines = account.split(separator: "\n").filter { $0.contains { !" ^".contains($0) } }
    guard result.terminationStatus.isSuccess else {
      let message = lines.isEmpty ? "no message" : lines.joined(separator: "; ")
      throw FigureError("gnuplot failed (\(result.terminationStatus)): \(message)")
    }
    // It leaves out data that it cannot open, and succeeds.
    if let line = lines.first(where: { $0.contains("Cannot find or open file") }) {
      throw FigureError("gnuplot left out data of the figure: \(line)")
    }
    return executable
  }
}
