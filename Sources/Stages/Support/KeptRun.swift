internal import Artifacts
internal import Configuration
internal import Networks
internal import Planning
internal import Training

/// A training that kept its parameters, read from its artifact, with the data on which it was trained.
struct KeptRun: Sendable {
  /// The dimensions of the parameters that were kept.
  static let dimensions = ["learning_rate", "kept", "parameter"]

  /// How it was trained.
  let train: Train
  let network: FullyConnected
  let data: TrainingData
  /// The learning rates in the unit in which they were asked for, and η.
  let rates: [Double], eta: [Double]
  /// The steps at which parameters were kept.
  let steps: [Double]
  private let values: [Double]

  /// Reads a run.
  ///
  /// - Throws: if the artifact is not a run, has no parameters, or was trained on other data.
  init(_ run: Artifact, data artifact: Artifact) throws(StageFailure) {
    guard let text = run.attributes["training"]?.text, let parameters = run["parameters"],
      let rates = run["learning_rate"]?.values.doubles, let eta = run["eta"]?.values.doubles,
      let steps = run["kept"]?.values.doubles
    else { throw StageFailure("the run keeps no parameters: give its stage a schedule 'keep'") }
    guard parameters.dimensions == Self.dimensions, let values = parameters.values.doubles else {
      throw StageFailure("the run is a sweep; 'sharpness' looks at one point of it")
    }
    let address = artifact.address.description
    guard let own = run.attributes["data"]?.text, own == address else {
      throw StageFailure(
        "the run was trained on other data (\(run.attributes["data"]?.text ?? "unknown")) than the input 'data' (\(address))"
      )
    }
    data = try TrainingData(artifact)
    train = try Self.train(text)
    network = train.network(inputs: data.inputCount, outputs: data.outputCount)
    guard network.parameterCount == parameters.shape[2] else {
      throw StageFailure("the run has \(parameters.shape[2]) parameters, its network \(network.parameterCount)")
    }
    (self.rates, self.eta, self.steps, self.values) = (rates, eta, steps, values)
  }

  private static func train(_ text: String) throws(StageFailure) -> Train {
    var diagnostics = Diagnostics()
    guard let node = try? YAMLParser.parse(Array(text.utf8), name: "training"),
      let train = Train.decode(node, &diagnostics)
    else { throw StageFailure("the run's attribute 'training' is not what 'train' writes: \(diagnostics)") }
    return train
  }

  /// The parameters at a step; nil if the run had ended.
  func parameters(ofRate rate: Int, step: Int) -> [Double]? {
    let first = (rate * steps.count + step) * network.parameterCount
    let parameters = values[first..<first + network.parameterCount]
    return parameters.contains { $0.isNaN } ? nil : Array(parameters)
  }
}
