/// How pixels are standardized before they are inputs.
public enum Standardization: String, CaseIterable, Sendable {
  /// Each image has mean 0 and deviation 1 over its own pixels; one that is of a single colour is 0.
  case image
  /// Each pixel has mean 0 and deviation 1 over the images that are taken; one that is the same in all of them is 0.
  case feature
  /// Bytes over 255: from 0 to 1.
  case none

  /// The inputs, image after image.
  public func callAsFunction(_ images: LabelledImages) -> [Float] {
    switch self {
    case .image: Self.overPixels(images)
    case .feature: Self.overImages(images)
    case .none: images.pixels.map { Float(Double($0) / 255) }
    }
  }

  /// Mean and deviation of bytes from their sums, which are exact.
  private static func scale(sum: Int, squares: Int, count: Int) -> (mean: Double, deviation: Double) {
    let size = Double(count)
    return (Double(sum) / size, Double(squares * count - sum * sum).squareRoot() / size)
  }

  private static func overPixels(_ images: LabelledImages) -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(images.pixels.count)
    for image in 0..<images.count {
      let pixels = images.pixels(of: image)
      var (sum, squares) = (0, 0)
      for pixel in pixels {
        sum += Int(pixel)
        squares += Int(pixel) * Int(pixel)
      }
      let (mean, deviation) = scale(sum: sum, squares: squares, count: images.pixelCount)
      // There are only so many bytes.
      let table = (0..<256).map { deviation == 0 ? 0 : Float((Double($0) - mean) / deviation) }
      for pixel in pixels { values.append(table[Int(pixel)]) }
    }
    return values
  }

  private static func overImages(_ images: LabelledImages) -> [Float] {
    var sums = [Int](repeating: 0, count: images.pixelCount)
    var squares = sums
    for image in 0..<images.count {
      for (feature, pixel) in images.pixels(of: image).enumerated() {
        sums[feature] += Int(pixel)
        squares[feature] += Int(pixel) * Int(pixel)
      }
    }
    let scales = zip(sums, squares).map { scale(sum: $0, squares: $1, count: images.count) }
    var values: [Float] = []
    values.reserveCapacity(images.pixels.count)
    for image in 0..<images.count {
      for (pixel, (mean, deviation)) in zip(images.pixels(of: image), scales) {
        values.append(deviation == 0 ? 0 : Float((Double(pixel) - mean) / deviation))
      }
    }
    return values
  }
}
