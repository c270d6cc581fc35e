internal import Configuration
internal import Networks
internal import Planning
internal import Training

extension MemoryUse {
  /// What is told of it before a run.
  ///
  /// A process has some memory in any case, and little is not worth a word.
  var estimate: MemoryEstimate {
    var parts = vectors.sorted { $0.key > $1.key }.prefix(1)
      .map { "\($0.value) Lanczos vectors of \(ByteCount(bytes: $0.key)) each" }
    parts.append("\(ByteCount(bytes: network)) for the network")
    if examples > network / 10 { parts.append("\(ByteCount(bytes: examples)) for the examples") }
    return MemoryEstimate(total + MemoryUse.process, for: parts.joined(separator: ", "))
  }

  /// The bytes of a worker that does nothing.
  private static var process: Int { 40 << 20 }
}

/// The size of data, as far as it is known before a run.
struct DataSize {
  let examples: Int, inputs: Int, outputs: Int

  /// The size of an input; of what is not known as little as there can be, so that nothing is refused without need.
  init(_ data: InputKnowledge?) {
    let lengths = data?.lengths ?? [:]
    examples = lengths["example"] ?? 1
    inputs = lengths["feature"] ?? 1
    let classes = data?.outputs?.first { $0.name == "label" }?.meanings.count ?? 0
    outputs = lengths["output"] ?? max(classes, 1)
  }
}

extension Train {
  /// The memory of one learning rate: the least that the stage takes.
  func memoryUse(_ inputs: [String: InputKnowledge], _ settings: TrainingSettings) -> MemoryUse {
    let size = DataSize(inputs["data"])
    return .training(
      of: network(inputs: size.inputs, outputs: size.outputs),
      loss: loss,
      examples: size.examples,
      settings: settings,
      precision: precision
    )
  }
}
