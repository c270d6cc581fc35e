import Artifacts
import Configuration
import Store
import SystemPackage
import TestSupport
import Testing

/// The results that are expected, and how others differ from them.
@Suite struct LockTests {
  private func entry(_ key: String, _ address: String) -> Lock.Entry {
    Lock.Entry(key: ContentDigest(of: key), address: ContentDigest(of: address))
  }

  private let names = ["b", "a", "train[seed=2]", "train[text=a  b]", "", "\"quoted\"", "#x", "a\nb", "ü", "<<<<<<<"]

  @Test func `A lock has one sorted line for each action, and is read back`() throws {
    let lock = Lock(Dictionary(uniqueKeysWithValues: names.map { ($0, entry("key of \($0)", "result of \($0)")) }))
    let lines = lock.text.split(separator: "\n")
    #expect(lines.count == names.count + 1)
    #expect(lines[0].hasPrefix("# pipeline lock 1: "))
    #expect(lines.contains { $0 == "a \(ContentDigest(of: "key of a")) \(ContentDigest(of: "result of a"))" })
    #expect(try Lock(reading: lock.text, name: "a.lock") == lock)
    #expect(try Lock(reading: lines.reversed().joined(separator: "\n\n"), name: "a.lock") == lock)
  }

  @Test func `Conflict markers, and two results of one action, are reported with their line numbers`() {
    let digest = ContentDigest(of: "x")
    let text = "<<<<<<< HEAD\na \(digest) \(digest)\n=======\na \(digest) \(digest)\nb \(digest) 12\n"
    let error = #expect(throws: Diagnostics.self) { try Lock(reading: text, name: "a.lock") }
    #expect(
      error?.all.map(\.message) == [
        "a.lock:1: this is no line of a lock: <<<<<<< HEAD", "a.lock:3: this is no line of a lock: =======",
        "a.lock:4: 'a' is here twice", "a.lock:5: this is no line of a lock: b \(digest.description.prefix(58))",
      ]
    )
  }

  @Test func `Line ends of Windows and a byte order mark make no other lock`() throws {
    let lock = Lock(Dictionary(uniqueKeysWithValues: names.map { ($0, entry("key of \($0)", "result of \($0)")) }))
    let text = lock.text.split(separator: "\n").joined(separator: "\r\n")
    #expect(try Lock(reading: text + "\r\n", name: "a.lock") == lock)
    #expect(try Lock(reading: "\u{feff}" + text, name: "a.lock") == lock)
    #expect(try Lock(reading: Lock().text, name: "a.lock") == Lock())
  }

  @Test(arguments: ["", "# a comment\n", "\n\n", "# pipeline lock 2: of a later version\n"])
  func `A text that is no lock is not an empty one`(text: String) {
    let error = #expect(throws: Diagnostics.self) { try Lock(reading: text, name: "a.lock") }
    #expect(error?.all.first?.message.hasPrefix("a.lock:1: this is no lock: ") == true)
  }

  @Test func `A carriage return alone hides no line`() {
    let text = Lock(["a": entry("1", "1")]).text.split(separator: "\n").joined(separator: "\r")
    #expect(throws: Diagnostics.self) { try Lock(reading: text, name: "a.lock") }
  }

  @Test func `Every difference is named`() {
    let expected = Lock(["a": entry("1", "1"), "b": entry("2", "2"), "c": entry("3", "3"), "d": entry("4", "4")])
    let results = Lock(["a": entry("1", "1"), "b": entry("2", "5"), "c": entry("6", "3"), "e": entry("7", "7")])
    let differences = expected.differences(from: results)
    #expect(differences.map(\.action) == ["b", "c", "d", "e"])
    #expect(
      differences.map(\.difference) == [
        .address(expected: ContentDigest(of: "2"), found: ContentDigest(of: "5")),
        .key(expected: ContentDigest(of: "3"), found: ContentDigest(of: "6")), .missing, .extra,
      ]
    )
    #expect(expected.differences(from: expected).isEmpty)
  }

  @Test func `Two branches that changed different actions are merged by git`() async throws {
    let folder = try TemporaryFolder()
    let git = Program(at: "/usr/bin/git")
    var lock = Lock(Dictionary(uniqueKeysWithValues: (0..<9).map { ("stage\($0)", entry("\($0)", "\($0)")) }))
    let path = folder.path
    for name in ["base", "ours", "theirs"] { try lock.write(to: path.appending("\(name).lock")) }
    let base = lock
    lock.entries["stage1"] = entry("1", "ours")
    try lock.write(to: path.appending("ours.lock"))
    var other = base
    other.entries["stage7"] = entry("7", "theirs")
    try other.write(to: path.appending("theirs.lock"))
    let outcome = try await git.run(["merge-file", "-p", "ours.lock", "base.lock", "theirs.lock"], in: path)
    #expect(outcome.status == 0)
    lock.entries["stage7"] = other.entries["stage7"]
    #expect(outcome.output == lock.text)
  }
}
