import AllocationCount
import Networks
import Tensors
import Testing
import Training

@Suite struct AllocationTests {
  /// How often the calling thread allocates within `action`.
  private func allocations(_ action: () -> Void) -> Int {
    let before = allocation_count()
    action()
    return allocation_count() - before
  }

  @Test func `What an array takes is counted`() {
    var values: [Double] = []
    #expect(allocations { values = [Double](repeating: 1, count: 100_000) } > 0)
    #expect(values.count == 100_000)
  }

  @Test(arguments: Activation.allCases, Loss.allCases)
  func `A step of gradient descent and a product with the Hessian allocate nothing`(activation: Activation, loss: Loss)
  {
    let network = FullyConnected(
      inputs: 30,
      width: 40,
      outputs: 5,
      depth: 4,
      activation: activation,
      hasBias: true,
      weightVariance: 1
    )
    for (threads, precision) in [(1, Precision.float32), (2, .float32), (2, .float64)] {
      let workers = Workers(threads: threads)
      let objective = Objective(network: network, loss: loss, count: 64, precision: precision, workers: workers)
      var random = RandomStream(seed: 1, "examples")
      objective.setExamples(random.normals(64 * 30), targets: (0..<64 * 5).map { $0 % 5 == $0 / 5 % 5 ? 1 : 0 })
      objective.parameters = network.initialParameters(seed: 1)
      let vectors = Arena(count: 2 * objective.dimension, precision: .float64, workers: workers)
      let vector = Matrix(offset: 0, rows: 1, columns: objective.dimension)
      let product = Matrix(offset: objective.dimension, rows: 1, columns: objective.dimension)
      vectors.write(random.normals(objective.dimension), to: vector)
      func step() {
        objective.evaluate()
        objective.step(learningRate: 0.01)
        objective.step(learningRate: 0.01, momentum: 0.9)
      }
      // Once before: what the language sets up at the first call of a function is no part of a step.
      step()
      objective.apply(vector, of: vectors, into: product)
      #expect(allocations { step() } == 0, "\(threads) threads")
      #expect(allocations { objective.apply(vector, of: vectors, into: product) } == 0, "\(threads) threads")
      #expect(vectors.read(product).contains { $0 != 0 })
    }
  }
}
