public import Tensors

/// The sharpness, the largest eigenvalue of the loss's Hessian, followed along a training: each search begins where the
/// ones before ended.
public final class Sharpness {
  /// How exact a value must be, and what it may cost.
  public struct Settings: Sendable, Hashable, Codable {
    /// The largest residual over the eigenvalue.
    public var tolerance: Double
    /// How many products a search may take.
    public var maximumProducts: Int
    /// A search from a random vector is made beside every so many, since one that follows an eigenvector may stay with
    /// it when another becomes the largest.
    public var freshEvery: Int

    /// Settings; the defaults suit a curve in a figure.
    public init(tolerance: Double = 1e-3, maximumProducts: Int = 200, freshEvery: Int = 50) {
      precondition(tolerance > 0 && maximumProducts > 0 && freshEvery > 0)
      self.tolerance = tolerance
      self.maximumProducts = maximumProducts
      self.freshEvery = freshEvery
    }
  }

  /// What was measured.
  public struct Measurement: Sendable, Hashable, Codable {
    /// The largest eigenvalue, NaN where the Hessian holds no numbers.
    public var value: Double
    /// |Hx - λx|: some eigenvalue is within this of the value.
    public var residual: Double
    /// The number of products with the Hessian.
    public var products: Int
    /// Whether the residual is within the tolerance.
    public var isConverged: Bool
  }

  /// What the next search begins from.
  private struct Memory {
    var count = 0
    /// The last eigenvectors, the latest first: at the edge of stability they take turns.
    var vectors: [[Double]] = []
  }

  private var memory = Memory()
  private let settings: Settings
  private let seed: UInt64
  private let dimension: Int
  private let lanczos: Lanczos

  /// A measurement of Hessians of `dimension` rows; `seed` is that of the random starts.
  public init(dimension: Int, settings: Settings = Settings(), seed: UInt64, workers: Workers) {
    self.settings = settings
    self.seed = seed
    self.dimension = dimension
    lanczos = Lanczos(dimension: dimension, workers: workers)
  }

  /// Measures at the point where the objective was last evaluated.
  public func measure(_ matrix: some SymmetricOperator) -> Measurement {
    var found: [Lanczos.Eigenpair] = []
    if let latest = memory.vectors.first {
      // The sum with the one before: half of the time that one is nearer. The signs of eigenvectors are arbitrary.
      let start = memory.vectors.dropFirst().first.map { Self.sum(latest, $0) } ?? latest
      found += search(matrix, from: start).map { [$0] } ?? []
    }
    if memory.count % settings.freshEvery == 0 || found.isEmpty {
      var random = RandomStream(seed: seed, "start of sharpness \(memory.count)")
      found += search(matrix, from: random.normals(matrix.dimension)).map { [$0] } ?? []
    }
    memory.count += 1
    guard let best = found.max(by: { $0.value < $1.value }) else {
      memory.vectors = []
      return Measurement(value: .nan, residual: .nan, products: 0, isConverged: false)
    }
    memory.vectors = [best.vector] + memory.vectors.prefix(1)
    return Measurement(
      value: best.value,
      residual: best.residual,
      products: found.reduce(0) { $0 + $1.products },
      isConverged: best.isConverged
    )
  }

  // MARK: - Checkpoints

  func save(in vectors: inout [String: [Double]]) {
    vectors["sharpness-count"] = [Double(memory.count)]
    for (number, vector) in memory.vectors.enumerated() { vectors["sharpness-vector-\(number + 1)"] = vector }
  }

  func restore(from checkpoint: Checkpoint) throws(Checkpoint.Mismatch) {
    guard let count = Int(exactly: try checkpoint.vector("sharpness-count", count: 1)[0]) else {
      throw Checkpoint.Mismatch(vector: "sharpness-count")
    }
    var restored = Memory(count: count)
    for number in 1...2 where checkpoint.vectors["sharpness-vector-\(number)"] != nil {
      restored.vectors.append(try checkpoint.vector("sharpness-vector-\(number)", count: dimension))
    }
    memory = restored
  }

  private func search(_ matrix: some SymmetricOperator, from start: [Double]) -> Lanczos.Eigenpair? {
    lanczos.largestEigenpair(
      of: matrix,
      from: start,
      tolerance: settings.tolerance,
      maximumProducts: settings.maximumProducts
    )
  }

  private static func sum(_ x: [Double], _ y: [Double]) -> [Double] {
    let product = zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
    return zip(x, y).map { product < 0 ? $0 - $1 : $0 + $1 }
  }
}
