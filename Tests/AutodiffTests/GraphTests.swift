import Autodiff
import Tensors
import Testing

@Suite struct GraphTests {
  @Test func `The same node is not recorded twice`() {
    var graph = Graph()
    let x = graph.input(Shape(2, 3))
    #expect(graph.tanh(x) == graph.tanh(x))
    #expect(graph.multiply(x, graph.constant(2)) == graph.multiply(x, graph.constant(2)))
    #expect(graph.input(Shape(2, 3)) != x)
  }

  @Test func `What is known beforehand is not computed`() {
    var graph = Graph()
    let x = graph.input(Shape(2, 3))
    let (zero, one, two) = (graph.constant(0), graph.constant(1), graph.constant(2))
    #expect(graph.add(x, zero) == x)
    #expect(graph.subtract(x, zero) == x)
    #expect(graph.subtract(zero, x) == graph.negate(x))
    #expect(graph.multiply(one, x) == x)
    #expect(graph.multiply(x, graph.constant(-1)) == graph.negate(x))
    #expect(graph.divide(x, one) == x)
    #expect(graph.negate(graph.negate(x)) == x)
    #expect(graph.multiply(x, zero) == graph.broadcast(zero, to: Shape(2, 3)))
    #expect(graph.select(one, x, two) == x)
    #expect(graph.exp(graph.add(one, one)) == graph.constant(Elementary.exp(2)))
    #expect(graph.sum(graph.broadcast(two, to: Shape(2, 3))) == graph.constant(12))
    #expect(graph.matrixProduct(x, graph.broadcast(zero, to: Shape(3, 4))) == graph.broadcast(zero, to: Shape(2, 4)))
  }

  @Test func `A derivative that is zero is known to be`() {
    var graph = Graph()
    let (x, y) = (graph.input(Shape(2, 3)), graph.input(Shape(2, 3)))
    let output = graph.sum(graph.add(x, graph.greater(x, y)))
    let gradients = graph.vjp(output, cotangent: graph.constant(1), at: [x, y])
    #expect(gradients[0] == graph.broadcast(graph.constant(1), to: Shape(2, 3)))
    #expect(gradients[1] == graph.broadcast(graph.constant(0), to: Shape(2, 3)))
  }
}
