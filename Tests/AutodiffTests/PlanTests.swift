import Autodiff
import Tensors
import Testing

@Suite struct PlanTests {
  private let shape = Shape(3, 4)

  @Test func `Outputs may be inputs, constants, repeated rows and each other`() {
    var graph = Graph()
    let (x, row) = (graph.input(shape), graph.input(Shape(1, 4)))
    let sum = graph.add(x, row)
    let outputs = [x, graph.broadcast(row, to: shape), graph.broadcast(graph.constant(3), to: shape), sum, sum]
    let point = randomPoint([shape, Shape(1, 4)], seed: 1)
    let values = graph.values(outputs.map { [$0] }, [x, row], point)
    let repeated = [[Double]](repeating: point[1], count: 3).flatMap { $0 }
    let added = zip(point[0], repeated).map(+)
    #expect(values == [point[0], repeated, [Double](repeating: 3, count: 12), added, added])
  }

  @Test func `Numbers and repeated rows can be factors of a product`() {
    var graph = Graph()
    let (x, row) = (graph.input(.scalar), graph.input(Shape(1, 2)))
    let ones = graph.broadcast(graph.constant(1), to: Shape(2, 3))
    let product = graph.matrixProduct(graph.broadcast(row, to: Shape(2, 2)), ones)
    let scaled = graph.matrixProduct(graph.constant(2), x)
    #expect(graph.values([[product], [scaled]], [x, row], [[5], [1, 2]]) == [[3, 3, 3, 3, 3, 3], [10]])
  }

