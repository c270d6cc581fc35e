internal import Configuration
internal import FoundationEssentials

/// Bytes with their type and signatures: a DSSE envelope, v1.
public struct Envelope: Sendable, Equatable {
  /// A signature, and a hint at the key; whoever verifies does not rely on the hint.
  public struct Signature: Sendable, Equatable {
    /// The identifier of the key.
    public let keyID: String
    /// The bytes of the signature.
    public let bytes: [UInt8]
  }

  /// The type of the payload.
  public let payloadType: String
  /// What is signed.
  public let payload: [UInt8]
  /// The signatures; at least one.
  public let signatures: [Signature]

  /// Signs a payload.
  public init(signing payload: [UInt8], of type: String, with key: SigningKey) throws(StatementError) {
    let signature = try key.signature(for: Self.encoding(of: payload, type))
    self.payload = payload
    payloadType = type
    signatures = [Signature(keyID: key.publicKey.identifier, bytes: signature)]
  }

  /// The bytes that are signed: DSSE's pre-authentication encoding, which no other payload or type can have.
  static func encoding(of payload: [UInt8], _ type: String) -> [UInt8] {
    Array("DSSEv1 \(type.utf8.count) \(type) \(payload.count) ".utf8) + payload
  }

  /// Whether one of the signatures is of this key.
  public func isSigned(by key: PublicKey) -> Bool {
    let message = Self.encoding(of: payload, payloadType)
    return signatures.contains { key.isValid($0.bytes, for: message) }
  }
}

extension SigningKey {
  /// The text of a statement, signed, in an envelope.
  public func envelope(of statement: String) throws(StatementError) -> String {
    try Envelope(signing: Array(statement.utf8), of: Statement.mediaType, with: self).text
  }
}

extension Envelope {
  /// The envelope as canonical JSON.
  public var text: String {
    let signatures = signatures.map { signature -> JSONValue in
      ["keyid": .string(signature.keyID), "sig": .string(Data(signature.bytes).base64EncodedString())]
    }
    let json: JSONValue = [
      "payload": .string(Data(payload).base64EncodedString()),
      "payloadType": .string(payloadType),
      "signatures": .array(signatures),
    ]
    return json.canonicalText
  }

  /// Reads an envelope from the members of its JSON.
  init(_ members: [String: JSONValue]) throws(StatementError) {
    guard case .string(let type)? = members["payloadType"], case .string(let payload)? = members["payload"],
      let bytes = Self.decoded(payload), case .array(let list)? = members["signatures"]
    else { throw StatementError("this is no DSSE envelope") }
    var signatures: [Signature] = []
    for entry in list {
      guard case .object(let entry) = entry, case .string(let text)? = entry["sig"], let bytes = Self.decoded(text)
      else { throw StatementError("the envelope has an invalid signature") }
      var keyID = ""
      if case .string(let text)? = entry["keyid"] { keyID = text }
      signatures.append(Signature(keyID: keyID, bytes: bytes))
    }
    guard !signatures.isEmpty else { throw StatementError("the envelope has no signature") }
    payloadType = type
    self.payload = bytes
    self.signatures = signatures
  }

  /// Base64 in the usual alphabet or in the one for URLs: DSSE allows both.
  private static func decoded(_ text: String) -> [UInt8]? {
    var usual = text.replacing("-", with: "+").replacing("_", with: "/")
    usual += String(repeating: "=", count: (4 - usual.utf8.count % 4) % 4)
    return Data(base64Encoded: usual).map { [UInt8]($0) }
  }
}
