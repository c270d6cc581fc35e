/// Images of one size, each with its class.
public struct LabelledImages: Sendable, Equatable {
  /// The bytes of an image.
  public let pixelCount: Int
  /// The class of each image.
  public private(set) var labels: [UInt8] = []
  /// The pixels, image after image.
  public private(set) var pixels: [UInt8] = []

  /// No images.
  public init(pixelCount: Int) {
    precondition(pixelCount > 0)
    self.pixelCount = pixelCount
  }

  /// Images from their parts.
  ///
  /// - Precondition: there are `pixelCount` pixels for each label.
  public init(pixelCount: Int, labels: [UInt8], pixels: [UInt8]) {
    self.init(pixelCount: pixelCount)
    precondition(pixels.count == labels.count * pixelCount, "the pixels of each image")
    self.labels = labels
    self.pixels = pixels
  }

  /// The number of images.
  public var count: Int { labels.count }

  /// The pixels of an image.
  public func pixels(of image: Int) -> ArraySlice<UInt8> { pixels[image * pixelCount..<(image + 1) * pixelCount] }

  /// An image as a record of the binary release of CIFAR-10: its class, then its pixels. What names a selection of images
  /// is the digest of their records, whatever files they were read from.
  public func record(_ image: Int) -> [UInt8] { [labels[image]] + pixels(of: image) }

  /// Adds an image of another set.
  ///
  /// - Precondition: the images have one size.
  public mutating func append(_ image: Int, of other: LabelledImages) {
    precondition(other.pixelCount == pixelCount)
    labels.append(other.labels[image])
    pixels += other.pixels(of: image)
  }
}
