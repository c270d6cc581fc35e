public import Crypto

/// A SHA-256 digest, written as 64 hexadecimal digits.
public struct ContentDigest: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The 64 lower-case hexadecimal digits.
  public let description: String

  /// The digest with these digits; nil when they are none.
  public init?(_ digits: String) {
    let isDigest =
      digits.utf8.count == 64
      && digits.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
    guard isDigest else { return nil }
    description = digits
  }

  /// A finished hash.
  public init(_ digest: SHA256.Digest) {
    let digits = Array("0123456789abcdef".utf8)
    description = String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// The digest of a text's UTF-8.
  public init(of text: String) {
    var text = text
    self.init(text.withUTF8 { SHA256.hash(data: $0) })
  }

  /// The digest of some bytes.
  public init(of bytes: UnsafeRawBufferPointer) {
    self.init(SHA256.hash(data: bytes))
  }

  /// The first twelve digits, for people.
  public var short: String { String(description.prefix(12)) }

  /// In the order of the digits.
  public static func < (left: ContentDigest, right: ContentDigest) -> Bool {
    left.description < right.description
  }
}

extension Artifact {
  /// The artifact's address: the digest of its canonical content, as `Documentation/artifact-format.md` specifies.
  public var address: ContentDigest { ContentDigest(of: canonicalContent) }

  /// The canonical content: a heading, then one line for each group, array and attribute, sorted by their bytes.
  public var canonicalContent: String {
    var lines: [String] = []
    describe(path: "", to: &lines)
    lines.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    return (["pipeline artifact 1"] + lines).map { $0 + "\n" }.joined()
  }

  private func describe(path: String, to lines: inout [String]) {
    for (name, attribute) in attributes {
      lines.append(Self.line(attribute, name, of: path.isEmpty ? "/" : path))
    }
    for (name, variable) in variables {
      let dimensions = variable.dimensions.isEmpty ? "-" : variable.dimensions.joined(separator: ",")
      lines.append(
        "array \(path)/\(name) \(variable.values.typeName) \(Self.text(variable.shape)) \(dimensions) \(variable.values.digest)"
      )
      for (attributeName, attribute) in variable.attributes {
        lines.append(Self.line(attribute, attributeName, of: "\(path)/\(name)"))
      }
    }
    for (name, group) in groups {
      lines.append("group \(path)/\(name)")
      group.describe(path: "\(path)/\(name)", to: &lines)
    }
  }

  private static func line(_ attribute: Attribute, _ name: String, of path: String) -> String {
    let shape = attribute.isList ? String(attribute.values.count) : "-"
    return "attribute \(path) \(name) \(attribute.values.typeName) \(shape) \(attribute.values.digest)"
  }

  private static func text(_ shape: [Int]) -> String {
    shape.isEmpty ? "-" : shape.map(String.init).joined(separator: ",")
  }
}

extension Values {
  /// The digest of the values: numbers as little-endian bytes, texts as UTF-8 with a zero byte after each.
  var digest: ContentDigest {
    guard case .string(let texts) = self else {
      return withNumberBytes { ContentDigest(of: $0) }
    }
    var hash = SHA256()
    for text in texts {
      hash.update(data: Array(text.utf8) + [0])
    }
    return ContentDigest(hash.finalize())
  }
}
