public import Tensors

/// The largest eigenvalues of a matrix that is followed along a training: each search begins where the ones before ended.
/// The largest of the loss's Hessian is the sharpness.
public final class LargestEigenvalues {
  /// How exact the values must be, and what they may cost.
  public struct Settings: Sendable, Hashable, Codable {
    /// What is measured by the tolerance.
    public var rule: Lanczos.Rule
    /// The largest residual, or estimated error, over the eigenvalue.
    public var tolerance: Double
    /// How many products a search may take.
    public var maximumProducts: Int
    /// A search from random vectors is made beside every so many, since one that follows an eigenvector may stay with
    /// it when another becomes the largest. An odd number, so that at probes of each step even and odd ones have their
    /// turn, whose eigenvectors differ at the edge of stability.
    public var freshEvery: Int

    /// Settings; the defaults suit a curve in a figure.
    public init(
      rule: Lanczos.Rule = .residual,
      tolerance: Double = 1e-3,
      maximumProducts: Int = 200,
      freshEvery: Int = 51
    ) {
      precondition(tolerance > 0 && maximumProducts > 0 && freshEvery > 0)
      self.rule = rule
      self.tolerance = tolerance
      self.maximumProducts = maximumProducts
      self.freshEvery = freshEvery
    }
  }

  /// What was measured.
  public struct Measurement: Sendable, Hashable, Codable {
    /// The eigenvalues, the largest first; none where the matrix holds no numbers.
    public var eigenvalues: [Lanczos.Eigenvalue]
    /// The number of products with the matrix.
    public var products: Int

    /// The largest eigenvalue, NaN if there is none.
    public var value: Double { eigenvalues.first?.value ?? .nan }
    /// Its residual.
    public var residual: Double { eigenvalues.first?.residual ?? .nan }
    /// Its estimated error.
    public var error: Double { eigenvalues.first?.error ?? .nan }
    /// Whether it is as exact as was asked for.
    public var isConverged: Bool { eigenvalues.first?.isConverged ?? false }
  }

  /// What the next search begins from, in a checkpoint.
  struct Memory {
    /// How many measurements there were.
    var count: Int
    /// The eigenvectors of the last two, the latest first.
    var latest: [(step: Int, vectors: [[Double]])] = []
  }

  /// Where the vectors of a measurement lie.
  private struct Entry {
    var step: Int
    var vectors: Range<Int>
  }

  private let count: Int
  private let settings: Settings
  private let seed: UInt64
  private let name: String
  private let lanczos: Lanczos
  /// The number of vectors that are followed.
  private let block: Int
  /// Three places for `block` vectors: two for what is remembered, one for what is being found.
  private let arena: Arena
  private let dimension: Int
  private var measurements = 0
  /// The last two measurements, the latest first: at the edge of stability the eigenvectors of even and odd steps differ.
  private var latest: [Entry] = []

  /// A measurement of matrices of `dimension` rows.
  ///
  /// - Parameters:
  ///   - count: how many eigenvalues are measured.
  ///   - seed: with the name that of the random starts.
  public init(
    _ count: Int = 1,
    dimension: Int,
    settings: Settings = Settings(),
    seed: UInt64,
    name: String = "sharpness",
    workers: Workers
  ) {
    self.count = min(count, dimension)
    self.settings = settings
    self.seed = seed
    self.name = name
    self.dimension = dimension
    block = Self.block(count, dimension, settings)
    lanczos = Lanczos(dimension: dimension, block: block, workers: workers)
    arena = Arena(count: 3 * block * dimension, precision: .float64, workers: workers)
  }

  /// An error needs the gap to the eigenvalue below.
  private static func block(_ count: Int, _ dimension: Int, _ settings: Settings) -> Int {
    min(dimension, settings.rule == .error ? count + 1 : count)
  }

  /// How many vectors such a measurement has memory for: those of the space, three times those that are followed, and
  /// the random starts.
  static func vectorCount(_ count: Int, dimension: Int, settings: Settings) -> Int {
    let block = block(count, dimension, settings)
    return Lanczos.vectorCount(dimension: dimension, block: block) + 3 * block + count
  }

  /// How many vectors such a measurement has in a checkpoint: those of the last two searches.
  static func rememberedCount(_ count: Int, dimension: Int, settings: Settings) -> Int {
    2 * block(count, dimension, settings)
  }

