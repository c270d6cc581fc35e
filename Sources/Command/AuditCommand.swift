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
      The bytes of every object that a record names are hashed, and compared with the record's SHA-256. A record's key \
      must be the digest of what it stands for, its statement must say what the record says, and what it was made from \
      must be the result of another record. What does not hold is told, a line each, and the exit code is then 3; \
      nothing is changed. With --require-signed-by, each statement must have a signature of one of these keys: one that \
      has none, and a record without a statement, do not hold. With --sha256sums nothing is hashed: the digests of the \
      records are written as lines that 'sha256sum --check' reads.

      Examples:
        pipeline audit
        pipeline audit fig3 fig4 --require-signed-by laboratory.pub
        pipeline audit --sha256sums | sha256sum --check --quiet
      """
  )

  @Argument(help: "Only what these pipelines, with each of their profiles, find known (default: the whole store).")
  var pipelines: [String] = []

  @Option(name: .long, help: ArgumentHelp("A public key in PEM that must have signed (repeatable).", valueName: "key"))
  var requireSignedBy: [String] = []

  @Flag(name: .customLong("sha256sums"), help: "Write a list for sha256sum, with paths from this folder.")
  var writesSums = false

  @Option(name: .long, help: "The folder of the store.")
  var store = "artifacts"

  @Flag(name: .long, help: "Write JSON, on one line.")
  var json = false

  func validate() throws {
    if writesSums, json { throw ValidationError("--sha256sums and --json exclude each other") }
    if writesSums, !requireSignedBy.isEmpty {
      throw ValidationError("--sha256sums checks nothing, and so no signatures")
    }
  }

  func run() throws {
    guard let store = try ArtifactStore(existingAt: FilePath(store)) else {
      throw Diagnostics(
        Diagnostic("there is no store '\(store)' here", at: nil, hints: "'--store' names another one")
      )
    }
    let keys = try requireSignedBy.map { name in
      do {
        return try KeyFile.publicKey(at: FilePath(name))
      } catch {
        throw Diagnostics(Diagnostic("\(error)", at: nil, hints: "'pipeline key show' tells what a file holds"))
      }
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
      try check(audit, StatementAudit(records, signedBy: keys), records.count, unreadable)
    }
  }

  private func check(
    _ audit: ObjectAudit,
    _ statements: StatementAudit,
    _ recordCount: Int,
    _ unreadable: [String]
  ) throws {
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
        "statements": .integer(statements.statementCount),
        "signed": .integer(statements.signedCount),
        "bad": .array(
          bad.map { entry, word in
            ["path": .string(entry.path.string), "key": .string(entry.key), "finding": .string(word)]
          }
        ),
        "bad_records": .array(
          statements.findings.map { record, finding in
            [
              "key": .string(record.key), "finding": .string(finding.word), "message": .string(finding.description),
            ]
          }
        ),
        "unreadable_records": .array(unreadable.map { .string($0) }),
      ]
      Terminal.say(facts.canonicalText)
    } else {
      for (entry, word) in bad { Terminal.say("\(word): \(entry.path), of action \(entry.key.prefix(12))") }
      for (record, finding) in statements.findings {
        let name = [record.stage, record.pipeline].compactMap { $0 }.joined(separator: "' of '")
        Terminal.say("action \(record.key.prefix(12)), stage '\(name)': \(finding.description)")
      }
      for key in unreadable { Terminal.say("unreadable: the record of action \(key.prefix(12))") }
      tellTotals(audit.entries.count, bad.count, statements, recordCount)
    }
    if !bad.isEmpty || !statements.findings.isEmpty || !unreadable.isEmpty { throw ExitStatus.checkFailed }
  }

  private func tellTotals(_ objects: Int, _ bad: Int, _ statements: StatementAudit, _ recordCount: Int) {
    let wrong = Set(statements.findings.map(\.record.key)).count
    let signed = requireSignedBy.isEmpty ? "" : ", \(statements.signedCount) of \(recordCount) are signed as required"
    Terminal.say(
      "\(recordCount - wrong) of \(recordCount) records hold, \(statements.statementCount) have a statement\(signed)"
    )
    let hint = bad == 0 ? "" : "; 'pipeline run' makes what it needs of them again"
    Terminal.say("\(objects - bad) of \(objects) objects are as \(recordCount) records say\(hint)")
  }
}
