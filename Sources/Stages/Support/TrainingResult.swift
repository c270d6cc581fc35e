internal import Artifacts
internal import Configuration
internal import Networks
internal import Planning
internal import Tensors
internal import Training

/// The arrays of `train`, from its runs.
struct TrainingResult {
  private let train: Train
  private let runs: [TrainingRun]
  private let initialSharpness: Double
  /// The length of the targets, |y|/√(NC).
  private let targetLength: Double
  /// What the regimes depend on besides the runs.
  private let conditions: TrainingConditions
  /// The address of the data.
  private let data: String

  init(_ train: Train, _ runs: [TrainingRun], initialSharpness: Double, examples: Examples, data: String) {
    self.train = train
    self.runs = runs
    self.initialSharpness = initialSharpness
    targetLength = examples.targetLength
    conditions = TrainingConditions(
      momentum: train.momentum,
      hasBatches: train.batchSize.map { $0 < examples.count } ?? false,
      constantLoss: train.loss.ofBestConstant(examples.targets, count: examples.count),
      late: train.late
    )
    self.data = data
  }

  func stageResult() throws -> StageResult {
    var builder = ResultBuilder(Train.declaration, outputs: train.outputs)
    let probeSteps = train.probeSteps
    func probed(_ name: String, _ value: (TrainingRun, TrainingRecord) -> Double?) throws {
      let values = values(at: probeSteps) { run, record in value(run, record).map { [$0] } }
      try builder.set(name, values, shape: [runs.count, probeSteps.count])
    }
    func each(_ name: String, _ value: (TrainingRun) -> Double) throws { try builder.set(name, runs.map(value)) }

    try builder.set("learning_rate", train.learningRates.all)
    try builder.set("step", (0...train.steps).map(Double.init))
    try builder.set("probe", probeSteps.map(Double.init))
    try builder.set("initial_sharpness", initialSharpness)
    try each("eta") { $0.learningRate }
    try each("edge") { conditions.threshold / $0.learningRate }
    try builder.set("constant_loss", conditions.constantLoss)
    let losses = runs.flatMap { run in
      run.losses + [Double](repeating: .nan, count: train.steps - run.stepsTaken)
    }
    try builder.set("loss", losses, shape: [runs.count, train.steps + 1])
    try probed("sharpness") { $1.convergedSharpness }
    try probed("sharpness_residual") { $1.sharpness?.residual }
    try probed("sharpness_upper") { $1.sharpness?.upper }
    try probed("sharpness_products") { $1.sharpness.map { Double($0.products) } }
    try probed("eta_sharpness") { run, record in record.convergedSharpness.map { run.learningRate * $0 } }
    try probed("relative_sharpness") { $1.convergedSharpness.map { $0 / initialSharpness } }
    try each("least_relative_sharpness") { ($0.convergedSharpness.min() ?? .nan) / initialSharpness }
    func late(_ run: TrainingRun, _ summary: ([Double]) -> Double?) -> Double {
      guard run.end != .diverged else { return .nan }
      return summary(run.lateProbes(train.late).compactMap(\.convergedSharpness)).map { run.learningRate * $0 } ?? .nan
    }
    try each("late_eta_sharpness") { late($0, \.mean) }
    try each("greatest_late_eta_sharpness") { late($0) { $0.max() } }
    try each("final_relative_sharpness") { ($0.convergedSharpness.last ?? .nan) / initialSharpness }
    try each("unconverged_probes") { run in
      Double(run.probes.count { $0.sharpness != nil && $0.convergedSharpness == nil })
    }
    try each("final_loss") { $0.losses.last ?? .nan }
    try each("steps_taken") { Double($0.stepsTaken) }
    let ends: [TrainingEnd] = [.steps, .targetLoss, .diverged, .collapsed]
    let codes = runs.map { Int8(ends.firstIndex(of: $0.end ?? .steps) ?? 0) }
    try builder.set("end", .int8(codes), shape: [runs.count])
    let regimes = runs.map { run in Int8(TrainingRegime.allCases.firstIndex(of: run.regime(conditions)) ?? 0) }
    try builder.set("regime", .int8(regimes), shape: [runs.count])
    for probe in TrainingProbe.all { try set(probe, in: &builder) }
    if !train.targetKernel.isEmpty { try builder.set("target_length", targetLength) }
    if !train.topEigenvalues.isEmpty { try builder.set("rank", (1...train.topEigenvalueCount).map(Double.init)) }
    try setKept(in: &builder)
    return try builder.finish()
  }

  /// The arrays of a probe over the steps of its schedule; without one over those of the sharpness, if there are any.
  private func set(_ probe: TrainingProbe, in builder: inout ResultBuilder) throws {
    let schedule = probe.schedule(train)
    let steps = schedule.isEmpty ? train.probeSteps : (0...train.steps).filter(schedule.schedule.contains)
    if !schedule.isEmpty { try builder.set(probe.steps, steps.map(Double.init)) }
    for series in probe.series {
      guard let output = train.outputs.first(where: { $0.name == series.name }) else { continue }
      let ranks = output.dimensions.contains("rank") ? [train.topEigenvalueCount] : []
      let values = values(at: steps, width: ranks.first ?? 1) { series.values($1) }
      try builder.set(series.name, values, shape: [runs.count, steps.count] + ranks)
    }
  }

  /// What the records of all runs hold at these steps, `width` numbers each; missing where nothing was measured.
  private func values(
    at steps: [Int],
    width: Int = 1,
    _ value: (TrainingRun, TrainingRecord) -> [Double]?
  ) -> [Double] {
    let place = Dictionary(uniqueKeysWithValues: steps.enumerated().map { ($1, $0) })
    var values = [Double](repeating: .nan, count: runs.count * steps.count * width)
    for (number, run) in runs.enumerated() {
      for record in run.probes {
        guard let position = place[record.step], let found = value(run, record) else { continue }
        let first = (number * steps.count + position) * width
        for (index, number) in found.prefix(width).enumerated() { values[first + index] = number }
      }
    }
    return values
  }

  /// The parameters that were kept, with all that another kind needs to know of the network and its data.
  private func setKept(in builder: inout ResultBuilder) throws {
    let steps = train.keptSteps
    guard !steps.isEmpty, let count = runs.lazy.compactMap({ $0.kept.values.first?.count }).first else { return }
    let missing = [Double](repeating: .nan, count: count)
    let values = runs.flatMap { run in steps.flatMap { run.kept[$0] ?? missing } }
    try builder.set("kept", steps.map(Double.init))
    try builder.set(
      "parameters",
      train.precision == .float32 ? .float32(values.map(Float.init)) : .float64(values),
      shape: [runs.count, steps.count, count]
    )
    builder.note("training", train.json.canonicalText)
    builder.note("data", data)
  }
}
