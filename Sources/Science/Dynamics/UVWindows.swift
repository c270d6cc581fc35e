/// The UV model fitted to a recorded run window by window: how its κ and y change along the run, and where they stop
/// being those of any UV model.
public struct UVWindows: Sendable {
  /// What is asked of a window.
  public struct Criterion: Sendable, Hashable {
    /// What a fit may miss of the steps where the model holds, in each of the two equations, over the steps (root mean
    /// squares).
    public var tolerance: Double
    /// The part of the run's largest residual below which a window has settled: only rounding is left to be fitted.
    public var settled: Double

    /// A criterion.
    public init(tolerance: Double = 0.2, settled: Double = 1e-4) {
      self.tolerance = tolerance
      self.settled = settled
    }
  }

  /// What a window gave.
  public enum Outcome: Sendable {
    /// A model.
    case fitted(UVFit)
    /// None, and why.
    case failed(UVFit.Failure)
    /// Nothing to fit a model to: the residual is that of rounding, beside the largest one of the run.
    case settled
    /// None, as the run began later or ended within it.
    case incomplete
  }

  /// A window.
  public struct Window: Sendable {
    /// The numbers of its states, the first and the last included.
    public let states: ClosedRange<Int>
    /// What it gave.
    public let outcome: Outcome
    /// Whether the model holds there; nil where that cannot be told.
    public let holds: Bool?
  }

  /// The windows, in time.
  public let windows: [Window]
  private let states: [UVModel.State]
  private let learningRate: Double

  /// Fits every window.
  ///
  /// - Parameters:
  ///   - states: consecutive states; missing ones are not finite.
  ///   - length: the number of steps of a window.
  ///   - stride: by how many steps each begins later than the one before.
  public init(
    _ states: [UVModel.State],
    learningRate: Double,
    length: Int,
    stride: Int,
    criterion: Criterion = Criterion(),
    confidence: Confidence = .ninetyFive,
    floor: Double = 1e-6
  ) {
    precondition(length > 0 && stride > 0)
    func largestResidual(_ states: some Sequence<UVModel.State>) -> Double {
      states.lazy.map(\.residual.magnitude).filter(\.isFinite).max() ?? 0
    }
    let bound = criterion.settled * largestResidual(states)
    self.states = states
    self.learningRate = learningRate
    windows = Swift.stride(from: 0, to: states.count - length, by: stride).map { first in
      let used = states[first...first + length]
      let outcome: Outcome
      if !used.allSatisfy(\.isFinite) {
        outcome = .incomplete
      } else if largestResidual(used) <= bound {
        outcome = .settled
      } else {
        do throws(UVFit.Failure) {
          outcome = .fitted(try UVFit(Array(used), learningRate: learningRate, confidence: confidence, floor: floor))
        } catch {
          outcome = .failed(error)
        }
      }
      return Window(
        states: first...first + length,
        outcome: outcome,
        holds: outcome.holds(within: criterion.tolerance)
      )
    }
  }

  /// The number of the last state up to which the model holds in every window of which it can be told; nil if it does
  /// not from the beginning.
  public var heldUntil: Int? {
    let told = windows.filter { $0.holds != nil }
    return told.prefix { $0.holds == true }.last?.states.upperBound
  }

  /// The number of the first state from which on the model holds in every window of which it can be told; nil if it
  /// does not at the end.
  public var heldFrom: Int? {
    let told = windows.filter { $0.holds != nil }
    return told.reversed().prefix { $0.holds == true }.last?.states.lowerBound
  }

  /// The share of the windows, of those of which it can be told, in which the model holds; NaN for none.
  public var heldShare: Double {
    let told = windows.compactMap(\.holds)
    return Double(told.count { $0 }) / Double(told.count)
  }

  /// The trajectory of the model that fits the first window in which it holds, from the first state of that window, as
  /// many states as there are; NaN before it.
  public var prediction: [UVModel.State] {
    let missing = UVModel.State(residual: .nan, trace: .nan)
    for window in windows {
      guard window.holds == true, case .fitted(let fit) = window.outcome else { continue }
      let first = window.states.lowerBound
      let count = states.count - 1 - first
      return [UVModel.State](repeating: missing, count: first)
        + fit.model.trajectory(from: states[first], learningRate: learningRate, count: count)
    }
    return [UVModel.State](repeating: missing, count: states.count)
  }
}

extension UVWindows.Outcome {
  /// Whether there is a UV model with a target whose equations tell each step; nil where nothing can be told.
  fileprivate func holds(within tolerance: Double) -> Bool? {
    switch self {
    case .fitted(let fit):
      guard max(fit.residualStepError, fit.traceStepError) <= tolerance, fit.target.high > 0 else { return false }
      // Near zero loss the steps may tell κ²y alone.
      return fit.kappa.low > 0 && fit.target.low > 0 ? true : nil
    case .failed(.notUV): return false
    case .failed(.tooFewSteps), .failed(.undetermined), .settled, .incomplete: return nil
    }
  }
}

extension UVModel.State {
  fileprivate var isFinite: Bool { residual.isFinite && trace.isFinite }
}
