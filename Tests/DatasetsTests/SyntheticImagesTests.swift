import Datasets
import Testing

@Suite struct SyntheticImagesTests {
  @Test func `Inputs have length √d and the spectrum that is asked for, and labels every class`() {
    let (count, dimension) = (4_000, 8)
    let data = SyntheticImages(count: count, dimension: dimension, classes: 5, decay: 2, seed: 3)
    var squares = [Double](repeating: 0, count: dimension)
    for example in 0..<count {
      let values = data.inputs[example * dimension..<(example + 1) * dimension]
      let square = values.reduce(0) { $0 + $1 * $1 }
      #expect((square - Double(dimension)).magnitude < 1e-12)
      for (component, value) in values.enumerated() { squares[component] += value * value }
    }
    // The scaling to one length evens the largest component out; the order of the others stays.
    for component in 1..<dimension { #expect(squares[component] < squares[component - 1]) }
    for label in 0..<5 {
      // Five standard errors of a binomial share.
      let share = Double(data.labels.count { $0 == UInt8(label) }) / Double(count)
      #expect((share - 0.2).magnitude < 5 * 0.4 / 63.2)
    }
  }

  @Test func `The same seed draws the same, another seed does not`() {
    func draw(_ seed: UInt64) -> [Double] {
      SyntheticImages(count: 3, dimension: 4, classes: 2, decay: 1, seed: seed).inputs
    }
    #expect(draw(1) == draw(1))
    #expect(draw(1) != draw(2))
  }
}
