public import Configuration
public import Datasets
public import Planning

/// `data/mnist`: images of MNIST, standardised.
public struct MNISTData: StageKind {
  /// From which part.
  public var split = ImageCopy.Split.train
  /// How many images.
  public var first: Int?
  /// How many images of each class.
  public var perClass: Int?
  /// How the pixels are standardized.
  public var standardization = Standardization.image
  /// The SHA-256 of the records.
  public var sha256 = Located("")

  /// A thousand images.
  public init() {}

  /// The parameters.
  public static let fields: [Field<MNISTData>] = [
    .init("split", \.split, "From the training or the test images."),
    .init(
      "first",
      \.first,
      "How many are taken, from the first (default: 1000, if 'per_class' is not given).",
      limit: .ifPresent(.within(1...60_000))
    ),
    .init(
      "per_class",
      \.perClass,
      "How many are taken of each class, from the first, in the order of the set.",
      limit: .ifPresent(.within(1...6_000))
    ),
    .init("standardize", \.standardization, Standardization.standardizeSummary),
    .init(
      "sha256",
      \.sha256,
      "The SHA-256 of the records that are taken, in order: the data belong to what is asked for.",
      required: true
    ),
  ]

  /// What the kind says of itself.
  public static let declaration = KindDeclaration(
    "data/mnist",
    "Images of MNIST, standardised.",
    discussion: """
      Reads the IDX files, packed or not, from a folder of the one that the environment's PIPELINE_DATA names; \
      'pipeline data fetch mnist' puts them there. A record is a class and 784 pixels, each a byte, as for data/cifar10. \
      The digest is compared before anything is computed, so that the result is the same whatever that folder holds, or \
      there is none. With an unknown digest any text can be given: the message says the right one.
      """,
    outputs: [
      .init("input", ["example", "feature"], "The standardised pixels, row by row."),
      .init("label", ["example"], unit: nil, "The digit:", meanings: MNIST.classes),
    ]
  )

  /// Two ways to choose the images.
  public func inconsistencies() -> [Inconsistency] {
    first != nil && perClass != nil
      ? [Inconsistency("first", "only one of 'first' and 'per_class' says which images are taken")] : []
  }

  /// The numbers of images and pixels.
  public var lengths: [String: Int] {
    ["example": perClass.map { $0 * MNIST.classes.count } ?? first ?? 1_000, "feature": ImageSet.mnist.pixelCount]
  }

  /// Reads and standardises.
  public func run(_ context: StageContext) async throws -> StageResult {
    try ImageStage(
      set: .mnist,
      split: split,
      subset: perClass.map { .firstOfEachClass($0) } ?? .first(first ?? 1_000),
      standardization: standardization,
      sha256: sha256.value
    ).result(Self.declaration)
  }
}
