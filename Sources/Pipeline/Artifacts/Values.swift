/// The values of an array in row-major order, in one of the types that an artifact may hold.
public enum Values: Sendable, Equatable {
  /// IEEE doubles.
  case float64([Double])
  /// IEEE singles.
  case float32([Float])
  /// 64-bit integers.
  case int64([Int64])
  /// 32-bit integers.
  case int32([Int32])
  /// 8-bit integers, for labels and classes.
  case int8([Int8])
  /// UTF-8 texts.
  case string([String])
}

extension Values {
  /// The number of values.
  public var count: Int {
    switch self {
    case .float64(let values): values.count
    case .float32(let values): values.count
    case .int64(let values): values.count
    case .int32(let values): values.count
    case .int8(let values): values.count
    case .string(let values): values.count
    }
  }

  /// The name of the type in the canonical content.
  public var typeName: String {
    switch self {
    case .float64: "float64"
    case .float32: "float32"
    case .int64: "int64"
    case .int32: "int32"
    case .int8: "int8"
    case .string: "string"
    }
  }

  /// Whether these are whole numbers.
  public var isWhole: Bool {
    switch self {
    case .int64, .int32, .int8: true
    default: false
    }
  }

  /// Whole numbers with all their digits; nil for others.
  public var wholes: [Int64]? {
    switch self {
    case .int64(let values): values
    case .int32(let values): values.map { Int64($0) }
    case .int8(let values): values.map { Int64($0) }
    default: nil
    }
  }

  /// The values as doubles; nil for texts. Integers beyond 2^53 are rounded.
  public var doubles: [Double]? {
    switch self {
    case .float64(let values): values
    case .float32(let values): values.map(Double.init)
    case .int64(let values): values.map(Double.init)
    case .int32(let values): values.map(Double.init)
    case .int8(let values): values.map(Double.init)
    case .string: nil
    }
  }

  /// The same values with one bit pattern for "not a number": processors differ in the one they make.
  var canonical: Values {
    switch self {
    case .float64(let values) where values.contains(where: \.isNaN):
      .float64(values.map { $0.isNaN ? Double(bitPattern: 0x7ff8_0000_0000_0000) : $0 })
    case .float32(let values) where values.contains(where: \.isNaN):
      .float32(values.map { $0.isNaN ? Float(bitPattern: 0x7fc0_0000) : $0 })
    default: self
    }
  }

  /// Calls `body` with the little-endian bytes of the numbers.
  ///
  /// - Precondition: the values are numbers, and the machine is little-endian, as all that Swift runs on here are.
  func withNumberBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    switch self {
    case .float64(let values): try values.withUnsafeBytes(body)
    case .float32(let values): try values.withUnsafeBytes(body)
    case .int64(let values): try values.withUnsafeBytes(body)
    case .int32(let values): try values.withUnsafeBytes(body)
    case .int8(let values): try values.withUnsafeBytes(body)
    case .string: preconditionFailure("texts have no fixed width")
    }
  }
}
