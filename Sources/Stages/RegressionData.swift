public import Configuration
public import Datasets
public import Networks
public import Planning

/// `data/regression`: synthetic inputs with targets that are numbers.
public struct RegressionData: StageKind {
  /// The number of examples.
  public var examples = 64
  /// The number of inputs.
  public var dimension = 8
  /// How the inputs are made.
  public var inputs = SyntheticInputs.gaussian
  /// How fast the variances fall.
  public var decay = 0.0
  /// What the targets are.
  public var target = Target.linear
  /// The number of targets of an example.
  public var outputs = 1
  /// The network that makes them.
  public var teacher = Teacher()
  /// The seed.
  public var seed = 0

  /// What targets are.
  public enum Target: String, Choice {
    /// A linear function of the inputs.
    case linear
    /// A network's outputs.
    case teacher
    /// Nothing but noise.
    case noise
  }

  /// A fully connected network whose outputs are to be learned.
  public struct Teacher: Record, Equatable {
    /// The number of layers of weights.
    public var depth = 2
    /// The width of the hidden layers.
    public var width = 64
    /// What the hidden units do.
    public var activation = Activation.relu
    /// σ_w².
    public var weightVariance = 2.0
    /// The seed.
    public var seed: Int?

    /// A small network.
    public init() {}

    /// The keys of a teacher.
    public static let fields: [Field<Teacher>] = [
      .init("depth", \.depth, "The number of layers of weights, the readout among them.", limit: .within(2...64)),
      .init("width", \.width, "The width of the hidden layers.", limit: .within(1...16_384)),
      .init("activation", \.activation, "What the hidden units do."),
      .init(
        "weight_variance",
        \.weightVariance,
        "sigma_w^2: hidden weights have variance sigma_w^2 over fan-in, the readout's 1 over fan-in.",
        limit: .positive
      ),
      .init("seed", \.seed, "The seed of its weights (default: that of the data).", limit: .ifPresent(.nonNegative)),
    ]
  }

  /// A linear teacher of Gaussian inputs.
  public init() {}

  /// The parameters.
  public static let fields: [Field<RegressionData>] = [
    .init("examples", \.examples, "The number of examples N.", limit: .within(1...1_000_000)),
    .init("dimension", \.dimension, "The number of inputs d.", limit: .within(1...10_000)),
    .init(
      "inputs",
      \.inputs,
      """
      gaussian: as they are drawn. sphere: each example scaled to length sqrt(d). whitened: X^T X = N I, but for \
      rounding.
      """
    ),
    .init(
      "decay",
      \.decay,
      "Component k of an input is drawn with variance k^-decay; images have about 1 to 2.",
      limit: .within(0...10)
    ),
    .init(
      "target",
      \.target,
      """
      linear: y = X w with a random w of length 1 for each output. teacher: the outputs of a network. noise: standard \
      normal numbers.
      """
    ),
    .init("outputs", \.outputs, "The number of targets of each example.", limit: .within(1...1_000)),
    .init("teacher", \.teacher, "The network, for 'target: teacher'."),
    .init("seed", \.seed, "The seed of inputs and targets.", limit: .nonNegative),
  ]

  /// What the kind says of itself.
  public static let declaration = KindDeclaration(
    "data/regression",
    "Synthetic inputs with targets that are numbers: of a linear teacher, of a network, or noise.",
    discussion: """
      With whitened inputs, a linear target with one output and a two-layer linear network in muP, whose first layer \
      divides by sqrt(d), training is the UV model: the critical learning rate is sqrt(d)/|w| = sqrt(d) for the loss \
      1/(2N) sum (f - y)^2. A teacher is in the standard parameterization without biases; its weights have streams of \
      random numbers of their own, so that a network that is trained from the same seed does not start as its teacher.
      """,
    outputs: [
      .init("input", ["example", "feature"], "The inputs."),
      .init("target", ["example", "output"], "The targets."),
      .init("solution", ["feature", "output"], "The weights w of the linear teacher.", optional: true),
    ]
  )

  /// More work than is done here, or a network that does nothing.
  public func inconsistencies() -> [Inconsistency] {
    var found: [Inconsistency] = []
    let count = examples * (dimension + outputs)
    if count > 50_000_000 {
      found.append(Inconsistency("examples", "the data have \(count) numbers; at most 50 million are drawn"))
    }
    if inputs == .whitened, examples < dimension {
      let place = "with \(examples) examples of \(dimension) inputs X^T X has no full rank"
      found.append(Inconsistency("examples", "\(place); whitened inputs need as many examples as inputs"))
    }
    if inputs == .whitened, examples * dimension * dimension > 10_000_000_000 {
      found.append(
        Inconsistency("dimension", "whitening takes examples x dimension^2 operations; at most 10^10 are done")
      )
    }
    if target != .teacher, teacher != Teacher() {
      found.append(Inconsistency("teacher", "a teacher is asked for 'target: teacher' only"))
    }
    if target == .teacher {
      let network = network
      if network.parameterCount > 50_000_000 || network.parameterCount * examples > 1_000_000_000_000 {
        found.append(Inconsistency("teacher", "this network on so many examples is more than is computed here"))
      }
    }
    return found
  }

  /// The numbers of examples, inputs and targets.
  public var lengths: [String: Int] { ["example": examples, "feature": dimension, "output": outputs] }

  private var network: FullyConnected {
    FullyConnected(
      inputs: dimension,
      width: teacher.width,
      outputs: outputs,
      depth: teacher.depth,
      activation: teacher.activation,
      weightVariance: teacher.weightVariance
    )
  }

  /// Draws, and asks the teacher.
  public func run(_ context: StageContext) async throws -> StageResult {
    let seed = UInt64(seed)
    let values = inputs.draw(count: examples, dimension: dimension, decay: decay, seed: seed)
    var builder = ResultBuilder(Self.declaration)
    try builder.set("input", values, shape: [examples, dimension])
    let targets: [Double]
    switch target {
    case .linear:
      let weights = SyntheticTargets.linearTeacher(dimension: dimension, outputs: outputs, seed: seed)
      targets = SyntheticTargets.linear(values, dimension: dimension, weights: weights)
      try builder.set("solution", weights, shape: [dimension, outputs])
    case .teacher:
      let seed = teacher.seed.map { UInt64($0) } ?? seed
      targets = TeacherNetwork(network, seed: seed).outputs(values, threads: context.threads)
    case .noise:
      targets = SyntheticTargets.noise(count: examples, outputs: outputs, seed: seed)
    }
    guard targets.allSatisfy(\.isFinite) else { throw StageFailure("the teacher's outputs are no finite numbers") }
    try builder.set("target", targets, shape: [examples, outputs])
    return try builder.finish()
  }
}

extension SyntheticInputs: Choice {}
