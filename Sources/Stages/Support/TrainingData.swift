internal import Artifacts
internal import Planning
internal import Training

/// The examples of a data set, as `train` and `sharpness` take them: `input` over examples and features, and for each
/// example its class, `label`, of which a one-hot target is made, or its outputs, `target`.
struct TrainingData: Sendable {
  let examples: Examples
  let inputCount: Int
  let outputCount: Int

  /// Reads an artifact.
  ///
  /// - Throws: when it is no data set.
  init(_ artifact: Artifact) throws(StageFailure) {
    guard let input = artifact["input"], input.dimensions.count == 2, let inputs = input.values.doubles, !inputs.isEmpty
    else { throw StageFailure("the data have no 'input' over examples and features") }
    let count = input.shape[0]
    inputCount = input.shape[1]
    if let label = artifact["label"] {
      guard let labels = label.values.doubles, labels.count == count else {
        throw StageFailure("the data have no 'label' for each example")
      }
      guard let largest = labels.max(), labels.allSatisfy({ $0 >= 0 && $0 < 1_000 && $0 == $0.rounded() }) else {
        throw StageFailure("a label of the data is no class from 0 to 999")
      }
      let classes = Int(largest) + 1
      let targets = labels.flatMap { label in (0..<classes).map { Double($0) == label ? 1.0 : 0 } }
      examples = Examples(inputs: inputs, targets: targets, count: count)
      outputCount = classes
    } else {
      guard let target = artifact["target"], target.dimensions.count == 2, target.shape[0] == count,
        let targets = target.values.doubles, !targets.isEmpty
      else {
        throw StageFailure("the data have neither a 'label' for each example nor a 'target' over examples and outputs")
      }
      examples = Examples(inputs: inputs, targets: targets, count: count)
      outputCount = target.shape[1]
    }
    guard inputs.allSatisfy(\.isFinite), examples.targets.allSatisfy(\.isFinite) else {
      throw StageFailure("the data hold what is no number")
    }
  }
}
