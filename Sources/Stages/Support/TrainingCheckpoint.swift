internal import Artifacts
internal import Configuration
internal import Foundation
internal import Planning
internal import Training

/// A run that is under way, as an artifact: what it recorded, and the state from which it goes on.
struct TrainingCheckpoint: Equatable {
  var run: TrainingRun
  /// Nil for a run that has ended.
  var state: Checkpoint?

  /// A run with its state.
  init(_ run: TrainingRun, _ state: Checkpoint?) {
    self.run = run
    self.state = state
  }
}

// MARK: - As an artifact

extension TrainingCheckpoint {
  /// Reads a run; nil if the artifact is not a run, or is one of another learning rate.
  init?(_ artifact: Artifact, learningRate: Double) {
    guard let losses = artifact["loss"]?.values.doubles, case .string(let texts)? = artifact["probe"]?.values,
      let kept = artifact.groups["kept"], let vectors = artifact.groups["state"]
    else { return nil }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = Self.floats.decoding
    let probes = texts.compactMap { try? decoder.decode(TrainingRecord.self, from: Data($0.utf8)) }
    guard probes.count == texts.count else { return nil }
    let end = artifact.attributes["end"]?.text.flatMap(TrainingEnd.init(rawValue:))
    run = TrainingRun(
      learningRate: learningRate,
      losses: losses,
      probes: probes,
      kept: Dictionary(
        kept.variables.compactMap { name, values in
          Int(name.drop { !$0.isNumber }).flatMap { step in values.values.doubles.map { (step, $0) } }
        }
      ) { first, _ in first },
      end: end
    )
    state =
      end == nil
      ? Checkpoint(step: losses.count, vectors: vectors.variables.compactMapValues(\.values.doubles)) : nil
  }

  /// The artifact.
  func artifact() throws -> Artifact {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = Self.floats.encoding
    let probes = try run.probes.map { String(decoding: try encoder.encode($0), as: UTF8.self) }
    var artifact = Artifact(attributes: ["title": .string("A training under way.")])
    if let end = run.end { artifact.attributes["end"] = .string(end.rawValue) }
    try artifact.add(Variable(.float64(run.losses), over: [("step", run.losses.count)]), as: "loss")
    try artifact.add(Variable(.string(probes), over: [("number", probes.count)]), as: "probe")
    try artifact.add(group(run.kept.map { ("step-\($0)", $1) }), as: "kept")
    try artifact.add(group((state?.vectors ?? [:]).map { ($0, $1) }), as: "state")
    return artifact
  }

  private func group(_ vectors: [(name: String, values: [Double])]) throws -> Artifact {
    var group = Artifact()
    for (name, values) in vectors {
      // What was computed in single precision is kept in it.
      let isSingle = values.allSatisfy { Double(Float($0)).bitPattern == $0.bitPattern }
      let stored: Values = isSingle ? .float32(values.map(Float.init)) : .float64(values)
      try group.add(Variable(stored, over: [("element-of-\(name)", values.count)]), as: name)
    }
    return group
  }

  private static let floats = (
    encoding: JSONEncoder.NonConformingFloatEncodingStrategy
      .convertToString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan"),
    decoding: JSONDecoder.NonConformingFloatDecodingStrategy
      .convertFromString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  )
}

// MARK: - Where they are kept

/// The checkpoints of one run, written now and then while it goes on.
///
/// What is computed does not depend on when they are written.
struct TrainingCheckpoints {
  private let folder: any StageCheckpoints
  private let identity: JSONValue
  private let learningRate: Double
  private let began = ContinuousClock.now
  private var written = ContinuousClock.now
  private var cost = Duration.zero

  /// Whether the run is long enough for a file, whatever it takes from now on.
  private var isWorthwhile = false

  /// A run that takes less than this is not worth a file.
  private static let short = Duration.milliseconds(500)
  private static let longest = Duration.seconds(30)

  /// The checkpoints of the run of an identity.
  init(_ folder: any StageCheckpoints, identity: JSONValue, learningRate: Double) {
    self.folder = folder
    self.identity = identity
    self.learningRate = learningRate
  }

  /// How far the run was got before.
  mutating func furthest() -> TrainingCheckpoint? {
    guard let found = folder.furthest(of: identity),
      let checkpoint = TrainingCheckpoint(found.state, learningRate: learningRate),
      checkpoint.run.losses.count == found.progress
    else { return nil }
    isWorthwhile = true
    return checkpoint
  }

  /// Keeps where the run is, if it is time to.
  ///
  /// - Parameter isLast: whether it goes no further for now.
  mutating func note(_ run: TrainingRun, _ training: Training, isLast: Bool) {
    let now = ContinuousClock.now
    guard isDue(run, at: now, isLast: isLast) else { return }
    let checkpoint = TrainingCheckpoint(run, training.end == nil ? training.checkpoint : nil)
    do {
      try folder.keep(StageCheckpoint(progress: run.losses.count, state: checkpoint.artifact()), of: identity)
    } catch {
      // A checkpoint saves time. Without it the result is the same.
      print("no checkpoint was kept: \(error)")
    }
    written = .now
    cost = now.duration(to: written)
  }

  private mutating func isDue(_ run: TrainingRun, at now: ContinuousClock.Instant, isLast: Bool) -> Bool {
    switch folder.pace {
    case .clock:
      if began.duration(to: now) > Self.short { isWorthwhile = true }
      return isWorthwhile && (isLast || written.duration(to: now) > interval(at: now))
    case .steps(let count):
      return isLast || (run.losses.count > 0 && run.losses.count % count == 0)
    }
  }

  /// At first often, later every half minute; never so often that it would be felt.
  private func interval(at now: ContinuousClock.Instant) -> Duration {
    max(min(began.duration(to: now) / 4, Self.longest), cost * 50)
  }
}
