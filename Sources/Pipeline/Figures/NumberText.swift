internal import Configuration
internal import References

/// Numbers as text, without the C library and without a locale.
enum NumberText {
  /// The shortest digits that read back as `value`, for a script.
  static func shortest(_ value: Double) -> String {
    value.isFinite ? JSONValue.number(value).canonicalText : "NaN"
  }

  /// A length or a fraction for a script, to a few digits behind the point.
  static func layout(_ value: Double) -> String {
    shortest((value * 100_000).rounded() / 100_000)
  }

  /// How a number is written.
  struct Form: Sendable {
    /// Before negative numbers.
    let minus: String
    let infinity: String
    let missing: String
    /// Around what stands for a number.
    var frame = ("", "")
    /// Behind the digits of a very large or very small number.
    let power: @Sendable (Int) -> String

    /// Enhanced text of a figure: −3×10^{−12}.
    static let figure = Form(minus: "−", infinity: "∞", missing: "NaN") { "×10^{\(signed($0, "−"))}" }
    /// Text for readers: −3×10⁻¹².
    static let text = Form(minus: "−", infinity: "∞", missing: "–") { power in
      "×10" + String(String(power).map { superscripts[$0] ?? $0 })
    }
    /// For machines: -3e-12.
    static let plain = Form(minus: "-", infinity: "inf", missing: "nan") { "e\($0)" }
    /// For TeX: $-3\times10^{-12}$.
    static let tex = Form(minus: "-", infinity: "\\infty", missing: "--", frame: ("$", "$")) { "\\times10^{\($0)}" }

    private static let superscripts: [Character: Character] = [
      "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸", "9": "⁹",
    ]
  }

  /// `value` rounded to `digits` significant digits.
  static func significant(_ value: Double, digits: Int, _ form: Form = .figure) -> String {
    guard !value.isNaN else { return form.missing }
    let sign = value < 0 ? form.minus : ""
    return form.frame.0 + sign + magnitude(value.magnitude, digits, form) + form.frame.1
  }

  /// `value` rounded to `digits` significant digits; of a whole number beyond 2^53 they are its own.
  static func significant(_ value: ExactNumber, digits: Int, _ form: Form = .figure) -> String {
    guard case .large(let whole) = value else { return significant(value.double, digits: digits, form) }
    let text = magnitude(DecimalDigits(whole: whole.magnitude), digits, form)
    return form.frame.0 + (whole < 0 ? form.minus : "") + text + form.frame.1
  }

  private static func magnitude(_ value: Double, _ digits: Int, _ form: Form) -> String {
    guard value.isFinite else { return form.infinity }
    guard value != 0 else { return "0" }
    return magnitude(DecimalDigits(value), digits, form)
  }

  private static func magnitude(_ value: DecimalDigits, _ digits: Int, _ form: Form) -> String {
    let decimal = value.rounded(to: max(1, digits))
    if (-3...max(digits, 5)).contains(decimal.point) { return decimal.plain }
    return decimal.mantissa + form.power(decimal.point - 1)
  }

  /// `value` for a reader, rounded to a number of digits behind the point, which are all shown.
  static func fixed(_ value: Double, decimals: Int) -> String {
    let decimal = DecimalDigits(value.magnitude).rounded(decimals: decimals)
    let text = decimal.plain(decimals: decimals)
    return value < 0 && decimal.isZero == false ? "−" + text : text
  }

  /// A power of ten as enhanced text.
  static func powerOfTen(_ exponent: Int) -> String {
    "10^{\(signed(exponent, "−"))}"
  }

  private static func signed(_ value: Int, _ minus: String) -> String {
    value < 0 ? "\(minus)\(value.magnitude)" : "\(value)"
  }
}

/// A positive number as decimal digits: 0.d₁d₂d₃… × 10^point, with d₁ not zero.
struct DecimalDigits {
  private var digits: [UInt8]
  private(set) var point: Int

