internal import Artifacts
internal import Crypto
internal import FoundationEssentials

/// An Ed25519 key with which statements are signed (RFC 8032).
public struct SigningKey: Sendable {
  private let key: Curve25519.Signing.PrivateKey

  /// A new key.
  public init() {
    key = Curve25519.Signing.PrivateKey()
  }

  /// The key with which its signatures are verified.
  public var publicKey: PublicKey { PublicKey(key.publicKey) }

  /// The signature of a message.
  func signature(for message: [UInt8]) throws(StatementError) -> [UInt8] {
    do {
      return [UInt8](try key.signature(for: message))
    } catch {
      throw StatementError("the statement cannot be signed: \(error)")
    }
  }
}

/// The public half of a key.
public struct PublicKey: Sendable {
  private let key: Curve25519.Signing.PublicKey

  fileprivate init(_ key: Curve25519.Signing.PublicKey) {
    self.key = key
  }

  /// What names the key: the SHA-256 of its SubjectPublicKeyInfo.
  public var identifier: String { ContentDigest(of: encoded).description }

  /// Whether this is the signature of a message by this key.
  func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
    key.isValidSignature(signature, for: message)
  }
}

extension PublicKey: Equatable {
  /// Whether they are one key.
  public static func == (left: PublicKey, right: PublicKey) -> Bool { left.encoded == right.encoded }
}

// MARK: - PEM

// The encodings of RFC 8410 have one length and one beginning each: no parser of ASN.1 is needed.
extension SigningKey {
  private static let label = "PRIVATE KEY"
  private static let beginning: [UInt8] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
  ]

  /// The key as PKCS #8 in PEM, as `openssl genpkey -algorithm ed25519` writes it.
  public var pem: String { PEM.text(Self.label, Self.beginning + key.rawRepresentation) }

  /// Reads a key.
  public init(pem text: String) throws(StatementError) {
    let bytes = try PEM.bytes(text, Self.label)
    guard bytes.starts(with: Self.beginning), bytes.count == Self.beginning.count + 32,
      let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes.dropFirst(Self.beginning.count))
    else { throw StatementError("this is no Ed25519 key; 'pipeline key new' makes one") }
    self.key = key
  }
}

extension PublicKey {
  private static let label = "PUBLIC KEY"
  private static let beginning: [UInt8] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]

  private var encoded: [UInt8] { Self.beginning + key.rawRepresentation }

  /// The key as SubjectPublicKeyInfo in PEM, as `openssl pkey -pubout` writes it.
  public var pem: String { PEM.text(Self.label, encoded) }

  /// Reads a key.
  public init(pem text: String) throws(StatementError) {
    let bytes = try PEM.bytes(text, Self.label)
    guard bytes.starts(with: Self.beginning), bytes.count == Self.beginning.count + 32,
      let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes.dropFirst(Self.beginning.count))
    else { throw StatementError("this is no public Ed25519 key") }
    self.key = key
  }
}

/// Bytes between two lines that say what they are (RFC 7468).
private enum PEM {
  static func text(_ label: String, _ bytes: [UInt8]) -> String {
    let lines = Data(bytes).base64EncodedString()
    return "-----BEGIN \(label)-----\n\(lines)\n-----END \(label)-----\n"
  }

  static func bytes(_ text: String, _ label: String) throws(StatementError) -> [UInt8] {
    guard let begin = text.firstRange(of: "-----BEGIN \(label)-----"),
      let end = text[begin.upperBound...].firstRange(of: "-----END \(label)-----"),
      let bytes = Data(base64Encoded: String(text[begin.upperBound..<end.lowerBound].filter { !$0.isWhitespace }))
    else { throw StatementError("there is no '\(label)' in PEM") }
    return [UInt8](bytes)
  }
}
