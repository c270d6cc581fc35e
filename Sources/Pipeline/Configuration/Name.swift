extension String {
  /// The pattern of `isName`.
  public static let nameBounds = ValueBounds(["pattern": "^[A-Za-z0-9_][A-Za-z0-9_-]{0,99}$"])

  /// Whether this is a name of letters, digits, `-` and `_`, which is safe in a path.
  public var isName: Bool {
    let isWord = utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
      case UInt8(ascii: "0")...UInt8(ascii: "9"): true
      default: byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
      }
    }
    return isWord && !isEmpty && utf8.count <= 100 && utf8.first != UInt8(ascii: "-")
  }
}

extension Limit<String> {
  /// A name that is safe in a path.
  public static var name: Limit<String> {
    Limit("a name of letters, digits, - and _", bounds: String.nameBounds) { $0.isName }
  }
}
