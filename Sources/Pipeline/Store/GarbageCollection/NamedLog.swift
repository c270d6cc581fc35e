internal import Configuration
internal import FoundationEssentials

/// Which log a record names: what its statement says, in an envelope or without one.
enum NamedLog: Sendable, Equatable {
  case none
  /// One with this SHA-256, in hexadecimal digits.
  case one(String)
  /// The statement cannot be read, so every log of the action counts as named.
  case unknown

  /// Reads the text of a statement.
  init(statement text: String?) {
    guard let text else {
      self = .none
      return
    }
    guard case .object(var members)? = try? JSONValue(reading: text, name: "statement") else {
      self = .unknown
      return
    }
    if case .string(let payload)? = members["payload"] {
      // Base64 in the usual alphabet or in the one for URLs, with or without its end: an envelope may have any of them.
      var usual = payload.replacing("-", with: "+").replacing("_", with: "/")
      usual += String(repeating: "=", count: (4 - usual.utf8.count % 4) % 4)
      guard let bytes = Data(base64Encoded: usual), let inner = String(validating: bytes, as: UTF8.self),
        case .object(let statement)? = try? JSONValue(reading: inner, name: "statement")
      else {
        self = .unknown
        return
      }
      members = statement
    }
    guard case .object(let predicate)? = members["predicate"], case .object(let details)? = predicate["runDetails"]
    else {
      self = .unknown
      return
    }
    guard case .array(let byproducts)? = details["byproducts"] else {
      self = .none
      return
    }
    for case .object(let byproduct) in byproducts where byproduct["name"] == "log" {
      guard case .object(let digests)? = byproduct["digest"], case .string(let digest)? = digests["sha256"] else {
        self = .unknown
        return
      }
      self = .one(digest)
      return
    }
    self = .none
  }

  /// Whether a log may be the one: the name of its file has the first digits of its digest.
  func mayBe(_ digits: some StringProtocol) -> Bool {
    switch self {
    case .none: false
    case .one(let digest): digest.hasPrefix(digits)
    case .unknown: true
    }
  }
}
