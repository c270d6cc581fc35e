public import Tensors

/// What gradient descent does in the long run from one start at one learning rate.
public enum LongRun: Int, CaseIterable, Sendable {
  /// It reaches a point of the zero-loss line.
  case converges
  /// It stays bounded and never converges: the edge of stability.
  case edgeOfStability
  /// It leaves every bound.
  case diverges
}

/// Which learning rates and initial traces converge, stay at the edge of stability, or diverge.
public enum PhaseDiagram {
  /// The exact rule (Documentation/uv-model.md): bounded for r < 2 when S > 0, and then convergent for r < 1.
  ///
  /// Starts on the boundaries themselves (a set of measure zero) count to the side of divergence or of the edge.
  public static func exact(_ model: UVModel, start: UVModel.State, learningRate: Double) -> LongRun {
    // At zero loss nothing moves.
    if start.residual == 0 { return .converges }
    let r = learningRate * model.kappa * model.target
    guard r < 2, model.boundedness(start, learningRate: learningRate) > 0 else { return .diverges }
    return r < 1 ? .converges : .edgeOfStability
  }

  /// What a simulation says.
  ///
  /// A point that is not convergent keeps its amplitude |z|; one that converges lets it shrink at least as at r = 1,
  /// where it falls like the inverse root of time: by √2 from half of the steps to their end, and then below a tenth
  /// (in chaos the largest of a few steps may shrink by chance, but stays of order one). An amplitude below 10⁻⁹ has
  /// converged whatever it does.
  public static func simulated(_ outcome: UVSweep.Outcome) -> LongRun {
    if outcome.divergedAfter != nil { return .diverges }
    let hasVanished = outcome.finalAmplitude < 1e-9
    let shrinks = outcome.finalAmplitude < min(0.1, outcome.halfAmplitude * 0.5.squareRoot())
    return hasVanished || shrinks ? .converges : .edgeOfStability
  }

  /// A cell of a diagram: a start of a model, and a learning rate.
  public struct Cell: Sendable {
    /// The model.
    public var model: UVModel
    /// Where it starts.
    public var start: UVModel.State
    /// η.
    public var learningRate: Double

    /// A cell.
    public init(model: UVModel, start: UVModel.State, learningRate: Double) {
      self.model = model
      self.start = start
      self.learningRate = learningRate
    }

    /// What the exact rule says of it.
    public var exact: LongRun { PhaseDiagram.exact(model, start: start, learningRate: learningRate) }
  }

  /// Simulates each cell.
  ///
  /// - Parameter steps: a multiple of `UVSweep.block`.
  public static func simulate(
    _ cells: [Cell],
    steps: Int,
    threads: Int,
    finished: @Sendable (Int) -> Void = { _ in }
  ) async throws -> [UVSweep.Outcome] {
    let balanced = cells.map { $0.model.balanced($0.start, learningRate: $0.learningRate) }
    return try await UVSweep.run(
      positive: balanced.map(\.positive),
      negative: balanced.map(\.negative),
      ratio: cells.map { $0.learningRate * $0.model.kappa * $0.model.target },
      steps: steps,
      threads: threads,
      finished: finished
    )
  }
}
