/// The attractor of the cubic map continued in r: at each r the orbit starts where it ended at the r before.
public struct BifurcationDiagram: Sendable {
  /// How the attractor is followed.
  public struct Settings: Sendable, Hashable {
    /// Steps that are thrown away at each r.
    public var transient: Int
    /// Steps that are looked at, for the density and the Lyapunov exponents.
    public var steps: Int
    /// The longest period that is distinguished from chaos.
    public var longestPeriod: Int
    /// Two values nearer than this are the same one of a periodic orbit.
    public var tolerance: Double
    /// The number of bins of the density.
    public var bins: Int
    /// The range of ηλ that the bins divide.
    public var range: ClosedRange<Double>

    /// Settings for a diagram.
    public init(
      transient: Int,
      steps: Int,
      longestPeriod: Int = 64,
      tolerance: Double = 1e-6,
      bins: Int,
      range: ClosedRange<Double>
    ) {
      self.transient = transient
      self.steps = steps
      self.longestPeriod = longestPeriod
      self.tolerance = tolerance
      self.bins = bins
      self.range = range
    }
  }

  /// What the attractor is like at one r.
  public struct Column: Sendable {
    /// r = η/η_c.
    public var ratio: Double
    /// The shortest period up to `longestPeriod`; 0 for none (chaos or a longer period), −1 when the orbit
    /// leaves every bound.
    public var period: Int
    /// ηλ on the periodic orbit, ascending; empty unless there is one.
    public var values: [Double]
    /// ηλ_H on the periodic orbit, ascending; empty unless there is one.
    public var sharpness: [Double]
    /// The Lyapunov exponents; NaN when the orbit leaves every bound.
    public var exponents: LyapunovExponents
    /// The share of the steps that fell into each bin of ηλ.
    public var density: [Double]
    /// The mean of ηλ over the steps.
    public var meanTrace: Double
    /// The mean of ηλ_H over the steps.
    public var meanSharpness: Double
    /// The least and the greatest ηλ_H.
    public var sharpnessRange: (Double, Double)
  }

  /// One column for each r.
  public let columns: [Column]

  /// Follows the attractor through `ratios`, in their order.
  public init(ratios: [Double], settings: Settings, report: (Double) -> Void = { _ in }) {
    var g = ratios.first.map(Self.start) ?? 0
    var columns: [Column] = []
    columns.reserveCapacity(ratios.count)
    for (index, ratio) in ratios.enumerated() {
      let map = CubicMap(ratio: ratio)
      // At an unstable fixed point rounding alone would have to move the orbit off it: begin a little beside it.
      if (g - ratio).magnitude < 1e-3 { g = ratio + 1e-3 }
      columns.append(Column(map, from: &g, settings))
      // An orbit that left is lost: the next r begins anew.
      if !g.isFinite { g = Self.start(ratio) }
      report(Double(index + 1) / Double(ratios.count))
    }
    self.columns = columns
  }

  /// A start that no special orbit passes through: at r = 2 the critical point itself falls on a fixed point.
  private static func start(_ ratio: Double) -> Double { CubicMap(ratio: ratio).criticalPoint * 0.9 }
}

extension BifurcationDiagram.Column {
  fileprivate init(_ map: CubicMap, from g: inout Double, _ settings: BifurcationDiagram.Settings) {
    ratio = map.ratio
    for _ in 0..<settings.transient { g = map(g) }
    let start = g
    density = [Double](repeating: 0, count: settings.bins)
    let width = (settings.range.upperBound - settings.range.lowerBound) / Double(settings.bins)
    var (traceSum, sharpnessSum) = (0.0, 0.0)
    var (least, greatest) = (Double.infinity, -Double.infinity)
    for _ in 0..<settings.steps {
      let (trace, sharpness) = (2 * g, map.sharpness(g))
      traceSum += trace
      sharpnessSum += sharpness
      least = min(least, sharpness)
      greatest = max(greatest, sharpness)
      let bin = (trace - settings.range.lowerBound) / width
      if bin >= 0, bin < Double(settings.bins) { density[Int(bin)] += 1 }
      g = map(g)
    }
    // The attractor lies within 0 ... r + 2; what is outside has left it for ever.
    guard (0...2 + map.ratio).contains(g) else {
      g = .nan
      period = -1
      (values, sharpness) = ([], [])
      density = [Double](repeating: 0, count: settings.bins)
      exponents = LyapunovExponents(within: .nan, across: .nan)
      (meanTrace, meanSharpness, sharpnessRange) = (.nan, .nan, (.nan, .nan))
      return
    }
    let count = Double(settings.steps)
    for bin in density.indices { density[bin] /= count }
    (meanTrace, meanSharpness, sharpnessRange) = (traceSum / count, sharpnessSum / count, (least, greatest))
    exponents = map.lyapunovExponents(from: start, count: settings.steps)
    period = map.period(of: start, settings)
    let orbit = period > 0 ? map.orbit(from: g, count: period) : []
    values = orbit.map { 2 * $0 }.sorted()
    sharpness = orbit.map(map.sharpness).sorted()
  }
}

extension CubicMap {
  /// The shortest period, up to `longestPeriod`, with which the orbit from `start` repeats within the
  /// tolerance all along a stretch of twice the longest; 0 for none.
  fileprivate func period(of start: Double, _ settings: BifurcationDiagram.Settings) -> Int {
    let stretch = orbit(from: start, count: 3 * settings.longestPeriod)
    return (1...settings.longestPeriod).first { period in
      zip(stretch, stretch.dropFirst(period)).allSatisfy { ($0 - $1).magnitude < settings.tolerance }
    } ?? 0
  }
}
