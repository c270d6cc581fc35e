public import Configuration
public import Datasets
public import Planning

/// `data/cifar10`: images of CIFAR-10, standardised.
public struct CIFAR10Data: StageKind {
  /// From which part.
  public var split = ImageCopy.Split.train
  /// How many images of each batch.
  public var perBatch: Int?
  /// How many images of all.
  public var first: Int?
  /// How many images of each class.
  public var perClass: Int?
  /// How the pixels are standardized.
  public var standardization = Standardization.image
  /// The SHA-256 of the records.
  public var sha256 = Located("")

  /// A thousand images of each batch.
  public init() {}

  /// The parameters.
  public static let fields: [Field<CIFAR10Data>] = [
    .init("split", \.split, "From the training batches or the test batch."),
    .init(
      "per_batch",
      \.perBatch,
      """
      How many images are taken, from the first, of each of the five training batches, or of the test batch \
      (default: 1000, if neither 'first' nor 'per_class' is given).
      """,
      limit: .ifPresent(.within(1...10_000))
    ),
    .init("first", \.first, "How many are taken, from the first of all.", limit: .ifPresent(.within(1...50_000))),
    .init(
      "per_class",
      \.perClass,
      "How many are taken of each class, from the first, in the order of the set.",
      limit: .ifPresent(.within(1...5_000))
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
    "data/cifar10",
    "Images of CIFAR-10, standardised.",
    discussion: """
      Reads the binary or the Python release from a folder of the one that the environment's PIPELINE_DATA names; \
      'pipeline data fetch cifar10' puts it there. A record is a class and 3,072 pixels, each a byte, whatever files they \
      come from. The digest is compared before anything is computed, so that the result is the same whatever that folder \
      holds, or there is none. With an unknown digest any text can be given: the message says the right one.
      """,
    outputs: [
      .init("input", ["example", "feature"], "The standardised pixels: red, green and blue planes, row by row."),
      .init("label", ["example"], unit: nil, "The class:", meanings: CIFAR10.classes),
    ]
  )

  /// Two ways to choose the images.
  public func inconsistencies() -> [Inconsistency] {
    [perBatch, first, perClass].compactMap { $0 }.count > 1
      ? [Inconsistency("first", "only one of 'per_batch', 'first' and 'per_class' says which images are taken")] : []
  }

  private var subset: ImageSubset {
    if let first { return .first(first) }
    if let perClass { return .firstOfEachClass(perClass) }
    return .firstOfEachBatch(perBatch ?? 1_000)
  }

  /// The numbers of images and pixels.
  public var lengths: [String: Int] {
    let count =
      switch subset {
      case .first(let count): count
      case .firstOfEachClass(let count): count * CIFAR10.classes.count
      case .firstOfEachBatch(let count): count * (split == .train ? 5 : 1)
      }
    return ["example": count, "feature": ImageSet.cifar10.pixelCount]
  }

  /// Reads and standardises.
  public func run(_ context: StageContext) async throws -> StageResult {
    try ImageStage(
      set: .cifar10,
      split: split,
      subset: subset,
      standardization: standardization,
      sha256: sha256.value
    ).result(Self.declaration)
  }
}
