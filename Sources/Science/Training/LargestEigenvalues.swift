public import Tensors

/// The largest eigenvalues of a matrix that is followed along a training: each search begins where the ones before ended.
/// The largest of the loss's Hessian is the sharpness.
///
/// A search also follows the eigenvector after those that are measured, since its eigenvalue may become larger, and each
/// of its starts has a random part, since so may that of any other.
public final class LargestEigenvalues {
  /// How exact the values must be, and what they may cost.
  public struct Settings: Sendable, Hashable, Codable {
    /// The largest residual |Hx - λx| over |λ|.
    public var tolerance: Double
    /// How many products a search may take.
    public var maximumProducts: Int
    /// The interval, in measurements, of additional searches from random vectors alone. An odd number, so that at probes
    /// of each step even and odd ones have their turn, whose eigenvectors differ at the edge of stability.
    public var freshEvery: Int

    /// Settings; the defaults suit a curve in a figure.
    public init(tolerance: Double = 1e-3, maximumProducts: Int = 200, freshEvery: Int = 51) {
      precondition(tolerance > 0 && maximumProducts > 0 && freshEvery > 0)
      self.tolerance = tolerance
      self.maximumProducts = maximumProducts
      self.freshEvery = freshEvery
    }
  }

  /// What was measured.
  public struct Measurement: Sendable, Hashable, Codable {
    /// The eigenvalues, the largest first; none if the matrix contains NaN or infinity.
    public var eigenvalues: [Lanczos.Eigenvalue]
    /// What the largest eigenvalue exceeds with a probability of at most `missProbability`; NaN without eigenvalues.
    public var upper: Double
    /// The number of products with the matrix.
    public var products: Int

    /// The largest eigenvalue, NaN if there is none.
    public var value: Double { eigenvalues.first?.value ?? .nan }
    /// Its residual.
    public var residual: Double { eigenvalues.first?.residual ?? .nan }
    /// Whether its residual is within the tolerance.
    public var isConverged: Bool { eigenvalues.first?.isConverged ?? false }
  }

  /// The probability, over the random parts of a measurement's starts, with which its upper bound may fail.
  public static let missProbability = 1e-6

  /// What the next search begins from, in a checkpoint.
  struct Memory {
    /// How many measurements there were.
    var count: Int
    /// How far the last eigenvectors had moved, and how many measurements ago the eigenvector after them was multiplied.
    var motion: Double, unseen: Int
    /// The eigenvalue after those that are measured and its residual, over the last of those.
    var next: Double
    /// The eigenvectors of the last two, the latest first.
    var latest: [(step: Int, vectors: [[Double]])] = []
  }

  /// Where the vectors of a measurement lie.
  private struct Entry {
    var step: Int
    var vectors: Range<Int>
  }

  /// The norm of the random part of the start for the eigenvector that is not measured; for the sharpness that of the
  /// start, over the sine of the angle by which the eigenvector last moved.
  private static let randomPart = 0.3
  /// That eigenvector is multiplied when its eigenvalue was above this share of the one before, and at every third measurement.
  private static let near = 0.7, longestUnseen = 2

