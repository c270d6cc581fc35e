internal import Artifacts
public import Configuration
internal import Crypto
public import Datasets
internal import Planning
internal import SystemPackage

extension Standardization: Choice {}
extension ImageCopy.Split: Choice {}

/// What the kinds that read images have in common: take, compare with the digest, standardise.
struct ImageStage {
  let set: ImageSet
  let split: ImageCopy.Split
  let subset: ImageSubset
  let standardization: Standardization
  /// The SHA-256 of the records that are taken.
  let sha256: String

  /// The result: inputs and labels, with what was done to them.
  func result(_ declaration: KindDeclaration) throws -> StageResult {
    let copy = try set.copy()
    var read: [ExternalResource] = []
    let images = try taken(from: copy, reading: &read)
    var builder = ResultBuilder(declaration)
    builder.set(attribute: "subset", subset.words(of: split))
    builder.set(attribute: "standardization", standardization.words)
    builder.set(attribute: "records_sha256", sha256.lowercased())
    try builder.set("input", .float32(standardization(images)), shape: [images.count, images.pixelCount])
    try builder.set("label", .int8(images.labels.map { Int8($0) }), shape: [images.count])
    var result = try builder.finish()
    result.state(data: read)
    return result
  }

  /// The images that are asked for.
  ///
  /// - Parameter read: takes in the files that they come from.
  private func taken(from copy: ImageCopy, reading read: inout [ExternalResource]) throws -> LabelledImages {
    var selection = ImageSelection(subset, pixelCount: set.pixelCount, classes: set.classes)
    for batch in copy.batches(split) where !selection.isComplete {
      let images = try copy.images(of: batch)
      do {
        try selection.take(from: images)
      } catch {
        throw StageFailure("\(batch.paths[0]) \(error)")
      }
      for path in batch.paths {
        let file = FilePath(path)
        let digest = try ContentDigest(ofFile: file)
        read.append(ExternalResource(file.lastComponent?.string ?? path, digest: digest, source: set.source))
      }
    }
    let images: LabelledImages
    do {
      images = try selection.finish()
    } catch {
      throw StageFailure("\(copy.folder) \(error)")
    }
    let found = Self.digest(images)
    guard found == sha256.lowercased() else {
      throw StageFailure(
        "the records in \(copy.folder) have the SHA-256 \(found), and \(sha256) is asked for; if these are the ones that"
          + " are meant, write that digest"
      )
    }
    return images
  }

  private static func digest(_ images: LabelledImages) -> String {
    var digest = SHA256()
    for image in 0..<images.count { digest.update(data: images.record(image)) }
    return ContentDigest(digest.finalize()).description
  }
}

extension ImageSubset {
  /// In words, for the artifact.
  fileprivate func words(of split: ImageCopy.Split) -> String {
    let part = split == .train ? "training" : "test"
    return switch self {
    case .firstOfEachBatch(let count): "the first \(count) of each \(part) batch"
    case .first(let count): "the first \(count) \(part) images"
    case .firstOfEachClass(let count): "the first \(count) \(part) images of each class, in the order of the set"
    }
  }
}

extension Standardization {
  /// In words, for the artifact.
  fileprivate var words: String {
    switch self {
    case .image: "each image has mean 0 and deviation 1 over its own pixels"
    case .feature: "each pixel has mean 0 and deviation 1 over the images that were taken"
    case .none: "bytes over 255"
    }
  }

  /// What the parameter says of itself.
  static let standardizeSummary = """
    image: mean 0 and deviation 1 over each image's own pixels. feature: of each pixel over the images taken; one that is \
    constant is 0. none: bytes over 255.
    """
}
