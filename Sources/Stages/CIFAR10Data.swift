internal import Artifacts
public import Configuration
internal import Crypto
internal import Datasets
internal import Foundation
public import Planning

/// `data/cifar10`: images of CIFAR-10, standardised.
public struct CIFAR10Data: StageKind {
  /// How many images of each of the five training batches.
  public var perBatch = 1_000
  /// The SHA-256 of the records.
  public var sha256 = Located("")

  /// A thousand images of each batch.
  public init() {}

  /// The parameters.
  public static let fields: [Field<CIFAR10Data>] = [
    .init(
      "per_batch",
      \.perBatch,
      "How many images are taken, from the first, of each of the five training batches.",
      limit: .within(1...10_000)
    ),
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
    "Images of CIFAR-10, each standardised to mean 0 and deviation 1 over its own pixels.",
    discussion: """
      Reads data_batch_1.bin to data_batch_5.bin of the binary release from a folder of the one that the environment's \
      PIPELINE_DATA names. The digest is compared before anything is computed, so that the result is the same whatever \
      that folder holds, or there is none. With an unknown digest any text can be given: the message says the right one.
      """,
    outputs: [
      .init("input", ["example", "feature"], "The standardised pixels: red, green and blue planes, row by row."),
      .init("label", ["example"], unit: nil, "The class:", meanings: CIFAR10.classes),
    ]
  )

  /// Reads and standardises.
  public func run(_ context: StageContext) async throws -> StageResult {
    let folder = try Self.folder()
    var images = CIFAR10()
    var digest = SHA256()
    for batch in 1...5 {
      let path = "\(folder)/data_batch_\(batch).bin"
      guard let data = FileManager.default.contents(atPath: path) else { throw StageFailure("\(path) cannot be read") }
      do {
        try images.append(first: perBatch, of: [UInt8](data))
      } catch {
        throw StageFailure("\(path) \(Self.describe(error, asked: perBatch))")
      }
      digest.update(data: data.prefix(perBatch * CIFAR10.recordSize))
    }
    let found = digest.finalize().map { String(format: "%02x", $0) }.joined()
    guard found == sha256.value.lowercased() else {
      throw StageFailure(
        "the records in \(folder) have the SHA-256 \(found), and \(sha256.value) is asked for; if these are the ones that"
          + " are meant, write that digest"
      )
    }
    var builder = ResultBuilder(Self.declaration)
    let values = images.standardized.map(Float.init)
    try builder.set("input", .float32(values), shape: [images.count, CIFAR10.pixelCount])
    try builder.set("label", .int8(images.labels.map { Int8($0) }), shape: [images.count])
    return try builder.finish()
  }

  private static func folder() throws -> String {
    guard let root = ProcessInfo.processInfo.environment["PIPELINE_DATA"], !root.isEmpty else {
      throw StageFailure(
        "no CIFAR-10: set PIPELINE_DATA to the folder in which cifar-10-batches-bin lies, unpacked from"
          + " https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
      )
    }
    let names = ["cifar-10-batches-bin", "cifar10", "cifar10-5k"]
    for name in names where FileManager.default.fileExists(atPath: "\(root)/\(name)/data_batch_1.bin") {
      return "\(root)/\(name)"
    }
    throw StageFailure(
      "no CIFAR-10 in PIPELINE_DATA (\(root)): \(names.joined(separator: ", ")) are looked for; unpack"
        + " https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz there"
    )
  }

  private static func describe(_ failure: CIFAR10.Failure, asked: Int) -> String {
    switch failure {
    case .partialRecord(let bytes): "has \(bytes) bytes, which are no whole records of \(CIFAR10.recordSize)"
    case .tooFew(let records): "has \(records) images, and \(asked) are asked for"
    case .badLabel(let label, let record): "is no CIFAR-10: image \(record) has the class \(label)"
    }
  }
}
