import Tensors
import Testing
import Training

@Suite struct SharpnessTests {
  @Test func `Following a training costs few products and agrees with searches from scratch`() throws {
    let sample = Sample(count: 60, inputs: 20, width: 24)
    var settings = TrainingSettings(learningRate: 0.3, steps: 150, sharpness: .always)
    settings.sharpnessSettings = Sharpness.Settings(tolerance: 1e-3, freshEvery: 1_000)
    let followed = sample.training(settings).records().compactMap(\.sharpness)
    settings.sharpnessSettings = Sharpness.Settings(tolerance: 1e-8, maximumProducts: 1_000, freshEvery: 1)
    let exact = sample.training(settings).records().compactMap(\.sharpness)
    #expect(followed.count == 151)
    for (ours, exact) in zip(followed, exact) {
      #expect(ours.isConverged && ours.residual <= 1e-3 * ours.value)
      // The error is quadratic in the residual over the gap to the next eigenvalue.
      #expect((ours.value / exact.value - 1).magnitude < 1e-3)
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
    let sharpness = Sharpness(dimension: 4, seed: 1, workers: Workers())
    let measurement = sharpness.measure(Broken())
    #expect(measurement.value.isNaN)
    #expect(!measurement.isConverged)
  }
}
