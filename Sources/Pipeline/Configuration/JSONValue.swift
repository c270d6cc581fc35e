/// A JSON value, whose text is canonical (RFC 8785): equal values have equal text, on every machine.
public enum JSONValue: Sendable, Hashable {
  /// `null`.
  case null
  /// `true` or `false`.
  case boolean(Bool)
  /// A finite number.
  case number(Double)
  /// A whole number that is not the same as a double: beyond 2^53 it would lose its last digits, or be written with
  /// zeros in their place.
  case whole(Int64)
  /// A string.
  case string(String)
  /// A list.
  case array([JSONValue])
  /// A mapping; the order of its keys has no meaning.
  case object([String: JSONValue])
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral {
  /// A string.
  public init(stringLiteral value: String) {
    self = .string(value)
  }

  /// An object.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(elements) { $1 })
  }

  /// An array.
  public init(arrayLiteral elements: JSONValue...) {
    self = .array(elements)
  }
}

extension JSONValue {
  /// An integer, with all its digits.
  public static func integer(_ value: Int) -> JSONValue {
    // Most are small, and many are written.
    if value.magnitude <= 1 << 53 { return .number(Double(value)) }
    let number = Double(value)
    return numberText(number) == String(value) ? .number(number) : .whole(Int64(value))
  }

  /// The number that a text in the form of JSON or YAML stands for; nil if it is beyond a double or none.
  init?(plainNumber text: String) {
    if let whole = Int(text), whole.magnitude > 1 << 53 {
      self = .integer(whole)
    } else if let number = Double(plainNumber: text), number.isFinite {
      self = .number(number)
    } else {
      return nil
    }
  }

  /// The canonical text: no white space, keys in the order of their UTF-16 code units, ECMAScript's numbers.
  public var canonicalText: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .boolean(let value): text += value ? "true" : "false"
    case .number(let value): text += Self.numberText(value)
    case .whole(let value): text += String(value)
    case .string(let value): Self.writeString(value, to: &text)
    case .array(let values):
      text += "["
      for (index, value) in values.enumerated() {
        if index > 0 { text += "," }
        value.write(to: &text)
      }
      text += "]"
    case .object(let members):
      text += "{"
      let sorted = members.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
      for (index, member) in sorted.enumerated() {
        if index > 0 { text += "," }
        Self.writeString(member.key, to: &text)
        text += ":"
        member.value.write(to: &text)
      }
      text += "}"
    }
  }

  private static func writeString(_ value: String, to text: inout String) {
    text += "\""
    // Byte by byte, and most texts at once: long ones, which hold JSON themselves, are written for every action.
    if value.utf8.contains(where: isEscaped) {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(value.utf8.count * 5 / 4)
      for byte in value.utf8 {
        if isEscaped(byte) { bytes += escape(of: byte).utf8 } else { bytes.append(byte) }
      }
      text += String(decoding: bytes, as: UTF8.self)
    } else {
      text += value
    }
    text += "\""
  }

  private static func isEscaped(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private static func escape(of byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: "\""): return "\\\""
    case UInt8(ascii: "\\"): return "\\\\"
    case 0x08: return "\\b"
    case 0x0c: return "\\f"
    case UInt8(ascii: "\n"): return "\\n"
    case UInt8(ascii: "\r"): return "\\r"
    case UInt8(ascii: "\t"): return "\\t"
    default:
      let digits = String(byte, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
  }

  /// The shortest digits that read back as `value`, laid out as ECMAScript's Number::toString does.
  static func numberText(_ value: Double) -> String {
    precondition(value.isFinite, "JSON has no \(value)")
    if value == 0 { return "0" }
    // Swift finds the same shortest digits but lays them out otherwise: take them apart, put them together.
    let parts = value.magnitude.description.split(separator: "e")
    let mantissa = parts[0].split(separator: ".")
    let fraction = mantissa.count > 1 && mantissa[1] != "0" ? mantissa[1] : ""
    var digits = mantissa[0] + fraction
    var point = mantissa[0].count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
    while digits.first == "0" {
      digits.removeFirst()
      point -= 1
    }
    while digits.last == "0" { digits.removeLast() }
    let sign = value < 0 ? "-" : ""
    let count = digits.count
    if (1...21).contains(point) {
      if count <= point { return sign + digits + String(repeating: "0", count: point - count) }
      return sign + digits.prefix(point) + "." + digits.dropFirst(point)
    }
    if (-5...0).contains(point) {
      return sign + "0." + String(repeating: "0", count: -point) + digits
    }
    let exponent = point - 1
    let tail = count > 1 ? "." + digits.dropFirst() : ""
    return sign + digits.prefix(1) + tail + "e" + (exponent < 0 ? "-" : "+") + String(exponent.magnitude)
  }
}

extension JSONValue {
  /// The value that a plain YAML or JSON node stands for: numbers, booleans and null by their look, all else text.
  public init(_ node: Node) {
    switch node.content {
    case .sequence(let items): self = .array(items.map(JSONValue.init))
    case .mapping(let entries):
      self = .object(Dictionary(entries.map { ($0.key, JSONValue($0.value)) }) { $1 })
    case .scalar(let text, let isPlain):
      if isPlain, node.isNull {
        self = .null
      } else if isPlain, text == "true" || text == "false" {
        self = .boolean(text == "true")
      } else if isPlain, let number = JSONValue(plainNumber: text) {
        self = number
      } else {
        self = .string(text)
      }
    }
  }
}

extension Node {
  /// The node that a value would be read from; it has no place in a text.
  public init(_ value: JSONValue) {
    switch value {
    case .null: self.init(.scalar(text: "null", isPlain: true))
    case .boolean(let value): self.init(.scalar(text: value ? "true" : "false", isPlain: true))
    case .number(let value): self.init(.scalar(text: JSONValue.numberText(value), isPlain: true))
    case .whole(let value): self.init(.scalar(text: String(value), isPlain: true))
    case .string(let value): self.init(.scalar(text: value, isPlain: false))
    case .array(let values): self.init(.sequence(values.map { Node($0) }))
    case .object(let members):
      let sorted = members.sorted { $0.key < $1.key }
      self.init(.mapping(sorted.map { Entry(key: $0.key, keyLocation: nil, value: Node($0.value)) }))
    }
  }
}
