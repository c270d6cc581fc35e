/// The text of a Swift or C source, from which comments and layout can be taken away.
struct CodeText {
  private let bytes: [UInt8]

  init(_ text: String) {
    bytes = Array(text.utf8)
  }

  /// The code with comments dropped and white space kept only where it separates two words or two operators. String
  /// literals stay as they are.
  var withoutLayout: String {
    var result: [UInt8] = []
    var isSeparated = false
    var index = 0
    while index < bytes.count {
      if isDirective(at: index) {
        // To the preprocessor the end of the line is part of the code.
        let end = bytes[index...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        result += [UInt8(ascii: "\n")] + bytes[index..<end] + [UInt8(ascii: "\n")]
        index = end
        continue
      }
      if let end = endOfComment(at: index) ?? endOfBlank(at: index) {
        isSeparated = true
        index = end
        continue
      }
      let end = endOfLiteral(at: index) ?? index + 1
      if isSeparated, let last = result.last, Self.wouldMerge(last, bytes[index]) {
        result.append(UInt8(ascii: " "))
      }
      isSeparated = false
      result += bytes[index..<end]
      index = end
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// The words and brackets of the code, without its string literals.
  var tokens: [String] {
    var tokens: [String] = []
    var word: [UInt8] = []
    func flush() {
      if !word.isEmpty { tokens.append(String(decoding: word, as: UTF8.self)) }
      word = []
    }
    var index = 0
    while index < bytes.count {
      if let end = endOfComment(at: index) ?? endOfLiteral(at: index) {
        flush()
        index = end
        continue
      }
      if Self.isWord(bytes[index]) {
        word.append(bytes[index])
      } else {
        flush()
        if Self.isBracket(bytes[index]) { tokens.append(String(decoding: [bytes[index]], as: UTF8.self)) }
      }
      index += 1
    }
    flush()
    return tokens
  }

  /// Whether a line of the C preprocessor, or a conditional of Swift, begins here.
  private func isDirective(at index: Int) -> Bool {
    guard bytes[index] == UInt8(ascii: "#") else { return false }
    let before = bytes[..<index].last { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
    return before == nil || before == UInt8(ascii: "\n")
  }

  private func endOfBlank(at index: Int) -> Int? {
    [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r")].contains(bytes[index])
      ? index + 1 : nil
  }

  private func endOfComment(at index: Int) -> Int? {
    if has("//", at: index) {
      return bytes[index...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    }
    guard has("/*", at: index) else { return nil }
    var depth = 0
    var index = index
    repeat {
      if has("/*", at: index) {
        depth += 1
        index += 2
      } else if has("*/", at: index) {
        depth -= 1
        index += 2
      } else {
        index += 1
      }
    } while depth > 0 && index < bytes.count
    return index
  }

  /// The end of the string literal that begins at `index`, with what is interpolated into it.
  private func endOfLiteral(at index: Int) -> Int? {
    var start = index
    while start < bytes.count, bytes[start] == UInt8(ascii: "#") { start += 1 }
    let pounds = String(repeating: "#", count: start - index)
    guard has("\"", at: start) else { return nil }
    let quotes = has("\"\"\"", at: start) ? "\"\"\"" : "\""
    let escape = "\\" + pounds
    var position = start + quotes.utf8.count
    while position < bytes.count {
      if has(quotes + pounds, at: position) { return position + quotes.utf8.count + pounds.utf8.count }
      if has(escape + "(", at: position) {
        position = endOfInterpolation(at: position + escape.utf8.count)
      } else if has(escape, at: position) {
        position += escape.utf8.count + 1
      } else {
        position += 1
      }
    }
    return bytes.count
  }

  private func endOfInterpolation(at index: Int) -> Int {
    var depth = 0
    var position = index
    repeat {
      if bytes[position] == UInt8(ascii: "(") { depth += 1 }
      if bytes[position] == UInt8(ascii: ")") { depth -= 1 }
      position = bytes[position] == UInt8(ascii: "\"") ? endOfLiteral(at: position) ?? position + 1 : position + 1
    } while depth > 0 && position < bytes.count
    return position
  }

  private func has(_ text: String, at index: Int) -> Bool {
    bytes[index...].starts(with: text.utf8)
  }

  private static func wouldMerge(_ left: UInt8, _ right: UInt8) -> Bool {
    isWord(left) == isWord(right) && !isBracket(left) && !isBracket(right)
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 128...: true
    default: false
    }
  }

  private static func isBracket(_ byte: UInt8) -> Bool {
    "()[]{},;".utf8.contains(byte)
  }
}
