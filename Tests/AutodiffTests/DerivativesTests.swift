import Autodiff
import Tensors
import TestSupport
import Testing

@Suite struct DerivativesTests {
  /// Every primitive, with the shapes and transposes that it can have.
  static let primitives: [(name: String, function: Function)] = {
    let wide = Shape(4, 5)
    var list: [(String, Function)] = [
      ("add", Function(shapes: [wide, wide]) { $0.add($1[0], $1[1]) }),
      ("add a row", Function(shapes: [wide, Shape(1, 5)]) { $0.add($1[0], $1[1]) }),
      ("subtract a column", Function(shapes: [Shape(4, 1), wide]) { $0.subtract($1[0], $1[1]) }),
      ("multiply", Function(shapes: [wide, wide]) { $0.multiply($1[0], $1[1]) }),
      ("multiply by a number", Function(shapes: [wide, .scalar]) { $0.multiply($1[0], $1[1]) }),
      ("divide", Function(shapes: [wide, wide]) { $0.divide($1[0], $1[1]) }),
      ("negate", Function(shapes: [wide]) { $0.negate($1[0]) }),
      ("square root", Function(shapes: [wide]) { $0.squareRoot($1[0]) }),
      ("exp", Function(shapes: [wide]) { $0.exp($1[0]) }),
      ("log", Function(shapes: [wide]) { $0.log($1[0]) }),
      ("tanh", Function(shapes: [wide]) { $0.tanh($1[0]) }),
      ("erf", Function(shapes: [wide]) { $0.erf($1[0]) }),
      ("greater", Function(shapes: [wide, wide]) { $0.greater($1[0], $1[1]) }),
      ("equal", Function(shapes: [wide, wide]) { $0.equal($1[0], $1[1]) }),
      (
        "select",
        Function(shapes: [wide, wide]) { graph, x in
          let condition = graph.greater(x[0], graph.constant(0.9))
          return graph.select(condition, graph.multiply(x[0], x[1]), x[1])
        }
      ),
      ("broadcast a number", Function(shapes: [.scalar]) { $0.broadcast($1[0], to: wide) }),
      ("broadcast a row", Function(shapes: [Shape(1, 5)]) { $0.broadcast($1[0], to: wide) }),
      ("broadcast a column", Function(shapes: [Shape(4, 1)]) { $0.broadcast($1[0], to: wide) }),
      ("sum", Function(shapes: [wide]) { $0.sum($1[0]) }),
      ("sum of rows", Function(shapes: [wide]) { $0.sumOfRows($1[0]) }),
      ("sum of columns", Function(shapes: [wide]) { $0.sumOfColumns($1[0]) }),
      ("maximum of rows", Function(shapes: [wide]) { $0.maximumOfRows($1[0]) }),
      ("rectified", Function(shapes: [wide]) { $0.rectified($0.subtract($1[0], $0.constant(1))) }),
      (
        "gaussian error linear", Function(shapes: [wide]) { $0.gaussianErrorLinear($0.subtract($1[0], $0.constant(1))) }
      ),
      ("logarithm of sum of exponentials", Function(shapes: [wide]) { $0.logarithmOfSumOfExponentials($1[0]) }),
    ]
    for left in [false, true] {
      for right in [false, true] {
        let shapes = [left ? Shape(3, 4) : Shape(4, 3), right ? Shape(5, 3) : Shape(3, 5)]
        let function = Function(shapes: shapes) {
          $0.matrixProduct($1[0], $1[1], transposesLeft: left, transposesRight: right)
        }
        list.append(("matrix product\(left ? ", left transposed" : "")\(right ? ", right transposed" : "")", function))
      }
    }
    return list
  }()

  private func combination(_ x: [[Double]], _ factor: Double, _ y: [[Double]]) -> [[Double]] {
    zip(x, y).map { zip($0, $1).map { $0 + factor * $1 } }
  }

  @Test(arguments: Self.primitives.indices)
  func `A Jacobian times a vector is the limit of differences`(index: Int) {
    let (name, function) = Self.primitives[index]
    let point = randomPoint(function.shapes, seed: 1)
    let direction = randomDirections(function.shapes, seed: 2)
    let exact = function.jvp(point, direction)
    // A central difference of fourth order: error h⁴ and rounding 1e-16/h, both far below 1e-8 at this h.
    let h = 1e-3
    let samples = [-2.0, -1, 1, 2].map { function(combination(point, $0 * h, direction)) }
    for position in exact.indices {
      let difference =
        (samples[0][position] - 8 * samples[1][position] + 8 * samples[2][position] - samples[3][position]) / (12 * h)
      #expect((exact[position] - difference).magnitude < 1e-8 * (1 + exact[position].magnitude), "\(name)")
    }
  }

  @Test(arguments: Self.primitives.indices)
  func `A vector times a Jacobian is the adjoint`(index: Int) {
    let (name, function) = Self.primitives[index]
    let point = randomPoint(function.shapes, seed: 1)
    let direction = randomDirections(function.shapes, seed: 2)
    let forward = function.jvp(point, direction)
    var random = RandomStream(seed: 3, "cotangent")
    let cotangent = random.normals(forward.count)
    let backward = function.vjp(point, cotangent)
    let (left, right) = (dot(cotangent, forward), zip(backward, direction).reduce(0) { $0 + dot($1.0, $1.1) })
    #expect((left - right).magnitude < 1e-13 * (1 + left.magnitude), "\(name)")
  }

  @Test(arguments: Self.primitives.indices)
  func `The rules can be differentiated again`(index: Int) {
    let (name, function) = Self.primitives[index]
    let shapes = function.shapes
    // The derivative along one direction as a function of the point, differentiated along another: symmetric in both.
    let second = Function(shapes: shapes + shapes) { graph, x in
      let inputs = Array(x.prefix(shapes.count))
      let output = function.record(&graph, inputs)
      return graph.jvp([output], at: inputs, tangents: Array(x.dropFirst(shapes.count)))[0]
    }
    let point = randomPoint(shapes, seed: 1)
    let (first, other) = (randomDirections(shapes, seed: 2), randomDirections(shapes, seed: 4))
    let still = shapes.map { [Double](repeating: 0, count: $0.count) }
    let (left, right) = (second.jvp(point + first, other + still), second.jvp(point + other, first + still))
    expectEqual(right, left, within: .mixed(1e-13), "\(name)")
  }
}
