internal import Artifacts
internal import Configuration
internal import Planning
internal import Tensors
internal import Training

/// The arrays of `train`, from its runs.
struct TrainingResult {
  private let train: Train
  private let runs: [TrainingRun]
  private let initialSharpness: Double
  /// The address of the data.
  private let data: String

  init(_ train: Train, _ runs: [TrainingRun], initialSharpness: Double, data: String) {
    self.train = train
    self.runs = runs
    self.initialSharpness = initialSharpness
    self.data = data
  }

  func stageResult() throws -> StageResult {
    var builder = ResultBuilder(Train.declaration)
    let probeSteps = train.probeSteps
    let place = Dictionary(uniqueKeysWithValues: probeSteps.enumerated().map { ($1, $0) })
    func probed(_ name: String, _ value: (TrainingRun, TrainingRecord) -> Double?) throws {
      var values = [Double](repeating: .nan, count: runs.count * probeSteps.count)
      for (number, run) in runs.enumerated() {
        for record in run.probes {
          guard let position = place[record.step], let value = value(run, record) else { continue }
          values[number * probeSteps.count + position] = value
        }
      }
      try builder.set(name, values, shape: [runs.count, probeSteps.count])
    }
    func each(_ name: String, _ value: (TrainingRun) -> Double) throws { try builder.set(name, runs.map(value)) }

    try builder.set("learning_rate", train.learningRates.all)
    try builder.set("step", (0...train.steps).map(Double.init))
    try builder.set("probe", probeSteps.map(Double.init))
    try builder.set("initial_sharpness", initialSharpness)
    try each("eta") { $0.learningRate }
    try each("edge") { 2 / $0.learningRate }
    let losses = runs.flatMap { run in
      run.losses + [Double](repeating: .nan, count: train.steps - run.stepsTaken)
    }
    try builder.set("loss", losses, shape: [runs.count, train.steps + 1])
    try probed("sharpness") { $1.convergedSharpness }
    try probed("sharpness_residual") { $1.sharpness?.residual }
    try probed("sharpness_products") { $1.sharpness.map { Double($0.products) } }
    try probed("eta_sharpness") { run, record in record.convergedSharpness.map { run.learningRate * $0 } }
    try probed("gradient_norm") { $1.gradientNorm }
    try probed("weight_norm") { $1.parameterNorm.map { $0 * $0 } }
    try probed("accuracy") { $1.accuracy }
    try probed("relative_sharpness") { $1.convergedSharpness.map { $0 / initialSharpness } }
    try each("least_sharpness") { ($0.sharpness(from: 0).min() ?? .nan) / initialSharpness }
    try each("late_eta_sharpness") { run in
      let values = run.sharpness(from: Double(run.stepsTaken) * (1 - train.late))
      return run.learningRate * values.reduce(0, +) / Double(values.count)
    }
    try each("greatest_late_eta_sharpness") { run in
      run.learningRate * (run.sharpness(from: Double(run.stepsTaken) / 5).max() ?? .nan)
    }
    try each("final_relative_sharpness") { ($0.sharpness(from: 0).last ?? .nan) / initialSharpness }
    try each("final_loss") { $0.losses.last ?? .nan }
    try each("steps_taken") { Double($0.stepsTaken) }
    let ends: [TrainingEnd] = [.steps, .targetLoss, .diverged, .collapsed]
    let codes = runs.map { Int8(ends.firstIndex(of: $0.end ?? .steps) ?? 0) }
    try builder.set("end", .int8(codes), shape: [runs.count])
    try setKept(in: &builder)
    return try builder.finish()
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
