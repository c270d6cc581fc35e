/// The UV model fitted to windows of a recorded run: how κ and y change along the run, and up to where a UV model
/// describes it.
public struct UVWindows: Sendable {
  /// The conditions on a window.
  public struct Criterion: Sendable, Hashable {
    /// The largest error of a fit at which the model holds: in each of the two equations, the root mean square of the
    /// errors over that of the steps.
    public var tolerance: Double
    /// The part of the run's largest residual below which a window has settled: only rounding is left to be fitted.
    public var settled: Double

    /// A criterion.
    public init(tolerance: Double = 0.2, settled: Double = 1e-4) {
      self.tolerance = tolerance
      self.settled = settled
    }
  }

  /// The outcome of a window.
  public enum Outcome: Sendable {
    /// A fitted model.
    case fitted(UVFit)
    /// No model, and why.
    case failed(UVFit.Failure)
    /// Nothing to fit: the residual is small beside the largest one of the run.
    case settled
    /// A window with missing states, because the run began later or ended within it.
    case incomplete
  }

  /// A window.
  public struct Window: Sendable {
    /// The numbers of its states, the first and the last included.
    public let states: ClosedRange<Int>
    /// The outcome of the fit.
    public let outcome: Outcome
    /// Whether the model holds in the window; nil if that is undecided.
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
    confidence: Confidence = .ninetyFive
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
          outcome = .fitted(try UVFit(Array(used), learningRate: learningRate, confidence: confidence, errors: .steps))
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

  /// The number of the last state up to which the model holds in every decided window; nil if it fails in the first.
  public var heldUntil: Int? {
    let decided = windows.filter { $0.holds != nil }
    return decided.prefix { $0.holds == true }.last?.states.upperBound
  }

  /// The number of the first state from which the model holds in every decided window; nil if it fails in the last.
  public var heldFrom: Int? {
    let decided = windows.filter { $0.holds != nil }
    return decided.reversed().prefix { $0.holds == true }.last?.states.lowerBound
  }

  /// The share of the decided windows in which the model holds; NaN without decided windows.
  public var heldShare: Double {
    let decided = windows.compactMap(\.holds)
    return Double(decided.count { $0 }) / Double(decided.count)
  }

  /// The trajectory of the model that fits the first window in which it holds, from the first state of that window, as
  /// many states as the run has; NaN before it.
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
  /// Whether the equations of a UV model with a positive target predict each step; nil if that is undecided.
  fileprivate func holds(within tolerance: Double) -> Bool? {
    switch self {
    case .fitted(let fit):
      guard max(fit.residualStepError, fit.traceStepError) <= tolerance, fit.target.high > 0 else { return false }
      // Near zero loss the steps may determine κ²y alone.
      return fit.kappa.low > 0 && fit.target.low > 0 ? true : nil
    case .failed(.notUV): return false
    case .failed(.tooFewSteps), .failed(.undetermined), .settled, .incomplete: return nil
    }
  }
}

extension UVModel.State {
  fileprivate var isFinite: Bool { residual.isFinite && trace.isFinite }
}
