internal import Artifacts
internal import FoundationEssentials
internal import Glibc
internal import SystemPackage

/// Where programs lie on the disk.
enum ProgramPlace {
  /// A program, the files that its links name one after another, and the interpreter that its first line names with those
  /// of its own links.
  static func chain(from program: FilePath) -> [FilePath] {
    var chain: [FilePath] = []
    var next: FilePath? = program
    // The kernel follows 40 links and a few interpreters.
    while let file = next, chain.count < 45, !chain.contains(file) {
      chain.append(file)
      next = target(of: file) ?? interpreter(of: file)
    }
    return chain
  }

  private static func target(of link: FilePath) -> FilePath? {
    guard let text = try? FileManager.default.destinationOfSymbolicLink(atPath: link.string) else { return nil }
    return link.removingLastComponent().pushing(FilePath(text)).lexicallyNormalized()
  }

  private static func interpreter(of script: FilePath) -> FilePath? {
    var status = stat()
    guard stat(script.string, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      let file = try? FileDescriptor.open(script, .readOnly, options: .nonBlocking)
    else { return nil }
    // A program that cannot be read is run, and says itself what is wrong.
    let start = try? file.closeAfter { () throws -> [UInt8] in
      try [UInt8](unsafeUninitializedCapacity: 256) { $1 = try file.read(into: UnsafeMutableRawBufferPointer($0)) }
    }
    guard let line = start?.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).first,
      line.starts(with: "#!".utf8)
    else { return nil }
    let words = String(decoding: line.dropFirst(2), as: UTF8.self).split { $0 == " " || $0 == "\t" || $0 == "\r" }
    guard let word = words.first, word.hasPrefix("/") else { return nil }
    return FilePath(String(word)).lexicallyNormalized()
  }

  /// The folder that a program was installed in: the one around its `bin`, or the program alone where that folder is one
  /// in which people keep other things.
  static func prefix(of program: FilePath) -> String {
    let folder = program.removingLastComponent()
    let prefix = folder.removingLastComponent()
    let home = getenv("HOME").map { String(cString: $0) } ?? "/root"
    let isPrivate =
      ["/", "/root", "/home", "/opt", "/var", "/srv", "/mnt", home].contains(prefix.string)
      || prefix.lastComponent?.string == ".local" || prefix.removingLastComponent().string == "/home"
    return folder.lastComponent?.string == "bin" && !isPrivate ? prefix.string : program.string
  }
}
