internal import Autodiff
public import Networks
public import Tensors

/// The loss of a network on a set of examples as a function of the parameters, with its gradient and the products of its
/// Hessian and its tangent kernel with vectors.
public final class Objective {
  /// The number of parameters.
  public let dimension: Int
  /// The number of outputs of all examples.
  fileprivate let outputCount: Int
  /// The loss at the parameters of the last `evaluate`.
  public private(set) var loss = Double.nan

  private let plan: Plan

  private enum Input {
    static let examples = 0, targets = 1, parameters = 2, velocity = 3, direction = 4, cotangent = 5
  }

  private enum Output {
    static let loss = 0, gradient = 1, outputs = 2, product = 3, kernel = 4
  }

  /// The loss of `network` on `count` examples, all parameters zero.
  ///
  /// - Parameters:
  ///   - hasProducts: whether products with the Hessian are asked for, which need memory.
  ///   - hasTangentKernel: whether products with the tangent kernel are.
  public init(
    network: FullyConnected,
    loss: Loss,
    count: Int,
    precision: Precision,
    workers: Workers,
    hasProducts: Bool = true,
    hasTangentKernel: Bool = false
  ) {
    let recorded = Recording(network, loss, count: count, hasProducts: hasProducts, hasTangentKernel: hasTangentKernel)
    dimension = network.parameterCount
    outputCount = count * network.outputs
    plan = Plan(
      recorded.graph,
      inputs: recorded.inputs,
      outputs: recorded.outputs,
      precision: precision,
      workers: workers
    )
  }

  /// The bytes that such an objective takes, without making it.
  static func memory(
    network: FullyConnected,
    loss: Loss,
    count: Int,
    precision: Precision,
    hasProducts: Bool = true,
    hasTangentKernel: Bool = false
  ) -> Int {
    let recorded = Recording(network, loss, count: count, hasProducts: hasProducts, hasTangentKernel: hasTangentKernel)
    return precision.width * Plan.size(of: recorded.graph, inputs: recorded.inputs, outputs: recorded.outputs)
  }

  /// The loss and what is derived from it as a graph, with the groups of its inputs and outputs.
  private struct Recording {
    let graph: Graph
    let inputs: [[Graph.Value]], outputs: [[Graph.Value]]

    init(_ network: FullyConnected, _ loss: Loss, count: Int, hasProducts: Bool, hasTangentKernel: Bool) {
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
      // A phase of its own: it needs nothing of the Hessian's.
      let cotangent = graph.input(graph.shape(of: outputs), phase: 2)
      var kernel: [Graph.Value] = []
      if hasTangentKernel {
        let scaled = graph.multiply(cotangent, graph.constant(1 / Double(graph.shape(of: outputs).count)))
        let pulled = graph.vjp(outputs, cotangent: scaled, at: parameters)
        kernel = graph.jvp([outputs], at: parameters, tangents: pulled)
      }
      self.graph = graph
      inputs = [
        [examples], [targets], parameters, velocity, hasProducts ? direction : [], hasTangentKernel ? [cotangent] : [],
      ]
      self.outputs = [[value], gradient, [outputs], product, kernel]
    }
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

  /// dᵀHd / dᵀd for the direction d that was put into the plan.
  private func curvature() -> Double {
    let direction = plan.inputs(Input.direction)
    plan.run(phase: 1)
    return plan.arena.dot(direction, plan.outputs(Output.product)) / plan.arena.dot(direction, direction)
  }

  /// The curvature along the gradient: gᵀHg / gᵀg.
  var curvatureAlongGradient: Double {
    plan.arena.copy(plan.outputs(Output.gradient), of: plan.arena, to: plan.inputs(Input.direction))
    return curvature()
  }

  /// The curvature along the step that an objective of the same network would do next: vᵀHv / vᵀv with v ← μ v + g.
  func curvatureAlongStep(of other: Objective, momentum: Double) -> Double {
    let direction = plan.inputs(Input.direction)
    plan.arena.copy(other.plan.outputs(Output.gradient), of: other.plan.arena, to: direction)
    if momentum != 0 {
      let velocity = plan.inputs(Input.velocity)
      if other !== self { plan.arena.copy(other.plan.inputs(Input.velocity), of: other.plan.arena, to: velocity) }
      plan.arena.add(momentum, velocity, to: direction)
    }
    return curvature()
  }
}

extension Objective {
  /// Whether the gradient is zero in every direction.
  var isGradientZero: Bool { plan.arena.isZero(plan.outputs(Output.gradient)) }

  /// The squared norms of the gradient and of the parameters.
  var squaredNorms: (gradient: Double, parameters: Double) {
    let (gradient, parameters) = (plan.outputs(Output.gradient), plan.inputs(Input.parameters))
    return (plan.arena.dot(gradient, gradient), plan.arena.dot(parameters, parameters))
  }
}

// MARK: - The tangent kernel

/// The neural tangent kernel of an objective, K = J Jᵀ / (NC): J holds the derivatives of the C outputs for N examples by
/// the parameters.
///
/// With the squared error 1/(2NC) Σ (f - y)² its eigenvalues are those of the Hessian where the residuals are zero.
public struct TangentKernel: SymmetricOperator {
  private let objective: Objective

  /// The kernel at the parameters of the objective's last `evaluate`.
  ///
  /// - Precondition: the objective was made with a tangent kernel.
  public init(_ objective: Objective) { self.objective = objective }

  /// NC.
  public var dimension: Int { objective.outputCount }

  /// The product with a vector: Jᵀ by reverse mode, J by forward mode.
  public func apply(_ vector: Matrix, of arena: Arena, into result: Matrix) {
    objective.applyTangentKernel(vector, of: arena, into: result)
  }
}

extension Objective {
  fileprivate func applyTangentKernel(_ vector: Matrix, of arena: Arena, into result: Matrix) {
    plan.arena.copy(vector, of: arena, to: plan.inputs(Input.cotangent))
    plan.run(phase: 2)
    arena.copy(plan.outputs(Output.kernel), of: plan.arena, to: result)
  }

  /// What is seen along the targets at the parameters of the last `evaluate`; NaN where all targets are zero.
  ///
  /// - Precondition: the objective was made with a tangent kernel.
  var alongTargets: TargetDirection {
    let (targets, vector) = (plan.inputs(Input.targets), plan.inputs(Input.cotangent))
    // The differences first: near a minimum they would be lost between two large products.
    plan.arena.copy(plan.outputs(Output.outputs), of: plan.arena, to: vector)
    plan.arena.add(-1, targets, to: vector)
    let residual = plan.arena.dot(targets, vector)
    let squaredError = plan.arena.dot(vector, vector)
    plan.arena.copy(targets, of: plan.arena, to: vector)
    plan.run(phase: 2)
    let squaredLength = plan.arena.dot(targets, targets)
    return TargetDirection(
      residual: residual / (squaredLength * Double(outputCount)).squareRoot(),
      kernel: plan.arena.dot(targets, plan.outputs(Output.kernel)) / squaredLength,
      share: residual / squaredError * residual / squaredLength
    )
  }
}
