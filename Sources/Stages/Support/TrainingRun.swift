internal import Training

/// What a training at one learning rate recorded.
struct TrainingRun: Sendable, Hashable {
  /// η.
  let learningRate: Double
  /// The loss before each step, the last one included.
  private(set) var losses: [Double]
  /// Those records in which more than the loss was measured.
  private(set) var probes: [TrainingRecord]
  /// The parameters that are kept, by the step.
  private(set) var kept: [Int: [Double]]
  /// Why it ended; nil as long as it has not.
  private(set) var end: TrainingEnd?

  /// A run, as far as it is known.
  init(
    learningRate: Double,
    losses: [Double] = [],
    probes: [TrainingRecord] = [],
    kept: [Int: [Double]] = [:],
    end: TrainingEnd? = nil
  ) {
    self.learningRate = learningRate
    self.losses = losses
    self.probes = probes
    self.kept = kept
    self.end = end
  }

  /// The number of steps that were taken.
  var stepsTaken: Int { max(0, losses.count - 1) }

  /// The converged values of the sharpness, in the order of their steps.
  var convergedSharpness: [Double] { probes.compactMap(\.convergedSharpness) }

  /// Trains to the end.
  ///
  /// - Parameters:
  ///   - training: a training that is where this run is.
  ///   - steps: after how many steps it ends at the latest.
  ///   - schedule: when the parameters are kept.
  ///   - checkpoint: is called before each step, and once after the run has ended for another reason than its steps.
  mutating func complete(
    _ training: Training,
    steps: Int,
    keeping schedule: StepSchedule,
    checkpoint: (TrainingRun, Training) -> Void
  ) {
    while true {
      if training.end == nil, schedule.contains(training.step) { kept[training.step] = training.parameters }
      if training.end == nil { checkpoint(self, training) }
      guard let record = training.advance() else { break }
      losses.append(record.loss)
      if record.hasProbes { probes.append(record) }
    }
    end = training.end
    if end != .steps { checkpoint(self, training) }
  }

  /// The same run with an end after at most so many steps, if that is known: the beginning of a longer run is a shorter
  /// one.
  func ended(after steps: Int) -> TrainingRun? {
    let known = losses.count - 1
    let goesFurther =
      switch end {
      // Before a step is taken that is asked for, it is not looked whether one could be.
      case nil, .collapsed: known >= steps
      default: known > steps
      }
    guard goesFurther else { return end == nil ? nil : self }
    return TrainingRun(
      learningRate: learningRate,
      losses: Array(losses.prefix(steps + 1)),
      probes: probes.filter { $0.step <= steps },
      kept: kept.filter { $0.key <= steps },
      end: .steps
    )
  }
}

extension TrainingRecord {
  /// The sharpness, if it was measured and found.
  var convergedSharpness: Double? {
    sharpness.flatMap { $0.isConverged ? $0.value : nil }
  }
}
