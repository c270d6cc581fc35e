internal import Tensors

/// Normal inputs whose variances fall off like those of natural images' principal components, with labels at random:
/// a task that can only be learned by heart.
public struct SyntheticImages: Sendable {
  /// The inputs, example after example, each scaled to length √dimension.
  public let inputs: [Double]
  /// The class of each example.
  public let labels: [UInt8]

  /// Draws examples.
  ///
  /// - Parameters:
  ///   - decay: the variance of component k = 1, 2, ... is k^-decay before the scaling.
  public init(count: Int, dimension: Int, classes: Int, decay: Double, seed: UInt64) {
    precondition(count > 0 && dimension > 0 && (1...256).contains(classes))
    var random = RandomStream(seed: seed, "inputs")
    let deviations = (1...dimension).map { Elementary.exp(-decay / 2 * Elementary.log(Double($0))) }
    inputs = (0..<count).flatMap { _ in
      let values = deviations.map { $0 * random.normal() }
      let scale = (Double(dimension) / values.reduce(0) { $0 + $1 * $1 }).squareRoot()
      return values.map { $0 * scale }
    }
    var draw = RandomStream(seed: seed, "labels")
    labels = (0..<count).map { _ in UInt8(draw.uniform() * Double(classes)) }
  }
}
