public import Autodiff

/// What training makes small. N is the number of examples, C that of outputs.
public enum Loss: String, CaseIterable, Sendable {
  /// 1/(2NC) Σ (f - y)²: half the mean over examples and outputs.
  case meanSquaredError = "mse"
  /// -1/N Σ y ln softmax(f): the mean over examples.
  case crossEntropy = "cross-entropy"

  /// Records the loss of outputs for targets, one example a row.
  public func callAsFunction(_ outputs: Graph.Value, _ targets: Graph.Value, in graph: inout Graph) -> Graph.Value {
    let shape = graph.shape(of: outputs)
    precondition(graph.shape(of: targets) == shape, "a target for each output")
    switch self {
    case .meanSquaredError:
      let residual = graph.subtract(outputs, targets)
      let squares = graph.sum(graph.multiply(residual, residual))
      return graph.multiply(graph.constant(0.5 / Double(shape.count)), squares)
    case .crossEntropy:
      // ln softmax(f) = f - ln Σ e^f, and the targets of an example add up to Σ y.
      let normalizer = graph.logarithmOfSumOfExponentials(outputs)
      let surprise = graph.sum(graph.multiply(targets, graph.subtract(normalizer, outputs)))
      return graph.multiply(graph.constant(1 / Double(shape.rows)), surprise)
    }
  }
}
