/// Whole numbers as they are written: one that cannot be held exactly is refused, and not rounded without a word.
///
/// JSON values hold whole numbers of 64 bits. Parameters are bounded by 2^53, up to which every whole number is a double:
/// a seed of 9007199254740993 must not silently be another one.
enum ExactInteger {
  /// The largest magnitude up to which every whole number is a double.
  static let limit = 1 << 53

  /// Whether a text is a whole number, written with digits only, that neither 64 bits nor a double hold.
  static func isRounded(_ text: some StringProtocol) -> Bool {
    let written = text.hasPrefix("-") || text.hasPrefix("+") ? Substring(text.dropFirst()) : Substring(text)
    guard written.utf8.count > 15, Int(text) == nil, written.utf8.allSatisfy({ 48...57 ~= $0 }) else { return false }
    let digits = String(written.drop { $0 == "0" })
    guard let number = Double(digits), number.isFinite else { return false }
    // Such as what JSON has for a large double, whose last digits are zeros.
    if JSONValue.numberText(number) == digits { return false }
    guard let whole = Int128(digits), let held = Int128(exactly: number) else { return true }
    return whole != held
  }

  /// The whole number that a text is, such as `12`, `1e6` or `2.50e1`; nil where it has a fraction, or a magnitude
  /// beyond 2^53.
  static func value(of text: String) -> Int? {
    let isNegative = text.hasPrefix("-")
    let parts = text.drop { $0 == "+" || $0 == "-" }.split(omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let fraction = mantissa.count > 1 ? mantissa[1] : ""
    var digits = Substring((mantissa[0] + fraction).drop { $0 == "0" })
    if digits.isEmpty { return 0 }
    guard var exponent = parts.count > 1 ? Int(parts[1]) : 0 else { return nil }
    exponent = exponent.subtractingReportingOverflow(fraction.utf8.count).partialValue
    while exponent < 0, digits.last == "0" {
      digits.removeLast()
      exponent += 1
    }
    guard exponent >= 0, digits.utf8.count <= 16, exponent <= 16,
      let magnitude = Int128(digits + String(repeating: "0", count: exponent)), magnitude <= Int128(limit)
    else { return nil }
    return isNegative ? -Int(magnitude) : Int(magnitude)
  }

  /// What to tell of a number that is rounded.
  static let hint = "whole numbers are held exactly in 64 bits; this one would be rounded"
}
