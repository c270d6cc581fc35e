internal import Configuration

/// A statement as it was found, in a record or a file: anybody may have written it.
public struct UnverifiedStatement: Sendable, Equatable {
  /// What it says.
  public let statement: Statement
  /// The envelope in which it stood; nil for one that nobody has signed.
  public let envelope: Envelope?

  /// The largest text that is read, in bytes.
  public static let limit = 256 << 20

  /// Reads a statement, in an envelope or without one.
  public init(reading text: String) throws(StatementError) {
    guard text.utf8.count <= Self.limit else { throw StatementError("the statement is larger than 256 MiB") }
    let members = try Self.members(text, "the statement")
    guard members["payloadType"] != nil else {
      envelope = nil
      statement = try Statement(.object(members))
      return
    }
    let envelope = try Envelope(members)
    guard envelope.payloadType == Statement.mediaType else {
      throw StatementError("the envelope holds '\(envelope.payloadType.prefix(100))' and no statement")
    }
    guard let payload = String(validating: envelope.payload, as: UTF8.self) else {
      throw StatementError("the envelope holds bytes that are no text")
    }
    self.envelope = envelope
    statement = try Statement(.object(try Self.members(payload, "the envelope's statement")))
  }

  /// The statement, if its envelope has a signature of one of these keys.
  ///
  /// - Throws: that it has none.
  public func verified(by keys: [PublicKey]) throws(StatementError) -> VerifiedStatement {
    guard let envelope else { throw StatementError("the statement is not signed") }
    guard let key = keys.first(where: { envelope.isSigned(by: $0) }) else {
      let named = envelope.signatures.map { $0.keyID.prefix(12) }.joined(separator: ", ")
      throw StatementError("no signature of the statement holds for a given key (it names \(named))")
    }
    return VerifiedStatement(statement: statement, key: key)
  }

  private static func members(_ text: String, _ name: String) throws(StatementError) -> [String: JSONValue] {
    let json: JSONValue
    do throws(Diagnostics) {
      json = try JSONValue(reading: text, name: name)
    } catch {
      throw StatementError("\(name) is not JSON: \(error.all.first?.message ?? "")")
    }
    guard case .object(let members) = json else { throw StatementError("\(name) is no object") }
    return members
  }
}

/// A statement with a signature that holds. Only `UnverifiedStatement.verified` makes one.
public struct VerifiedStatement: Sendable {
  /// What it says.
  public let statement: Statement
  /// Whose signature it has.
  public let key: PublicKey

  fileprivate init(statement: Statement, key: PublicKey) {
    self.statement = statement
    self.key = key
  }
}
