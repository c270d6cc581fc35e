import Archives
import SystemPackage
import TestSupport
import Testing

@Suite struct TarReaderTests {
  /// An archive that tar makes of a folder with files of these sizes, a link and a file with a long path.
  private func archive(_ format: String) async throws -> [UInt8] {
    let folder = try TemporaryFolder()
    for (name, size) in files { try folder.write([UInt8](repeating: UInt8(size % 256), count: size), to: name) }
    let script = """
      ln -s /etc/passwd set/link
      mkdir set/empty
      mkdir set/\(String(repeating: "n", count: 90)); touch set/\(String(repeating: "n", count: 90))/\(String(repeating: "m", count: 90))
      tar --format=\(format) --create --file archive.tar --sort=name set
      """
    let outcome = try await Program(at: "/bin/sh").run(["-c", script], in: folder.path)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return try readBytes(folder.path.appending("archive.tar"))
  }

  private let files = [("set/a", 0), ("set/b", 511), ("set/c", 512), ("set/d", 513), ("set/e", 100_000)]

  private func read(_ archive: [UInt8], pieces: Int) throws -> [String: [UInt8]] {
    var reader = TarReader()
    var found: [String: [UInt8]] = [:]
    var current = ""
    for start in stride(from: 0, to: archive.count, by: pieces) {
      try reader.read(archive[start..<min(start + pieces, archive.count)]) { part in
        switch part {
        case .file(let name, _):
          current = name
          found[name] = []
        case .bytes(let bytes): found[current]? += bytes
        }
      }
    }
    try reader.finish()
    return found
  }

  @Test(arguments: ["gnu", "ustar", "pax"], [1, 700, 1 << 20])
  func `What tar packs is found again, and links and folders are passed over`(format: String, pieces: Int) async throws
  {
    let found = try read(try await archive(format), pieces: pieces)
    for (name, size) in files { #expect(found[name] == [UInt8](repeating: UInt8(size % 256), count: size)) }
    #expect(found["set/link"] == nil && found["set/empty"] == nil && found["set/empty/"] == nil)
  }

  @Test func `An archive that is cut or damaged is refused`() async throws {
    let archive = try await archive("gnu")
    // Within the last file; behind it stand zeros only.
    for length in [1, 511, 700, 5_000, 50_000] {
      #expect(throws: ArchiveError("ends too early")) { try read(Array(archive.prefix(length)), pieces: 512) }
    }
    var damaged = archive
    damaged[130] ^= 1
    #expect(throws: ArchiveError("is damaged, or no tar archive")) { try read(damaged, pieces: 512) }
    #expect(throws: ArchiveError("is damaged, or no tar archive")) {
      try read([UInt8](repeating: 255, count: 512), pieces: 512)
    }
  }

  @Test func `No damage does more than to make an archive an error or another archive`() async throws {
    let archive = try await archive("ustar")
    var random = SplitMix64(seed: 8)
    for _ in 0..<2_000 {
      var damaged = archive
      for _ in 0..<4 { damaged[Int.random(in: 0..<6_000, using: &random)] = UInt8.random(in: 0...255, using: &random) }
      let found = (try? read(damaged, pieces: 4_096)) ?? [:]
      #expect(found.values.reduce(0) { $0 + $1.count } <= archive.count)
    }
  }
}
