import Tensors

/// A number as the sum of two doubles, of some 106 bits: the reference for functions in double precision, on every
/// processor.
struct DoubleDouble {
  var high: Double
  var low: Double

  init(_ high: Double, _ low: Double = 0) {
    self.high = high + low
    self.low = low - (self.high - high)
  }

  static func + (a: Self, b: Self) -> Self {
    let sum = a.high + b.high
    let part = sum - a.high
    return Self(sum, (a.high - (sum - part)) + (b.high - part) + (a.low + b.low))
  }

  static func - (a: Self, b: Self) -> Self { a + -b }

  static prefix func - (a: Self) -> Self { Self(-a.high, -a.low) }

  static func * (a: Self, b: Self) -> Self {
    let product = a.high * b.high
    let rest = (-product).addingProduct(a.high, b.high)
    return Self(product, rest + (a.high * b.low + a.low * b.high))
  }

  static func / (a: Self, b: Self) -> Self {
    let first = a.high / b.high
    let rest = a - b * Self(first)
    let second = rest.high / b.high
    return Self(first, second) + Self((rest - b * Self(second)).high / b.high)
  }

  /// By a power of two.
  func scaled(_ exponent: Int) -> Self {
    let power = Double(sign: .plus, exponent: exponent, significand: 1)
    return Self(high * power, low * power)
  }
}

// MARK: - Elementary functions, by their series

extension DoubleDouble {
  static let pi = DoubleDouble(0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53)
  static let ln2 = DoubleDouble(0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56)
  static let twoOverRootPi = DoubleDouble(0x1.20dd750429b6dp+0, 0x1.1ae3a914fed80p-56)

  /// The sum of x^n / n! for n = `first`, `first` + `stride` and so on, each with `sign` times the sign of the one before.
  private static func series(_ x: Self, from first: Int, stride: Int, sign: Double) -> Self {
    var term = first == 0 ? DoubleDouble(1) : x
    var sum = term
    var n = first
    while term.high.magnitude > 1e-36 * sum.high.magnitude {
      for _ in 0..<stride {
        n += 1
        term = term * x / DoubleDouble(Double(n))
      }
      term = DoubleDouble(sign) * term
      sum = sum + term
    }
    return sum
  }

  /// e^x = (1 + rest) 2^exponent.
  private static func exponential(_ x: Self) -> (rest: Self, exponent: Int) {
    let exponent = (x.high / ln2.high).rounded()
    let reduced = x - DoubleDouble(exponent) * ln2
    return (series(reduced, from: 1, stride: 1, sign: 1), Int(exponent))
  }

  /// e^x without a power of two, so that a small one loses no bits.
  static func exp(_ x: Double) -> (value: Self, exponent: Int) {
    let (rest, exponent) = exponential(DoubleDouble(x))
    return (DoubleDouble(1) + rest, exponent)
  }

  /// By one step of Newton's from the value that is tested: what that lacks comes out whatever it is.
  static func log(_ x: Double) -> Self {
    let start = Elementary.log(x)
    let inverse = exp(-start)
    let product = (DoubleDouble(x.significand) * inverse.value).scaled(Int(x.exponent) + inverse.exponent)
    let error = product - DoubleDouble(1)
    return DoubleDouble(start) + (error - DoubleDouble(0.5) * error * error)
  }

  static func tanh(_ x: Double) -> Self {
    let (rest, exponent) = exponential(DoubleDouble(2 * x))
    // e^2x - 1, without cancellation where that is small.
    let part = rest.scaled(exponent) + (DoubleDouble(1).scaled(exponent) - DoubleDouble(1))
    return part / (part + DoubleDouble(2))
  }

  /// 2/√π e^(-x²) Σ 2ⁿ x^(2n+1) / (1 · 3 · … · (2n+1)): all terms have one sign.
  static func erf(_ x: Double) -> Self {
    let square = DoubleDouble(x) * DoubleDouble(x)
    var term = DoubleDouble(x)
    var sum = term
    var odd = 1.0
    while term.high.magnitude > 1e-36 * sum.high.magnitude {
      odd += 2
      term = term * (square + square) / DoubleDouble(odd)
      sum = sum + term
    }
    let (rest, exponent) = exponential(-square)
    return twoOverRootPi * ((DoubleDouble(1) + rest) * sum).scaled(exponent)
  }

  /// sin and cos of 2πx, from the nearest quarter turn, which is subtracted exactly.
  static func sineAndCosine(turns x: Double) -> (sine: Self, cosine: Self) {
    let quarter = (x * 4).rounded()
    let angle = DoubleDouble(2) * pi * DoubleDouble(x - quarter / 4)
    let sine = series(angle, from: 1, stride: 2, sign: -1)
    let cosine = series(angle, from: 0, stride: 2, sign: -1)
    return switch Int(quarter) & 3 {
    case 0: (sine, cosine)
    case 1: (cosine, -sine)
    case 2: (-sine, -cosine)
    default: (-cosine, sine)
    }
  }
}
