import Store
import SystemPackage
import TestSupport
import Testing

@Suite struct RunFolderTests {
  private let folder: TemporaryFolder
  private let store: ArtifactStore
  private let moment = Timestamp(milliseconds: 1_795_599_012_345)

  init() throws {
    folder = try TemporaryFolder()
    store = try ArtifactStore(at: folder.path.appending("artifacts"))
  }

  @Test func `A moment is written in UTC, to the millisecond`() {
    #expect(moment.text == "2026-11-25T09:30:12.345Z")
    #expect(moment.fileName == "20261125T093012.345Z")
    #expect(Timestamp(milliseconds: 7).text == "1970-01-01T00:00:00.007Z")
    #expect(Timestamp(milliseconds: -1).text == "1969-12-31T23:59:59.999Z")
    #expect(Timestamp(milliseconds: -86_400_000).text == "1969-12-31T00:00:00.000Z")
    #expect(Timestamp(milliseconds: 10_413_792_000_000).text == "2300-01-01T00:00:00.000Z")
    #expect(Timestamp(milliseconds: .max).text.hasPrefix("9999-12-31T23:59:59."))
    #expect(Timestamp(milliseconds: .min).text.hasPrefix("0000-01-01T00:00:00."))
    #expect(Timestamp.now > moment || Timestamp.now < moment)
  }

  @Test func `Runs of one moment have different folders, listed with the oldest first`() throws {
    let made = try (0..<3).map { _ in try RunFolder.make(for: "fig3.quick", in: store, at: moment) }
    _ = try RunFolder.make(for: "other", in: store, at: Timestamp(milliseconds: moment.milliseconds - 5000))
    #expect(Set(made.map(\.path)).count == 3)
    let all = RunFolder.all(in: store)
    #expect(all.map(\.run) == ["other", "fig3.quick", "fig3.quick", "fig3.quick"])
    #expect(Array(all.dropFirst()) == made)
  }

  @Test(arguments: ["notes", "20261125T093012.345Z", "20261125T0930Z-fig3", "x20261125T093012.345Z-fig3", ".git-x"])
  func `A folder with another name is nobody's run`(name: String) {
    #expect(RunFolder(at: FilePath("runs").appending(name)) == nil)
  }

  // MARK: - Which are removed

  private func makeRuns(_ name: String, _ count: Int) throws {
    for number in 0..<count {
      let made = try RunFolder.make(
        for: name,
        in: store,
        at: Timestamp(milliseconds: moment.milliseconds + number * 60_000)
      )
      try folder.write("log", to: String(made.path(of: .log).string.dropFirst(folder.path.string.utf8.count + 1)))
    }
  }

  private func old(keeping count: Int, leastAge: Double = 3600, later: Double = 1e6) throws -> OldRuns {
    try OldRuns(of: store, keeping: count, leastAge: leastAge, now: Double(Timestamp.now.milliseconds) / 1000 + later)
  }

  @Test func `Of each name the newest are kept`() throws {
    try makeRuns("a", 5)
    try makeRuns("b", 2)
    try folder.write("", to: "artifacts/runs/mine/notes")
    let old = try old(keeping: 3)
    let oldest = RunFolder.all(in: store).filter { $0.run == "a" }.prefix(2)
    #expect(old.removed.map(\.path) == oldest.map(\.path))
    #expect(old.keptCount == 5)
    #expect(old.bytes == 6)
  }

  @Test func `What was written to lately is kept, however many there are`() throws {
    try makeRuns("a", 5)
    #expect(try old(keeping: 0, later: 0).removed.isEmpty)
    #expect(try old(keeping: 0, later: 3000).removed.isEmpty)
    #expect(try old(keeping: 0, later: 4000).removed.count == 5)
  }
}
