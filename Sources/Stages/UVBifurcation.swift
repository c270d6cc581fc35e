internal import Artifacts
public import Configuration
internal import Dynamics
public import Planning

/// `uv/bifurcation`: the attractor of the UV map continued in the learning rate.
public struct UVBifurcation: StageKind, Equatable {
  /// r = η/η_c.
  public var ratio = ValueRange(from: 0.9, to: 2, count: 1_000)
  /// Steps that are thrown away at each r.
  public var transient = 2_000
  /// Steps that are looked at.
  public var steps = 20_000
  /// The longest period that is distinguished from chaos.
  public var longestPeriod = 64
  /// The bins of the density.
  public var value = ValueRange(from: 0, to: 8, count: 800)
  /// The number of period doublings that are located.
  public var levels = 8

  /// One thousand learning rates from 0.9 to 2.
  public init() {}

  /// The parameters.
  public static let fields: [Field<UVBifurcation>] = [
    .init("ratio", \.ratio, "r = eta / eta_c; the attractor is followed in this order.", limit: .positiveValues),
    .init(
      "transient",
      \.transient,
      "Steps that are thrown away at each r.",
      unit: "steps",
      limit: .within(0...100_000_000)
    ),
    .init(
      "steps",
      \.steps,
      "Steps that are looked at, for the density and the exponents.",
      unit: "steps",
      limit: .within(8...1_000_000_000)
    ),
    .init(
      "longest_period",
      \.longestPeriod,
      "The longest period that is distinguished from chaos.",
      limit: .within(1...1024)
    ),
    .init("value", \.value, "The bins of eta lambda: the centres of the first and the last, and their number."),
    .init("levels", \.levels, "How many period doublings are located.", limit: .within(5...11)),
  ]

  /// Bins that are not of one positive width.
  public func inconsistencies() -> [Inconsistency] {
    var found: [Inconsistency] = []
    let bins = value.all
    if !value.values.isEmpty || value.spacing == .log || bins.count < 2 || bins[0] >= bins[1] {
      found.append(Inconsistency("value", "bins are equal: give from, to and a count of at least 2"))
    }
    if ratio.length * bins.count > 50_000_000 {
      found.append(Inconsistency("value", "ratios x bins is more than 50 million"))
    }
    if ratio.length * longestPeriod > 50_000_000 {
      found.append(Inconsistency("longest_period", "ratios x longest period is more than 50 million"))
    }
    return found
  }

  /// The ratios and the numbers of the period doublings.
  public var coordinates: [String: [JSONValue]] {
    ["ratio": ratio.all.map { .number($0) }, "level": (1...levels).map { .integer($0) }]
  }

  private static let branches = ["ratio", "branch"]

  /// What the kind says of itself.
  public static let declaration = KindDeclaration(
    "uv/bifurcation",
    "The attractor of the UV map continued in the learning rate: periods, flips, Lyapunov exponents, density.",
    discussion: """
      On the edge-of-stability manifold lambda = 2 kappa f the map is g' = g (1 + r - g)^2 with g = eta kappa f, \
      r = eta / eta_c; each r begins where the one before ended. Flips are located by bisection of the orbit's \
      multiplier, superstable points by Newton's method, and the onset of chaos by extrapolation. Exponents are per \
      step: within the manifold <ln |g''(g)|> (positive in chaos), across it <ln (1 + z)^2>.
      """,
    outputs: [
      .init("ratio", ["ratio"], "r = eta / eta_c."),
      .init("period", ["ratio"], "The period; 0 for chaos or a longer one, -1 for divergence."),
      .init("lyapunov_exponent", ["ratio"], "The Lyapunov exponent within the manifold, per step."),
      .init("transverse_lyapunov_exponent", ["ratio"], "The Lyapunov exponent across the manifold, per step."),
      .init("mean_eta_trace", ["ratio"], "The mean of eta lambda."),
      .init("mean_eta_sharpness", ["ratio"], "The mean of eta lambda_H."),
      .init("least_eta_sharpness", ["ratio"], "The least eta lambda_H."),
      .init("greatest_eta_sharpness", ["ratio"], "The greatest eta lambda_H."),
      .init("branch", ["branch"], unit: nil, "The number of a point of a periodic orbit, ascending."),
      .init("orbit_eta_trace", branches, "eta lambda on the periodic orbit; missing without one."),
      .init("orbit_eta_sharpness", branches, "eta lambda_H on the periodic orbit; missing without one."),
      .init("value", ["value"], "The centres of the bins of eta lambda."),
      .init("density", ["value", "ratio"], "The share of the steps in a bin; missing if zero."),
      .init("level", ["level"], unit: nil, "The number of the period doubling."),
      .init("level_period", ["level"], "The period that loses stability."),
      .init("flip", ["level"], "r at which it does: the multiplier is -1."),
      .init("superstable", ["level"], "r at which its multiplier is 0."),
      .init("flip_ratio", ["level"], "Feigenbaum's ratio of the last three flips; missing for the first two."),
      .init("superstable_ratio", ["level"], "Feigenbaum's ratio of the last three superstable points."),
      .init("onset", [], "r at which the doublings accumulate and chaos begins."),
    ]
  )

