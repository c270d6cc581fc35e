/// All eigenvalues and eigenvectors of a small symmetric matrix: Householder's reflections make it tridiagonal, QL steps with
/// Wilkinson's shift diagonal.
public struct SymmetricEigenproblem: Sendable {
  /// The eigenvalues, the largest first.
  public let values: [Double]
  /// The eigenvector of each value, of norm 1.
  public let vectors: [[Double]]

  /// Solves for a matrix given by its rows.
  public init(_ matrix: [[Double]]) {
    self.init(count: matrix.count, elements: matrix.flatMap { $0 })
  }

  /// Solves for a matrix of `count` rows, given one after the other.
  init(count: Int, elements: [Double]) {
    // By a power of two, which rounds nothing: squares of what is left neither overflow nor vanish.
    let largest = elements.reduce(0) { max($0, $1.magnitude) }
    let isScaled = largest.isNormal && !(-400...400).contains(Int(largest.exponent))
    let scale = isScaled ? largest.binade : 1
    var tridiagonal = Tridiagonal(count: count, elements: isScaled ? elements.map { $0 / scale } : elements)
    tridiagonal.diagonalize()
    let diagonal = tridiagonal.diagonal.map { $0 * scale }
    let order = (0..<count).sorted { (-diagonal[$0], $0) < (-diagonal[$1], $1) }
    values = order.map { diagonal[$0] }
    vectors = order.map { Array(tridiagonal.basis[$0 * count..<($0 + 1) * count]) }
  }
}

/// A symmetric matrix A = Bᵀ T B with a tridiagonal T and an orthogonal B.
private struct Tridiagonal {
  private let count: Int
  private(set) var diagonal: [Double]
  /// The elements beside the diagonal.
  private var beside: [Double]
  /// The rows of B, one after the other.
  private(set) var basis: [Double]

  /// Reflects column after column onto its first two elements from the diagonal on.
  init(count: Int, elements: [Double]) {
    var a = elements
    var basis = [Double](repeating: 0, count: count * count)
    var beside = [Double](repeating: 0, count: count)
    for row in 0..<count { basis[row * count + row] = 1 }
    var normal = [Double](repeating: 0, count: count)
    var image = normal
    for column in 0..<max(count - 1, 0) {
      let rest = column + 1..<count
      let rows = column + 2..<count
      let first = a[rest.lowerBound * count + column]
      let below = rows.reduce(0) { $0 + a[$1 * count + column] * a[$1 * count + column] }
      guard below > 0 else {
        beside[column] = first
        continue
      }
      let length = (first * first + below).squareRoot()
      beside[column] = first > 0 ? -length : length
      // I - 2 v vᵀ / vᵀv with v = x - (±|x|, 0, …); the sign that adds.
      for row in rest { normal[row] = a[row * count + column] }
      normal[rest.lowerBound] -= beside[column]
      let factor = 1 / (length * (length + first.magnitude))
      for row in rest {
        var sum = 0.0
        for other in rest { sum += a[row * count + other] * normal[other] }
        image[row] = factor * sum
      }
      let half = factor / 2 * rest.reduce(0) { $0 + normal[$1] * image[$1] }
      for row in rest { image[row] -= half * normal[row] }
      for row in rest {
        for other in rest { a[row * count + other] -= normal[row] * image[other] + image[row] * normal[other] }
      }
      // The same for the rows of B.
      for k in 0..<count { image[k] = 0 }
      for row in rest {
        for k in 0..<count { image[k] += normal[row] * basis[row * count + k] }
      }
      for row in rest {
        for k in 0..<count { basis[row * count + k] -= factor * normal[row] * image[k] }
      }
    }
    self.count = count
    self.beside = beside
    self.basis = basis
    diagonal = (0..<count).map { a[$0 * (count + 1)] }
  }

  /// Makes what is beside the diagonal zero, from the first element on.
  mutating func diagonalize() {
    for index in 0..<count {
      // Two or three steps each; the bound only ends matrices that hold no numbers.
      for _ in 0..<60 {
        guard let end = (index..<count).first(where: isNegligible), end > index else { break }
        step(from: index, to: end)
      }
    }
  }

  /// Whether T falls apart after a row.
  private func isNegligible(_ row: Int) -> Bool {
    guard row + 1 < count else { return true }
    return beside[row].magnitude <= 0x1p-53 * (diagonal[row].magnitude + diagonal[row + 1].magnitude)
  }

  /// An implicit QL step on the rows `first` to `last`.
  private mutating func step(from first: Int, to last: Int) {
    // Of the eigenvalues of the first two rows that which is nearer to the first element.
    let half = (diagonal[first + 1] - diagonal[first]) / (2 * beside[first])
    let root = (half * half + 1).squareRoot()
    let shift = diagonal[first] - beside[first] / (half < 0 ? half - root : half + root)
    var (sine, cosine, moved) = (1.0, 1.0, 0.0)
    var bulge = diagonal[last] - shift
    for row in stride(from: last - 1, through: first, by: -1) {
      let (far, near) = (sine * beside[row], cosine * beside[row])
      let length = (far * far + bulge * bulge).squareRoot()
      beside[row + 1] = length
      guard length > 0 else {
        // T fell apart here: the rest waits for the next step.
        diagonal[row + 1] -= moved
        beside[last] = 0
        return
      }
      (sine, cosine) = (far / length, bulge / length)
      let lifted = diagonal[row + 1] - moved
      let mixed = (diagonal[row] - lifted) * sine + 2 * cosine * near
      moved = sine * mixed
      diagonal[row + 1] = lifted + moved
      bulge = cosine * mixed - near
      rotate(row, sine, cosine)
    }
    diagonal[first] -= moved
    beside[first] = bulge
    beside[last] = 0
  }

  /// Rotates rows of B: one and the next.
  @inline(__always) private mutating func rotate(_ row: Int, _ sine: Double, _ cosine: Double) {
    for k in row * count..<(row + 1) * count {
      let (x, y) = (basis[k], basis[k + count])
      basis[k + count] = sine * x + cosine * y
      basis[k] = cosine * x - sine * y
    }
  }
}
