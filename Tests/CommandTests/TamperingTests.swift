import Configuration
import Foundation
import TestSupport
import Testing

/// Whatever is done to a store is found, and is called what it is.
@Suite(TamperingBench()) struct TamperingTests {
  /// An audit's findings, by severity: the words, and the whole as text.
  private func audit(_ store: TamperedStore, _ options: [String] = []) async throws -> (
    status: Int, errors: Set<String>, notes: Set<String>, text: String
  ) {
    let outcome = try await store.run(["audit", "--json"] + options)
    guard case .object(let report) = try JSONValue(reading: outcome.output, name: "audit"),
      case .array(let findings)? = report["findings"]
    else { throw CocoaError(.propertyListReadCorrupt) }
    func words(_ severity: JSONValue) -> Set<String> {
      Set(
        findings.compactMap { finding in
          guard case .object(let members) = finding, members["severity"] == severity,
            case .string(let word)? = members["finding"]
          else { return nil }
          return word
        }
      )
    }
    return (outcome.status, words("error"), words("note"), outcome.output + outcome.errors)
  }

  @Test(arguments: [
    [], ["--deep"], ["--require-signed-by", "mine.pem.pub"], ["bench"], ["artifacts/figures/bench/loss.png"],
  ])
  func `An untouched store raises no alarm`(options: [String]) async throws {
    let found = try await audit(TamperingBench.copy(), options)
    #expect(found.status == 0 && found.errors == [] && found.notes == [], "\(found.text)")
  }

  @Test(arguments: Tampering.all)
  func `What was tampered with is found and named`(_ tampering: Tampering) async throws {
    let store = try await TamperingBench.copy()
    try tampering.apply(store)
    let found = try await audit(store, tampering.options)
    #expect(found.status == 3)
    #expect(found.errors == tampering.words, "\(found.text)")
  }

  @Test func `There are at least 25 tamperings, and each has a name of its own`() {
    #expect(Tampering.all.count >= 25)
    #expect(Set(Tampering.all.map(\.testDescription)).count == Tampering.all.count)
  }

  @Test(arguments: [
    ("data-absent", "data/table.csv"),
    ("figure-missing", "artifacts/figures/bench/loss.svg"), ("figure-missing", "artifacts/figures/bench/loss.h5"),
  ])
  func `What is only not here is a note`(word: String, file: String) async throws {
    let store = try await TamperingBench.copy()
    store.remove(file)
    let found = try await audit(store)
    #expect(found.status == 0 && found.errors == [] && found.notes == [word], "\(found.text)")
  }

  @Test func `A log that is gone is a note, and one where earlier versions kept it is compared`() async throws {
    let store = try await TamperingBench.copy()
    let log = try store.log("count")
    let bytes = try store.bytes(log)
    store.remove(log)
    store.remove("artifacts/logs/bench/count.log")
    for (former, notes) in [(nil, ["log-missing"]), (bytes, []), (Array("of a later run\n".utf8), ["log-missing"])] {
      if let former { try store.folder.write(former, to: "artifacts/logs/bench/count.log") }
      let found = try await audit(store)
      #expect(found.status == 0 && found.errors == [] && found.notes == Set(notes), "\(found.text)")
    }
  }
}
