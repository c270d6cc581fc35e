internal import Artifacts
public import Configuration
internal import Dynamics
internal import Networks
public import Planning
internal import Tensors
internal import Training

/// `train/continuation`: the attractor of gradient descent followed through learning rates.
public struct TrainContinuation: StageKind {
  /// The network, its learning rates in order, and how exactly its sharpness is found.
  public var train = Train()
  /// Steps at the first learning rate before the chain begins.
  public var leadIn = 0
  /// Steps of each link that are not recorded.
  public var settle = 4_000
  /// Steps of each link that are.
  public var record = 64
  /// By how much the parameters are moved before a link.
  public var perturbation = 1e-6
  /// The longest period to look for.
  public var longestPeriod = 16
  /// What counts as the same value.
  public var periodTolerance = 1e-3

  /// A network of the paper's size.
  public init() {}

  /// What a run of `train` says too, with the same meaning.
  private static let shared = [
    "depth", "width", "activation", "bias", "parameterization", "interpolation", "weight_variance", "loss",
    "learning_rate", "relative_to", "tolerance", "maximum_products", "precision", "seed",
  ]

  /// As for `train`.
  public static let retired = Train.retired

  /// The parameters.
  public static let fields: [Field<TrainContinuation>] =
    Train.fields.filter { shared.contains($0.name) }.map { $0.of(\.train) } + [
      .init(
        "lead_in",
        \.leadIn,
        "Steps at the first learning rate before the first link.",
        unit: "steps",
        limit: .within(0...10_000_000)
      ),
      .init(
        "settle",
        \.settle,
        "Steps of each link that are not recorded.",
        unit: "steps",
        limit: .within(0...10_000_000)
      ),
      .init(
        "record",
        \.record,
        "Steps of each link before each of which sharpness and loss are.",
        unit: "steps",
        limit: .within(2...1_000_000)
      ),
      .init(
        "perturbation",
        \.perturbation,
        """
        Before each link the parameters are moved in a random direction by this share of their norm: at a minimum that has \
        become unstable descent would stay.
        """,
        limit: .within(0...0.1)
      ),
      .init("longest_period", \.longestPeriod, "The longest period to look for.", limit: .within(1...4_096)),
      .init(
        "period_tolerance",
        \.periodTolerance,
        "Values of eta lambda_H, or of the loss, nearer than this share of the largest are the same one of an orbit.",
        limit: .within(1e-12...0.1)
      ),
    ]

  /// Invalid learning rates, and a period that is too long for the recording.
  public func inconsistencies() -> [Inconsistency] {
    var found = train.inconsistencies()
    if longestPeriod > record / 2 {
      found.append(Inconsistency("longest_period", "to find a period takes a 'record' of twice as many steps"))
    }
    return found
  }

  /// The learning rates and the doublings.
  public var coordinates: [String: [JSONValue]] {
    train.coordinates.merging(["doubling": doublings.map { .number($0) }]) { $1 }
  }

  /// Also the number of steps that are recorded of each link.
  public var lengths: [String: Int] { coordinates.mapValues(\.count).merging(["recorded": record]) { $1 } }

  private var doublings: [Double] { sequence(first: 2) { 2 * $0 }.prefix { $0 <= longestPeriod }.map(Double.init) }

  private static let links = ["learning_rate"]
  private static let recorded = ["learning_rate", "recorded"]

