public import Autodiff
internal import Tensors

/// What a unit does with its input.
public enum Activation: String, CaseIterable, Sendable {
  /// max(x, 0).
  case relu
  /// tanh x.
  case tanh
  /// x Φ(x), in the exact form.
  case gelu
  /// x.
  case linear

  func callAsFunction(_ x: Graph.Value, in graph: inout Graph) -> Graph.Value {
    switch self {
    case .relu: graph.rectified(x)
    case .tanh: graph.tanh(x)
    case .gelu: graph.gaussianErrorLinear(x)
    case .linear: x
    }
  }
}

/// A fully connected network: `depth` layers of weights, all but the last followed by the activation.
public struct FullyConnected: Sendable, Hashable {
  /// The number of inputs.
  public var inputs: Int
  /// The number of units of each hidden layer.
  public var width: Int
  /// The number of outputs.
  public var outputs: Int
  /// The number of layers of weights, the readout among them.
  public var depth: Int
  /// What the hidden units do.
  public var activation: Activation
  /// Whether every layer adds a bias, which starts at zero and has no multiplier.
  public var hasBias: Bool
  /// How weights and multipliers depend on the width.
  public var parameterization: Parameterization
  /// σ_w², the variance of a hidden unit's input over that of what it is made from.
  public var weightVariance: Double

  /// A network.
  ///
  /// - Precondition: at least one hidden layer, with a unit.
  public init(
    inputs: Int,
    width: Int,
    outputs: Int,
    depth: Int,
    activation: Activation = .relu,
    hasBias: Bool = false,
    parameterization: Parameterization = .standard,
    weightVariance: Double
  ) {
    precondition(depth >= 2 && width > 0 && inputs > 0 && outputs > 0 && weightVariance > 0)
    self.inputs = inputs
    self.width = width
    self.outputs = outputs
    self.depth = depth
    self.activation = activation
    self.hasBias = hasBias
    self.parameterization = parameterization
    self.weightVariance = weightVariance
  }

  /// The shapes of the parameters: each layer's weights (inputs by outputs of the layer) and, where it has one, its bias.
  public var parameterShapes: [Shape] {
    weightShapes.flatMap { hasBias ? [$0, Shape(1, $0.columns)] : [$0] }
  }

  /// The number of parameters.
  public var parameterCount: Int { parameterShapes.reduce(0) { $0 + $1.count } }

  private var weightShapes: [Shape] {
    (0..<depth).map { layer in
      Shape(layer == 0 ? inputs : width, layer == depth - 1 ? outputs : width)
    }
  }

  private var scales: [LayerScale] {
    parameterization.scales(fanIns: weightShapes.map(\.rows), weightVariance: weightVariance)
  }

  /// The parameters at the start, in the order of `parameterShapes`. Each layer has a stream of random numbers of its
  /// own.
  public func initialParameters(seed: UInt64) -> [Double] {
    zip(weightShapes, scales).enumerated().flatMap { layer, both in
      let (shape, scale) = both
      var random = RandomStream(seed: seed, "weights of layer \(layer + 1)")
      let weights = random.normals(shape.count, deviation: scale.variance.squareRoot())
      return hasBias ? weights + [Double](repeating: 0, count: shape.columns) : weights
    }
  }

  /// Records the network on examples, one a row.
  ///
  /// - Returns: the outputs, one example a row, and before them what each hidden layer makes.
  public func layers(_ examples: Graph.Value, parameters: [Graph.Value], in graph: inout Graph) -> [Graph.Value] {
    precondition(parameters.map { graph.shape(of: $0) } == parameterShapes, "the parameters do not fit the network")
    var layers: [Graph.Value] = []
    let stride = hasBias ? 2 : 1
    for (layer, scale) in scales.enumerated() {
      let product = graph.matrixProduct(layers.last ?? examples, parameters[layer * stride])
      var value = graph.multiply(product, graph.constant(scale.multiplier))
      if hasBias { value = graph.add(value, parameters[layer * stride + 1]) }
      layers.append(layer == depth - 1 ? value : activation(value, in: &graph))
    }
    return layers
  }
}
