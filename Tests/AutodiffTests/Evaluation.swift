import Autodiff
import Tensors

/// A function of matrices whose graph, values and derivatives are asked for in tests.
struct Function: Sendable {
  var shapes: [Shape]
  var record: @Sendable (inout Graph, [Graph.Value]) -> Graph.Value

  /// The function at a point.
  func callAsFunction(_ point: [[Double]], precision: Precision = .float64, workers: Workers = Workers()) -> [Double] {
    var graph = Graph()
    let inputs = shapes.map { graph.input($0) }
    let output = record(&graph, inputs)
    return graph.values([[output]], inputs, point, precision: precision, workers: workers)[0]
  }

  /// The directional derivative at a point.
  func jvp(_ point: [[Double]], _ tangents: [[Double]]) -> [Double] {
    var graph = Graph()
    let inputs = shapes.map { graph.input($0) }
    let directions = shapes.map { graph.input($0) }
    let output = record(&graph, inputs)
    let tangent = graph.jvp([output], at: inputs, tangents: directions)
    return graph.values([tangent], inputs + directions, point + tangents)[0]
  }

  /// The cotangents of the inputs.
  func vjp(_ point: [[Double]], _ cotangent: [Double]) -> [[Double]] {
    var graph = Graph()
    let inputs = shapes.map { graph.input($0) }
    let output = record(&graph, inputs)
    let weight = graph.input(graph.shape(of: output))
    let cotangents = graph.vjp(output, cotangent: weight, at: inputs)
    return graph.values(cotangents.map { [$0] }, inputs + [weight], point + [cotangent])
  }
}

extension Graph {
  /// The groups of outputs for inputs of one phase.
  func values(
    _ outputs: [[Value]],
    _ inputs: [Value],
    _ point: [[Double]],
    precision: Precision = .float64,
    workers: Workers = Workers()
  ) -> [[Double]] {
    let plan = Plan(self, inputs: inputs.map { [$0] }, outputs: outputs, precision: precision, workers: workers)
    for (group, values) in point.enumerated() { plan.arena.write(values, to: plan.inputs(group)) }
    plan.run()
    return outputs.indices.map { plan.arena.read(plan.outputs($0)) }
  }
}

func dot(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }

/// Random numbers for each shape, each at least 0.1 from the others' kinks: in (0.2, 1.7).
func randomPoint(_ shapes: [Shape], seed: UInt64) -> [[Double]] {
  var random = RandomStream(seed: seed, "point")
  return shapes.map { shape in (0..<shape.count).map { _ in random.uniform(in: 0.2...1.7) } }
}

func randomDirections(_ shapes: [Shape], seed: UInt64) -> [[Double]] {
  var random = RandomStream(seed: seed, "direction")
  return shapes.map { random.normals($0.count) }
}
