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
      guard labels.allSatisfy({ $0 >= 0 && $0 < 1_000 && $0 == $0.rounded() }) else {
        throw StageFailure("a label of the data is no class from 0 to 999")
      }
      let classes = Int(label.largestClass ?? labels.max() ?? 0) + 1
      if let label = labels.first(where: { Int($0) >= classes }) {
        throw StageFailure("the data have a label \(Int(label)), and their classes are 0 to \(classes - 1)")
      }
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

extension Variable {
  /// The largest class that a label may have, as the data set says (CF's `flag_values`); nil where it says nothing.
  ///
  /// The number of classes belongs to the data set: a subset that happens to lack the last class has the same network and
  /// the same loss.
  fileprivate var largestClass: Double? {
    guard let values = attributes["flag_values"]?.values.doubles, let largest = values.max(),
      (0..<1_000).contains(largest)
    else { return nil }
    return largest
  }
}
