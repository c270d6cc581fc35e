import Tensors
import Testing

@Suite struct FourierTransformTests {
  @Test(arguments: [1, 2, 8, 64])
  func `The transform is the sum that defines it`(count: Int) {
    var random = RandomStream(seed: 1, "series")
    let series = random.normals(count)
    let fast = FourierTransform(count: count).squaredMagnitudes(series)
    #expect(fast.count == count / 2 + 1)
    for frequency in 0...count / 2 {
      var (real, imaginary) = (0.0, 0.0)
      for (time, value) in series.enumerated() {
        let turns = Double(frequency * time) / Double(count)
        real += value * Elementary.cos(turns: turns)
        imaginary -= value * Elementary.sin(turns: turns)
      }
      #expect((fast[frequency] - (real * real + imaginary * imaginary)).magnitude < 1e-12 * Double(count * count))
    }
  }

  @Test func `Parseval's identity holds for a long series`() {
    var random = RandomStream(seed: 2, "series")
    let count = 1 << 14
    let series = random.normals(count)
    let squares = FourierTransform(count: count).squaredMagnitudes(series)
    let energy = series.reduce(0) { $0 + $1 * $1 }
    let doubled = 2 * squares.reduce(0, +) - squares[0] - squares[count / 2]
    #expect((doubled / Double(count) / energy - 1).magnitude < 1e-13)
  }
}