  /// What the kind says of itself.
  public static let declaration = KindDeclaration(
    "train/continuation",
    "Trains a network by full-batch gradient descent at one learning rate after the other, each from where the last ended.",
    discussion: """
      The learning rates are taken in their order: upwards, the attractor of the edge of stability is followed into period doubling \
      and chaos, where a training from the start at the same learning rate would diverge. After a link that diverged nothing is known. \
      Each link is kept: a chain that was stopped, or that is made longer, goes on from the last link that it shares. The bits do \
      not depend on that, nor on threads or processor. Formulas: Documentation/training.md.
      """,
    inputs: .named([InputDeclaration("data", "The examples: 'input' and 'label' or 'target'.")]),
    outputs: [
      .init("learning_rate", links, "The learning rates, in the unit in which they were asked for."),
      .init("recorded", ["recorded"], "The number of a recorded step."),
      .init("eta", links, "The learning rate eta."),
      .init("edge", links, "2 / eta."),
      .init("sharpness", recorded, "The top eigenvalue lambda_H of the Hessian."),
      .init("eta_sharpness", recorded, "eta lambda_H."),
      .init("loss", recorded, "The loss."),
      .init("mean_eta_sharpness", links, "The mean of eta lambda_H over the recorded steps."),
      .init("period", links, "The period of eta lambda_H; 0 for none."),
      .init("distinct", links, "How many different values of eta lambda_H there are among the last 32."),
      .init("loss_period", links, "The period of the loss; 0 for none."),
      .init("distinct_losses", links, "How many different values of the loss there are among the last 32."),
      .init("doubling", ["doubling"], "2, 4, 8 and so on, up to longest_period."),
      .init("onset", ["doubling"], "The first eta at which that is the period; missing if it is not seen."),
      .init(
        "loss_onset",
        ["doubling"],
        "The first eta at which that is the period of the loss; missing if it is not seen."
      ),
      .init("end", links, unit: nil, "Why a link ended:", meanings: ["steps", "diverged", "collapsed", "not-reached"]),
    ]
  )
}

// MARK: - Running

extension TrainContinuation {
  /// Checks that the data have what the loss needs.
  public func check(_ inputs: [String: InputKnowledge], _ diagnostics: inout Diagnostics) {
    train.check(inputs, &diagnostics)
  }

  /// The memory of one link.
  public func memory(_ inputs: [String: InputKnowledge], threads: Int) -> MemoryEstimate? {
    let settings = TrainingSettings(
      learningRate: 1,
      steps: record,
      seed: 0,
      sharpness: .always,
      eigenvalueSettings: train.eigenvalueSettings
    )
    return train.memoryUse(inputs, settings, rates: 1, threads: threads).estimate()
  }

  /// Trains one link after the other.
  public func run(_ context: StageContext) async throws -> StageResult {
    let data = try TrainingData(context.input("data"))
    let network = train.network(inputs: data.inputCount, outputs: data.outputCount)
    let initial = network.initialParameters(seed: UInt64(train.seed))
    let rates = try train.start(network, data, from: initial, threads: context.threads).learningRates
    var links: [ContinuationLink] = []
    var parameters = initial
    let known = furthest(rates, context.checkpoints)
    for (number, rate) in rates.enumerated() {
      let link: ContinuationLink
      if number < known.count {
        link = known[number]
      } else {
        link = self.link(number, at: rate, from: parameters, network, data, threads: context.threads)
        keep(link, number, rates, context.checkpoints)
      }
      links.append(link)
      parameters = link.parameters
      context.report(StageProgress(Double(number + 1) / Double(rates.count), "link \(number + 1) of \(rates.count)"))
      if link.end == .diverged { break }
    }
    return try result(rates, links)
  }

  private func link(
    _ number: Int,
    at rate: Double,
    from parameters: [Double],
    _ network: FullyConnected,
    _ data: TrainingData,
    threads: Int
  ) -> ContinuationLink {
    let before = settle + (number == 0 ? leadIn : 0)
    var eigenvalues = train.eigenvalueSettings
    // On an orbit of an even period, with symmetries, a search that follows an eigenvector would never find another.
    eigenvalues.freshEvery = 1
    let settings = TrainingSettings(
      learningRate: rate,
      steps: before + record,
      seed: UInt64(train.seed),
      sharpness: StepSchedule(window: before..<before + record),
      eigenvalueSettings: eigenvalues
    )
    let start = perturbed(parameters, number)
    let training = train.training(network, data, from: start, settings, threads: threads)
    var link = ContinuationLink()
    while let found = training.advance() {
      guard (before..<before + record).contains(found.step) else { continue }
      link.losses.append(found.loss)
      link.sharpness.append(found.convergedSharpness ?? .nan)
    }
    link.end = training.end ?? .steps
    link.parameters = training.parameters
    return link
  }

  /// Parameters moved by a share of their norm.
  private func perturbed(_ parameters: [Double], _ number: Int) -> [Double] {
    guard perturbation > 0 else { return parameters }
    var random = RandomStream(seed: UInt64(train.seed), "perturbation of link \(number)")
    let direction = random.normals(parameters.count)
    let norms = [parameters, direction].map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let size = perturbation * norms[0] / norms[1]
    return zip(parameters, direction).map { $0 + size * $1 }
  }
}

