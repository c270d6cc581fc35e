internal import Training

/// Where a training at one learning rate got to, seen from the edge of stability.
enum TrainingRegime: String, CaseIterable {
  /// It trained without reaching the edge.
  case below
  /// It trained, and was at the edge in the later part of the run.
  case edge
  /// Its loss left every bound.
  case diverged
  /// Its learning rate was too large for it to learn.
  case dead
  /// It trained, and its sharpness was not measured in the later part.
  case unknown

  /// The ηλ_H from which on a run counts as at the edge: near 2, and reached from below with some measurement left out.
  static let nearness = 1.9
  /// The part of the loss at the start below which a run has trained.
  static let trained = 0.5

  /// The rule, for people; Documentation/training.md has it too.
  static let rule = """
    regime: diverged if the loss left every bound; dead if training collapsed, or if the loss did not fall below half \
    of that of the start though some probe, the start included, found eta lambda_H >= 1.9; edge if the loss fell below \
    half and the greatest eta lambda_H after a fifth of the steps taken is 1.9 or more; unknown if it fell and no \
    sharpness was found there; else below.
    """
}

extension TrainingRun {
  /// Where it got to, by `TrainingRegime.rule`.
  var regime: TrainingRegime {
    switch end {
    case .diverged: return .diverged
    case .collapsed: return .dead
    default: break
    }
    let hasTrained = (losses.last ?? .nan) < TrainingRegime.trained * (losses.first ?? .nan)
    guard hasTrained else { return isAtEdge(from: 0) == true ? .dead : .below }
    return isAtEdge(from: Double(stepsTaken) / 5).map { $0 ? .edge : .below } ?? .unknown
  }

  /// Whether ηλ_H was at the edge at some probe from a step on; nil where none found it.
  private func isAtEdge(from step: Double) -> Bool? {
    sharpness(from: step).max().map { learningRate * $0 >= TrainingRegime.nearness }
  }
}
