public import Crypto

/// A SHA-256 digest, written as 64 hexadecimal digits.
public struct ContentDigest: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The 64 lower-case hexadecimal digits.
  public let description: String

  /// The digest with these hexadecimal digits; nil if they are not a digest.
  public init?(_ digits: String) {
    // A comparison each: this is asked for every action of a pipeline that is up to date.
    let isDigest = digits.utf8.allSatisfy { byte in
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
    guard isDigest, digits.utf8.count == 64 else { return nil }
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
  public init(of bytes: [UInt8]) {
    self.init(SHA256.hash(data: bytes))
  }

  /// The digest of the bytes of numbers, where they lie.
  init(of bytes: UnsafeRawBufferPointer) {
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

  /// The canonical content: a heading, then the tree of names as canonical JSON, with a digest for the values of each
  /// array and attribute.
  public var canonicalContent: String {
    Self.contentHeading + contentText
  }

  static let contentHeading = "pipeline artifact 1\n"

  private var contentText: String {
    Self.contentText(
      arrays: variables.mapValues(\.contentText),
      attributes: attributes,
      groups: groups.mapValues(\.contentText)
    )
  }

  /// The part of the canonical content that stands for a group, from those of its arrays and groups.
  static func contentText(
    arrays: [String: String],
    attributes: [String: Attribute],
    groups: [String: String]
  ) -> String {
    "{\"arrays\":\(object(arrays)),\"attributes\":\(object(attributes.mapValues(\.contentText)))"
      + ",\"groups\":\(object(groups))}"
  }

  /// An object whose keys are names in the order of their bytes.
  fileprivate static func object(_ members: [String: String]) -> String {
    // Names contain nothing that JSON escapes, and an invalid name has no file.
    let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    return "{" + sorted.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
  }
}

extension Variable {
  /// The part of the canonical content that stands for the array.
  fileprivate var contentText: String {
    Self.contentText(attributes, dimensions, shape, type: values.typeName, values.digest)
  }

  /// The part of the canonical content that stands for an array whose values have this digest.
  static func contentText(
    _ attributes: [String: Attribute],
    _ dimensions: [String],
    _ shape: [Int],
    type: String,
    _ digest: ContentDigest
  ) -> String {
    "{\"attributes\":\(Artifact.object(attributes.mapValues(\.contentText)))"
      + ",\"dimensions\":[\(dimensions.map { "\"\($0)\"" }.joined(separator: ","))]"
      + ",\"shape\":[\(shape.map(String.init).joined(separator: ","))]"
      + ",\"type\":\"\(type)\",\"values\":\"\(digest)\"}"
  }
}

extension Attribute {
  fileprivate var contentText: String {
    "{\"shape\":[\(isList ? String(values.count) : "")],\"type\":\"\(values.typeName)\",\"values\":\"\(values.digest)\"}"
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
