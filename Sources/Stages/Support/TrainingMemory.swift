internal import Configuration
internal import Networks
internal import Planning
internal import Training

extension MemoryUse {
  /// A description for the check before a run.
  ///
  /// A process has some memory in any case, and little is not worth a word.
  ///
  /// - Parameter recorded: the bytes for what is recorded: while trainings are under way, and for the result when their
  ///   memory has been given back.
  func estimate(recorded: (during: Double, after: Double) = (0, 0)) -> MemoryEstimate {
    var parts = vectors.sorted { $0.key > $1.key }.prefix(1)
      .map { "\($0.value) Lanczos vectors of \(ByteCount(bytes: $0.key)) each" }
    parts.append("\(ByteCount(bytes: network + passing)) for the network")
    let data = examples + Int(min(recorded.during, 0x1p61))
    if data > network / 10 { parts.append("\(ByteCount(bytes: data)) for the data and what is recorded") }
    let purpose = parts.joined(separator: ", ") + (count > 1 ? "; \(count) at once, which share only the data" : "")
    // More than can be counted is more than there is.
    let bytes = max(Double(total) + recorded.during, Double(examples) + recorded.after) + Double(MemoryUse.process)
    return MemoryEstimate(Int(min(bytes, 0x1p62)), for: purpose)
  }

  /// The bytes of a worker that does nothing, with the libraries that it has loaded.
  private static var process: Int { 42 << 20 }
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
  /// How many of several networks are trained, or looked at, at the same time. Small ones have a thread each; a large one
  /// has all threads, and memory, to itself.
  static func atOnce(_ count: Int, of network: FullyConnected, examples: Int, threads: Int) -> Int {
    network.parameterCount * examples > 1 << 30 ? 1 : max(1, min(threads, count))
  }

  /// The memory of trainings at several learning rates.
  func memoryUse(
    _ inputs: [String: InputKnowledge],
    _ settings: TrainingSettings,
    rates: Int,
    threads: Int
  ) -> MemoryUse {
    let size = DataSize(inputs["data"])
    let network = network(inputs: size.inputs, outputs: size.outputs)
    let atOnce = Self.atOnce(rates, of: network, examples: size.examples, threads: threads)
    return .training(
      of: network,
      loss: loss,
      examples: size.examples,
      settings: settings,
      precision: precision,
      atOnce: atOnce,
      threads: max(1, threads / atOnce),
      readingBack: Self.memory(readingBack:)
    )
  }

  /// The bytes that it takes to read back an HDF5 file of so many bytes, as each checkpoint is: a small one lies in memory
  /// as an array, as a copy to hand over and as the library's own; of a larger one as much is read before that is known,
  /// into an array that grows.
  private static func memory(readingBack file: Int) -> Int {
    let largest = 32 << 20
    return file <= largest ? 3 * file : 2 * largest
  }

  /// The bytes for what is recorded at all learning rates: the losses, the probes and the parameters that are kept.
  ///
  /// An array that grows may have twice the room that it needs. The result has the values of all runs in one array, in
  /// double precision and as they are stored.
  func recordedMemory(_ inputs: [String: InputKnowledge]) -> (during: Double, after: Double) {
    let size = DataSize(inputs["data"])
    let number = Double(MemoryLayout<Double>.stride)
    let rates = Double(learningRates.all.count)
    let losses = Double(steps + 1) * number
    let probes = probeSchedule.mostSteps(through: steps) * Double(MemoryLayout<TrainingRecord>.stride)
    let parameters = Double(network(inputs: size.inputs, outputs: size.outputs).parameterCount) * number
    let kept = keep.schedule.mostSteps(through: steps) * parameters
    return (rates * (2 * losses + 2 * probes + kept), rates * (5 * losses + 2 * probes + 3 * kept))
  }
}

extension StepSchedule {
  /// How many steps it has at most, up to and with one; found out without going through millions of them.
  func mostSteps(through last: Int) -> Double {
    var count = Double(steps.count { $0 <= last })
    if let every { count += Double(last / every + 1) }
    if let window { count += Double(window.clamped(to: 0..<last + 1).count) }
    // Also step 0, and a first step of each decade.
    if let perDecade { count += Double(1 + String(last).count * perDecade) }
    return min(count, Double(last + 1))
  }
}
