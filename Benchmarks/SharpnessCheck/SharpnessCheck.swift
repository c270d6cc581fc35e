import Glibc
import Networks
import Tensors
import Training

/// Measures the sharpness of sequences of matrices and writes what was found beside each matrix, so that another program can
/// compare it with the whole spectrum (scripts/check-sharpness).
///
/// usage: sharpness-check ROUNDS SEED
///
/// The first line of the output is the number of cases, the next ones are their names. Then follow records of numbers in double precision: the case, the number of rows, the
/// value, its residual, the upper bound, whether it is converged, the products, and the rows of the lower triangle.
@main
struct SharpnessCheck {
  static func main() {
    let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
    guard numbers.count == 2, numbers[0] > 0, numbers[1] >= 0 else {
      print("usage: sharpness-check ROUNDS SEED")
      exit(2)
    }
    let cases = TrainingCase.all.map(\.name) + SpectrumCase.all.map(\.name)
    print(([String(cases.count)] + cases).joined(separator: "\n"))
    fflush(nil)
    for round in 0..<numbers[0] {
      let seed = UInt64(numbers[1] + round)
      for (index, sample) in TrainingCase.all.enumerated() {
        sample.run(seed: seed) { write(index, $0, $1) }
      }
      for (index, sample) in SpectrumCase.all.enumerated() {
        sample.run(seed: seed) { write(TrainingCase.all.count + index, $0, $1) }
      }
    }
  }

  private static func write(_ index: Int, _ found: LargestEigenvalues.Measurement, _ matrix: DenseMatrix) {
    var record = [
      Double(index), Double(matrix.dimension), found.value, found.residual, found.upper, found.isConverged ? 1 : 0,
      Double(found.products),
    ]
    for row in 0..<matrix.dimension {
      record += matrix.elements[row * matrix.dimension..<row * matrix.dimension + row + 1]
    }
    record.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let written = Glibc.write(1, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        guard written > 0 else { exit(1) }
        rest = rest.dropFirst(written)
      }
    }
  }
}

/// A symmetric matrix with all its elements.
struct DenseMatrix: SymmetricOperator {
  let dimension: Int
  private(set) var elements: [Double]

  func apply(_ vector: Matrix, of arena: Arena, into result: Matrix) {
    let values = arena.read(vector)
    var product = [Double](repeating: 0, count: dimension)
    for row in 0..<dimension {
      var sum = 0.0
      for column in 0..<dimension { sum += elements[row * dimension + column] * values[column] }
      product[row] = sum
    }
    arena.write(product, to: result)
  }

  /// Σ λ v vᵀ over eigenvalues and the rows of an orthogonal matrix.
  init(_ eigenvalues: [Double], _ vectors: [[Double]]) {
    dimension = eigenvalues.count
    elements = [Double](repeating: 0, count: dimension * dimension)
    for (value, vector) in zip(eigenvalues, vectors) where value != 0 {
      for row in 0..<dimension {
        let factor = value * vector[row]
        for column in 0...row { elements[row * dimension + column] += factor * vector[column] }
      }
    }
    for row in 0..<dimension {
      for column in 0..<row { elements[column * dimension + row] = elements[row * dimension + column] }
    }
  }

  /// A matrix that is known by its products, from those with unit vectors.
  init(_ matrix: some SymmetricOperator, in arena: Arena) {
    dimension = matrix.dimension
    let (unit, product) = (
      Matrix(offset: 0, rows: 1, columns: dimension), Matrix(offset: dimension, rows: 1, columns: dimension)
    )
    elements = []
    var values = [Double](repeating: 0, count: dimension)
    for row in 0..<dimension {
      values[row] = 1
      arena.write(values, to: unit)
      values[row] = 0
      matrix.apply(unit, of: arena, into: product)
      elements += arena.read(product)
    }
  }
}

