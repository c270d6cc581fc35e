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
    // Their vectors do not change: little more than one product each after the first search.
    #expect(products.dropFirst().reduce(0, +) < 4 * 39, "\(products)")
  }
}
