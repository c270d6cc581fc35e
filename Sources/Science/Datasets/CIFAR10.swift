/// Images of CIFAR-10 (Krizhevsky, 2009) in the format of its binary release: records of one label byte and 3,072 bytes
/// of pixels, the red, green and blue planes row by row.
public struct CIFAR10: Sendable, Equatable {
  /// The class of each image, 0 to 9.
  public private(set) var labels: [UInt8] = []
  /// The pixels, image after image.
  public private(set) var pixels: [UInt8] = []

  /// The bytes of an image.
  public static let pixelCount = 3_072
  /// The bytes of a record.
  public static let recordSize = 1 + pixelCount
  /// The classes.
  public static let classes = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]

  /// What is wrong with a file.
  public enum Failure: Error, Equatable {
    /// The size is not that of whole records.
    case partialRecord(bytes: Int)
    /// There are fewer records than are asked for.
    case tooFew(records: Int)
    /// A record whose label is no class.
    case badLabel(UInt8, record: Int)
  }

  /// No images.
  public init() {}

  /// The number of images.
  public var count: Int { labels.count }

  /// Adds the first images of a file.
  public mutating func append(first count: Int, of file: [UInt8]) throws(Failure) {
    let records = file.count / Self.recordSize
    guard file.count % Self.recordSize == 0 else { throw .partialRecord(bytes: file.count) }
    guard records >= count else { throw .tooFew(records: records) }
    for record in 0..<count {
      let start = record * Self.recordSize
      guard file[start] < Self.classes.count else { throw .badLabel(file[start], record: record) }
      labels.append(file[start])
      pixels += file[start + 1..<start + Self.recordSize]
    }
  }

  /// The images with mean 0 and standard deviation 1 over the pixels of each; one that is of a single colour is 0.
  public var standardized: [Double] {
    var values: [Double] = []
    values.reserveCapacity(pixels.count)
    for image in 0..<count {
      let bytes = pixels[image * Self.pixelCount..<(image + 1) * Self.pixelCount]
      // Sums of bytes and their squares are exact.
      let sum = bytes.reduce(0) { $0 + Int($1) }
      let squares = bytes.reduce(0) { $0 + Int($1) * Int($1) }
      let size = Double(Self.pixelCount)
      let mean = Double(sum) / size
      let deviation = Double(squares * Self.pixelCount - sum * sum).squareRoot() / size
      values += bytes.map { deviation == 0 ? 0 : (Double($0) - mean) / deviation }
    }
    return values
  }
}
