/// Numbers and sizes for people: as many digits as are read.
public enum ShortNumber {
  /// A number with at most six significant digits; whole numbers of up to nine have all of theirs.
  public static func text(_ value: Double) -> String {
    let exact = value.description.hasSuffix(".0") ? String(value.description.dropLast(2)) : value.description
    let isWhole = exact.utf8.allSatisfy { 48...57 ~= $0 || $0 == UInt8(ascii: "-") }
    let length = exact.prefix { $0 != "e" }.drop { !"123456789".contains($0) }.count(where: \.isNumber)
    guard isWhole ? exact.count > 9 : length > 6, value.isNormal else { return exact }
    var exponent = 0
    var mantissa = value.magnitude
    while mantissa >= 10 {
      mantissa /= 10
      exponent += 1
    }
    while mantissa < 1 {
      mantissa *= 10
      exponent -= 1
    }
    let digits = Int((mantissa * 1e5).rounded())
    // Read back, the digits are written in their shortest form.
    let rounded = Double("\(value < 0 ? "-" : "")\(digits)e\(exponent - 5)") ?? value
    return rounded.description.hasSuffix(".0") ? String(rounded.description.dropLast(2)) : rounded.description
  }

  /// A number of bytes: "512 B", "1.5 MB".
  public static func bytes(_ count: Int) -> String {
    var value = Double(count)
    for unit in ["B", "kB", "MB", "GB"] {
      if value < 999.5 { return "\(unit == "B" ? "\(count)" : digits(value)) \(unit)" }
      value /= 1000
    }
    return "\(digits(value)) TB"
  }

  /// Three digits.
  private static func digits(_ value: Double) -> String {
    let scale = value < 9.995 ? 100.0 : value < 99.95 ? 10.0 : 1.0
    return text((value * scale).rounded() / scale)
  }
}
