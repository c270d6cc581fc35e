/// Which images of a set are taken.
public enum ImageSubset: Sendable, Equatable {
  /// So many of each file of the set, from its first.
  case firstOfEachBatch(Int)
  /// So many of all, from the first.
  case first(Int)
  /// So many of each class, from the first, in the order of the set.
  case firstOfEachClass(Int)
}

/// Takes images from the files of a set, one file after the other, until it has those that are asked for.
public struct ImageSelection: Sendable {
  /// What was taken so far, in the order of the set.
  public private(set) var images: LabelledImages
  private let subset: ImageSubset
  private let classes: [String]
  private var takenOfClass: [Int]

  /// A selection of nothing so far.
  ///
  /// - Parameters:
  ///   - classes: what the classes are called; every label is one.
  public init(_ subset: ImageSubset, pixelCount: Int, classes: [String]) {
    images = LabelledImages(pixelCount: pixelCount)
    self.subset = subset
    self.classes = classes
    takenOfClass = [Int](repeating: 0, count: classes.count)
  }

  /// Whether no file that follows can add anything.
  public var isComplete: Bool {
    switch subset {
    case .firstOfEachBatch: false
    case .first(let count): images.count >= count
    case .firstOfEachClass(let count): takenOfClass.allSatisfy { $0 >= count }
    }
  }

  /// Takes what is asked for of the next file.
  ///
  /// - Throws: when a file has fewer images than are asked for of each.
  public mutating func take(from batch: LabelledImages) throws(DatasetError) {
    let before = images.count
    if case .firstOfEachBatch(let count) = subset, batch.count < count {
      throw DatasetError("has \(batch.count) images, and \(count) are asked for")
    }
    for image in 0..<batch.count {
      let label = Int(batch.labels[image])
      switch subset {
      case .firstOfEachBatch(let count): if images.count - before >= count { return }
      case .first(let count): if images.count >= count { return }
      case .firstOfEachClass(let count): if takenOfClass[label] >= count { continue }
      }
      takenOfClass[label] += 1
      images.append(image, of: batch)
    }
  }

  /// The images, once all files were read.
  ///
  /// - Throws: when there are fewer than are asked for.
  public func finish() throws(DatasetError) -> LabelledImages {
    switch subset {
    case .firstOfEachBatch: break
    case .first(let count):
      if images.count < count { throw DatasetError("has \(images.count) images, and \(count) are asked for") }
    case .firstOfEachClass(let count):
      for (name, taken) in zip(classes, takenOfClass) where taken < count {
        throw DatasetError("has \(taken) images of the class '\(name)', and \(count) are asked for")
      }
    }
    return images
  }
}
