import Datasets
import Testing

@Suite struct StandardizationTests {
  /// Images of arbitrary bytes, one of a single colour; the last pixel is the same in all of them.
  private var images: LabelledImages {
    var pixels: [UInt8] = []
    for row in 0..<7 {
      for pixel in 0..<12 { pixels.append(pixel == 11 || row == 3 ? 9 : UInt8((pixel * 37 + row * row * 11) % 256)) }
    }
    return LabelledImages(pixelCount: 12, labels: [UInt8](repeating: 0, count: 7), pixels: pixels)
  }

  private func moments(_ values: [Float]) -> (mean: Double, square: Double) {
    let values = values.map(Double.init)
    let count = Double(values.count)
    return (values.reduce(0, +) / count, values.reduce(0) { $0 + $1 * $1 } / count)
  }

  @Test func `Images one by one have mean 0 and deviation 1, and one of a single colour is zero`() {
    let values = Standardization.image(images)
    for image in 0..<7 {
      let pixels = Array(values[image * 12..<(image + 1) * 12])
      guard image != 3 else {
        #expect(pixels.allSatisfy { $0 == 0 })
        continue
      }
      // The rounding of twelve singles of size one.
      #expect(moments(pixels).mean.magnitude < 1e-6)
      #expect((moments(pixels).square - 1).magnitude < 1e-6)
    }
  }

  @Test func `Pixels one by one have mean 0 and deviation 1 over the images, and a constant one is zero`() {
    let values = Standardization.feature(images)
    for pixel in 0..<12 {
      let column = (0..<7).map { values[$0 * 12 + pixel] }
      guard pixel != 11 else {
        #expect(column.allSatisfy { $0 == 0 })
        continue
      }
      #expect(moments(column).mean.magnitude < 1e-6)
      #expect((moments(column).square - 1).magnitude < 1e-6)
    }
  }

  @Test func `Without standardisation bytes are divided by 255`() {
    let image = LabelledImages(pixelCount: 3, labels: [0], pixels: [0, 51, 255])
    #expect(Standardization.none(image) == [0, 0.2, 1])
  }
}
