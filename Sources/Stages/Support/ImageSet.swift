internal import Archives
internal import Datasets
internal import FoundationEssentials
public import Planning
internal import SystemPackage

/// A set of images whose files lie where `PIPELINE_DATA` says.
public enum ImageSet: String, CaseIterable, Sendable {
  /// CIFAR-10.
  case cifar10
  /// MNIST.
  case mnist

  /// What it is called.
  public var title: String {
    switch self {
    case .cifar10: "CIFAR-10"
    case .mnist: "MNIST"
    }
  }

  /// The page of its authors.
  public var source: String {
    switch self {
    case .cifar10: "https://www.cs.toronto.edu/~kriz/cifar.html"
    case .mnist: "http://yann.lecun.com/exdb/mnist/"
    }
  }

  /// What the classes are called.
  public var classes: [String] {
    switch self {
    case .cifar10: CIFAR10.classes
    case .mnist: MNIST.classes
    }
  }

  /// The bytes of an image.
  public var pixelCount: Int {
    switch self {
    case .cifar10: CIFAR10.pixelCount
    case .mnist: MNIST.pixelCount
    }
  }

  /// The folders of `PIPELINE_DATA` in which it is looked for: those of the releases and of PyTorch first, then ours.
  var folders: [String] {
    switch self {
    case .cifar10: ["cifar-10-batches-bin", "cifar-10-batches-py", "cifar10", "cifar10-5k"]
    case .mnist: ["mnist", "MNIST/raw", "MNIST"]
    }
  }

  /// The folder that the environment names.
  public static var root: String? {
    let value = ProcessInfo.processInfo.environment["PIPELINE_DATA"] ?? ""
    return value.isEmpty ? nil : value
  }

  /// The copies of the set that are in a folder, those first that are read first.
  public func copies(in root: String) -> [ImageCopy] {
    folders.flatMap { name in
      ImageCopy.Form.forms(of: self).compactMap { ImageCopy(self, $0, in: "\(root)/\(name)") }
    }
  }

  /// The copy that is read.
  ///
  /// - Throws: when there is none, with how to get one.
  func copy() throws(StageFailure) -> ImageCopy {
    guard let root = Self.root else {
      throw StageFailure(
        "\(title) is not here: PIPELINE_DATA, which names the folder of the data sets, is not set."
          + " 'pipeline data fetch \(rawValue) --to FOLDER' gets it; then set PIPELINE_DATA to FOLDER"
      )
    }
    guard let copy = copies(in: root).first else {
      throw StageFailure(
        "\(title) is not in PIPELINE_DATA (\(root)): 'pipeline data fetch \(rawValue)' gets it"
          + " (looked for: \(folders.joined(separator: ", ")))"
      )
    }
    return copy
  }
}

/// The files of a set of images in a folder.
public struct ImageCopy: Sendable {
  /// The set.
  public let set: ImageSet
  /// How its files are written.
  public let form: Form
  /// The folder.
  public let folder: String

  /// A way to write images.
  public enum Form: Sendable {
    /// The binary release of CIFAR-10.
    case binary
    /// The Python release of CIFAR-10.
    case pickle
    /// The files of MNIST, packed by gzip or not.
    case idx

    static func forms(of set: ImageSet) -> [Form] {
      switch set {
      case .cifar10: [.binary, .pickle]
      case .mnist: [.idx]
      }
    }
  }

  /// A part of a set.
  public enum Split: String, CaseIterable, Sendable {
    /// What is trained on.
    case train
    /// What is tested on.
    case test
  }

  /// A file of images, or one of images with one of labels.
  public struct Batch: Sendable {
    /// The paths, of images before labels.
    public let paths: [String]
  }

  /// More than any file of these sets has, in bytes, packed or not.
  private static let largestFile = 1 << 27

  /// The copy in a folder; nil if there is none of this form.
  init?(_ set: ImageSet, _ form: Form, in folder: String) {
    self.set = set
    self.form = form
    self.folder = folder
    let first = batches(.train)[0].paths[0]
    guard FilePath(first).isThere else { return nil }
  }

  /// The files of a part, in the order of the set.
  public func batches(_ split: Split) -> [Batch] {
    switch form {
    case .binary, .pickle:
      let suffix = form == .binary ? ".bin" : ""
      let names = split == .train ? (1...5).map { "data_batch_\($0)" } : ["test_batch"]
      return names.map { Batch(paths: ["\(folder)/\($0)\(suffix)"]) }
    case .idx:
      let stem = split == .train ? "train" : "t10k"
      let paths = [("images", "idx3"), ("labels", "idx1")].map { part, form in
        // Some copies have a full stop for the second hyphen.
        let paths = ["-", "."].map { "\(folder)/\(stem)-\(part)\($0)\(form)-ubyte" }.flatMap { [$0, "\($0).gz"] }
        return paths.first { FilePath($0).isThere } ?? paths[0]
      }
      return [Batch(paths: paths)]
    }
  }

  /// The number of images of a batch, each of which is read.
  public func imageCount(of batch: Batch) throws(StageFailure) -> Int { try images(of: batch).count }

  /// Reads the images of a batch.
  ///
  /// - Throws: when a file is missing or is not what it is called, with its path.
  func images(of batch: Batch) throws(StageFailure) -> LabelledImages {
    let files = try batch.paths.map { path throws(StageFailure) in try Self.bytes(of: path) }
    var path = batch.paths[0]
    do {
      switch form {
      case .binary: return try CIFAR10.images(binary: files[0])
      case .pickle: return try CIFAR10.images(pickle: files[0])
      case .idx:
        let pixels = try MNIST.pixels(idx: files[0])
        path = batch.paths[1]
        return try MNIST.images(pixels: pixels, labels: MNIST.labels(idx: files[1]))
      }
    } catch {
      throw StageFailure("\(path) \(error)")
    }
  }

  /// The bytes of a file, unpacked.
  private static func bytes(of path: String) throws(StageFailure) -> [UInt8] {
    guard let status = try? FilePath(path).stat() else {
      throw StageFailure("\(path) is missing; 'pipeline data check' lists all missing files")
    }
    guard status.type == .regular, status.size <= largestFile,
      let data = FileManager.default.contents(atPath: path)
    else { throw StageFailure("\(path) cannot be read, or is no file of images") }
    let bytes = [UInt8](data)
    guard GzipReader.isGzip(bytes) else { return bytes }
    do {
      return try GzipReader.unpacked(bytes, limit: largestFile)
    } catch {
      throw StageFailure("\(path) \(error)")
    }
  }
}

extension FilePath {
  fileprivate var isThere: Bool { (try? stat()) != nil }
}