  /// The shortest digits that read back as `value`.
  init(_ value: Double) {
    let parts = value.description.split(separator: "e")
    let mantissa = parts[0].split(separator: ".")
    let whole = Array(mantissa[0].utf8)
    let fraction = mantissa.count > 1 ? Array(mantissa[1].utf8) : []
    digits = (whole + fraction).map { $0 - UInt8(ascii: "0") }
    point = whole.count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
    normalize()
  }

  /// Digits of a whole number, times a power of ten.
  init(digits: [UInt8], exponent: Int) {
    self.digits = digits
    point = digits.count + exponent
    normalize()
  }

  /// The digits of a whole number.
  init(whole value: UInt64) {
    digits = String(value).utf8.map { $0 - UInt8(ascii: "0") }
    point = digits.count
    normalize()
  }

  private mutating func normalize() {
    while digits.first == 0 {
      digits.removeFirst()
      point -= 1
    }
    while digits.last == 0 { digits.removeLast() }
    if digits.isEmpty { point = 0 }
  }

  var isZero: Bool { digits.isEmpty }

  /// The nearest number with `count` digits.
  func rounded(to count: Int) -> DecimalDigits {
    guard count < digits.count else { return self }
    var result = self
    let roundsUp = count >= 0 && digits[max(0, count)] >= 5
    result.digits = Array(digits.prefix(max(0, count)))
    if roundsUp {
      var index = result.digits.count - 1
      while index >= 0, result.digits[index] == 9 {
        result.digits[index] = 0
        index -= 1
      }
      if index >= 0 {
        result.digits[index] += 1
      } else {
        result.digits.insert(1, at: 0)
        result.point += 1
      }
    }
    result.normalize()
    return result
  }

  /// The nearest number with `decimals` digits behind the point.
  func rounded(decimals: Int) -> DecimalDigits {
    rounded(to: point + decimals)
  }

  /// Without an exponent.
  var plain: String { plain(decimals: max(0, digits.count - point)) }

  /// The digits as one whole number, and the power of ten that it is to be multiplied by; nil for more digits than a
  /// whole number of the machine has.
  var whole: (number: Int, exponent: Int)? {
    Int(digits.map { String($0) }.joined()).map { ($0, point - digits.count) }
  }

  /// Without an exponent, with `decimals` digits behind the point.
  func plain(decimals: Int) -> String {
    func digit(_ index: Int) -> String { digits.indices.contains(index) ? String(digits[index]) : "0" }
    let whole = point > 0 ? (0..<point).map(digit).joined() : "0"
    guard decimals > 0 else { return whole }
    return whole + "." + (point..<point + decimals).map(digit).joined()
  }

  /// One digit, and the others behind the point.
  var mantissa: String {
    let rest = digits.dropFirst().map { String($0) }.joined()
    return String(digits.first ?? 0) + (rest.isEmpty ? "" : "." + rest)
  }
}

/// The logarithm to base 10 of a positive number, to about 15 digits.
///
/// Where a figure puts its tics must not depend on the C library; this uses IEEE operations alone.
func decimalLogarithm(_ value: Double) -> Double {
  var exponent = Double(value.exponent)
  var significand = value.significand
  if significand > 1.4142135623730951 {
    significand /= 2
    exponent += 1
  }
  // ln m = 2 artanh s with s = (m - 1)/(m + 1), and |s| < 0.172: ten terms leave less than 1e-16.
  let s = (significand - 1) / (significand + 1)
  var sum = 0.0
  for term in stride(from: 21, through: 1, by: -2) {
    sum = sum * (s * s) + 1 / Double(term)
  }
  let natural = 2 * s * sum + exponent * 0.6931471805599453
  return natural * 0.4342944819032518
}

/// Ten to a whole power, correctly rounded.
func powerOfTen(_ exponent: Int) -> Double {
  Double("1e\(exponent)") ?? (exponent < 0 ? 0 : .infinity)
}
