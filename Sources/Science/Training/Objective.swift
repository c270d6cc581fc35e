internal import Autodiff
public import Networks
public import Tensors

/// The loss of a network on a set of examples as a function of the parameters, with its gradient and the products of its
/// Hessian with vectors.
public final class Objective {
  /// The number of parameters.
  public let dimension: Int
  /// The loss at the parameters of the last `evaluate`.
  public private(set) var loss = Double.nan

  private let plan: Plan

  private enum Input {
    static let examples = 0, targets = 1, parameters = 2, velocity = 3, direction = 4
  }

  private enum Output {
    static let loss = 0, gradient = 1, outputs = 2, product = 3
  }

  /// The loss of `network` on `count` examples, all parameters zero.
  ///
  /// - Parameters:
  ///   - hasProducts: whether products with the Hessian are asked for, which need memory.
  public init(
    network: FullyConnected,
    loss: Loss,
    count: Int,
    precision: Precision,
    workers: Workers,
    hasProducts: Bool = true
  ) {
    var graph = Graph()
    let examples = graph.input(Shape(count, network.inputs))
    let targets = graph.input(Shape(count, network.outputs))
    let parameters = network.parameterShapes.map { graph.input($0) }
    let velocity = network.parameterShapes.map { graph.input($0) }
    let direction = network.parameterShapes.map { graph.input($0, phase: 1) }
    let layers = network.layers(examples, parameters: parameters, in: &graph)
    let outputs = layers[layers.count - 1]
    let value = loss(outputs, targets, in: &graph)
    let gradient = graph.vjp(value, cotangent: graph.constant(1), at: parameters)
    let product = hasProducts ? graph.jvp(gradient, at: parameters, tangents: direction) : []
    dimension = network.parameterCount
    plan = Plan(
      graph,
      inputs: [[examples], [targets], parameters, velocity, hasProducts ? direction : []],
      outputs: [[value], gradient, [outputs], product],
      precision: precision,
      workers: workers
    )
  }

  /// Sets the examples and their targets, one a row.
  public func setExamples(_ examples: [Double], targets: [Double]) {
    plan.arena.write(examples, to: plan.inputs(Input.examples))
    plan.arena.write(targets, to: plan.inputs(Input.targets))
  }

  /// The parameters, in the order of the network's shapes.
  public var parameters: [Double] {
    get { plan.arena.read(plan.inputs(Input.parameters)) }
    set { plan.arena.write(newValue, to: plan.inputs(Input.parameters)) }
  }

  /// The running sum of gradients that momentum keeps.
  public var velocity: [Double] {
    get { plan.arena.read(plan.inputs(Input.velocity)) }
    set { plan.arena.write(newValue, to: plan.inputs(Input.velocity)) }
  }

  /// Computes the loss and the gradient, and what products with the Hessian at this point share.
  @discardableResult
  public func evaluate() -> Double {
    plan.run()
    loss = plan.arena.scalar(plan.outputs(Output.loss))
    return loss
  }

  /// The gradient at the parameters of the last `evaluate`.
  public var gradient: [Double] { plan.arena.read(plan.outputs(Output.gradient)) }

  /// The network's outputs at the parameters of the last `evaluate`, one example a row.
  public var outputs: [Double] { plan.arena.read(plan.outputs(Output.outputs)) }

  /// A step of gradient descent from the point of the last `evaluate`: v ← μ v + g, θ ← θ - η v.
  public func step(learningRate: Double, momentum: Double = 0) {
    let (parameters, velocity) = (plan.inputs(Input.parameters), plan.inputs(Input.velocity))
    let gradient = plan.outputs(Output.gradient)
    if momentum == 0 {
      plan.arena.add(-learningRate, gradient, to: parameters)
    } else {
      plan.arena.add(1, gradient, to: velocity, times: momentum)
      plan.arena.add(-learningRate, velocity, to: parameters)
    }
  }

  /// Takes over the parameters of another objective of the same network.
  func copyParameters(of other: Objective) {
    plan.arena.copy(
      other.plan.inputs(Input.parameters),
      of: other.plan.arena,
      to: plan.inputs(Input.parameters)
    )
  }
}

// MARK: - The Hessian

extension Objective: SymmetricOperator {
  /// The Hessian at the parameters of the last `evaluate` times a vector that lies in an arena.
  ///
  /// - Precondition: the objective was made with products.
  public func apply(_ vector: Matrix, of arena: Arena, into result: Matrix) {
    plan.arena.copy(vector, of: arena, to: plan.inputs(Input.direction))
    plan.run(phase: 1)
    arena.copy(plan.outputs(Output.product), of: plan.arena, to: result)
  }

  /// The squared norms of the gradient and of the parameters.
  var squaredNorms: (gradient: Double, parameters: Double) {
    let (gradient, parameters) = (plan.outputs(Output.gradient), plan.inputs(Input.parameters))
    return (plan.arena.dot(gradient, gradient), plan.arena.dot(parameters, parameters))
  }

  /// The curvature along the gradient: gᵀHg / gᵀg.
  var curvatureAlongGradient: Double {
    let gradient = plan.outputs(Output.gradient)
    plan.arena.copy(gradient, of: plan.arena, to: plan.inputs(Input.direction))
    plan.run(phase: 1)
    return plan.arena.dot(gradient, plan.outputs(Output.product)) / plan.arena.dot(gradient, gradient)
  }
}
