import Glibc
import Networks
import Tensors
import Training

/// Times a step of full-batch gradient descent, or a product with the Hessian, for each line `step` or `product` that it
/// reads, and answers with seconds. The network is fully connected, ReLU, without biases, with the squared error.
///
/// usage: training-benchmark THREADS INPUTS WIDTH OUTPUTS DEPTH EXAMPLES
@main
struct TrainingBenchmark {
  static func main() {
    let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
    guard numbers.count == 6 else {
      return print("usage: training-benchmark THREADS INPUTS WIDTH OUTPUTS DEPTH EXAMPLES")
    }
    let network = FullyConnected(
      inputs: numbers[1],
      width: numbers[2],
      outputs: numbers[3],
      depth: numbers[4],
      weightVariance: 2
    )
    let count = numbers[5]
    let workers = Workers(threads: numbers[0])
    var random = RandomStream(seed: 1, "benchmark")
    let targets = (0..<count).flatMap { row in (0..<network.outputs).map { $0 == row % network.outputs ? 1.0 : 0 } }
    let objective = Objective(
      network: network,
      loss: .meanSquaredError,
      count: count,
      precision: .float32,
      workers: workers
    )
    objective.setExamples(random.normals(count * network.inputs), targets: targets)
    objective.parameters = network.initialParameters(seed: 1)
    let vectors = Arena(count: 2 * objective.dimension, precision: .float32, workers: workers)
    let vector = Matrix(offset: 0, rows: 1, columns: objective.dimension)
    let product = Matrix(offset: objective.dimension, rows: 1, columns: objective.dimension)
    vectors.write(random.normals(objective.dimension), to: vector)
    objective.evaluate()
    while let line = readLine() {
      let start = ContinuousClock.now
      if line == "step" {
        objective.step(learningRate: 1e-3)
        objective.evaluate()
      } else {
        objective.apply(vector, of: vectors, into: product)
      }
      print(start.duration(to: .now) / .seconds(1))
      fflush(nil)
    }
  }
}
