internal import Tensors

/// The power spectrum of a series by Welch's method: the mean of the series is removed, and squared Fourier transforms are
/// averaged over segments that overlap by half, each under a Hann window. Frequencies are in cycles per step.
///
/// Only the mean is removed: a least-squares line through a segment of (-1)^t is not flat, and under the window it
/// leaves power at low frequencies that falls as f^-6 and is not in the series.
public struct PowerSpectrum: Sendable {
  /// 0 ... 1/2.
  public let frequency: [Double]
  /// The one-sided density: its sum over frequencies, times the distance between two, is the variance.
  public let power: [Double]
  /// The number of segments.
  public let segments: Int
  /// The density of each segment.
  private let estimates: [[Double]]

  /// The spectrum of `series` from segments of `length` values.
  ///
  /// - Precondition: `length` is a power of two of at least 8 and at most the length of the series.
  public init(_ series: [Double], segmentLength length: Int) {
    precondition(length >= 8 && length <= series.count, "segments of \(length) in a series of \(series.count)")
    let transform = FourierTransform(count: length)
    let window = (0..<length).map { 0.5 - 0.5 * Elementary.cos(turns: Double($0) / Double(length)) }
    let windowPower = window.reduce(0) { $0 + $1 * $1 }
    let mean = series.reduce(0, +) / Double(series.count)
    let starts = stride(from: 0, through: series.count - length, by: length / 2)
    let all = starts.map { start in
      let squares = transform.squaredMagnitudes(zip(series[start..<start + length], window).map { ($0 - mean) * $1 })
      // One-sided: all frequencies but the first and the last stand for their mirror image too.
      return squares.indices.map { ($0 == 0 || $0 == length / 2 ? 1 : 2) * squares[$0] / windowPower }
    }
    frequency = (0...length / 2).map { Double($0) / Double(length) }
    segments = all.count
    estimates = all
    power = Self.mean(of: all)
  }

  /// The degrees of freedom of the power, which is distributed about its expectation as χ²_ν/ν: 2 for each segment, less
  /// what half-overlapping segments under a Hann window share (a correlation of 1/36; Percival and Walden, 1993, section
  /// 6.17). At frequencies 0 and 1/2, where the transform is real, there are half as many.
  public var degreesOfFreedom: Double {
    let count = Double(segments)
    return 36 * count * count / (19 * count - 1)
  }

  /// The bounds between which the expected power lies with a confidence of 95 %, at each frequency by itself.
  public var band: (low: [Double], high: [Double]) {
    func factors(_ degreesOfFreedom: Double) -> (low: Double, high: Double) {
      let distribution = ChiSquared(degreesOfFreedom: degreesOfFreedom)
      return (degreesOfFreedom / distribution.quantile(0.975), degreesOfFreedom / distribution.quantile(0.025))
    }
    let (inside, ends) = (factors(degreesOfFreedom), factors(degreesOfFreedom / 2))
    let each = power.indices.map { $0 == 0 || $0 == power.count - 1 ? ends : inside }
    return (zip(power, each).map { $0 * $1.low }, zip(power, each).map { $0 * $1.high })
  }

  /// The slope of log power against log frequency over the frequencies in `range`, by least squares, with its standard
  /// error by the jackknife over segments (neighboring frequencies under a window are not independent, so the scatter
  /// about the line would make it too small).
  ///
  /// The slope is NaN with fewer than three frequencies of positive power; the error also for one segment.
  public func slope(in range: ClosedRange<Double>) -> (value: Double, standardError: Double) {
    let value = slope(of: power, in: range)
    guard segments > 1 else { return (value, .nan) }
    let count = Double(segments)
    let left = estimates.map { one in
      slope(of: zip(power, one).map { (count * $0 - $1) / (count - 1) }, in: range)
    }
    let mean = left.reduce(0, +) / count
    let squares = left.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (value, ((count - 1) / count * squares).squareRoot())
  }

  /// The share of the power at frequencies of at least `frequency`; the constant part does not count.
  public func share(above bound: Double) -> Double {
    var (above, all) = (0.0, 0.0)
    for (frequency, power) in zip(frequency, power).dropFirst() {
      all += power
      if frequency >= bound { above += power }
    }
    return above / all
  }

  /// The power at frequency 1/2 over the median of that at 0.30 to 0.45: about 1 for noise, and more if the series
  /// alternates. The one-sided density at 1/2 is doubled, as it stands for no mirror image.
  public var peakAtHalf: Double {
    let near = zip(frequency, power).filter { (0.30...0.45).contains($0.0) }.map(\.1)
    guard let last = power.last, near.allSatisfy(\.isFinite) else { return .nan }
    let sorted = near.sorted()
    let middle = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    return 2 * last / middle
  }

  /// How far the mean of a series moves: the range of the means of its four quarters, over the standard deviation within
  /// a quarter (the root of the mean of the variances). A stationary series without long memory has a value near 0.
  public static func drift(of series: [Double]) -> Double {
    let length = series.count / 4
    guard length > 1 else { return .nan }
    let quarters = (0..<4).map { series[$0 * length..<($0 + 1) * length] }
    let means = quarters.map { $0.reduce(0, +) / Double(length) }
    let variances = zip(quarters, means).map { quarter, mean in
      quarter.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(length)
    }
    guard means.allSatisfy(\.isFinite), let least = means.min(), let greatest = means.max() else { return .nan }
    return (greatest - least) / (variances.reduce(0, +) / 4).squareRoot()
  }

  private func slope(of power: [Double], in range: ClosedRange<Double>) -> Double {
    let points = zip(frequency, power).filter { range.contains($0.0) && $0.0 > 0 && $0.1 > 0 }
      .map { (Elementary.log($0.0), Elementary.log($0.1)) }
    let count = Double(points.count)
    guard points.count >= 3 else { return .nan }
    let meanX = points.reduce(0) { $0 + $1.0 } / count
    let meanY = points.reduce(0) { $0 + $1.1 } / count
    var (xx, xy) = (0.0, 0.0)
    for (x, y) in points {
      xx += (x - meanX) * (x - meanX)
      xy += (x - meanX) * (y - meanY)
    }
    return xy / xx
  }

  private static func mean(of rows: [[Double]]) -> [Double] {
    guard let first = rows.first else { return [] }
    return first.indices.map { index in rows.reduce(0) { $0 + $1[index] } / Double(rows.count) }
  }
}
