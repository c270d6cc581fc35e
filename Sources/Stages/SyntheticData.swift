internal import Artifacts
public import Configuration
internal import Datasets
public import Planning

/// `data/synthetic`: normal inputs with the spectrum of images, and labels at random.
public struct SyntheticData: StageKind {
  /// The number of examples.
  public var examples = 200
  /// The number of inputs.
  public var dimension = 64
  /// The number of classes.
  public var classes = 10
  /// How fast the variances fall.
  public var decay = 1.0
  /// The seed.
  public var seed = 0

  /// Two hundred examples of 64 inputs.
  public init() {}

  /// The parameters.
  public static let fields: [Field<SyntheticData>] = [
    .init("examples", \.examples, "The number of examples.", limit: .within(1...100_000)),
    .init("dimension", \.dimension, "The number of inputs.", limit: .within(1...10_000)),
    .init("classes", \.classes, "The number of classes.", limit: .within(1...100)),
    .init(
      "decay",
      \.decay,
      "Component k of an input has variance k^-decay; images have about 1 to 2.",
      limit: .within(0...10)
    ),
    .init("seed", \.seed, "The seed of inputs and labels.", limit: .nonNegative),
  ]

  /// More numbers than an artifact wants.
  public func inconsistencies() -> [Inconsistency] {
    let count = examples * dimension
    return count <= 50_000_000
      ? [] : [Inconsistency("examples", "examples x dimension is \(count); at most 50 million are drawn")]
  }

  /// What the kind says of itself.
  public static let declaration = KindDeclaration(
    "data/synthetic",
    "Normal inputs with a power-law spectrum, each of length sqrt(dimension), and labels at random.",
    outputs: outputs()
  )

  /// The arrays; the labels say which classes there are, also those that no example has.
  private static func outputs(classes: Int? = nil) -> [OutputDeclaration] {
    [
      .init("input", ["example", "feature"], "The inputs."),
      .init("label", ["example"], unit: nil, "The class.", meanings: (0..<(classes ?? 0)).map { "\($0)" }),
    ]
  }

  /// The numbers of examples and inputs.
  public var lengths: [String: Int] { ["example": examples, "feature": dimension] }

  /// Draws.
  public func run(_ context: StageContext) async throws -> StageResult {
    let data = SyntheticImages(
      count: examples,
      dimension: dimension,
      classes: classes,
      decay: decay,
      seed: UInt64(seed)
    )
    var builder = ResultBuilder(Self.declaration, outputs: Self.outputs(classes: classes))
    try builder.set("input", .float32(data.inputs.map(Float.init)), shape: [examples, dimension])
    try builder.set("label", .int8(data.labels.map { Int8($0) }), shape: [examples])
    return try builder.finish()
  }
}
