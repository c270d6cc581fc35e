import Configuration
import Provenance
import Store
import SystemPackage
import TestSupport
import Testing

/// Keys and envelopes, beside OpenSSL.
@Suite struct SigningKeyTests {
  private let folder: TemporaryFolder
  private let openssl = Program(at: "/usr/bin/openssl")

  init() throws {
    folder = try TemporaryFolder()
  }

  private func openssl(_ arguments: String...) async throws -> Program.Outcome {
    try await openssl.run(arguments, in: folder.path)
  }

  /// DSSE's encoding of a payload, written down anew.
  private func encoding(_ payload: [UInt8], _ type: String) -> [UInt8] {
    Array("DSSEv1 \(type.utf8.count) \(type) \(payload.count) ".utf8) + payload
  }

  @Test func `A signature that is made here verifies with OpenSSL, and not over other bytes`() async throws {
    let path = folder.path.appending("key.pem")
    _ = try KeyFile.make(at: path)
    let payload = Array("{\"a\":1}\u{1f600}".utf8)
    let envelope = try Envelope(
      signing: payload,
      of: Statement.mediaType,
      with: KeyFile.signingKey(at: path)
    )
    try folder.write(encoding(payload, Statement.mediaType), to: "message")
    try folder.write(payload, to: "payload")
    try folder.write(envelope.signatures[0].bytes, to: "signature")
    let verify = ["pkeyutl", "-verify", "-pubin", "-inkey", "key.pem.pub", "-rawin", "-sigfile", "signature", "-in"]
    #expect(try await openssl.run(verify + ["message"], in: folder.path).status == 0)
    #expect(try await openssl.run(verify + ["payload"], in: folder.path).status != 0)
  }

  @Test func `A signature that OpenSSL makes verifies here, and another key's does not`() async throws {
    for name in ["one", "two"] {
      #expect(try await openssl("genpkey", "-algorithm", "ed25519", "-out", name).status == 0)
      #expect(try await openssl("pkey", "-in", name, "-pubout", "-out", "\(name).pub").status == 0)
    }
    let statement = try Sample.statement().json.canonicalText
    try folder.write(encoding(Array(statement.utf8), Statement.mediaType), to: "message")
    #expect(
      try await openssl("pkeyutl", "-sign", "-inkey", "one", "-rawin", "-in", "message", "-out", "signature").status
        == 0
    )
    #expect(try await openssl("base64", "-A", "-in", "signature", "-out", "signature.text").status == 0)
    try folder.write(statement, to: "statement")
    #expect(try await openssl("base64", "-A", "-in", "statement", "-out", "payload.text").status == 0)
    func text(_ name: String) throws -> String {
      String(decoding: try readBytes(folder.path.appending(name)), as: UTF8.self)
    }
    let envelope = """
      {"payload":"\(try text("payload.text"))","payloadType":"\(Statement.mediaType)",\
      "signatures":[{"sig":"\(try text("signature.text"))"}]}
      """
    let read = try UnverifiedStatement(reading: envelope)
    let one = try KeyFile.publicKey(at: folder.path.appending("one.pub"))
    let two = try KeyFile.publicKey(at: folder.path.appending("two.pub"))
    #expect(try read.verified(by: [two, one]).key == one)
    #expect(throws: StatementError.self) { try read.verified(by: [two]) }
    #expect(throws: StatementError.self) { try read.verified(by: []) }
    // The private key's file does for its public half.
    #expect(try KeyFile.publicKey(at: folder.path.appending("one")) == one)
  }

  @Test func `A key file is one that OpenSSL reads, for its owner only, and is not overwritten`() async throws {
    let path = folder.path.appending("deep/er/key.pem")
    let key = try KeyFile.make(at: path)
    #expect(try path.stat().permissions == .ownerReadWrite)
    let derived = try await openssl("pkey", "-in", path.string, "-pubout")
    #expect(derived.output == String(decoding: try readBytes(KeyFile.publicPath(of: path)), as: UTF8.self))
    #expect(try KeyFile.publicKey(at: KeyFile.publicPath(of: path)) == key)
    let digest = try await openssl("pkey", "-pubin", "-in", "\(path).pub", "-outform", "DER", "-out", "der")
    #expect(digest.status == 0)
    #expect(try await openssl("dgst", "-sha256", "-r", "der").output.hasPrefix(key.identifier))
    #expect(throws: StatementError.self) { try KeyFile.make(at: path) }
    #expect(try KeyFile.publicKey(at: path) == key)
  }

  @Test func `An invalid key, or one that others may read, is refused with the reason`() async throws {
    let path = folder.path.appending("key.pem")
    _ = try KeyFile.make(at: path)
    #expect(try await Program(at: "/bin/chmod").run(["640", path.string]).status == 0)
    let error = #expect(throws: StatementError.self) { try KeyFile.signingKey(at: path) }
    #expect(error?.description.contains("chmod 600") == true)
    #expect(try await openssl("genpkey", "-algorithm", "x25519", "-out", "other").status == 0)
    try folder.write("nothing", to: "text")
    try folder.write([UInt8](repeating: 0xff, count: 100), to: "bytes")
    try folder.write([UInt8](repeating: 0x41, count: 100_000), to: "large")
    for name in ["other", "text", "bytes", "large", "."] {
      let file = folder.path.appending(name)
      if name != "." { #expect(try await Program(at: "/bin/chmod").run(["600", file.string]).status == 0) }
      #expect(throws: StatementError.self) { try KeyFile.signingKey(at: file) }
      #expect(throws: StatementError.self) { try KeyFile.publicKey(at: file) }
    }
    #expect(throws: StoreError.self) { try KeyFile.signingKey(at: folder.path.appending("nowhere")) }
  }

  /// RFC 8032, section 7.1, test 1. It signs nothing, which no envelope does: the public key is what is compared.
  @Test func `The public half follows from the private one as in RFC 8032`() throws {
    let encoded = "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g"
    let key = try SigningKey(pem: "-----BEGIN PRIVATE KEY-----\n\(encoded)\n-----END PRIVATE KEY-----\n")
    // d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a behind the usual beginning.
    #expect(key.publicKey.pem.contains("MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="))
  }
}
