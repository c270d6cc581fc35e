/// CIFAR-10 (Krizhevsky, 2009): colour images of 32 by 32 pixels in ten classes, of which each image is 3,072 bytes, the
/// red, green and blue planes row by row.
public enum CIFAR10 {
  /// The bytes of an image.
  public static let pixelCount = 3_072
  /// The bytes of a record of the binary release: the class, then the image.
  public static let recordSize = 1 + pixelCount
  /// The classes.
  public static let classes = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]

  /// The images of a file of the binary release, or of the beginning of one.
  public static func images(binary file: [UInt8]) throws(DatasetError) -> LabelledImages {
    guard file.count % recordSize == 0 else {
      throw DatasetError("has \(file.count) bytes, which are no whole records of \(recordSize)")
    }
    var labels: [UInt8] = []
    var pixels: [UInt8] = []
    pixels.reserveCapacity(file.count)
    for start in stride(from: 0, to: file.count, by: recordSize) {
      labels.append(file[start])
      pixels += file[start + 1..<start + recordSize]
    }
    return try images(labels: labels, pixels: pixels)
  }

  /// The images of a file of the Python release: a pickled dictionary of an array `data` and a list `labels`, which is
  /// read and not run.
  public static func images(pickle file: [UInt8]) throws(DatasetError) -> LabelledImages {
    guard case .dictionary(let entries) = try PickleReader.value(of: file) else {
      throw DatasetError("is no CIFAR-10: the pickle holds no dictionary")
    }
    guard case .array(let array)? = entries["data"], array.shape.count == 2, array.shape[1] == pixelCount else {
      throw DatasetError("is no CIFAR-10: its 'data' are no array of images of \(pixelCount) bytes")
    }
    guard case .list(let items)? = entries["labels"], items.count == array.shape[0] else {
      throw DatasetError("is no CIFAR-10: it has no list 'labels' with one for each of \(array.shape[0]) images")
    }
    var labels: [UInt8] = []
    for (image, item) in items.enumerated() {
      guard case .integer(let number) = item, let label = UInt8(exactly: number) else {
        throw DatasetError("is no CIFAR-10: image \(image) has no class")
      }
      labels.append(label)
    }
    return try images(labels: labels, pixels: array.rowMajorBytes)
  }

  private static func images(labels: [UInt8], pixels: [UInt8]) throws(DatasetError) -> LabelledImages {
    if let image = labels.firstIndex(where: { $0 >= classes.count }) {
      throw DatasetError("is no CIFAR-10: image \(image) has the class \(labels[image])")
    }
    return LabelledImages(pixelCount: pixelCount, labels: labels, pixels: pixels)
  }
}
