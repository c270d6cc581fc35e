/// MNIST (LeCun, Cortes and Burges, 1998): grey images of handwritten digits, 28 by 28 pixels.
public enum MNIST {
  /// The bytes of an image.
  public static let pixelCount = 28 * 28
  /// The classes.
  public static let classes = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]

  /// The pixels of a file of images in the IDX format.
  public static func pixels(idx file: [UInt8]) throws(DatasetError) -> [UInt8] {
    let array = try IDX(file)
    guard array.shape.count == 3, array.shape[1] == 28, array.shape[2] == 28 else {
      throw DatasetError("is no MNIST: its shape is \(array.shape), and images have 28 by 28 pixels")
    }
    return array.elements
  }

  /// The labels of a file of labels in the IDX format.
  public static func labels(idx file: [UInt8]) throws(DatasetError) -> [UInt8] {
    let array = try IDX(file)
    guard array.shape.count == 1 else {
      throw DatasetError("is no MNIST: its shape is \(array.shape), and labels are a list")
    }
    if let image = array.elements.firstIndex(where: { $0 >= classes.count }) {
      throw DatasetError("is no MNIST: image \(image) has the class \(array.elements[image])")
    }
    return array.elements
  }

  /// Images with their labels.
  public static func images(pixels: [UInt8], labels: [UInt8]) throws(DatasetError) -> LabelledImages {
    guard pixels.count == labels.count * pixelCount else {
      throw DatasetError("has \(labels.count) labels, and there are \(pixels.count / pixelCount) images")
    }
    return LabelledImages(pixelCount: pixelCount, labels: labels, pixels: pixels)
  }
}