/// The Hessians along a training of a small network.
struct TrainingCase {
  let name: String
  var activation = Activation.relu
  var loss = Loss.meanSquaredError
  /// The learning rates, over 1/sharpness of the start.
  var rates: [Double]
  var momentum = 0.0
  var batchSize: Int?
  var variance = 0.5
  var depth = 2
  var width = 8
  var examples = 20
  var hasLabels = true
  /// The number of probes, and of steps from one to the next.
  var probes = 400
  var every = 1

  static let all = [
    TrainingCase(name: "below the edge", rates: [0.25, 0.5]),
    TrainingCase(name: "edge, ReLU", rates: [1.5, 2.2, 3, 4]),
    TrainingCase(name: "edge, ReLU, 3 layers", rates: [1, 2.2, 3, 4], depth: 3, width: 6),
    TrainingCase(name: "edge, tanh", activation: .tanh, rates: [1.5, 2.2, 3]),
    TrainingCase(name: "edge, linear", activation: .linear, rates: [1, 2, 3], examples: 4, hasLabels: false),
    TrainingCase(name: "momentum", rates: [0.5, 1], momentum: 0.9),
    TrainingCase(name: "batches", rates: [1, 2], batchSize: 5),
    TrainingCase(name: "cross-entropy", loss: .crossEntropy, rates: [0.5, 2, 4]),
    TrainingCase(name: "dead", rates: [20, 60, 200], variance: 2, probes: 100),
    TrainingCase(name: "diverging", activation: .linear, rates: [6, 20], probes: 100),
    TrainingCase(name: "every 25th step", rates: [1.5, 3], probes: 60, every: 25),
  ]

  func run(seed: UInt64, _ take: (LargestEigenvalues.Measurement, DenseMatrix) -> Void) {
    let network = FullyConnected(
      inputs: 6,
      width: width,
      outputs: 3,
      depth: depth,
      activation: activation,
      weightVariance: variance
    )
    var random = RandomStream(seed: seed, "examples of \(name)")
    let inputs = random.normals(6 * examples)
    let targets = (0..<examples).flatMap { _ -> [Double] in
      guard hasLabels else { return random.normals(3) }
      let label = Int(3 * random.uniform())
      return (0..<3).map { $0 == label ? 1 : 0 }
    }
    let objective = Objective(
      network: network,
      loss: loss,
      count: examples,
      precision: .float64,
      workers: Workers()
    )
    objective.setExamples(inputs, targets: targets)
    let parameters = network.initialParameters(seed: seed)
    objective.parameters = parameters
    objective.evaluate()
    let start = LargestEigenvalues(dimension: objective.dimension, seed: seed, workers: Workers())
    let sharpness = max(start.measure(objective, step: 0).value, 1e-3)
    let arena = Arena(count: 2 * objective.dimension, precision: .float64, workers: Workers())
    for rate in rates {
      let training = Training(
        network: network,
        loss: loss,
        examples: Examples(inputs: inputs, targets: targets, count: examples),
        parameters: parameters,
        settings: TrainingSettings(
          learningRate: rate / sharpness,
          momentum: momentum,
          batchSize: batchSize,
          steps: (probes - 1) * every,
          seed: seed,
          sharpness: StepSchedule(every: every)
        ),
        precision: .float64,
        workers: Workers()
      )
      while true {
        let parameters = training.parameters
        guard let record = training.advance() else { break }
        guard let found = record.sharpness else { continue }
        objective.parameters = parameters
        objective.evaluate()
        take(found, DenseMatrix(objective, in: arena))
      }
    }
  }
}

/// Matrices whose eigenvectors turn, with eigenvalues that are given for each step.
struct SpectrumCase {
  let name: String
  /// By how much the eigenvectors turn from one step to the next.
  var turn = 0.01
  /// How fast the largest eigenvalues oscillate.
  var speed = 0.0
  let eigenvalues: @Sendable (_ step: Int, _ speed: Double, _ phases: [Double]) -> [Double]

  private static let rows = 80

