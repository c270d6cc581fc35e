import Autodiff
import Networks
import Tensors
import Testing
import Training

/// How a network depends on its width: each quantity is a power of the width, with the exponent of the theory.
@Suite struct WidthTests {
  /// A parameterization and the exponents that it has.
  struct Case: Sendable, CustomTestStringConvertible {
    var parameterization: Parameterization
    /// The exponents of the outputs, of the change of the last hidden layer by one step, and of the sharpness.
    var output: Double, update: Double, sharpness: Double
    var testDescription: String { "\(parameterization)" }
  }

  /// With readout multiplier n^(-s/2): outputs n^(-s/2), kernel and sharpness n^(1-s); at the learning rate n^(s-1), the
  /// largest that does not diverge, a hidden unit's change is n^((s-1)/2). NTP has the multipliers that make the kernel
  /// constant, and changes hidden units like SP.
  static let cases: [Case] = [
    Case(parameterization: .standard, output: 0, update: -0.5, sharpness: 1),
    Case(parameterization: .neuralTangent, output: 0, update: -0.5, sharpness: 0),
    Case(parameterization: .maximalUpdate, output: -0.5, update: 0, sharpness: 0),
    Case(parameterization: .interpolated(0), output: 0, update: -0.5, sharpness: 1),
    Case(parameterization: .interpolated(0.5), output: -0.25, update: -0.25, sharpness: 0.5),
  ]

  /// A mean over seeds as a power of the width, with its standard error.
  private struct Exponent: CustomStringConvertible {
    var value: Double
    var standardError: Double
    var description: String { "\(value) ± \(standardError)" }

    /// The slope of the logarithms by least squares; its error by leaving out one seed after the other.
    ///
    /// - Parameters:
    ///   - samples: for each width a value for each seed.
    ///   - power: of which power of the quantity they are.
    init(_ widths: [Int], _ samples: [[Double]], power: Double = 1) {
      func slope(without seed: Int?) -> Double {
        let x = widths.map { Elementary.log(Double($0)) }
        let y = samples.map { values in
          let used = values.enumerated().filter { $0.offset != seed }
          return Elementary.log(used.reduce(0) { $0 + $1.element } / Double(used.count)) / power
        }
        let (meanX, meanY) = (x.reduce(0, +) / Double(x.count), y.reduce(0, +) / Double(y.count))
        let covariance = zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) }
        return covariance / x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
      }
      value = slope(without: nil)
      let count = samples[0].count
      let others = (0..<count).map { slope(without: $0) }
      let mean = others.reduce(0, +) / Double(count)
      let squares = others.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      standardError = (squares * Double(count - 1) / Double(count)).squareRoot()
    }

    /// Whether a value is within three standard errors, beside what finite widths do: a part of relative order n^(-1/2)
    /// changes the exponent between 64 and 1024 by (1/8 - 1/32) / ln 16 = 0.034, between 64 and 512 by 0.039.
    func isNear(_ exact: Double) -> Bool { (value - exact).magnitude < 3 * standardError + 0.04 }
  }

  private func network(_ parameterization: Parameterization, _ width: Int) -> FullyConnected {
    FullyConnected(
      inputs: 10,
      width: width,
      outputs: 1,
      depth: 4,
      parameterization: parameterization,
      weightVariance: 2
    )
  }

  @Test(arguments: Self.cases)
  func `Activations, outputs and updates are the powers of the width that the theory says`(_ theory: Case) throws {
    let (widths, seeds) = ([64, 256, 1024], 24)
    // Squares of the first and the last hidden layer, the output, and the last hidden layer's change.
    var squares = [[[Double]]](repeating: [], count: 4)
    for width in widths {
      let network = network(theory.parameterization, width)
      var graph = Graph()
      let (x, y) = (graph.input(Shape(1, network.inputs)), graph.input(.scalar))
      let weights = network.parameterShapes.map { graph.input($0) }
      let layers = network.layers(x, parameters: weights, in: &graph)
      let loss = Loss.meanSquaredError(layers[3], y, in: &graph)
      let gradient = graph.vjp(loss, cotangent: graph.constant(1), at: weights)
      let plan = Plan(
        graph,
        inputs: [[x], [y], weights],
        outputs: [[layers[0]], [layers[2]], [layers[3]], gradient],
        precision: .float64,
        workers: Workers()
      )
      var random = RandomStream(seed: 1, "example")
      plan.arena.write(random.normals(network.inputs), to: plan.inputs(0))
      // Far from the outputs, so that the residual is nearly the same for all seeds.
      plan.arena.write([10], to: plan.inputs(1))
      func meanSquare(_ output: Int) -> Double {
        let matrix = plan.outputs(output)
        return plan.arena.dot(matrix, matrix) / Double(matrix.count)
      }
      let rate = 1e-3 * Elementary.exp(-theory.sharpness * Elementary.log(Double(width) / 64))
      var found = [[Double]](repeating: [], count: 4)
      for seed in 0..<seeds {
        plan.arena.write(network.initialParameters(seed: UInt64(seed)), to: plan.inputs(2))
        plan.run()
        for (index, output) in [0, 1, 2].enumerated() { found[index].append(meanSquare(output)) }
        let before = plan.arena.read(plan.outputs(1))
        plan.arena.add(-rate, plan.outputs(3), to: plan.inputs(2))
        plan.run()
        let changes = zip(plan.arena.read(plan.outputs(1)), before).map { $0 - $1 }
        found[3].append(changes.reduce(0) { $0 + $1 * $1 } / Double(width))
      }
      for index in found.indices { squares[index].append(found[index]) }
    }
    let exponents = squares.map { Exponent(widths, $0, power: 2) }
    #expect(exponents.count == 4)
    for (ours, exact) in zip(exponents, [0, 0, theory.output, theory.update]) {
      #expect(ours.isNear(exact), "\(exponents)")
    }
    // Narrow enough to tell the parameterizations apart, which differ by 1/4.
    for ours in [exponents[0], exponents[1], exponents[3]] { #expect(3 * ours.standardError + 0.04 < 0.125) }
  }

  @Test(arguments: Self.cases)
  func `The sharpness of the start is the power of the width that the theory says`(_ theory: Case) throws {
    let (widths, seeds, count) = ([64, 128, 256, 512], 16, 3)
    var sharpness: [[Double]] = []
    var random = RandomStream(seed: 2, "examples")
    let (inputs, targets) = (random.normals(count * 10), random.normals(count))
    for width in widths {
      let network = network(theory.parameterization, width)
      let objective = Objective(
        network: network,
        loss: .meanSquaredError,
        count: count,
        precision: .float64,
        workers: Workers()
      )
      objective.setExamples(inputs, targets: targets)
      let lanczos = Lanczos(dimension: objective.dimension, workers: Workers())
      var start = RandomStream(seed: 3, "start")
      let direction = start.normals(objective.dimension)
      sharpness.append(
        try (0..<seeds).map { seed in
          objective.parameters = network.initialParameters(seed: UInt64(seed))
          objective.evaluate()
          let found = try #require(
            lanczos.largestEigenvalues(
              of: objective,
              from: [direction],
              tolerance: 1e-3,
              maximumProducts: 200
            )
          )
          #expect(found.eigenvalues[0].isConverged)
          return found.eigenvalues[0].value
        }
      )
    }
    let exponent = Exponent(widths, sharpness)
    #expect(exponent.isNear(theory.sharpness), "\(exponent)")
    #expect(3 * exponent.standardError + 0.04 < 0.25)
  }
}
