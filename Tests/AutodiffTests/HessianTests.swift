import Autodiff
import Dynamics
import Tensors
import Testing

@Suite struct HessianTests {
  /// A small network with two curved layers, a rectified one and two losses: everything that training uses.
  private struct Network {
    let shapes = [Shape(3, 6), Shape(1, 6), Shape(6, 5), Shape(5, 4)]
    let images: [Double]
    let labels: [Double]

    init() {
      var random = RandomStream(seed: 5, "data")
      images = random.normals(8 * 3)
      labels = (0..<8).flatMap { row in (0..<4).map { $0 == row % 4 ? 1 : 0 } }
    }

    func loss(_ graph: inout Graph, _ x: Graph.Value, _ y: Graph.Value, _ weights: [Graph.Value]) -> Graph.Value {
      let first = graph.tanh(graph.add(graph.matrixProduct(x, weights[0]), weights[1]))
      let second = graph.gaussianErrorLinear(graph.rectified(graph.matrixProduct(first, weights[2])))
      let outputs = graph.matrixProduct(second, weights[3])
      let residual = graph.subtract(outputs, y)
      let squares = graph.sum(graph.multiply(residual, residual))
      let likelihood = graph.sumOfRows(graph.multiply(outputs, y))
      let entropy = graph.sum(graph.subtract(graph.logarithmOfSumOfExponentials(outputs), likelihood))
      return graph.add(
        graph.multiply(graph.constant(0.5 / 32), squares),
        graph.multiply(graph.constant(1.0 / 8), entropy)
      )
    }

    /// The product of the Hessian with each vector: linearised once, then only the tangent part is run.
    func products(_ point: [Double], _ vectors: [[Double]]) -> [[Double]] {
      var graph = Graph()
      let (x, y) = (graph.input(Shape(8, 3)), graph.input(Shape(8, 4)))
      let weights = shapes.map { graph.input($0) }
      let directions = shapes.map { graph.input($0, phase: 1) }
      let loss = loss(&graph, x, y, weights)
      let gradient = graph.vjp(loss, cotangent: graph.constant(1), at: weights)
      let product = graph.jvp(gradient, at: weights, tangents: directions)
      let plan = Plan(
        graph,
        inputs: [[x], [y], weights, directions],
        outputs: [product],
        precision: .float64,
        workers: Workers()
      )
      for (group, values) in [images, labels, point].enumerated() { plan.arena.write(values, to: plan.inputs(group)) }
      plan.run()
      return vectors.map { vector in
        plan.arena.write(vector, to: plan.inputs(3))
        plan.run(phase: 1)
        return plan.arena.read(plan.outputs(0))
      }
    }

    func gradient(_ point: [Double]) -> [Double] {
      var graph = Graph()
      let (x, y) = (graph.input(Shape(8, 3)), graph.input(Shape(8, 4)))
      let weights = shapes.map { graph.input($0) }
      let loss = loss(&graph, x, y, weights)
      let gradient = graph.vjp(loss, cotangent: graph.constant(1), at: weights)
      let plan = Plan(
        graph,
        inputs: [[x], [y], weights],
        outputs: [gradient],
        precision: .float64,
        workers: Workers()
      )
      for (group, values) in [images, labels, point].enumerated() { plan.arena.write(values, to: plan.inputs(group)) }
      plan.run()
      return plan.arena.read(plan.outputs(0))
    }

    var count: Int { shapes.reduce(0) { $0 + $1.count } }
  }

  private let network = Network()
  private let point: [Double]
  private let hessian: [[Double]]

  init() {
    var random = RandomStream(seed: 6, "weights")
    point = random.normals(network.count, deviation: 0.5)
    let count = network.count
    let unit = (0..<count).map { index in (0..<count).map { $0 == index ? 1.0 : 0 } }
    hessian = network.products(point, unit)
  }

  @Test func `The Hessian is symmetric`() {
    for row in hessian.indices {
      for column in 0..<row { #expect((hessian[row][column] - hessian[column][row]).magnitude < 1e-14) }
    }
  }

  @Test func `A product with a vector is the dense Hessian's`() {
    var random = RandomStream(seed: 7, "vector")
    let vector = random.normals(network.count)
    let product = network.products(point, [vector])[0]
    for row in hessian.indices { #expect((product[row] - dot(hessian[row], vector)).magnitude < 1e-10) }
  }

  @Test func `The Hessian is the limit of the gradient's differences`() {
    let h = 1e-4
    for index in stride(from: 0, to: network.count, by: 7) {
      func gradient(_ factor: Double) -> [Double] {
        var moved = point
        moved[index] += factor * h
        return network.gradient(moved)
      }
      let samples = [-2.0, -1, 1, 2].map(gradient)
      for row in hessian.indices {
        let difference = (samples[0][row] - 8 * samples[1][row] + 8 * samples[2][row] - samples[3][row]) / (12 * h)
        #expect((hessian[index][row] - difference).magnitude < 1e-8)
      }
    }
  }

  @Test func `Gradient descent on the UV model as a network follows the map in function space`() {
    // f = vᵀ U x / √n on one example: 7 hidden units of 3 inputs; the loss is (f - y)² / 2.
    let (width, target, rate) = (7, 1.5, 0.11)
    var random = RandomStream(seed: 8, "uv")
    let x = random.normals(3)
    let kappa = dot(x, x).squareRoot() / Double(width).squareRoot()
    let model = UVModel(kappa: kappa, target: target)
    var graph = Graph()
    let (input, u, v) = (graph.input(Shape(1, 3)), graph.input(Shape(3, width)), graph.input(Shape(width, 1)))
    let hidden = graph.matrixProduct(input, u)
    let scale = graph.constant(1 / Double(width).squareRoot())
    let output = graph.multiply(graph.matrixProduct(hidden, v), scale)
    let residual = graph.subtract(output, graph.constant(target))
    let loss = graph.multiply(graph.constant(0.5), graph.multiply(residual, residual))
    let gradient = graph.vjp(loss, cotangent: graph.constant(1), at: [u, v])
    // λ = κ² (|v|² + |U x|²/|x|²) is the squared norm of the output's gradient.
    let slopes = graph.vjp(output, cotangent: graph.constant(1), at: [u, v])
    let squares = slopes.map { slope in graph.sum(graph.multiply(slope, slope)) }
    let trace = graph.add(squares[0], squares[1])
    let plan = Plan(
      graph,
      inputs: [[input], [u, v]],
      outputs: [gradient, [residual], [trace]],
      precision: .float64,
      workers: Workers()
    )
    plan.arena.write(x, to: plan.inputs(0))
    plan.arena.write(random.normals(4 * width), to: plan.inputs(1))
    plan.run()
    var state = UVModel.State(
      residual: plan.arena.scalar(plan.outputs(1)),
      trace: plan.arena.scalar(plan.outputs(2))
    )
    for _ in 0..<40 {
      plan.arena.add(-rate, plan.outputs(0), to: plan.inputs(1))
      plan.run()
      state = model.step(state, learningRate: rate)
      #expect((plan.arena.scalar(plan.outputs(1)) - state.residual).magnitude < 1e-12)
      #expect((plan.arena.scalar(plan.outputs(2)) - state.trace).magnitude < 1e-12)
    }
  }
}