  private static func bulk(_ first: [Double]) -> [Double] {
    first + (first.count..<rows).map { 0.7 * Elementary.exp(-Double($0) / 5) }
  }

  private static func breathing(_ step: Int) -> Double { 1 + 0.1 * Elementary.sin(turns: Double(step) / 107) }

  private static func steady(_ name: String, _ values: [Double]) -> SpectrumCase {
    SpectrumCase(name: name) { step, _, _ in values.map { $0 * breathing(step) } }
  }

  private static func crossing(_ name: String, turn: Double, speed: Double) -> SpectrumCase {
    SpectrumCase(name: name, turn: turn, speed: speed) { step, speed, phases in
      bulk(phases.prefix(3).map { 1 + 0.3 * Elementary.sin(turns: $0 + speed * (0.5 + $0) * Double(step)) })
    }
  }

  static let all = [
    crossing("crossing slowly", turn: 0.005, speed: 0.005),
    crossing("crossing fast", turn: 0.03, speed: 0.05),
    crossing("crossing, still vectors", turn: 0, speed: 0.005),
    SpectrumCase(name: "odd and even steps", turn: 0.02, speed: 0.002) { step, speed, phases in
      let shift = 0.2 * Elementary.sin(turns: phases[0] + speed * Double(step)) * (step % 2 == 0 ? 1 : -1)
      return bulk([1 + shift, 1 - shift])
    },
    SpectrumCase(name: "spikes") { step, _, phases in
      bulk([1, step % 40 < 4 && step > 9 ? 1 + 20 * phases[step / 40 % phases.count] : 0])
    },
    steady("double", bulk([1, 1])),
    steady("triple", bulk([1, 1, 1])),
    steady("a part in a thousand apart", bulk([1, 0.999])),
    steady("multiple of one", [Double](repeating: 1, count: rows)),
    steady("flat", (0..<rows).map { 1 - Double($0) / Double(2 * rows) }),
    steady("low rank", [1, 0.5, 0.25] + [Double](repeating: 0, count: rows - 3)),
    steady("zero", [Double](repeating: 0, count: rows)),
    steady("negative", (0..<rows).map { -1 - 3 * Double($0) / Double(rows) }),
    steady("large negative", [-20, -10, -5] + bulk([1]).dropLast(3)),
    SpectrumCase(name: "growing to infinity") { step, _, _ in
      bulk([1, 0.8]).map { value in (0..<step).reduce(value) { product, _ in 8 * product } }
    },
  ]

  func run(seed: UInt64, _ take: (LargestEigenvalues.Measurement, DenseMatrix) -> Void) {
    var random = RandomStream(seed: seed, name)
    let phases = (0..<10).map { _ in random.uniform() }
    var vectors: [[Double]] = []
    while vectors.count < Self.rows {
      var vector = random.normals(Self.rows)
      for _ in 0..<2 {
        for other in vectors {
          let part = zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
          for index in vector.indices { vector[index] -= part * other[index] }
        }
      }
      let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      vectors.append(vector.map { $0 / norm })
    }
    // Rotations of pairs of eigenvectors, drawn once, so that all turn evenly.
    let pairs = (0..<2 * Self.rows).map { _ in
      (Int(random.uniform() * Double(Self.rows)), Int(random.uniform() * Double(Self.rows)), random.normal() * turn)
    }
    let search = LargestEigenvalues(dimension: Self.rows, seed: seed, workers: Workers())
    for step in 0..<400 {
      let matrix = DenseMatrix(eigenvalues(step, speed, phases), vectors)
      take(search.measure(matrix, step: step), matrix)
      for (first, second, angle) in pairs where first != second {
        let (sine, cosine) = (Elementary.sin(turns: angle / 6.25), Elementary.cos(turns: angle / 6.25))
        for index in 0..<Self.rows {
          let (x, y) = (vectors[first][index], vectors[second][index])
          vectors[first][index] = cosine * x + sine * y
          vectors[second][index] = cosine * y - sine * x
        }
      }
    }
  }
}