// MARK: - The links that are known

extension TrainContinuation {
  /// What determines a link: the parameters except those for the length of the chain and for its report, and the
  /// learning rates up to the link's.
  private func identity(_ number: Int, _ rates: [Double]) -> JSONValue {
    guard case .object(var members) = json else { return .null }
    for name in ["learning_rate", "relative_to", "longest_period", "period_tolerance"] { members[name] = nil }
    members["etas"] = .array(rates.prefix(number + 1).map { .number($0) })
    return .object(members)
  }

  /// The links up to the furthest that is known with all before it.
  private func furthest(_ rates: [Double], _ checkpoints: any StageCheckpoints) -> [ContinuationLink] {
    var known: [ContinuationLink] = []
    for number in rates.indices {
      guard let found = checkpoints.furthest(of: identity(number, rates)),
        let link = ContinuationLink(found.state)
      else { break }
      known.append(link)
    }
    return known
  }

  private func keep(
    _ link: ContinuationLink,
    _ number: Int,
    _ rates: [Double],
    _ checkpoints: any StageCheckpoints
  ) {
    do {
      let state = try link.artifact()
      try checkpoints.keep(StageCheckpoint(progress: settle + record, state: state), of: identity(number, rates))
    } catch {
      // A checkpoint saves time. Without it the result is the same.
      print("link \(number + 1) was not kept: \(error)")
    }
  }
}

// MARK: - The result

extension TrainContinuation {
  private func result(_ rates: [Double], _ links: [ContinuationLink]) throws -> StageResult {
    func series(_ values: (ContinuationLink) -> [Double]) -> [Double] {
      rates.indices.flatMap { number in
        let found = number < links.count ? values(links[number]) : []
        return found + [Double](repeating: .nan, count: record - found.count)
      }
    }
    let scaled = zip(rates, links).map { rate, link in link.sharpness.map { rate * $0 } }
    let losses = links.map(\.losses)
    func each(_ recorded: [[Double]], _ value: ([Double]) -> Double) -> [Double] {
      rates.indices.map { number in
        guard number < links.count, recorded[number].count == record else { return .nan }
        return value(recorded[number])
      }
    }
    func periods(_ recorded: [[Double]]) -> [Double] {
      each(recorded) { Double(SettledOrbit($0, longest: longestPeriod, tolerance: periodTolerance).period) }
    }
    func distinct(_ recorded: [[Double]]) -> [Double] {
      each(recorded) {
        Double(SettledOrbit(Array($0.suffix(32)), longest: 1, tolerance: periodTolerance).distinctValues)
      }
    }
    func onsets(_ periods: [Double]) -> [Double] {
      doublings.map { doubling in zip(rates, periods).first { $1 == doubling }?.0 ?? .nan }
    }
    let shape = [rates.count, record]
    var builder = ResultBuilder(Self.declaration)
    try builder.set("learning_rate", train.learningRates.all)
    try builder.set("recorded", (0..<record).map(Double.init))
    try builder.set("eta", rates)
    try builder.set("edge", rates.map { 2 / $0 })
    try builder.set("sharpness", series(\.sharpness), shape: shape)
    let scaledSharpness = zip(series(\.sharpness), rates.flatMap { [Double](repeating: $0, count: record) }).map(*)
    try builder.set("eta_sharpness", scaledSharpness, shape: shape)
    try builder.set("loss", series(\.losses), shape: shape)
    try builder.set("mean_eta_sharpness", each(scaled) { $0.reduce(0, +) / Double($0.count) })
    let (sharpnessPeriods, lossPeriods) = (periods(scaled), periods(losses))
    try builder.set("period", sharpnessPeriods)
    try builder.set("distinct", distinct(scaled))
    try builder.set("loss_period", lossPeriods)
    try builder.set("distinct_losses", distinct(losses))
    try builder.set("doubling", doublings)
    try builder.set("onset", onsets(sharpnessPeriods))
    try builder.set("loss_onset", onsets(lossPeriods))
    let ends: [TrainingEnd] = [.steps, .diverged, .collapsed]
    let codes = rates.indices.map { number in
      Int8(number < links.count ? ends.firstIndex(of: links[number].end) ?? 0 : ends.count)
    }
    try builder.set("end", .int8(codes), shape: [rates.count])
    return try builder.finish()
  }
}