  /// Measures a matrix, at the step at which it is.
  public func measure(_ matrix: some SymmetricOperator, step: Int) -> Measurement {
    let place = freePlace
    var best: Lanczos.Result?
    var products = 0
    func take(_ result: Lanczos.Result?) {
      guard let result else { return }
      products += result.products
      // The sum of several eigenvalues is the largest for the largest ones.
      if let best, Self.sum(best) >= Self.sum(result) { return }
      best = result
      for index in 0..<lanczos.vectorCount {
        lanczos.copyVector(index, into: vector(place + index), of: arena)
      }
      latest = latest.filter { $0.vectors.lowerBound != place }
      latest.insert(Entry(step: step, vectors: place..<place + lanczos.vectorCount), at: 0)
    }
    let starts = starts(for: step, spare: place)
    if !starts.isEmpty {
      take(
        lanczos.largestEigenvalues(
          count,
          of: matrix,
          from: starts,
          of: arena,
          rule: settings.rule,
          tolerance: settings.tolerance,
          maximumProducts: settings.maximumProducts
        )
      )
    }
    if measurements % settings.freshEvery == 0 || best == nil {
      var random = RandomStream(seed: seed, "start of \(name) \(measurements)")
      take(
        lanczos.largestEigenvalues(
          count,
          of: matrix,
          from: (0..<count).map { _ in random.normals(dimension) },
          rule: settings.rule,
          tolerance: settings.tolerance,
          maximumProducts: settings.maximumProducts
        )
      )
    }
    measurements += 1
    latest = best == nil ? [] : Array(latest.prefix(2))
    return Measurement(eigenvalues: best?.eigenvalues ?? [], products: products)
  }

  private static func sum(_ result: Lanczos.Result) -> Double {
    result.eigenvalues.reduce(0) { $0 + $1.value }
  }

  private func vector(_ index: Int) -> Matrix {
    Matrix(offset: index * dimension, rows: 1, columns: dimension)
  }

  private var freePlace: Int {
    [0, block, 2 * block].first { place in !latest.contains { $0.vectors.lowerBound == place } } ?? 0
  }

  /// The vectors to begin from.
  private func starts(for step: Int, spare: Int) -> [Matrix] {
    guard let last = latest.first else { return [] }
    if block == 1, latest.count == 2 {
      // The sum with the one before: half of the time that one is nearer. The signs of eigenvectors are arbitrary.
      let (start, before) = (vector(spare), vector(latest[1].vectors.lowerBound))
      arena.copy(vector(last.vectors.lowerBound), of: arena, to: start)
      arena.add(arena.dot(start, before) < 0 ? -1 : 1, before, to: start)
      return [start]
    }
    // A sum would mix the eigenvectors of a block where they change places.
    let nearest = latest.first { ($0.step - step) % 2 == 0 } ?? last
    return nearest.vectors.map(vector)
  }

  // MARK: - Checkpoints

  func save(in vectors: inout [String: [Double]]) {
    vectors["\(name)-count"] = [Double(measurements)]
    for (number, entry) in latest.enumerated() {
      vectors["\(name)-\(number + 1)-step"] = [Double(entry.step)]
      for (index, place) in entry.vectors.enumerated() {
        vectors["\(name)-\(number + 1)-vector-\(index + 1)"] = arena.read(vector(place))
      }
    }
  }

  func memory(in checkpoint: Checkpoint) throws(Checkpoint.Mismatch) -> Memory {
    func whole(_ name: String) throws(Checkpoint.Mismatch) -> Int {
      guard let number = Int(exactly: try checkpoint.vector(name, count: 1)[0]), number >= 0 else {
        throw Checkpoint.Mismatch(vector: name)
      }
      return number
    }
    var memory = Memory(count: try whole("\(name)-count"))
    for number in 1...2 where checkpoint.vectors["\(name)-\(number)-step"] != nil {
      let step = try whole("\(name)-\(number)-step")
      var vectors: [[Double]] = []
      for index in 1...block {
        let name = "\(name)-\(number)-vector-\(index)"
        // The first search may have found fewer than are followed, but not none.
        guard index == 1 || checkpoint.vectors[name] != nil else { break }
        vectors.append(try checkpoint.vector(name, count: dimension))
      }
      memory.latest.append((step, vectors))
    }
    return memory
  }

  func restore(_ memory: Memory) {
    measurements = memory.count
    latest = memory.latest.enumerated().map { number, entry in
      for (index, values) in entry.vectors.enumerated() {
        arena.write(values, to: vector(number * block + index))
      }
      return Entry(step: entry.step, vectors: number * block..<number * block + entry.vectors.count)
    }
  }
}