  @Test func `A chain longer than a tile has values for is split`() {
    let function = Function(shapes: [Shape](repeating: shape, count: 80)) { graph, x in
      // A balanced tree of products: everything is elementwise and used once.
      var level = x
      while level.count > 1 {
        level = stride(from: 0, to: level.count, by: 2).map { first in
          first + 1 < level.count ? graph.add(level[first], graph.tanh(level[first + 1])) : level[first]
        }
      }
      return level[0]
    }
    func expected(_ values: [Double]) -> Double {
      var level = values
      while level.count > 1 {
        level = stride(from: 0, to: level.count, by: 2).map { first in
          first + 1 < level.count ? level[first] + Elementary.tanh(level[first + 1]) : level[first]
        }
      }
      return level[0]
    }
    let point = randomPoint(function.shapes, seed: 2)
    let values = function(point)
    for index in values.indices { #expect(values[index] == expected(point.map { $0[index] })) }
  }

  @Test func `Sums of products are the sums of the products`() {
    let shapes = [Shape](repeating: Shape(5, 5), count: 4)
    let function = Function(shapes: shapes) { graph, x in
      let first = graph.add(graph.matrixProduct(x[0], x[1]), graph.matrixProduct(x[2], x[3]))
      return graph.add(first, graph.matrixProduct(x[0], x[3], transposesLeft: true))
    }
    let point = randomPoint(shapes, seed: 3)
    func element(_ a: Int, _ b: Int, _ row: Int, _ column: Int, transposed: Bool = false) -> Double {
      (0..<5).reduce(0) { sum, k in
        sum.addingProduct(point[a][transposed ? k * 5 + row : row * 5 + k], point[b][k * 5 + column])
      }
    }
    let values = function(point)
    for row in 0..<5 {
      for column in 0..<5 {
        let expected =
          element(0, 1, row, column) + element(2, 3, row, column) + element(0, 3, row, column, transposed: true)
        #expect(values[row * 5 + column] == expected)
      }
    }
  }

  @Test func `A later phase can be run many times on the values of the one before`() {
    var graph = Graph()
    let x = graph.input(shape)
    let v = graph.input(shape, phase: 1)
    // Temporaries of the first phase, what the second needs of it, and temporaries of the second.
    let curved = graph.tanh(graph.matrixProduct(x, x, transposesRight: true))
    let energy = graph.sum(graph.matrixProduct(curved, curved))
    let mixed = graph.matrixProduct(curved, graph.exp(graph.matrixProduct(curved, v)))
    let plan = Plan(graph, inputs: [[x], [v]], outputs: [[energy], [mixed]], precision: .float64, workers: Workers())
    #expect(plan.phaseCount == 2)
    let point = randomPoint([shape, shape, shape], seed: 4)
    plan.arena.write(point[0], to: plan.inputs(0))
    plan.run()
    var seen: [[Double]] = []
    for tangent in [point[1], point[2], point[1]] {
      plan.arena.write(tangent, to: plan.inputs(1))
      plan.run(phase: 1)
      seen.append(plan.arena.read(plan.outputs(1)))
    }
    #expect(seen[0] == seen[2])
    #expect(seen[0] != seen[1])
    let fresh = Plan(graph, inputs: [[x], [v]], outputs: [[mixed]], precision: .float64, workers: Workers())
    fresh.arena.write(point[0], to: fresh.inputs(0))
    fresh.arena.write(point[2], to: fresh.inputs(1))
    fresh.run()
    fresh.run(phase: 1)
    #expect(fresh.arena.read(fresh.outputs(0)) == seen[1])
  }

  @Test func `The values of a group lie one after the other`() {
    var graph = Graph()
    let (x, y) = (graph.input(Shape(1, 3)), graph.input(Shape(2, 2)))
    let outputs = [graph.negate(x), graph.negate(y)]
    let plan = Plan(graph, inputs: [[x, y]], outputs: [outputs], precision: .float32, workers: Workers())
    plan.arena.write([1, 2, 3, 4, 5, 6, 7], to: plan.inputs(0))
    plan.run()
    #expect(plan.arena.read(plan.outputs(0)) == [-1, -2, -3, -4, -5, -6, -7])
    #expect(plan.arena.read(plan.output(0, 1)) == [-4, -5, -6, -7])
    #expect(plan.arena.read(plan.place(ofInput: y)) == [4, 5, 6, 7])
  }

  @Test func `A chain takes the place of an operand that nothing else needs, and of no other`() {
    let square = Shape(16, 16)
    var graph = Graph()
    let x = graph.input(square)
    let product = graph.matrixProduct(x, x)
    let spent = graph.exp(product)
    let needed = graph.matrixProduct(spent, x)
    let curved = graph.tanh(needed)
    let outputs = [graph.sum(graph.matrixProduct(curved, needed)), graph.sum(spent)]
    let plan = Plan(graph, inputs: [[x]], outputs: [outputs], precision: .float64, workers: Workers())
    // The input, the outputs, exp where the product was, the second product, its tanh, and the last product.
    #expect(plan.arena.count == 256 + 16 + 4 * 256)
    let point = randomPoint([square], seed: 5)
    plan.arena.write(point[0].map { 0.1 * $0 }, to: plan.inputs(0))
    plan.run()
    func multiplied(_ a: [Double], _ b: [Double]) -> [Double] {
      var result = [Double](repeating: 0, count: 256)
      for row in 0..<16 {
        for column in 0..<16 {
          for k in 0..<16 { result[row * 16 + column].addProduct(a[row * 16 + k], b[k * 16 + column]) }
        }
      }
      return result
    }
    let start = point[0].map { 0.1 * $0 }
    let first = multiplied(start, start).map(Elementary.exp)
    let second = multiplied(first, start)
    let last = multiplied(second.map(Elementary.tanh), second)
    let values = plan.arena.read(plan.outputs(0))
    #expect(values.count == 2)
    for (value, terms) in zip(values, [last, first]) {
      let size = terms.reduce(0) { $0 + $1.magnitude }
      #expect((value - terms.reduce(0, +)).magnitude < 1e-13 * size)
    }
  }

  @Test func `What max(x, 0) is made from is not kept for its derivatives`() {
    let square = Shape(16, 16)
    func plan(floor: Double, hasProduct: Bool) -> Plan {
      var graph = Graph()
      let (x, v) = (graph.input(square), graph.input(square, phase: 1))
      let made = graph.matrixProduct(x, x)
      let hidden = graph.select(graph.greater(made, graph.constant(0)), made, graph.constant(floor))
      let gradient = graph.vjp(graph.sum(graph.matrixProduct(hidden, hidden)), cotangent: graph.constant(1), at: [x])
      let product = hasProduct ? graph.jvp(gradient, at: [x], tangents: [v]) : []
      return Plan(graph, inputs: [[x], [v]], outputs: [gradient, product], precision: .float64, workers: Workers())
    }
    // With another number below zero the same needs a matrix more.
    let others = plan(floor: -1, hasProduct: false).arena.count
    #expect(plan(floor: 0, hasProduct: false).arena.count == others - square.count)
    let rectified = plan(floor: 0, hasProduct: true)
    let numbers = randomPoint([square, square], seed: 8)
    rectified.arena.write(numbers[0], to: rectified.inputs(0))
    rectified.arena.write(numbers[1], to: rectified.inputs(1))
    rectified.run()
    rectified.run(phase: 1)
    // The product's derivative by differences of gradients, within a region where no sign changes.
    let step = 1e-7
    let center = rectified.arena.read(rectified.outputs(0))
    rectified.arena.write(zip(numbers[0], numbers[1]).map { $0 + step * $1 }, to: rectified.inputs(0))
    rectified.run()
    let moved = rectified.arena.read(rectified.outputs(0))
    let found = rectified.arena.read(rectified.outputs(1))
    let size = found.map(\.magnitude).max() ?? 0
    for index in 0..<256 { #expect(((moved[index] - center[index]) / step - found[index]).magnitude < 1e-4 * size) }
  }
}
