internal import Subprocess
public import SystemPackage

/// Runs gnuplot.
public enum Gnuplot {
  /// The longest account of an error that is kept, in bytes.
  private static let longestError = 1 << 16

  /// Writes a script with its data into a folder and draws its pictures there.
  ///
  /// - Returns: the paths of the files, by name.
  public static func draw(_ script: Script, in folder: FilePath) async throws -> [String: String] {
    let names = Script.names(stem: script.stem)
    try write(Array(script.text.utf8), to: folder.appending(names.script))
    try write(script.data, to: folder.appending(names.data))
    try await run(names.script, in: folder)
    for name in names.pictures where name.hasSuffix(".pdf") {
      try removeDate(from: folder.appending(name))
    }
    let all = [names.script, names.data] + names.pictures
    return Dictionary(all.map { ($0, folder.appending($0).string) }) { first, _ in first }
  }

  private static func run(_ script: String, in folder: FilePath) async throws {
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
    let result = try await Subprocess.run(
      .path(executable),
      arguments: ["--default-settings", script],
      environment: .custom(environment),
      workingDirectory: folder,
      output: .discarded,
      error: .string(limit: longestError)
    )
    try Task.checkCancellation()
    guard result.terminationStatus.isSuccess else {
      let lines = result.standardError.split(separator: "\n").filter { $0.contains { !" ^".contains($0) } }
      let message = lines.isEmpty ? "no message" : lines.joined(separator: "; ")
      throw FigureError("gnuplot failed (\(result.terminationStatus)): \(message)")
    }
  }

  private static func write(_ bytes: [UInt8], to path: FilePath) throws {
    let file = try FileDescriptor.open(
      path,
      .writeOnly,
      options: [.create, .truncate],
      permissions: [.ownerReadWrite, .groupRead, .otherRead]
    )
    try file.closeAfter { _ = try file.writeAll(bytes) }
  }

  /// Replaces the moment of drawing, which older versions of cairo write into a PDF, by a fixed one of equal length.
  private static func removeDate(from path: FilePath) throws {
    let file = try FileDescriptor.open(path, .readWrite)
    try file.closeAfter {
      let size = try file.seek(offset: 0, from: .end)
      var bytes = [UInt8](repeating: 0, count: Int(size))
      var filled = 0
      while filled < bytes.count {
        let count = try bytes[filled...].withUnsafeMutableBytes { buffer in
          try file.read(fromAbsoluteOffset: Int64(filled), into: buffer)
        }
        guard count > 0 else { break }
        filled += count
      }
      let mark = Array("/CreationDate (D:".utf8)
      guard let start = lastIndex(of: mark, in: bytes) else { return }
      let digits = Array("20000101000000".utf8)
      try file.writeAll(toAbsoluteOffset: Int64(start + mark.count), digits)
    }
  }

  /// The date stands near the end of the file.
  private static func lastIndex(of mark: [UInt8], in bytes: [UInt8]) -> Int? {
    guard bytes.count >= mark.count else { return nil }
    return (0...bytes.count - mark.count).last { bytes[$0...].starts(with: mark) }
  }
}
