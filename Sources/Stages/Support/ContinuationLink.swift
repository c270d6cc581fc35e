internal import Artifacts
internal import Training

/// A training at one learning rate of a chain: what was recorded, and where it ended.
struct ContinuationLink: Sendable, Equatable {
  /// The loss before each recorded step.
  var losses: [Double] = []
  /// λ_H there; NaN where it was not found.
  var sharpness: [Double] = []
  /// The parameters after the last step.
  var parameters: [Double] = []
  /// Why it ended.
  var end = TrainingEnd.steps

  /// An empty link.
  init() {}
}

extension ContinuationLink {
  /// Reads a link from an artifact; nil if the artifact is not a link.
  init?(_ artifact: Artifact) {
    guard let losses = artifact["loss"]?.values.doubles, let sharpness = artifact["sharpness"]?.values.doubles,
      let parameters = artifact["parameters"]?.values.doubles, losses.count == sharpness.count,
      let end = artifact.attributes["end"]?.text.flatMap(TrainingEnd.init(rawValue:))
    else { return nil }
    self.losses = losses
    self.sharpness = sharpness
    self.parameters = parameters
    self.end = end
  }

  /// The artifact.
  func artifact() throws -> Artifact {
    var artifact = Artifact(attributes: ["title": .string("A link of a chain."), "end": .string(end.rawValue)])
    try artifact.add(Variable(.float64(losses), over: [("recorded", losses.count)]), as: "loss")
    try artifact.add(Variable(.float64(sharpness), over: [("recorded", sharpness.count)]), as: "sharpness")
    try artifact.add(Variable(.float64(parameters), over: [("parameter", parameters.count)]), as: "parameters")
    return artifact
  }
}
