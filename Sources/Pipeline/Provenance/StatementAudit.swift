internal import Artifacts
internal import Configuration
internal import Planning
public import Store

/// What records say of themselves, held against each other: that keys are digests of what they stand for, that statements
/// say the same as their records and are signed, and that what a result was made from was made by somebody.
public struct StatementAudit: Sendable {
  /// Something that does not hold.
  public enum Finding: Sendable, Hashable {
    /// The key is no digest of the record's kind, parameters, inputs and code.
    case wrongKey
    /// The statement cannot be read.
    case unreadable(String)
    /// The statement says something else than the record.
    case disagrees(in: [String])
    /// There is no statement, where a signature is asked for.
    case noStatement
    /// The statement has no signature of a key that is asked for.
    case notSigned(String)
    /// No record tells how an input was made.
    case openEnd(input: String, address: String)
  }

  /// The findings, each with the record that it is of.
  public private(set) var findings: [(record: ActionRecord, finding: Finding)] = []
  /// How many records have a statement.
  public private(set) var statementCount = 0
  /// How many statements were found to be signed by a key that is asked for.
  public private(set) var signedCount = 0

  /// Looks at records.
  ///
  /// - Parameter keys: one of these must have signed each statement; empty where signatures are not asked for.
  public init(_ records: [ActionRecord], signedBy keys: [PublicKey] = []) {
    let made = Set(records.map(\.artifact.address))
    for record in records.sorted(by: { $0.key < $1.key }) {
      let inputs = JSONValue.object(record.inputs.mapValues(\.json))
      let key = Action.key(kind: record.kind, parameters: record.parameters, inputs: inputs, code: record.code)
      if key.description != record.key { findings.append((record, .wrongKey)) }
      look(at: record, keys)
      for (name, source) in record.inputs.sorted(by: { $0.key < $1.key }) {
        for address in source.references.map(\.description) where !made.contains(address) {
          findings.append((record, .openEnd(input: name, address: address)))
        }
      }
    }
  }

  private mutating func look(at record: ActionRecord, _ keys: [PublicKey]) {
    guard let text = record.statement else {
      if !keys.isEmpty { findings.append((record, .noStatement)) }
      return
    }
    statementCount += 1
    do throws(StatementError) {
      let found = try UnverifiedStatement(reading: text)
      let disagreements = found.statement.disagreements(with: record)
      if !disagreements.isEmpty { findings.append((record, .disagrees(in: disagreements))) }
      guard !keys.isEmpty else { return }
      do throws(StatementError) {
        _ = try found.verified(by: keys)
        signedCount += 1
      } catch {
        findings.append((record, .notSigned(error.description)))
      }
    } catch {
      findings.append((record, .unreadable(error.description)))
    }
  }
}

extension StatementAudit.Finding {
  /// What is wrong.
  public var description: String {
    switch self {
    case .wrongKey: "its key is no digest of kind, parameters, inputs and code: the record was changed or moved"
    case .unreadable(let reason): "its statement cannot be read: \(reason)"
    case .disagrees(let parts): "its statement says something else than the record: \(parts.joined(separator: ", "))"
    case .noStatement: "it has no statement: it was made by a version that wrote none"
    case .notSigned(let reason): reason
    case .openEnd(let input, let address):
      "input '\(input)' is \(address.prefix(12)), and no record tells how that was made"
    }
  }

  /// The word for machines.
  public var word: String {
    switch self {
    case .wrongKey: "wrong-key"
    case .unreadable: "unreadable-statement"
    case .disagrees: "statement-disagrees"
    case .noStatement: "no-statement"
    case .notSigned: "not-signed"
    case .openEnd: "open-end"
    }
  }
}
