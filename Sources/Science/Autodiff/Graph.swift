internal import Tensors

/// The rows and columns of a matrix. A vector is a matrix of one row, a number one of one row and one column.
public struct Shape: Sendable, Hashable {
  /// The number of rows.
  public var rows: Int
  /// The number of columns.
  public var columns: Int

  /// A shape.
  public init(_ rows: Int, _ columns: Int) {
    precondition(rows > 0 && columns > 0, "a matrix has rows and columns")
    self.rows = rows
    self.columns = columns
  }

  /// The shape of one number.
  public static let scalar = Shape(1, 1)

  /// The number of elements.
  public var count: Int { rows * columns }
}

/// What a node does with its operands: the closed set of primitives.
enum Primitive: Sendable, Hashable {
  /// A matrix given from outside, by its number. What depends on inputs of later phases only is computed in those.
  case input(number: Int, phase: Int)
  /// A number.
  case constant(Double)
  /// The same for each element; the operands have the result's shape.
  case elementwise(ElementwiseOperation)
  /// The product of two matrices or their transposes.
  case matrixProduct(transposesLeft: Bool, transposesRight: Bool)
  /// A number, a row or a column repeated to fill the shape.
  case broadcast
  /// A sum, or the largest of each row.
  case reduction(Reduction)
}

/// A computation on matrices, recorded once: a list of nodes, each made from nodes before it.
///
/// Recording simplifies: a node that is already there is not added again (common subexpressions), and what is known
/// beforehand is not left to be computed (see `Graph.simplified`). Nodes that nothing needs are dropped by the plan.
public struct Graph: Sendable {
  /// A node's result.
  public struct Value: Sendable, Hashable {
    let index: Int
  }

  struct Node: Sendable, Hashable {
    var primitive: Primitive
    var operands: [Value]
    var shape: Shape
  }

  private(set) var nodes: [Node] = []
  private var known: [Node: Value] = [:]
  private var inputCount = 0

  /// A graph without nodes.
  public init() {}

  /// A matrix to be given when the graph is run.
  ///
  /// - Parameter phase: everything that does not depend on inputs of later phases can be computed once for many values
  ///   of those.
  public mutating func input(_ shape: Shape, phase: Int = 0) -> Value {
    precondition(phase >= 0)
    inputCount += 1
    return add(Node(primitive: .input(number: inputCount - 1, phase: phase), operands: [], shape: shape))
  }

  /// A number.
  public mutating func constant(_ number: Double) -> Value {
    add(Node(primitive: .constant(number), operands: [], shape: .scalar))
  }

  /// The shape of a value.
  public func shape(of value: Value) -> Shape { nodes[value.index].shape }

  /// Records a node, or finds the value that it would have.
  mutating func record(_ primitive: Primitive, _ operands: [Value], _ shape: Shape) -> Value {
    let node = Node(primitive: primitive, operands: operands, shape: shape)
    return simplified(node) ?? add(node)
  }

  private mutating func add(_ node: Node) -> Value {
    if let value = known[node] { return value }
    let value = Value(index: nodes.count)
    nodes.append(node)
    known[node] = value
    return value
  }
}