  /// Follows the attractor and locates the doublings.
  public func run(_ context: StageContext) async throws -> StageResult {
    let bins = value.all
    let (first, last) = (bins[0], bins[bins.count - 1])
    let half = (last - first) / Double(bins.count - 1) / 2
    let settings = BifurcationDiagram.Settings(
      transient: transient,
      steps: steps,
      longestPeriod: longestPeriod,
      bins: bins.count,
      range: first - half...last + half
    )
    let ratios = ratio.all
    let columns = BifurcationDiagram(ratios: ratios, settings: settings) { fraction in
      context.report(StageProgress(fraction))
    }.columns
    var builder = ResultBuilder(Self.declaration)
    func each(_ name: String, _ number: (BifurcationDiagram.Column) -> Double) throws {
      try builder.set(name, columns.map(number))
    }
    try builder.set("ratio", ratios)
    try builder.set("period", .int32(columns.map { Int32($0.period) }), shape: [ratios.count])
    try each("lyapunov_exponent") { $0.exponents.within }
    try each("transverse_lyapunov_exponent") { $0.exponents.across }
    try each("mean_eta_trace") { $0.meanTrace }
    try each("mean_eta_sharpness") { $0.meanSharpness }
    try each("least_eta_sharpness") { $0.sharpnessRange.0 }
    try each("greatest_eta_sharpness") { $0.sharpnessRange.1 }
    try setOrbits(columns, &builder)
    try builder.set("value", bins)
    let density = bins.indices.flatMap { bin in columns.map { $0.density[bin] > 0 ? $0.density[bin] : .nan } }
    try builder.set("density", density, shape: [bins.count, ratios.count])
    try setCascade(&builder)
    return try builder.finish()
  }

  private func setOrbits(_ columns: [BifurcationDiagram.Column], _ builder: inout ResultBuilder) throws {
    let width = max(1, columns.map(\.values.count).max() ?? 1)
    func padded(_ values: [Double]) -> [Double] {
      values + [Double](repeating: .nan, count: width - values.count)
    }
    let shape = [columns.count, width]
    try builder.set("branch", .int32((0..<Int32(width)).map { $0 }), shape: [width])
    try builder.set("orbit_eta_trace", columns.flatMap { padded($0.values) }, shape: shape)
    try builder.set("orbit_eta_sharpness", columns.flatMap { padded($0.sharpness) }, shape: shape)
  }

  private func setCascade(_ builder: inout ResultBuilder) throws {
    let cascade = PeriodDoubling(levels: levels)
    let count = cascade.levels.count
    try builder.set("level", .int32((1...Int32(count)).map { $0 }), shape: [count])
    try builder.set("level_period", .int32(cascade.levels.map { Int32($0.period) }), shape: [count])
    try builder.set("flip", cascade.levels.map(\.flip))
    try builder.set("superstable", cascade.levels.map(\.superstable))
    try builder.set("flip_ratio", [.nan, .nan] + cascade.flipRatios)
    try builder.set("superstable_ratio", [.nan, .nan] + cascade.superstableRatios)
    try builder.set("onset", cascade.onset)
  }
}
