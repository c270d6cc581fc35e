import Archives
import SystemPackage
import TestSupport
import Testing

@Suite struct GzipReaderTests {
  /// What gzip makes of bytes.
  private func packed(_ bytes: [UInt8]) async throws -> [UInt8] {
    let folder = try TemporaryFolder()
    try folder.write(bytes, to: "file")
    let outcome = try await Program(at: "/bin/sh").run(["-c", "gzip --keep file"], in: folder.path)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return try readBytes(folder.path.appending("file.gz"))
  }

  private func noise(_ count: Int) -> [UInt8] {
    var random = SplitMix64(seed: 5)
    return (0..<count).map { _ in UInt8.random(in: 0...63, using: &random) }
  }

  @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 300_000])
  func `What gzip packs is unpacked to the same bytes, in one piece and in many`(count: Int) async throws {
    for bytes in [noise(count), [UInt8](repeating: 7, count: count)] {
      let packed = try await packed(bytes)
      #expect(GzipReader.isGzip(packed))
      #expect(try GzipReader.unpacked(packed, limit: count) == bytes)
      let reader = GzipReader()
      var result: [UInt8] = []
      for start in stride(from: 0, to: packed.count, by: 1_000) {
        try reader.unpack(Array(packed[start..<min(start + 1_000, packed.count)])) { result += $0 }
      }
      try reader.finish()
      #expect(result == bytes)
    }
  }

  @Test func `A file that is cut or damaged, or goes on behind its end, is refused`() async throws {
    let packed = try await packed(noise(10_000))
    for length in [0, 1, 5, 100, packed.count - 1] {
      #expect(throws: ArchiveError("ends too early")) {
        try GzipReader.unpacked(Array(packed.prefix(length)), limit: 10_000)
      }
    }
    for tail in [[1], [0, 1], [0] + packed, [0x1e, 0x8b], Array("garbage".utf8)] {
      #expect(throws: ArchiveError("has bytes behind its end")) {
        try GzipReader.unpacked(packed + tail, limit: 30_000)
      }
    }
    #expect(throws: ArchiveError.self) { try GzipReader.unpacked(packed + [0x1f, 0x8b, 7], limit: 10_000) }
    #expect(throws: ArchiveError("ends too early")) {
      try GzipReader.unpacked(packed + packed.prefix(40), limit: 20_000)
    }
    #expect(throws: ArchiveError("is damaged, or no gzip file")) {
      try GzipReader.unpacked(Array("no gzip".utf8), limit: 10)
    }
    // zlib compares a sum of the bytes: no damage goes unnoticed, wherever it is but in the names that nobody reads.
    var random = SplitMix64(seed: 6)
    for _ in 0..<200 {
      var damaged = packed
      damaged[Int.random(in: 20..<damaged.count, using: &random)] ^= UInt8(1 << Int.random(in: 0..<8, using: &random))
      #expect(throws: ArchiveError.self) { try GzipReader.unpacked(damaged, limit: 100_000) }
    }
  }

  @Test func `Several members, and zeros behind the last, are one file, in pieces of any size`() async throws {
    let (first, second) = (noise(70_000), noise(300))
    let members = try await packed(first) + packed([]) + packed(second)
    let expected = first + second
    for file in [members, members + [0], members + [UInt8](repeating: 0, count: 100_000)] {
      #expect(try GzipReader.unpacked(file, limit: expected.count) == expected)
      for size in [1, 7, 4_096] {
        let reader = GzipReader()
        var result: [UInt8] = []
        for start in stride(from: 0, to: file.count, by: size) {
          try reader.unpack(Array(file[start..<min(start + size, file.count)])) { result += $0 }
        }
        try reader.finish()
        #expect(result == expected)
      }
    }
    #expect(throws: ArchiveError.self) { try GzipReader.unpacked(members, limit: expected.count - 1) }
  }

  @Test func `A small file that unpacks to more than is allowed is refused`() async throws {
    let packed = try await packed([UInt8](repeating: 0, count: 10_000_000))
    #expect(packed.count < 20_000)
    #expect(throws: ArchiveError("unpacks to more than 1000000 bytes")) {
      try GzipReader.unpacked(packed, limit: 1_000_000)
    }
  }
}
