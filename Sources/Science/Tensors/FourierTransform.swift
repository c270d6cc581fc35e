/// The discrete Fourier transform of a series whose length is a power of two.
public struct FourierTransform: Sendable {
  /// The length of the series.
  public let count: Int
  private let cosines: [Double]
  private let sines: [Double]

  /// A transform of length `count`.
  ///
  /// - Precondition: `count` is a power of two.
  public init(count: Int) {
    precondition(count > 0 && count & (count - 1) == 0, "\(count) is not a power of two")
    self.count = count
    // The angles are exact fractions of a turn, so that the factors are right to the last bit but one.
    cosines = (0..<count / 2).map { Elementary.cos(turns: Double($0) / Double(count)) }
    sines = (0..<count / 2).map { -Elementary.sin(turns: Double($0) / Double(count)) }
  }

  /// |X_k|² for k = 0 ... count/2 of a real series, X_k = Σ_t x_t e^(-2πikt/count).
  ///
  /// - Precondition: the series has `count` values.
  public func squaredMagnitudes(_ series: [Double]) -> [Double] {
    precondition(series.count == count, "\(series.count) values for a transform of length \(count)")
    var real = bitReversed(series)
    var imaginary = [Double](repeating: 0, count: count)
    var half = 1
    while half < count {
      let stride = count / (2 * half)
      for start in Swift.stride(from: 0, to: count, by: 2 * half) {
        for offset in 0..<half {
          let (cosine, sine) = (cosines[offset * stride], sines[offset * stride])
          let (upper, lower) = (start + offset, start + offset + half)
          let turnedReal = real[lower] * cosine - imaginary[lower] * sine
          let turnedImaginary = real[lower] * sine + imaginary[lower] * cosine
          real[lower] = real[upper] - turnedReal
          imaginary[lower] = imaginary[upper] - turnedImaginary
          real[upper] += turnedReal
          imaginary[upper] += turnedImaginary
        }
      }
      half *= 2
    }
    return (0...count / 2).map { real[$0] * real[$0] + imaginary[$0] * imaginary[$0] }
  }

  private func bitReversed(_ series: [Double]) -> [Double] {
    guard count > 1 else { return series }
    let shift = UInt64.bitWidth - count.trailingZeroBitCount
    return (0..<count).map { index in
      var reversed: UInt64 = 0
      var rest = UInt64(index)
      for _ in 0..<UInt64.bitWidth {
        reversed = reversed << 1 | rest & 1
        rest >>= 1
      }
      return series[Int(reversed >> UInt64(shift))]
    }
  }
}
