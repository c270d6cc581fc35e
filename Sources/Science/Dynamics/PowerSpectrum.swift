internal import Tensors

/// The power spectrum of a series by Welch's method: linearly detrended segments that overlap by half, a Hann window,
/// and the mean over segments. Frequencies are in cycles per step.
public struct PowerSpectrum: Sendable {
  /// 0 ... 1/2.
  public let frequency: [Double]
  /// The density: its sum over frequencies, times the distance between two, is the variance of the detrended series.
  public let power: [Double]
  /// The standard error of the density over the segments; NaN for one segment.
  public let standardError: [Double]
  /// The number of segments.
  public let segments: Int

  /// The spectrum of `series` from segments of `length` values.
  ///
  /// - Precondition: `length` is a power of two of at least 8 and at most the length of the series.
  public init(_ series: [Double], segmentLength length: Int) {
    precondition(length >= 8 && length <= series.count, "segments of \(length) in a series of \(series.count)")
    let transform = FourierTransform(count: length)
    let window = (0..<length).map { 0.5 - 0.5 * Elementary.cos(turns: Double($0) / Double(length)) }
    let windowPower = window.reduce(0) { $0 + $1 * $1 }
    let starts = stride(from: 0, through: series.count - length, by: length / 2)
    let all = starts.map { start in
      let detrended = Self.detrended(series[start..<start + length])
      let squares = transform.squaredMagnitudes(zip(detrended, window).map { $0 * $1 })
      // One-sided: all frequencies but the first and the last stand for their mirror image too.
      return squares.indices.map { ($0 == 0 || $0 == length / 2 ? 1 : 2) * squares[$0] / windowPower }
    }
    frequency = (0...length / 2).map { Double($0) / Double(length) }
    segments = all.count
    let count = Double(all.count)
    let mean = frequency.indices.map { index in all.reduce(0) { $0 + $1[index] } / count }
    power = mean
    standardError = frequency.indices.map { index in
      let squares = all.reduce(0) { $0 + ($1[index] - mean[index]) * ($1[index] - mean[index]) }
      return all.count > 1 ? (squares / (count - 1) / count).squareRoot() : .nan
    }
  }

  /// The bounds of a 95 % confidence band over the segments: symmetric in the logarithm, as the power is positive; NaN for
  /// one segment, and where the power is 0.
  public var band: (low: [Double], high: [Double]) {
    let factors = zip(power, standardError).map { Elementary.exp(1.96 * $1 / $0) }
    return (zip(power, factors).map { $0 / $1 }, zip(power, factors).map { $0 * $1 })
  }

  /// The slope of log power against log frequency over the frequencies in `range`, by least squares, with its standard
  /// error; NaN with fewer than three frequencies of positive power.
  public func slope(in range: ClosedRange<Double>) -> (value: Double, standardError: Double) {
    let points = zip(frequency, power).filter { range.contains($0.0) && $0.0 > 0 && $0.1 > 0 }
      .map { (Elementary.log($0.0), Elementary.log($0.1)) }
    let count = Double(points.count)
    guard points.count >= 3 else { return (.nan, .nan) }
    let meanX = points.reduce(0) { $0 + $1.0 } / count
    let meanY = points.reduce(0) { $0 + $1.1 } / count
    var (xx, xy) = (0.0, 0.0)
    for (x, y) in points {
      xx += (x - meanX) * (x - meanX)
      xy += (x - meanX) * (y - meanY)
    }
    let slope = xy / xx
    let errors = points.reduce(0) { sum, point in
      let error = point.1 - meanY - slope * (point.0 - meanX)
      return sum + error * error
    }
    return (slope, (errors / (count - 2) / xx).squareRoot())
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

  /// The values without their least-squares line.
  static func detrended(_ values: ArraySlice<Double>) -> [Double] {
    let count = Double(values.count)
    let middle = (count - 1) / 2
    let mean = values.reduce(0, +) / count
    var (xx, xy) = (0.0, 0.0)
    for (index, value) in values.enumerated() {
      let x = Double(index) - middle
      xx += x * x
      xy += x * (value - mean)
    }
    return values.enumerated().map { $0.element - mean - xy / xx * (Double($0.offset) - middle) }
  }
}
