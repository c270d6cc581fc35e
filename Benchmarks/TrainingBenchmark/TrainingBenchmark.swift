import Glibc
import Networks
import Tensors
import Training

/// Times parts of a full-batch training for each line that it reads, so that another program can take turns with it. The
/// network is fully connected, ReLU, without biases, with the squared error.
///
/// usage: training-benchmark THREADS INPUTS WIDTH OUTPUTS DEPTH EXAMPLES DATA
///
/// DATA holds single-precision numbers: the examples, their targets, the parameters and a vector of as many.
/// - `step RATE`: a step of gradient descent and the gradient there; answers with seconds
/// - `product`: the Hessian times the vector; seconds
/// - `sharpness`: seconds, the value and the number of products
/// - `start`: seconds for a new graph and its plan
@main
struct TrainingBenchmark {
  static func main() {
    let words = Array(CommandLine.arguments.dropFirst())
    let numbers = words.prefix(6).compactMap { Int($0) }
    guard words.count == 7, numbers.count == 6 else {
      return print("usage: training-benchmark THREADS INPUTS WIDTH OUTPUTS DEPTH EXAMPLES DATA")
    }
    let network = FullyConnected(
      inputs: numbers[1],
      width: numbers[2],
      outputs: numbers[3],
      depth: numbers[4],
      weightVariance: 2
    )
    let count = numbers[5]
    let (inputs, targets) = (count * network.inputs, count * network.outputs)
    let data = floats(in: words[6], count: inputs + targets + 2 * network.parameterCount)
    let workers = Workers(threads: numbers[0])
    func newObjective() -> Objective {
      Objective(network: network, loss: .meanSquaredError, count: count, precision: .float32, workers: workers)
    }
    let objective = newObjective()
    objective.setExamples(Array(data[..<inputs]), targets: Array(data[inputs..<inputs + targets]))
    objective.parameters = Array(data[(inputs + targets)...].prefix(network.parameterCount))
    let vectors = Arena(count: 2 * objective.dimension, precision: .float32, workers: workers)
    let vector = Matrix(offset: 0, rows: 1, columns: objective.dimension)
    let product = Matrix(offset: objective.dimension, rows: 1, columns: objective.dimension)
    vectors.write(Array(data.suffix(objective.dimension)), to: vector)
    let sharpness = LargestEigenvalues(dimension: objective.dimension, seed: 1, workers: workers)
    objective.evaluate()
    var step = 0
    while let line = readLine() {
      let words = line.split(separator: " ")
      var answer = ""
      let start = ContinuousClock.now
      switch (words.first, words.last.flatMap { Double($0) }) {
      case ("step", let rate?):
        objective.step(learningRate: rate)
        step += 1
        objective.evaluate()
      case ("product", _): objective.apply(vector, of: vectors, into: product)
      case ("start", _): _ = newObjective()
      case ("sharpness", _):
        let measured = sharpness.measure(objective, step: step)
        answer = " \(measured.value) \(measured.products)"
      default: return print("not understood: \(line)")
      }
      print("\(start.duration(to: .now) / .seconds(1))\(answer)")
      fflush(nil)
    }
  }

  private static func floats(in path: String, count: Int) -> [Double] {
    let file = fopen(path, "rb")
    defer { if let file { fclose(file) } }
    let values = [Float](unsafeUninitializedCapacity: count) { buffer, read in
      read = file.map { fread(buffer.baseAddress, 4, count, $0) } ?? 0
    }
    guard values.count == count else { fatalError("\(path) does not hold \(count) numbers") }
    return values.map(Double.init)
  }
}
