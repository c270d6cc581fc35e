internal import Artifacts
public import Configuration
internal import Dynamics
public import Planning
internal import Tensors

/// `uv/network-orbits`: what the parameters of a UV network settle on, beside the one-dimensional map.
public struct UVNetworkOrbits: StageKind, Equatable {
  /// r = η/η_c.
  public var ratio = ValueRange(from: 1.02, to: 1.6, count: 30)
  /// The network.
  public var network = UVTrajectories.Network()
  /// Steps that are thrown away.
  public var transient = 20_000
  /// The longest period that is distinguished from chaos.
  public var longestPeriod = 16

  /// A network with more than one unit and input.
  public init() {
    network.width = 16
    network.inputDimension = 4
  }

  /// The parameters.
  public static let fields: [Field<UVNetworkOrbits>] = [
    .init("ratio", \.ratio, "r = eta / eta_c.", limit: .positiveValues),
    .init("network", \.network, "The network, drawn anew for each r."),
    .init("transient", \.transient, "Steps that are thrown away.", unit: "steps", limit: .within(0...10_000_000)),
    .init(
      "longest_period",
      \.longestPeriod,
      "The longest period that is distinguished from chaos.",
      limit: .within(1...64)
    ),
  ]

  private static let branches = ["ratio", "branch"]

  /// What the kind says of itself.
  public static let declaration = KindDeclaration(
    "uv/network-orbits",
    "What the parameters of a UV network settle on, beside the one-dimensional map on the edge-of-stability manifold.",
    discussion: """
      Gradient descent on U and v themselves, and g' = g (1 + r - g)^2 from its critical point, both after the same number \
      of steps. A period is the shortest with which eta lambda repeats to 1e-9 over four times the longest period.
      """,
    outputs: [
      .init("ratio", ["ratio"], "r = eta / eta_c."),
      .init("network_period", ["ratio"], "The period of the network; 0 for chaos or a longer one, -1 for divergence."),
      .init("map_period", ["ratio"], "The period of the map, found in the same way."),
      .init("branch", ["branch"], unit: nil, "The number of a point of a periodic orbit, ascending."),
      .init("network_orbit", branches, "eta lambda of the network; missing where there is no period."),
      .init("map_orbit", branches, "eta lambda of the map; missing where there is no period."),
      .init("orbit_difference", ["ratio"], "The largest difference of the orbits; missing where there is no period."),
    ]
  )

  /// Follows both at each r.
  public func run(_ context: StageContext) async throws -> StageResult {
    let ratios = ratio.all
    let start = UVParameters(network.initialization)
    let model = network.initialization.model
    let count = ratios.count
    let orbits = try await Parallel.map(
      count,
      piece: 1,
      threads: context.threads,
      finished: { context.report(StageProgress(Double($0) / Double(count), "\($0) of \(count) learning rates")) },
      { range in
        range.map { (network: networkOrbit(ratios[$0], start, model), map: mapOrbit(ratios[$0])) }
      }
    ).flatMap { $0 }
    var builder = ResultBuilder(Self.declaration)
    try builder.set("ratio", ratios)
    try builder.set("network_period", .int32(orbits.map { Int32($0.network.period) }), shape: [count])
    try builder.set("map_period", .int32(orbits.map { Int32($0.map.period) }), shape: [count])
    func padded(_ values: [Double]) -> [Double] {
      values + [Double](repeating: .nan, count: longestPeriod - values.count)
    }
    try builder.set("branch", .int32((0..<Int32(longestPeriod)).map { $0 }), shape: [longestPeriod])
    try builder.set("network_orbit", orbits.flatMap { padded($0.network.values) }, shape: [count, longestPeriod])
    try builder.set("map_orbit", orbits.flatMap { padded($0.map.values) }, shape: [count, longestPeriod])
    try builder.set(
      "orbit_difference",
      orbits.map { network, map in
        guard network.values.count == map.values.count else { return .nan }
        return zip(network.values, map.values).map { ($0 - $1).magnitude }.max() ?? .nan
      }
    )
    return try builder.finish()
  }

  private func networkOrbit(_ ratio: Double, _ start: UVParameters, _ model: UVModel) -> Orbit {
    let eta = ratio * model.criticalLearningRate
    var network = start
    for _ in 0..<transient { network.descend(learningRate: eta) }
    return Orbit(longest: longestPeriod) {
      defer { network.descend(learningRate: eta) }
      return eta * network.tangentKernel
    }
  }

  private func mapOrbit(_ ratio: Double) -> Orbit {
    let map = CubicMap(ratio: ratio)
    var g = map.criticalPoint
    for _ in 0..<transient { g = map(g) }
    return Orbit(longest: longestPeriod) {
      defer { g = map(g) }
      return 2 * g
    }
  }
}

/// What a sequence repeats, if it repeats anything.
private struct Orbit: Sendable {
  /// The period; 0 for none, -1 where the values leave every bound.
  let period: Int
  /// The values of one period, ascending.
  let values: [Double]

  init(longest: Int, _ next: () -> Double) {
    let sequence = (0..<5 * longest).map { _ in next() }
    guard sequence.allSatisfy({ $0.magnitude < 1e6 }) else {
      (period, values) = (-1, [])
      return
    }
    let found = (1...longest).first { period in
      zip(sequence, sequence.dropFirst(period)).allSatisfy { ($0 - $1).magnitude < 1e-9 }
    }
    (period, values) = (found ?? 0, found.map { sequence.prefix($0).sorted() } ?? [])
  }
}
