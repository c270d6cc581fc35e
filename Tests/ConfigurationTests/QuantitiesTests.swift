import Configuration
import Testing

@Suite struct QuantitiesTests {
  @Test(arguments: [
    ("0B", 0), ("512 MiB", 512 << 20), ("1.5GiB", 3 << 29), ("2kB", 2000), ("2 KB", 2000), ("3MB", 3_000_000),
    ("4 TB", 4_000_000_000_000), ("1TiB", 1 << 40),
  ])
  func `An amount has a number and a unit`(text: String, bytes: Int) {
    #expect(ByteCount(text)?.bytes == bytes)
  }

  @Test(arguments: ["", "12", "GiB", "-1GiB", "1e3MB", "1 gib", "9999TB", "0x10MB", "1,5GB"])
  func `What is no amount is refused`(text: String) {
    #expect(ByteCount(text) == nil)
  }

  @Test(arguments: [
    ("90 s", 90.0), ("0.5s", 0.5), ("30 min", 1800), ("30m", 1800), ("12h", 43200), ("2d", 172_800), ("1w", 604_800),
  ])
  func `A time has a number and a unit`(text: String, seconds: Double) {
    #expect(TimeSpan(text)?.seconds == seconds)
  }

  @Test(arguments: ["", "12", "h", "-1h", "1 hour", "1:30"])
  func `What is no time is refused`(text: String) {
    #expect(TimeSpan(text) == nil)
  }

  @Test func `Quantities are written as people write them`() {
    #expect(
      [0, 1023, 1024, 1536, 3 << 29, 200 << 20].map { ByteCount(bytes: $0).description }
        == ["0 B", "1023 B", "1 KiB", "1.5 KiB", "1.5 GiB", "200 MiB"]
    )
    #expect(
      ["0.2 s", "90 s", "30 min", "1.5h", "48 h"].map { TimeSpan($0)?.description }
        == ["0.2 s", "90 s", "30 min", "90 min", "48 h"]
    )
  }

  @Test(arguments: ["512 MiB", "1.5GiB"])
  func `A quantity is read back from its JSON`(text: String) throws {
    var diagnostics = Diagnostics()
    let count = try #require(ByteCount(text))
    #expect(ByteCount.decode(Node(count.json), &diagnostics) == count)
    #expect(diagnostics.isEmpty)
  }
}
