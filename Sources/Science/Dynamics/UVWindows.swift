/// The UV model fitted to a recorded run window by window: how its κ and y change along the run, and where they stop
/// being those of any UV model.
public struct UVWindows: Sendable {
  /// What is asked of a window.
  public struct Criterion: Sendable, Hashable {
    /// The least share of the variance of the steps, in each of the two equations, that a fit explains where the model
    /// holds.
    public var threshold: Double
    /// The part of the run's largest residual below which a window has settled: only rounding is left to be fitted.
    public var settled: Double

    /// A criterion.
    public init(threshold: Double = 0.9, settled: Double = 1e-4) {
      self.threshold = threshold
      self.settled = settled
    }
  }

  /// What a window gave.
  public enum Outcome: Sendable {
    /// A model.
    case fitted(UVFit)
    /// None, and why.
    case failed(UVFit.Failure)
    /// Nothing to fit a model to.
    case settled
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
      // A run that has ended leaves no states, and has not settled.
      if used.contains(where: \.isFinite), largestResidual(used) <= bound {
        return Window(states: first...first + length, outcome: .settled, holds: nil)
      }
      do throws(UVFit.Failure) {
        let fit = try UVFit(Array(used), learningRate: learningRate, confidence: confidence, floor: floor)
        return Window(states: first...first + length, outcome: .fitted(fit), holds: fit.explains(criterion.threshold))
      } catch {
        var holds: Bool?
        if case .notUV = error { holds = false }
        return Window(states: first...first + length, outcome: .failed(error), holds: holds)
      }
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

  /// The trajectory of the model that fits the first window with a fit, from the first state of that window, as many
  /// states as there are; NaN before it.
  public var prediction: [UVModel.State] {
    let missing = UVModel.State(residual: .nan, trace: .nan)
    for window in windows {
      guard case .fitted(let fit) = window.outcome else { continue }
      let first = window.states.lowerBound
      let count = states.count - 1 - first
      return [UVModel.State](repeating: missing, count: first)
        + fit.model.trajectory(from: states[first], learningRate: learningRate, count: count)
    }
    return [UVModel.State](repeating: missing, count: states.count)
  }
}

extension UVFit {
  /// Whether both equations explain at least this share of the variance of the steps.
  fileprivate func explains(_ share: Double) -> Bool {
    residualDetermination >= share && traceDetermination >= share
  }
}

extension UVModel.State {
  fileprivate var isFinite: Bool { residual.isFinite && trace.isFinite }
}
