internal import Training

/// The regime of a training run at one learning rate, relative to the stability threshold of its optimizer.
enum TrainingRegime: String, CaseIterable {
  /// The run ended away from the edge, and its loss no longer falls or is fitted.
  case converged
  /// The run ended away from the edge while its loss was still falling.
  case slow
  /// The late ηλ_H stays at the threshold and does not settle: the edge of stability.
  case edge
  /// The late ηλ_H settled at the threshold: gradient descent converged there.
  case convergedAtEdge = "converged-at-edge"
  /// ηλ_H reached the threshold during training and later fell below it, as with cross-entropy.
  case leftEdge = "left-edge"
  /// The loss is not finite, exceeded every bound, or ended above its start and still grows.
  case diverged
  /// The run ended at a loss that a constant prediction reaches, and no longer learns.
  case dead
  /// No late probe found a sharpness.
  case unknown

  /// The share of the threshold from which ηλ_H counts as at the edge.
  static let nearness = 0.95
  /// The share of the loss of the best constant prediction from which a run has learned nothing.
  static let untrained = 0.9
  /// The share of that loss below which the examples are fitted.
  static let fitted = 0.01
  /// The relative change of a loss below which it counts as constant.
  static let constancy = 1e-3

  /// The rule for people; Documentation/training.md explains it.
  static let rule = """
    regime: with the stability threshold E = 2 (1 + momentum) of eta lambda_H, L0 the loss of the best constant \
    prediction ('constant_loss') and the late probes being the last share 'late' of all: diverged if the loss is not \
    finite, exceeded 1e10, or ended above its start and grows; dead if the late loss is at least 0.9 L0 and the gradient \
    vanished (it is zero, or at most a tenth of its maximum and too small to lower the loss by 1 % in another run of \
    this length) or the loss no longer falls away from the edge; edge if the late median of eta lambda_H is at least \
    0.95 E and the late values spread by more than twice their residuals or the loss still rises at some steps; \
    converged-at-edge if they do neither; left-edge if eta lambda_H climbed to 0.95 E at three probes in a row, or a fiftieth of them, earlier; unknown if no late probe \
    found a sharpness; slow if the loss is above 0.01 L0 and still falls by more than 0.1 %; else converged.
    """
}

/// What the regime of a run depends on besides what the run recorded.
struct TrainingConditions {
  /// μ of Polyak's momentum; 0 for gradient descent.
  let momentum: Double
  /// Whether each step takes a part of the examples, so that its loss fluctuates.
  let hasBatches: Bool
  /// The loss of the best constant prediction.
  let constantLoss: Double
  /// The share of the probes, at the end, that counts as late.
  let late: Double

  /// The value of ηλ_H above which a quadratic diverges: 2(1 + μ).
  var threshold: Double { 2 * (1 + momentum) }
}

extension TrainingRun {
  /// The probes of the last `share`, at least one, among those after the start that measured the sharpness.
  ///
  /// This is the one meaning of "late": means, maxima and regimes are taken over these probes.
  func lateProbes(_ share: Double) -> ArraySlice<TrainingRecord> {
    let probes = probes.filter { $0.sharpness != nil && ($0.step > 0 || stepsTaken == 0) }
    guard !probes.isEmpty else { return [] }
    return probes.suffix(max(1, Int((share * Double(probes.count)).rounded(.up))))
  }

  /// The regime by `TrainingRegime.rule`.
  func regime(_ conditions: TrainingConditions) -> TrainingRegime {
    if hasDiverged { return .diverged }
    if isDead(conditions) { return .dead }
    let late = lateProbes(conditions.late)
    let values = late.compactMap(\.convergedSharpness).map { learningRate * $0 }
    guard let median = values.median else { return .unknown }
    let edge = TrainingRegime.nearness * conditions.threshold
    if median >= edge { return isSettled(late, values, conditions) ? .convergedAtEdge : .edge }
    if hasClimbed(to: edge) { return .leftEdge }
    if isFalling(conditions) { return .slow }
    return isUntrained(conditions) ? .dead : .converged
  }

  /// The losses of the late part of the run, which begins with the first late probe.
  private func lateLosses(_ conditions: TrainingConditions) -> ArraySlice<Double> {
    let first = lateProbes(conditions.late).first?.step ?? stepsTaken
    return losses.dropFirst(min(first, max(0, losses.count - 2)))
  }

  private var hasDiverged: Bool {
    guard end != .diverged, let first = losses.first, let last = losses.last, last.isFinite else { return true }
    guard last > first else { return false }
    let fifth = losses.count / 5
    guard let before = losses.dropLast(fifth).suffix(fifth).mean, let after = losses.suffix(fifth).mean else {
      return false
    }
    return after > before * (1 + TrainingRegime.constancy)
  }

  /// Whether the gradient vanished at a loss that a constant prediction reaches.
  private func isDead(_ conditions: TrainingConditions) -> Bool {
    guard end != .collapsed else { return true }
    let norms = probes.compactMap(\.gradientNorm)
    guard isUntrained(conditions), let last = norms.last, let greatest = norms.max(),
      let loss = lateLosses(conditions).mean
    else { return false }
    let fall = learningRate * last * last * Double(stepsTaken) / (1 - conditions.momentum)
    return last == 0 || (last <= 0.1 * greatest && fall <= 0.01 * loss)
  }

  private func isUntrained(_ conditions: TrainingConditions) -> Bool {
    lateLosses(conditions).mean.map { $0 >= TrainingRegime.untrained * conditions.constantLoss } ?? false
  }

  /// Whether the late values differ by no more than their residuals allow, and the loss no longer rises.
  private func isSettled(
    _ late: ArraySlice<TrainingRecord>,
    _ values: [Double],
    _ conditions: TrainingConditions
  ) -> Bool {
    let residuals = late.compactMap { $0.convergedSharpness == nil ? nil : $0.sharpness?.residual }
    let error = learningRate * (residuals.max() ?? 0)
    guard let least = values.min(), let greatest = values.max(), greatest - least <= 2 * error else { return false }
    guard !conditions.hasBatches else { return true }
    // Below this the loss of a fitted network in single precision is rounding noise.
    let noise = 1e-9 * conditions.constantLoss
    let losses = lateLosses(conditions)
    return zip(losses, losses.dropFirst()).allSatisfy { before, after in
      after <= before * (1 + TrainingRegime.constancy) || after <= noise
    }
  }

  /// Whether ηλ_H was below a value and then at or above it for a while: a start above it, which is a catapult, does not
  /// count, nor does a single spike.
  private func hasClimbed(to edge: Double) -> Bool {
    let values = probes.compactMap(\.convergedSharpness).map { learningRate * $0 }
    let required = max(3, values.count / 50)
    var length = 0
    for value in values.drop(while: { $0 >= edge }) {
      length = value >= edge ? length + 1 : 0
      if length >= required { return true }
    }
    return false
  }

  private func isFalling(_ conditions: TrainingConditions) -> Bool {
    guard end != .targetLoss, let last = losses.last, last > TrainingRegime.fitted * conditions.constantLoss else {
      return false
    }
    let late = lateLosses(conditions)
    let half = late.count / 2
    guard let before = late.prefix(half).mean, let after = late.suffix(half).mean else { return false }
    return after < before * (1 - TrainingRegime.constancy)
  }
}

extension Collection<Double> {
  /// The mean; nil without elements.
  var mean: Double? { isEmpty ? nil : reduce(0, +) / Double(count) }

  /// The middle element in order, or the mean of the two in the middle; nil without elements.
  var median: Double? {
    let sorted = sorted()
    guard !sorted.isEmpty else { return nil }
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}
