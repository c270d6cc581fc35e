import Datasets
import TestSupport
import Testing

@Suite struct SyntheticRegressionTests {
  @Test(arguments: [(16, 8), (8, 8), (500, 40)])
  func `Whitened inputs have uncorrelated features of mean square 1, but for rounding`(count: Int, dimension: Int) {
    for decay in [0.0, 10] {
      let inputs = SyntheticInputs.whitened.draw(count: count, dimension: dimension, decay: decay, seed: 3)
      for row in 0..<dimension {
        for column in 0...row {
          let product = (0..<count).reduce(0.0) { $0 + inputs[$1 * dimension + row] * inputs[$1 * dimension + column] }
          let expected = row == column ? Double(count) : 0
          // Each of `count` products of size one is rounded, and so are their sums.
          #expect((product - expected).magnitude < 1e-15 * Double(count * count))
        }
      }
    }
  }

  @Test func `Gaussian inputs have the variances that are asked for`() {
    let (count, dimension) = (20_000, 4)
    let inputs = SyntheticInputs.gaussian.draw(count: count, dimension: dimension, decay: 2, seed: 5)
    for component in 0..<dimension {
      let squares = (0..<count).reduce(0.0) {
        $0 + inputs[$1 * dimension + component] * inputs[$1 * dimension + component]
      }
      let expected = 1 / Double((component + 1) * (component + 1))
      // Five standard errors of a variance.
      #expect((squares / Double(count) / expected - 1).magnitude < 5 * (2 / Double(count)).squareRoot())
    }
  }

  @Test func `A linear teacher has length 1 for each output, and its targets are its products with the inputs`() {
    let weights = SyntheticTargets.linearTeacher(dimension: 6, outputs: 3, seed: 1)
    for output in 0..<3 {
      let square = (0..<6).reduce(0.0) { $0 + weights[$1 * 3 + output] * weights[$1 * 3 + output] }
      #expect((square - 1).magnitude < 1e-15)
    }
    let unit = (0..<36).map { $0 % 7 == 0 ? 1.0 : 0 }
    #expect(SyntheticTargets.linear(unit, dimension: 6, weights: weights) == weights)
  }

  @Test func `Noise is normal, and inputs, teachers and noise of one seed are independent`() {
    let noise = SyntheticTargets.noise(count: 20_000, outputs: 1, seed: 9)
    let inputs = SyntheticInputs.gaussian.draw(count: 20_000, dimension: 1, decay: 0, seed: 9)
    let bound = 5 / Double(20_000).squareRoot()
    #expect((noise.reduce(0, +) / 20_000).magnitude < bound)
    #expect((noise.reduce(0) { $0 + $1 * $1 } / 20_000 - 1).magnitude < bound * 2.0.squareRoot())
    #expect((zip(noise, inputs).reduce(0) { $0 + $1.0 * $1.1 } / 20_000).magnitude < bound)
  }

  @Test func `The weights of a teacher have the variances of the standard parameterization`() {
    let weights = SyntheticTargets.teacherWeights(layers: [(50, 200), (200, 200), (200, 1)], variance: 2, seed: 4)
    #expect(weights.count == 50 * 200 + 200 * 200 + 200)
    func variance(_ part: ArraySlice<Double>) -> Double { part.reduce(0) { $0 + $1 * $1 } / Double(part.count) }
    let parts = [
      (weights[0..<10_000], 2.0 / 50), (weights[10_000..<50_000], 2.0 / 200), (weights[50_000...], 1.0 / 200),
    ]
    for (part, expected) in parts {
      #expect((variance(part) / expected - 1).magnitude < 5 * (2 / Double(part.count)).squareRoot())
    }
  }

  /// Trains y = X w with a two-layer linear network of the multipliers of muP by gradient descent.
  ///
  /// - Returns: the losses of the last steps.
  private func train(_ learningRate: Double) -> [Double] {
    let (count, dimension, width) = (16, 8, 32)
    let inputs = SyntheticInputs.whitened.draw(count: count, dimension: dimension, decay: 0, seed: 0)
    let teacher = SyntheticTargets.linearTeacher(dimension: dimension, outputs: 1, seed: 0)
    let targets = SyntheticTargets.linear(inputs, dimension: dimension, weights: teacher)
    // Small weights of one seed; f = (first x) second / sqrt(d), with first and second of size 1/sqrt(width).
    var first = SyntheticTargets.teacherWeights(layers: [(width, dimension)], variance: 1, seed: 1)
    var second = SyntheticTargets.teacherWeights(layers: [(width, 1)], variance: 1, seed: 2)
    let scale = 1 / Double(dimension).squareRoot()
    var losses: [Double] = []
    for _ in 0..<4_000 {
      // The gradient with respect to the product of the layers is the mean of residual times input.
      var slope = [Double](repeating: 0, count: dimension)
      var loss = 0.0
      for example in 0..<count {
        let x = inputs[example * dimension..<(example + 1) * dimension]
        var output = 0.0
        for (input, value) in x.enumerated() {
          for unit in 0..<width { output += scale * second[unit] * first[unit * dimension + input] * value }
        }
        let residual = output - targets[example]
        loss += residual * residual / Double(2 * count)
        for (input, value) in x.enumerated() { slope[input] += residual * value / Double(count) }
      }
      losses.append(loss)
      let (oldFirst, oldSecond) = (first, second)
      for unit in 0..<width {
        for input in 0..<dimension {
          first[unit * dimension + input] -= learningRate * scale * oldSecond[unit] * slope[input]
          second[unit] -= learningRate * scale * oldFirst[unit * dimension + input] * slope[input]
        }
      }
    }
    return losses.suffix(100)
  }

  @Test func `A two-layer linear network converges below √d on whitened inputs, and has period two above`() {
    // The critical learning rate is √8 = 2.828.
    #expect(train(2.8).allSatisfy { $0 < 1e-6 })
    let above = train(2.9)
    #expect(above.allSatisfy { $0 > 1e-4 && $0 < 1 })
    expectEqual(above.dropLast(2), above.dropFirst(2), within: 1e-9)
    #expect((above[above.startIndex] - above[above.startIndex + 1]).magnitude > 1e-4)
  }
}
