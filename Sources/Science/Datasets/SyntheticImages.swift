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
    precondition((1...256).contains(classes))
    inputs = SyntheticInputs.sphere.draw(count: count, dimension: dimension, decay: decay, seed: seed)
    var draw = RandomStream(seed: seed, "labels")
    labels = (0..<count).map { _ in UInt8(draw.uniform() * Double(classes)) }
  }
}
