import ArgumentParser
import Artifacts
import Configuration
import FoundationEssentials
import Provenance
import Reporting
import Store
import SystemPackage

/// `pipeline audit`.
struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Checks that the store still has every result as it was made.",
    discussion: """
      The bytes of every object that a record names are hashed, and compared with the record's SHA-256. Damaged and \
      missing ones are told, and the exit code is then 3; nothing is changed. With --sha256sums nothing is hashed: the \
      digests of the records are written as lines that 'sha256sum --check' reads.

      Examples:
        pipeline audit
        pipeline audit fig3 fig4
        pipeline audit --sha256sums | sha256sum --check --quiet
      """
  )

  @Argument(help: "Only what these pipelines, with each of their profiles, find known (default: the whole store).")
  var pipelines: [String] = []

  @Flag(name: .customLong("sha256sums"), help: "Write a list for sha256sum, with paths from this folder.")
  var writesSums = false

  @Option(name: .long, help: "The folder of the store.")
  var store = "artifacts"

  @Flag(name: .long, help: "Write JSON, on one line.")
  var json = false

  func validate() throws {
    if writesSums, json { throw ValidationError("--sha256sums and --json exclude each other") }
  }

  func run() throws {
    guard let store = try ArtifactStore(existingAt: FilePath(store)) else {
      throw Diagnostics(
        Diagnostic("there is no store '\(store)' here", at: nil, hints: "'--store' names another one")
      )
    }
    var unreadable: [String] = []
    let records: [ActionRecord]
    if pipelines.isEmpty {
      records = store.keys().compactMap { key in
        let record = store.record(for: key)
        if record == nil { unreadable.append(key.description) }
        return record
      }
    } else {
      records = Array(try ReachedResults.records(of: pipelines, in: store).values)
    }
    let audit = ObjectAudit(records, in: store)
    if writesSums {
      let folder = FilePath(FileManager.default.currentDirectoryPath)
      for entry in audit.entries { Terminal.say(entry.checksumLine(from: folder)) }
    } else {
      try check(audit, records.count, unreadable)
    }
  }

  private func check(_ audit: ObjectAudit, _ recordCount: Int, _ unreadable: [String]) throws {
    var bad: [(entry: ObjectAudit.Entry, word: String)] = []
    for entry in audit.entries {
      switch ObjectAudit.check(entry) {
      case .whole: break
      case .missing: bad.append((entry, "missing"))
      case .damaged: bad.append((entry, "damaged"))
      case .unreadable(let reason): bad.append((entry, reason))
      }
    }
    if json {
      let facts: JSONValue = [
        "records": .integer(recordCount),
        "objects": .integer(audit.entries.count),
        "bad": .array(
          bad.map { entry, word in
            ["path": .string(entry.path.string), "key": .string(entry.key), "finding": .string(word)]
          }
        ),
        "unreadable_records": .array(unreadable.map { .string($0) }),
      ]
      Terminal.say(facts.canonicalText)
    } else {
      for (entry, word) in bad { Terminal.say("\(word): \(entry.path), of action \(entry.key.prefix(12))") }
      for key in unreadable { Terminal.say("unreadable: the record of action \(key.prefix(12))") }
      let whole = audit.entries.count - bad.count
      let hint = bad.isEmpty ? "" : "; 'pipeline run' makes what it needs of them again"
      Terminal.say("\(whole) of \(audit.entries.count) objects are as \(recordCount) records say\(hint)")
    }
    if !bad.isEmpty || !unreadable.isEmpty { throw ExitStatus.checkFailed }
  }
}
