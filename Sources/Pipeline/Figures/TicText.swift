/// The texts of an axis' labels. Each states its value exactly, and all have the same number of digits behind the point.
///
/// Where that takes too many digits, as between 2.3025850929 and 2.3025850931, the labels state what is to be added to a
/// constant, which the axis' own label subtracts.
struct TicText {
  /// The labels, in order.
  let labels: [String]
  /// The constant that the labels leave out; nil if they state the values themselves.
  let offset: Offset?

  /// A number that is subtracted from the values of an axis.
  struct Offset: Sendable, Equatable {
    let magnitude: String
    let isNegative: Bool

    /// A label of an axis that says of what the numbers are: `loss − 2.3025850929`.
    func stated(in label: FigureText) -> FigureText {
      let name = label.isEmpty ? "value" : label.markup
      return FigureText("\(name) \(isNegative ? "+" : "−") \(magnitude)")
    }
  }

  /// The widest label that needs no constant, in digits.
  private static let widest = 10
  /// The width of ×10⁵, in digits.
  private static let powerWidth = 3.5

  /// The texts of whole multiples of a power of ten.
  init(_ multiples: [Int], exponent: Int) {
    let form = Form(multiples, exponent: exponent)
    guard form.width > Double(Self.widest), let least = multiples.min(), let greatest = multiples.max(),
      least > 0 || greatest < 0
    else {
      labels = multiples.map(form.text)
      offset = nil
      return
    }
    var unit = 1
    while unit < greatest - least { unit *= 10 }
    let nearest = least > 0 ? least : greatest
    let constant = nearest / unit * unit
    guard constant != 0 else {
      labels = multiples.map(form.text)
      offset = nil
      return
    }
    let rest = multiples.map { $0 - constant }
    labels = rest.map(Form(rest, exponent: exponent).text)
    let alone = Form([constant], exponent: exponent)
    offset = Offset(magnitude: alone.text(constant.magnitude), isNegative: constant < 0)
  }

  /// How the numbers of an axis are written: all plainly, or all as multiples of one power of ten.
  private struct Form {
    private let exponent: Int
    /// The power of ten behind every number; nil for none.
    private let power: Int?
    private let decimals: Int
    let width: Double

    init(_ multiples: [Int], exponent: Int) {
      self.exponent = exponent
      let greatest = multiples.map(\.magnitude).max() ?? 0
      let digits = String(greatest).count
      let zeros = multiples.filter { $0 != 0 }.map { String($0).reversed().prefix { $0 == "0" }.count }.min() ?? 0
      let plainDecimals = max(0, -exponent - (multiples.count == 1 ? zeros : 0))
      let plainWidth = Double(max(1, digits + exponent) + (plainDecimals > 0 ? plainDecimals + 1 : 0))
      let powerDecimals = max(0, digits - 1 - zeros)
      let powerWidth = Double(1 + (powerDecimals > 0 ? powerDecimals + 1 : 0)) + TicText.powerWidth
      let isOrdinary = digits + exponent <= 5 && exponent >= -5
      if isOrdinary && plainWidth <= Double(TicText.widest) || plainWidth < powerWidth || greatest == 0 {
        (power, decimals, width) = (nil, plainDecimals, plainWidth)
      } else {
        (power, decimals, width) = (digits - 1 + exponent, powerDecimals, powerWidth)
      }
    }

    func text(_ multiple: some BinaryInteger) -> String {
      let sign = multiple < 0 ? "−" : ""
      let number = DecimalDigits(whole: UInt64(multiple.magnitude), exponent: exponent - (power ?? 0))
      let digits = number.plain(decimals: decimals)
      guard let power, multiple != 0 else { return sign + digits }
      return sign + digits + "×" + NumberText.powerOfTen(power)
    }
  }
}

extension DecimalDigits {
  /// A whole multiple of a power of ten.
  init(whole: UInt64, exponent: Int) {
    self.init(digits: Array(String(whole).utf8).map { $0 - UInt8(ascii: "0") }, exponent: exponent)
  }
}
