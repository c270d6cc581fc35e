extension JSONValue {
  /// The deepest nesting that is read.
  public static let maximumDepth = 256

  /// Reads JSON (RFC 8259), reported under `name`. A key that is there twice, and a number beyond a double, are errors.
  public init(reading text: String, name: String) throws(Diagnostics) {
    var text = text
    let result = text.withUTF8 { bytes -> Result<JSONValue, JSONReader.Failure> in
      var reader = JSONReader(bytes: bytes)
      do throws(JSONReader.Failure) {
        return .success(try reader.document())
      } catch {
        return .failure(error)
      }
    }
    switch result {
    case .success(let value): self = value
    case .failure(let failure): throw Diagnostics(failure.diagnostic(text, name: name))
    }
  }
}

/// A reader of JSON for what the program itself has written: records and messages.
private struct JSONReader {
  struct Failure: Error {
    let message: String
    let offset: Int

    func diagnostic(_ text: String, name: String) -> Diagnostic {
      let before = SourceText(name: name, text: String(decoding: text.utf8.prefix(offset), as: UTF8.self))
      let column = (before.lines.last?.unicodeScalars.count ?? 0) + 1
      let position = SourcePosition(line: before.lines.count, column: column)
      let source = SourceText(name: name, text: text)
      return Diagnostic("not JSON: \(message)", at: SourceLocation(source: source, start: position, end: position))
    }
  }

  let bytes: UnsafeBufferPointer<UInt8>
  var offset = 0

  mutating func document() throws(Failure) -> JSONValue {
    let value = try value(depth: 0)
    skipSpace()
    guard offset == bytes.count else { throw failure("something after the value") }
    return value
  }

  private mutating func value(depth: Int) throws(Failure) -> JSONValue {
    guard depth < JSONValue.maximumDepth else { throw failure("nested too deep") }
    skipSpace()
    switch peek {
    case UInt8(ascii: "{"): return try object(depth)
    case UInt8(ascii: "["): return try array(depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func object(_ depth: Int) throws(Failure) -> JSONValue {
    offset += 1
    var members: [String: JSONValue] = [:]
    skipSpace()
    if take("}") { return .object(members) }
    repeat {
      skipSpace()
      guard peek == UInt8(ascii: "\"") else { throw failure("a key is expected") }
      let key = try string()
      skipSpace()
      guard take(":") else { throw failure("':' is expected") }
      guard members.updateValue(try value(depth: depth + 1), forKey: key) == nil else {
        throw failure("the key '\(key)' is here twice")
      }
      skipSpace()
    } while take(",")
    guard take("}") else { throw failure("',' or '}' is expected") }
    return .object(members)
  }

  private mutating func array(_ depth: Int) throws(Failure) -> JSONValue {
    offset += 1
    var values: [JSONValue] = []
    skipSpace()
    if take("]") { return .array(values) }
    repeat {
      values.append(try value(depth: depth + 1))
      skipSpace()
    } while take(",")
    guard take("]") else { throw failure("',' or ']' is expected") }
    return .array(values)
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(Failure) -> JSONValue {
    guard bytes[offset...].starts(with: word.utf8) else { throw failure("a value is expected") }
    offset += word.utf8.count
    return value
  }

  private mutating func number() throws(Failure) -> JSONValue {
    let start = offset
    _ = take("-")
    let whole = digits()
    let startsWithZero = whole > 1 && bytes[offset - whole] == UInt8(ascii: "0")
    guard whole > 0, !startsWithZero else { throw failure("a value is expected", at: start) }
    if take("."), digits() == 0 { throw failure("a digit is expected") }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      guard digits() > 0 else { throw failure("a digit is expected") }
    }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    guard let value = JSONValue(plainNumber: text) else {
      throw failure("a number too large for a double", at: start)
    }
    // Two texts would otherwise be read as one value.
    guard !ExactInteger.isRounded(text) else {
      throw failure("a whole number with more digits than can be held", at: start)
    }
    return value
  }

  private mutating func digits() -> Int {
    let start = offset
    while let digit = peek, 48...57 ~= digit { offset += 1 }
    return offset - start
  }

  private mutating func string() throws(Failure) -> String {
    offset += 1
    var text = ""
    var start = offset
    while let byte = peek {
      switch byte {
      case UInt8(ascii: "\""):
        text += String(decoding: bytes[start..<offset], as: UTF8.self)
        offset += 1
        return text
      case UInt8(ascii: "\\"):
        text += String(decoding: bytes[start..<offset], as: UTF8.self)
        offset += 1
        text.unicodeScalars.append(try escape())
        start = offset
      case ..<0x20: throw failure("a control character in a string")
      default: offset += 1
      }
    }
    throw failure("a string without its end")
  }

  private mutating func escape() throws(Failure) -> Unicode.Scalar {
    guard let letter = peek else { throw failure("a string without its end") }
    offset += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
    case UInt8(ascii: "b"): return "\u{08}"
    case UInt8(ascii: "f"): return "\u{0c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try codePoint()
    default: throw failure("an unknown escape", at: offset - 1)
    }
  }

  private mutating func codePoint() throws(Failure) -> Unicode.Scalar {
    let start = offset
    var value = try hexadecimal()
    if 0xd800...0xdbff ~= value, take("\\"), take("u") {
      let low = try hexadecimal()
      guard 0xdc00...0xdfff ~= low else { throw failure("half a surrogate pair", at: start) }
      value = 0x10000 + (value - 0xd800) << 10 + (low - 0xdc00)
    }
    guard let scalar = Unicode.Scalar(value) else { throw failure("half a surrogate pair", at: start) }
    return scalar
  }

  private mutating func hexadecimal() throws(Failure) -> UInt32 {
    let end = offset + 4
    guard end <= bytes.count, bytes[offset..<end].allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }),
      let value = UInt32(String(decoding: bytes[offset..<end], as: UTF8.self), radix: 16)
    else { throw failure("four hexadecimal digits are expected") }
    offset = end
    return value
  }

  private var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard let byte = peek, UInt32(byte) == character.value else { return false }
    offset += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || 0x09...0x0a ~= byte || byte == 0x0d { offset += 1 }
  }

  private func failure(_ message: String, at place: Int? = nil) -> Failure {
    Failure(message: message, offset: place ?? offset)
  }
}
