/// Decodes packed numbers by the conventions of netCDF and CF: `_Unsigned`, `_FillValue`, `missing_value`, the valid
/// range, `scale_factor` and `add_offset`. What is decoded is no longer among the attributes.
///
/// Missing values become NaN, for which whole numbers become doubles; where none is missing and nothing is scaled, whole
/// numbers stay what they are.
struct PackedValues {
  private let path: String
  private let attributes: [String: Attribute]
  /// The bytes of a number in the file: how an unsigned number of another width wraps around depends on it.
  private let width: Int

  private static let names: Set = [
    "_Unsigned", "_FillValue", "missing_value", "valid_min", "valid_max", "valid_range", "scale_factor", "add_offset",
  ]

  /// Whether attributes of this form are there.
  static func isPacked(_ attributes: [String: Attribute]) -> Bool {
    attributes.keys.contains { names.contains($0) }
  }

  /// The attributes that are left.
  static func rest(of attributes: [String: Attribute]) -> [String: Attribute] {
    attributes.filter { !names.contains($0.key) }
  }

  init(_ path: String, _ attributes: [String: Attribute], width: Int) {
    self.path = path
    self.attributes = attributes
    self.width = width
  }

  /// The values that packed ones stand for; nil for texts, which are not packed.
  ///
  /// - Throws: that an attribute is not what the conventions say, or that no type holds the values.
  func decoded(_ values: Values) throws(ArtifactError) -> Values? {
    switch values {
    case .string: return nil
    case .float64(let numbers): return .float64(try decoded(numbers) { $0 })
    case .float32(let numbers):
      // An attribute that is a double stands for the nearest single, as the values do.
      let decoded = try decoded(numbers.map { Double($0) }) { Double(Float($0)) }
      return try scaling == nil ? .float32(decoded.map { Float($0) }) : .float64(decoded)
    case .int64(let numbers): return try decoded(numbers)
    case .int32(let numbers): return try decoded(numbers.map { Int64($0) }).narrowed(to: .int32([]))
    case .int8(let numbers): return try decoded(numbers.map { Int64($0) }).narrowed(to: .int8([]))
    }
  }

  // MARK: Real numbers

  private func decoded(
    _ numbers: [Double],
    _ rounded: (Double) -> Double
  ) throws(ArtifactError) -> [Double] {
    let missing = Set(try (reals("_FillValue") + reals("missing_value")).map(rounded))
    let range = try validRange
    let (low, high) = (range.low.map(rounded) ?? -.infinity, range.high.map(rounded) ?? .infinity)
    let scaling = try scaling
    return numbers.map { number in
      guard !missing.contains(number), number >= low, number <= high else { return .nan }
      return scaling.map { number * $0.factor + $0.offset } ?? number
    }
  }

  // MARK: Whole numbers

  private func decoded(_ packed: [Int64]) throws(ArtifactError) -> Values {
    let isUnsigned = try isUnsigned
    let missing = Set(try wholes("_FillValue") + wholes("missing_value"))
    let range = try validRange
    let scaling = try scaling
    // A range of another type than the packed numbers is one of what they stand for.
    let isRangeOfPacked = ["valid_min", "valid_max", "valid_range"].allSatisfy { name in
      attributes[name]?.values.isWhole ?? true
    }
    // The bounds are packed as the numbers are.
    func bound(_ number: Double) -> Double {
      isUnsigned && isRangeOfPacked && number < 0
        ? number + Double(sign: .plus, exponent: 8 * width, significand: 1) : number
    }
    let (low, high) = (range.low.map(bound) ?? -.infinity, range.high.map(bound) ?? .infinity)
    func isInRange(_ number: Double) -> Bool { number >= low && number <= high }
    var numbers: [Int64] = []
    var isGap = [Bool](repeating: false, count: packed.count)
    var scaled: [Double] = []
    for (place, raw) in packed.enumerated() {
      let number = isUnsigned ? try unsigned(raw) : raw
      numbers.append(number)
      isGap[place] = missing.contains(raw) || isRangeOfPacked && !isInRange(Double(number))
      guard let scaling else {
        isGap[place] = isGap[place] || !isInRange(Double(number))
        continue
      }
      let value = Double(number) * scaling.factor + scaling.offset
      isGap[place] = isGap[place] || !isRangeOfPacked && !isInRange(value)
      scaled.append(isGap[place] ? .nan : value)
    }
    if scaling != nil { return .float64(scaled) }
    guard isGap.contains(true) else { return .int64(numbers) }
    var reals: [Double] = []
    for (number, isMissing) in zip(numbers, isGap) {
      guard isMissing || number.magnitude <= 1 << 53 else {
        throw ArtifactError(
          "\(path) has missing values, for which its numbers become doubles, and \(number) is beyond 2^53. "
            + "Write the numbers as doubles or without missing values"
        )
      }
      reals.append(isMissing ? .nan : Double(number))
    }
    return .float64(reals)
  }

  /// The number that a signed one stands for where the bits are those of an unsigned one.
  private func unsigned(_ number: Int64) throws(ArtifactError) -> Int64 {
    guard number < 0 else { return number }
    guard width < 8 else {
      throw ArtifactError("\(path) holds the unsigned number \(UInt64(bitPattern: number)), beyond int64")
    }
    return number + 1 << (8 * Int64(width))
  }

  // MARK: Attributes

  private var isUnsigned: Bool {
    get throws(ArtifactError) {
      guard let attribute = attributes["_Unsigned"] else { return false }
      switch attribute.text?.lowercased() {
      case "true": return true
      case "false": return false
      default: throw ArtifactError("\(path)@_Unsigned is neither 'true' nor 'false'")
      }
    }
  }

  private var scaling: (factor: Double, offset: Double)? {
    get throws(ArtifactError) {
      let (factor, offset) = (try single("scale_factor"), try single("add_offset"))
      guard factor != nil || offset != nil else { return nil }
      return (factor ?? 1, offset ?? 0)
    }
  }

  private var validRange: (low: Double?, high: Double?) {
    get throws(ArtifactError) {
      let both = try reals("valid_range")
      guard both.isEmpty || both.count == 2 else { throw ArtifactError("\(path)@valid_range is not two numbers") }
      return (try single("valid_min") ?? both.first, try single("valid_max") ?? both.last)
    }
  }

  private func single(_ name: String) throws(ArtifactError) -> Double? {
    let values = try reals(name)
    guard values.count < 2 else { throw ArtifactError("\(path)@\(name) is not one number") }
    return values.first
  }

  private func reals(_ name: String) throws(ArtifactError) -> [Double] {
    guard let attribute = attributes[name] else { return [] }
    guard let values = attribute.values.doubles, !values.isEmpty else {
      throw ArtifactError("\(path)@\(name) is not a number")
    }
    return values
  }

  private func wholes(_ name: String) throws(ArtifactError) -> [Int64] {
    switch attributes[name]?.values {
    case .int64(let values)?: values
    case .int32(let values)?: values.map { Int64($0) }
    case .int8(let values)?: values.map { Int64($0) }
    // No integer type holds a fraction.
    default: try reals(name).compactMap { Int64(exactly: $0) }
    }
  }
}

extension Values {
  /// Whole numbers in a type of fewer bits, if it holds them all.
  fileprivate func narrowed(to type: Values) -> Values {
    guard case .int64(let numbers) = self else { return self }
    let narrow = numbers.compactMap { Int32(exactly: $0) }
    guard narrow.count == numbers.count else { return self }
    let least = numbers.compactMap { Int8(exactly: $0) }
    if case .int8 = type, least.count == numbers.count { return .int8(least) }
    return .int32(narrow)
  }
}
