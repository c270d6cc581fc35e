internal import Artifacts
internal import Configuration
internal import Execution
internal import Planning
public import Provenance
public import Store
internal import SystemPackage

/// An action whose record can be read, as far as the rest of an audit needs it.
public struct AuditedAction: Sendable {
  /// What it is called.
  public let name: ActionName
  /// Its record, without the text of its statement.
  public let record: ActionRecord
  /// The data from outside that its statement names.
  public let data: [ResourceDescriptor]
  /// The results that its statement says it was made from.
  let inputs: [Statement.Input]
  /// The digest of the statement's text.
  let statement: ContentDigest?
  /// What the stage printed, if the statement names it.
  let log: StageLog?
}

/// What a record says, held against itself: that it lies under its key, that the key is the digest of what it stands for,
/// that its statement says the same and is signed by somebody who is asked for.
struct RecordAudit: Sendable {
  /// The action; nil where the record cannot be read.
  private(set) var action: AuditedAction?
  private(set) var findings: [AuditFinding] = []
  /// The key of the record, if it cannot be read.
  private(set) var unread: String?
  private(set) var hasStatement = false
  /// Whether the statement is signed by a key that is asked for.
  private(set) var isSigned = false

  /// Looks at the record of an action.
  ///
  /// - Parameter keys: one of these must have signed the statement; empty where signatures are not asked for.
  init(of key: ContentDigest, in store: ArtifactStore, signedBy keys: [PublicKey]) {
    let place = store.path(ofRecord: key).string
    do throws(RecordError) {
      look(at: try store.readRecord(for: key), in: store, place, keys)
    } catch {
      let name = ActionName(key: key.description, pipeline: nil, stage: nil)
      unread = key.description
      switch error {
      case .missing:
        findings.append(
          AuditFinding(.unreadableRecord, at: place, of: name, "the record was there and is not any more")
        )
      case .unreadable(let reason), .damaged(let reason):
        findings.append(AuditFinding(.unreadableRecord, at: place, of: name, "the record cannot be read: \(reason)"))
      case .misplaced(let other):
        findings.append(
          AuditFinding(.misplacedRecord, at: place, of: name, "it is the record of action \(other.prefix(12))")
        )
      }
    }
  }

  private mutating func look(at record: ActionRecord, in store: ArtifactStore, _ place: String, _ keys: [PublicKey]) {
    let name = ActionName(key: record.key, pipeline: record.pipeline, stage: record.stage)
    let inputs = JSONValue.object(record.inputs.mapValues(\.json))
    let key = Action.key(kind: record.kind, parameters: record.parameters, inputs: inputs, code: record.code)
    let isDigest = key.description == record.key
    if !isDigest {
      findings.append(
        AuditFinding(.wrongKey, at: place, of: name, "its key is no digest of kind, parameters, inputs and code")
      )
    }
    for object in record.files.values.map({ $0 }) + record.parts.values where object.address != object.file {
      findings.append(
        AuditFinding(
          .wrongAddress,
          at: place,
          of: name,
          "the object \(object.address.prefix(12)) is not named by its bytes"
        )
      )
    }
    var statement: Statement?
    if let text = record.statement {
      hasStatement = true
      let look = StatementLook(text, keys)
      statement = look.statement
      isSigned = look.isSigned
      findings += look.findings(for: record, keyIsDigest: isDigest, at: place, of: name)
    } else {
      findings.append(AuditFinding(.noStatement, at: place, of: name, "it has no statement"))
      if !keys.isEmpty {
        findings.append(AuditFinding(.notSigned, at: place, of: name, "there is no statement that could be signed"))
      }
    }
    var kept = record
    kept.statement = nil
    kept.provenance = [:]
    action = AuditedAction(
      name: name,
      record: kept,
      data: statement?.data ?? [],
      inputs: statement?.inputs ?? [],
      statement: record.statement.map { ContentDigest(of: $0) },
      log: statement.flatMap { StageLog(of: $0, in: store) }
    )
  }
}

/// A look at the text of a statement: whether it can be read, and whether it is signed as is asked for.
struct StatementLook {
  private(set) var statement: Statement?
  private(set) var isSigned = false
  private var unreadable: String?
  private var unsigned: String?

  init(_ text: String, _ keys: [PublicKey]) {
    do throws(StatementError) {
      let found = try UnverifiedStatement(reading: text)
      statement = found.statement
      guard !keys.isEmpty else { return }
      do throws(StatementError) {
        _ = try found.verified(by: keys)
        isSigned = true
      } catch {
        unsigned = error.description
      }
    } catch {
      unreadable = error.description
    }
  }

  /// What does not hold.
  ///
  /// - Parameters:
  ///   - record: with which it must agree, if it is there.
  ///   - isDigest: whether the record's key is a digest of what it stands for, if that has been found out.
  ///   - disagreement: the word for a statement that does not.
  ///   - isOfAnyRun: whether it may be of another run of the same action.
  func findings(
    for record: ActionRecord?,
    keyIsDigest isDigest: Bool? = nil,
    at place: String,
    of name: ActionName?,
    disagreement: AuditWord = .statementDisagrees,
    isOfAnyRun: Bool = false
  ) -> [AuditFinding] {
    var findings: [AuditFinding] = []
    if let unreadable {
      findings.append(
        AuditFinding(.unreadableStatement, at: place, of: name, "its statement cannot be read: \(unreadable)")
      )
    }
    if let unsigned { findings.append(AuditFinding(.notSigned, at: place, of: name, unsigned)) }
    guard let statement else { return findings }
    if let record {
      let parts = statement.disagreements(with: record, keyIsDigest: isDigest, isOfAnyRun: isOfAnyRun)
      if !parts.isEmpty {
        let detail = "the statement says something else than the record: \(parts.joined(separator: ", "))"
        findings.append(AuditFinding(disagreement, at: place, of: name, detail))
      }
    } else if !statement.isConsistent {
      let detail = "the statement's key is no digest of kind, parameters, inputs and code"
      findings.append(AuditFinding(disagreement, at: place, of: name, detail))
    }
    return findings
  }
}
