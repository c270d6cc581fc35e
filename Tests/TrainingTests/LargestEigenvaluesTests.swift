import Networks
import Tensors
import TestSupport
import Testing
import Training

@Suite struct LargestEigenvaluesTests {
  @Test func `Following a training costs few products and agrees with searches from scratch`() throws {
    let sample = Sample(count: 60, inputs: 20, width: 24)
    var settings = TrainingSettings(learningRate: 0.3, steps: 150, sharpness: .always)
    settings.eigenvalueSettings = LargestEigenvalues.Settings(tolerance: 1e-3, freshEvery: 1_000)
    let followed = sample.training(settings).records().compactMap(\.sharpness)
    settings.eigenvalueSettings = LargestEigenvalues.Settings(tolerance: 1e-8, maximumProducts: 1_000, freshEvery: 1)
    let exact = sample.training(settings).records().compactMap(\.sharpness)
    #expect(followed.count == 151)
    // The error is quadratic in the residual over the gap to the next eigenvalue.
    expectEqual(followed.map(\.value), exact.map(\.value), within: .relative(1e-3))
    for ours in followed {
      #expect(ours.isConverged && ours.residual <= 1e-3 * ours.value)
    }
    let late = followed.dropFirst(10)
    #expect(Double(late.reduce(0) { $0 + $1.products }) / Double(late.count) < 5)
  }

  @Test func `A Hessian that holds no numbers has no sharpness`() {
    struct Broken: SymmetricOperator {
      let dimension = 4
      func apply(_ vector: Matrix, of arena: Arena, into result: Matrix) {
        arena.write([Double](repeating: .nan, count: 4), to: result)
      }
    }
    let sharpness = LargestEigenvalues(dimension: 4, seed: 1, workers: Workers())
    let measurement = sharpness.measure(Broken(), step: 0)
    #expect(measurement.value.isNaN && measurement.eigenvalues.isEmpty)
    #expect(!measurement.isConverged)
  }

  @Test func `A second eigenvalue that becomes the largest is found though the eigenvectors do not move`() {
    let following = LargestEigenvalues(dimension: 40, settings: .init(freshEvery: 1_000), seed: 1, workers: Workers())
    for step in 0..<40 {
      let second = 0.7 + 0.02 * Double(step)
      let values = [1, second] + (2..<40).map { 0.6 - Double($0) / 100 }
      let found = following.measure(Dense(eigenvalues: values), step: step)
      let largest = max(1, second)
      #expect(found.isConverged && (found.value - largest).magnitude <= 1e-3 * largest, "at step \(step)")
      #expect(found.value <= largest + 1e-12 && largest <= found.upper)
    }
  }

  @Test(arguments: [1, 51])
  func `What is stated of a sharpness holds at every step at the edge of stability, against dense Hessians`(
    freshEvery: Int
  ) throws {
    let sample = Sample(count: 16, inputs: 5, width: 6, outputs: 3, depth: 2, activation: .relu, weightVariance: 0.5)
    let start = TrainingSettings(learningRate: 0, steps: 0, sharpness: .always)
    let initial = try #require(sample.training(start).advance()?.sharpness).value
    var settings = TrainingSettings(learningRate: 3 / initial, steps: 200, sharpness: .always)
    settings.eigenvalueSettings = .init(freshEvery: freshEvery)
    let training = sample.training(settings)
    let objective = sample.objective()
    var (probes, exact) = (0, 0)
    while true {
      let parameters = training.parameters
      guard let found = training.advance()?.sharpness else { break }
      objective.parameters = parameters
      objective.evaluate()
      let eigenvalues = SymmetricEigenproblem(Dense(objective).rows).values
      let size = eigenvalues.map(\.magnitude).max() ?? 0
      let distance = eigenvalues.map { ($0 - found.value).magnitude }.min() ?? .infinity
      #expect(found.isConverged && distance <= found.residual + 1e-12 * size)
      #expect(found.value <= eigenvalues[0] + 1e-12 * size && eigenvalues[0] <= found.upper + 1e-12 * size)
      if freshEvery == 1 { #expect(found.upper < 5 * found.value) }
      probes += 1
      if (found.value - eigenvalues[0]).magnitude <= 1e-3 * eigenvalues[0] { exact += 1 }
    }
    #expect(probes > 100)
    #expect(exact >= probes - 1, "\(exact) of \(probes)")
  }

  @Test func `Several eigenvalues are followed through crossings`() throws {
    // Rotating slowly, and passing one another.
    func matrix(_ step: Int) -> Dense {
      let shift = Double(step) / 10
      let values = [5 + shift, 9 - shift, 7, 3, 2] + (0..<40).map { 1 - Double($0) / 40 }
      return Dense(eigenvalues: values)
    }
    let following = LargestEigenvalues(
      3,
      dimension: 45,
      settings: .init(tolerance: 1e-7, maximumProducts: 500),
      seed: 1,
      workers: Workers()
    )
    var products: [Int] = []
    for step in 0..<40 {
      let shift = Double(step) / 10
      let measurement = following.measure(matrix(step), step: step)
      #expect(measurement.eigenvalues.allSatisfy { $0.isConverged })
      expectEqual(measurement.eigenvalues.map(\.value), [5 + shift, 9 - shift, 7].sorted(by: >), within: 1e-6)
      products.append(measurement.products)
    }
    // Their vectors do not change: a search from random vectors takes more than twice as many.
    #expect(2 * products.dropFirst().reduce(0, +) < 39 * products[0], "\(products)")
  }
}
