public import Autodiff
internal import Tensors

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

extension Loss {
  /// The loss of the best prediction that is the same for every example.
  ///
  /// For the squared error that is the mean target, for the cross-entropy the mean distribution of classes.
  ///
  /// - Parameters:
  ///   - targets: one row of C targets for each example.
  ///   - count: the number of examples N.
  public func ofBestConstant(_ targets: [Double], count: Int) -> Double {
    precondition(count > 0 && targets.count % count == 0, "a row of targets for each example")
    let width = targets.count / count
    var means = [Double](repeating: 0, count: width)
    for (index, target) in targets.enumerated() { means[index % width] += target }
    for column in means.indices { means[column] /= Double(count) }
    switch self {
    case .meanSquaredError:
      let squares = targets.enumerated().reduce(0.0) { sum, element in
        let residual = element.element - means[element.offset % width]
        return sum + residual * residual
      }
      return squares / (2 * Double(targets.count))
    case .crossEntropy:
      let total = means.reduce(0, +)
      return means.reduce(0) { $1 > 0 ? $0 - $1 * Elementary.log($1 / total) : $0 }
    }
  }
}
