/// Where a training is, so that another can go on from there with the same bits.
public struct Checkpoint: Sendable, Hashable {
  /// How many steps were done.
  public let step: Int
  /// The state: parameters, velocity, and what each probe remembers, by name.
  public let vectors: [String: [Double]]

  /// A checkpoint, as it was taken or from where it was kept.
  public init(step: Int, vectors: [String: [Double]]) {
    self.step = step
    self.vectors = vectors
  }

  /// A checkpoint that is of another training: what is missing, or has another length.
  public struct Mismatch: Error, Hashable {
    /// The name of the vector.
    public let vector: String
  }

  /// The vector of a name.
  func vector(_ name: String, count: Int) throws(Mismatch) -> [Double] {
    guard let vector = vectors[name], vector.count == count else { throw Mismatch(vector: name) }
    return vector
  }
}