  private let count: Int
  private let settings: Settings
  private let seed: UInt64
  private let name: String
  private let lanczos: Lanczos
  /// The number of vectors that are followed.
  private let block: Int
  /// Four places for `block` vectors: two for what is remembered, one for what is being found, one for starts.
  private let arena: Arena
  private let dimension: Int
  private var measurements = 0
  /// The sine of the angle between the last start, without its random part, and the eigenvector that was found.
  private var motion = 1.0
  /// How many measurements ago the eigenvector after those that are measured was multiplied.
  private var unseen = 0
  /// Its eigenvalue with the residual, over the last that is measured.
  private var next = 1.0
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
    block = Self.block(count, dimension)
    lanczos = Lanczos(dimension: dimension, block: block, workers: workers)
    arena = Arena(count: 4 * block * dimension, precision: .float64, workers: workers)
  }

  private static func block(_ count: Int, _ dimension: Int) -> Int { min(dimension, count + 1) }

  /// How many vectors such a measurement has memory for: those of the space, four times those that are followed, and
  /// the random starts.
  static func vectorCount(_ count: Int, dimension: Int, settings: Settings) -> Int {
    let block = block(count, dimension)
    return Lanczos.vectorCount(dimension: dimension, block: block) + 4 * block + count
  }

  /// How many vectors such a measurement has in a checkpoint: those of the last two searches.
  static func rememberedCount(_ count: Int, dimension: Int, settings: Settings) -> Int {
    2 * block(count, dimension)
  }

  /// Measures a matrix, at the step at which it is.
  public func measure(_ matrix: some SymmetricOperator, step: Int) -> Measurement {
    let place = freePlace
    var best: Lanczos.Result?
    var upper = Double.infinity
    var products = 0
    func take(_ result: Lanczos.Result?) {
      guard let result else { return }
      products += result.products
      upper = min(upper, result.upper)
      // The sum of several eigenvalues is the largest for the largest ones.
      if let best, Self.sum(best) >= Self.sum(result) { return }
      best = result
      for index in 0..<lanczos.vectorCount {
        lanczos.copyVector(index, into: vector(place + index), of: arena)
      }
      latest = latest.filter { $0.vectors.lowerBound != place }
      latest.insert(Entry(step: step, vectors: place..<place + lanczos.vectorCount), at: 0)
    }
    // Two searches, each of which may miss an eigenvalue.
    func request(_ deviations: [Double]) -> Lanczos.Request {
      Lanczos.Request(
        count: count,
        tolerance: settings.tolerance,
        maximumProducts: settings.maximumProducts,
        deviations: deviations,
        missProbability: Self.missProbability / 2
      )
    }
    let starts = placeStarts(for: step)
    if let starts { take(lanczos.search(request(starts.deviations), matrix, from: starts.vectors, of: arena)) }
    let isFresh = measurements % settings.freshEvery == 0 || best == nil
    if isFresh {
      var random = RandomStream(seed: seed, "start of \(name) \(measurements)")
      let starts = (0..<count).map { _ in random.normals(dimension) }
      take(lanczos.search(request(starts.map { _ in 1 }), matrix, from: starts))
    }
    measurements += 1
    guard let best else {
      latest = []
      return Measurement(eigenvalues: [], upper: .nan, products: products)
    }
    if let starts { motion = starts.motion(to: vector(place), arena) }
    follow(best, hasMultipliedNext: isFresh || (starts?.vectors.count ?? 0) > count)
    latest = Array(latest.prefix(2))
    return Measurement(eigenvalues: best.eigenvalues, upper: max(upper, best.eigenvalues[0].value), products: products)
  }

  private static func sum(_ result: Lanczos.Result) -> Double {
    result.eigenvalues.reduce(0) { $0 + $1.value }
  }

  /// Remembers the eigenvector after those that are measured: the one that was found, unless it was not looked for and the
  /// one before is larger.
  private func follow(_ result: Lanczos.Result, hasMultipliedNext: Bool) {
    let last = result.eigenvalues.last?.value ?? 0
    let found = result.next.map { last > 0 ? ($0.value + $0.residual) / last : 1 }
    if hasMultipliedNext || (found ?? -.infinity) > next {
      (next, unseen) = (found ?? 1, 0)
      return
    }
    unseen += 1
    guard latest.count > 1, latest[0].vectors.count >= count, latest[1].vectors.count > count else { return }
    let place = latest[0].vectors.lowerBound
    arena.copy(vector(latest[1].vectors.lowerBound + count), of: arena, to: vector(place + count))
    latest[0].vectors = place..<place + count + 1
  }

  private func vector(_ index: Int) -> Matrix {
    Matrix(offset: index * dimension, rows: 1, columns: dimension)
  }

  private var freePlace: Int {
    [0, block, 2 * block].first { place in !latest.contains { $0.vectors.lowerBound == place } } ?? 0
  }

  // MARK: - Starts

  /// The vectors from which a search begins.
  private struct Starts {
    var vectors: [Matrix]
    /// The standard deviations of the elements of their random parts.
    var deviations: [Double]
    /// The first one without its random part: the sum of vectors with these factors.
    var first: [(factor: Double, vector: Matrix)] = []

    /// The sine of the angle between the first one, without its random part, and a vector of norm 1.
    func motion(to vector: Matrix, _ arena: Arena) -> Double {
      let cosine = first.reduce(0) { $0 + $1.factor * arena.dot($1.vector, vector) }
      return max(0, 1 - cosine * cosine).squareRoot()
    }
  }

  private func placeStarts(for step: Int) -> Starts? {
    guard let last = latest.first else { return nil }
    var random = RandomStream(seed: seed, "random part of \(name) \(measurements)")
    var starts = Starts(vectors: [], deviations: [])
    func add(_ vectors: [(factor: Double, vector: Matrix)], randomPart: Double) {
      let start = vector(3 * block + starts.vectors.count)
      let deviation = randomPart / Double(dimension).squareRoot()
      arena.write(random.centeredUniforms(dimension), to: start)
      for (index, part) in vectors.enumerated() {
        arena.add(part.factor, part.vector, to: start, times: index == 0 ? deviation : 1)
      }
      starts.vectors.append(start)
      starts.deviations.append(deviation)
    }
    let hasNext = last.vectors.count > count && (next >= Self.near || unseen >= Self.longestUnseen)
    if count == 1 {
      // A part below the tolerance costs no product, and one far below what the eigenvector moves hardly any.
      let first = mean(0)
      add(first, randomPart: max(min(settings.tolerance, Self.randomPart), Self.randomPart * motion))
      starts.first = first
      if hasNext { add(mean(1), randomPart: Self.randomPart) }
      return starts
    }
    // A sum would mix the eigenvectors of a block where they change places.
    let nearest = latest.first { ($0.step - step) % 2 == 0 } ?? last
    starts.vectors = nearest.vectors.prefix(count).map(vector)
    starts.deviations = starts.vectors.map { _ in 0 }
    if hasNext, let next = nearest.vectors.dropFirst(count).first {
      add([(1, vector(next))], randomPart: Self.randomPart)
    }
    return starts
  }

  /// The sum with the vector before, of norm 1: half of the time that one is nearer. The signs of eigenvectors are arbitrary.
  private func mean(_ index: Int) -> [(factor: Double, vector: Matrix)] {
    let last = vector(latest[0].vectors.lowerBound + index)
    guard latest.count == 2, latest[1].vectors.count > index else { return [(1, last)] }
    let before = vector(latest[1].vectors.lowerBound + index)
    let cosine = arena.dot(last, before)
    let factor = 1 / (2 + 2 * cosine.magnitude).squareRoot()
    return [(factor, last), (cosine < 0 ? -factor : factor, before)]
  }

  // MARK: - Checkpoints

  func save(in vectors: inout [String: [Double]]) {
    vectors["\(name)-state"] = [Double(measurements), motion, Double(unseen), next]
    for (number, entry) in latest.enumerated() {
      vectors["\(name)-\(number + 1)-step"] = [Double(entry.step)]
      for (index, place) in entry.vectors.enumerated() {
        vectors["\(name)-\(number + 1)-vector-\(index + 1)"] = arena.read(vector(place))
      }
    }
  }

  func memory(in checkpoint: Checkpoint) throws(Checkpoint.Mismatch) -> Memory {
    func whole(_ value: Double, _ name: String) throws(Checkpoint.Mismatch) -> Int {
      guard let number = Int(exactly: value), number >= 0 else { throw Checkpoint.Mismatch(vector: name) }
      return number
    }
    let state = try checkpoint.vector("\(name)-state", count: 4)
    var memory = Memory(
      count: try whole(state[0], "\(name)-state"),
      motion: state[1],
      unseen: try whole(state[2], "\(name)-state"),
      next: state[3]
    )
    for number in 1...2 where checkpoint.vectors["\(name)-\(number)-step"] != nil {
      let step = try whole(try checkpoint.vector("\(name)-\(number)-step", count: 1)[0], "\(name)-\(number)-step")
      var vectors: [[Double]] = []
      for index in 1...block {
        let name = "\(name)-\(number)-vector-\(index)"
        // A search may have found fewer than are followed, but not none.
        guard index == 1 || checkpoint.vectors[name] != nil else { break }
        vectors.append(try checkpoint.vector(name, count: dimension))
      }
      memory.latest.append((step, vectors))
    }
    return memory
  }

  func restore(_ memory: Memory) {
    (measurements, motion, unseen, next) = (memory.count, memory.motion, memory.unseen, memory.next)
    latest = memory.latest.enumerated().map { number, entry in
      for (index, values) in entry.vectors.enumerated() {
        arena.write(values, to: vector(number * block + index))
      }
      return Entry(step: entry.step, vectors: number * block..<number * block + entry.vectors.count)
    }
  }
}
