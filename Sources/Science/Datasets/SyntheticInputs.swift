internal import Tensors

/// How the inputs of a synthetic data set are made from normal numbers.
public enum SyntheticInputs: String, CaseIterable, Sendable {
  /// As they are drawn.
  case gaussian
  /// Each example scaled to length √dimension.
  case sphere
  /// With uncorrelated features of mean square 1: XᵀX = N I, but for rounding.
  case whitened

  /// Draws inputs, example after example.
  ///
  /// - Parameters:
  ///   - decay: the variance of component k = 1, 2, ... is k^-decay before whatever follows.
  /// - Precondition: for whitened ones there are at least as many examples as dimensions.
  public func draw(count: Int, dimension: Int, decay: Double, seed: UInt64) -> [Double] {
    precondition(count > 0 && dimension > 0)
    var random = RandomStream(seed: seed, "inputs")
    let deviations = (1...dimension).map { Elementary.exp(-decay / 2 * Elementary.log(Double($0))) }
    let values = (0..<count).flatMap { _ in deviations.map { $0 * random.normal() } }
    switch self {
    case .gaussian: return values
    case .sphere: return Self.scaled(values, dimension: dimension)
    case .whitened: return Self.whitened(values, count: count, dimension: dimension)
    }
  }

  private static func scaled(_ values: [Double], dimension: Int) -> [Double] {
    stride(from: 0, to: values.count, by: dimension).flatMap { start in
      let example = values[start..<start + dimension]
      let scale = (Double(dimension) / example.reduce(0) { $0 + $1 * $1 }).squareRoot()
      return example.map { $0 * scale }
    }
  }

  /// Gram and Schmidt's method on the features, each twice: once would leave what cancellation left.
  private static func whitened(_ values: [Double], count: Int, dimension: Int) -> [Double] {
    precondition(count >= dimension)
    var features: [[Double]] = []
    for column in 0..<dimension {
      var feature = (0..<count).map { values[$0 * dimension + column] }
      for _ in 0..<2 {
        for other in features {
          let overlap = product(other, feature) / Double(count)
          for example in 0..<count { feature[example] -= overlap * other[example] }
        }
        let scale = (Double(count) / product(feature, feature)).squareRoot()
        for example in 0..<count { feature[example] *= scale }
      }
      features.append(feature)
    }
    return (0..<count).flatMap { example in features.map { $0[example] } }
  }

  private static func product(_ left: [Double], _ right: [Double]) -> Double {
    var sum = 0.0
    for index in left.indices { sum += left[index] * right[index] }
    return sum
  }
}
