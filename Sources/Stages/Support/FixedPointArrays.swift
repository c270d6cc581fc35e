internal import Artifacts
internal import Dynamics
internal import Planning

/// The names and meanings with which fixed points are written, wherever they are.
enum FixedPointArrays {
  /// The coordinate of the dimension `fixed_point`.
  static let coordinate = OutputDeclaration(
    "fixed_point",
    ["fixed_point"],
    unit: nil,
    "The fixed points: the zero-loss line (the paper's I), the saddle at U = v = 0, and the two unstable nodes."
  )

  /// The texts of the coordinate, in the order of `FixedPoint.Family`.
  static let names = Values.string(["zero-loss line", "origin", "plus", "minus"])

  /// The words for `FixedPoint.Stability`.
  static let stabilities = ["stable", "saddle", "unstable"]

  /// The arrays over `[leading..., fixed_point]` that `set` writes.
  static func outputs(_ leading: String) -> [OutputDeclaration] {
    let dimensions = [leading, "fixed_point"]
    return [
      coordinate,
      .init("fixed_point_residual", dimensions, "The residual of the fixed point."),
      .init("fixed_point_trace", dimensions, "The trace lambda of the fixed point; of the line, its lowest point."),
      .init("fixed_point_stability", dimensions, unit: nil, "How it attracts:", meanings: stabilities),
    ]
  }

  /// Writes the fixed points of each leading index.
  static func set(_ points: [[FixedPoint]], in builder: inout ResultBuilder) throws {
    let all = points.flatMap { $0 }
    let shape = [points.count, 4]
    try builder.set("fixed_point", names, shape: [4])
    try builder.set("fixed_point_residual", all.map(\.state.residual), shape: shape)
    try builder.set("fixed_point_trace", all.map(\.state.trace), shape: shape)
    try builder.set("fixed_point_stability", .int8(all.map { Int8($0.stability.rawValue) }), shape: shape)
  }
}
