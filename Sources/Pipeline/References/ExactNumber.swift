public import Artifacts
public import Configuration

/// A number as it is written or as an array holds it: whole numbers beyond 2^53 keep all their digits, which a double
/// would round. Comparisons are exact, also of a whole number with a double.
public enum ExactNumber: Sendable, Hashable {
  /// A double.
  case real(Double)
  /// A whole number beyond 2^53; smaller ones are doubles, which hold them.
  case large(Int64)

  /// A whole number.
  public init(_ whole: Int64) {
    self = whole.magnitude > 1 << 53 ? .large(whole) : .real(Double(whole))
  }

  /// The number of a JSON value; nil if it is not a number.
  public init?(_ json: JSONValue) {
    switch json {
    case .number(let number): self = .real(number)
    case .whole(let number): self.init(number)
    default: return nil
    }
  }

  /// The number as a double, which may be rounded.
  public var double: Double {
    switch self {
    case .real(let number): number
    case .large(let number): Double(number)
    }
  }

  /// Whether this is NaN.
  public var isNaN: Bool { double.isNaN }

  /// Whether this is a finite number.
  public var isFinite: Bool { double.isFinite }

  /// How far two numbers are apart.
  public func distance(to other: ExactNumber) -> Double {
    guard case .large(let first) = self.wholeForm, case .large(let second) = other.wholeForm else {
      return (double - other.double).magnitude
    }
    return Double(UInt64(bitPattern: max(first, second) &- min(first, second)))
  }

  /// Every whole number that an integer of 64 bits holds as `large`.
  private var wholeForm: ExactNumber {
    if case .real(let number) = self, let whole = Int64(exactly: number) { return .large(whole) }
    return self
  }
}

extension ExactNumber: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// A double.
  public init(floatLiteral value: Double) { self = .real(value) }

  /// A whole number.
  public init(integerLiteral value: Int64) { self.init(value) }
}

extension ExactNumber: Comparable {
  /// In the order of the numbers; NaN equals nothing.
  public static func == (first: ExactNumber, second: ExactNumber) -> Bool {
    switch (first, second) {
    case (.real(let first), .real(let second)): first == second
    case (.large(let first), .large(let second)): first == second
    case (.large(let whole), .real(let real)), (.real(let real), .large(let whole)): Int64(exactly: real) == whole
    }
  }

  /// Numbers that are equal have one hash.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(double)
  }

  /// In the order of the numbers; NaN is before and behind nothing.
  public static func < (first: ExactNumber, second: ExactNumber) -> Bool {
    switch (first, second) {
    case (.real(let first), .real(let second)): first < second
    case (.large(let first), .large(let second)): first < second
    case (.large(let whole), .real(let real)): order(whole, real) == .before
    case (.real(let real), .large(let whole)): order(whole, real) == .behind
    }
  }

  private enum Order { case before, equal, behind, none }

  private static func order(_ whole: Int64, _ real: Double) -> Order {
    guard !real.isNaN else { return .none }
    guard real < 0x1p63 else { return .before }
    guard real >= -0x1p63 else { return .behind }
    // Between whole numbers it is the one below it that decides.
    let floor = Int64(real.rounded(.down))
    if whole > floor { return .behind }
    return whole == floor && Double(floor) == real ? .equal : .before
  }

  /// Not the negation of `<`, since NaN is neither.
  public static func <= (first: ExactNumber, second: ExactNumber) -> Bool { first < second || first == second }

  /// Not the negation of `<`, since NaN is neither.
  public static func >= (first: ExactNumber, second: ExactNumber) -> Bool { second <= first }

  /// The other way round.
  public static func > (first: ExactNumber, second: ExactNumber) -> Bool { second < first }
}

extension ExactNumber: ConfigurationValue, CustomStringConvertible {
  /// A number.
  public static var shape: ValueShape { .number }

  /// Reads a finite number.
  public static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> ExactNumber? {
    guard let number = Double.decode(node, &diagnostics) else { return nil }
    return ExactNumber(JSONValue(node)) ?? .real(number)
  }

  /// The number; null for one that JSON has not.
  public var json: JSONValue {
    switch self {
    case .real(let number): number.isFinite ? .number(number) : .null
    case .large(let number): .integer(Int(number))
    }
  }

  /// All digits; "NaN", "∞" or "-∞".
  public var description: String {
    guard !isNaN else { return "NaN" }
    return isFinite ? json.canonicalText : double < 0 ? "-∞" : "∞"
  }
}

extension Values {
  /// The numbers; nil for texts.
  public var exact: [ExactNumber]? { wholes?.map { ExactNumber($0) } ?? doubles?.map { .real($0) } }
}
