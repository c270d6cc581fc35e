/// All eigenvalues and eigenvectors of a small symmetric matrix, by Jacobi's rotations.
public struct SymmetricEigenproblem: Sendable {
  /// The eigenvalues, the largest first.
  public let values: [Double]
  /// The eigenvector of each value, of norm 1.
  public let vectors: [[Double]]

  /// Solves for a matrix given by its rows.
  public init(_ matrix: [[Double]]) {
    let count = matrix.count
    var a = matrix.flatMap { $0 }
    // The columns of the product of all rotations, as rows.
    var rotations = [Double](repeating: 0, count: count * count)
    for row in 0..<count { rotations[row * count + row] = 1 }
    let size = a.reduce(0) { $0 + $1 * $1 }.squareRoot()
    // Convergence is quadratic: a handful of sweeps; the bound only ends matrices that hold no numbers.
    for _ in 0..<60 {
      var off = 0.0
      for row in 0..<count {
        for column in 0..<row { off += a[row * count + column] * a[row * count + column] }
      }
      guard off.squareRoot() > 0x1p-54 * size else { break }
      for p in 0..<count {
        for q in (p + 1)..<max(count, p + 1) where a[p * count + q] != 0 {
          let ratio = (a[q * count + q] - a[p * count + p]) / (2 * a[p * count + q])
          let root = (ratio * ratio + 1).squareRoot()
          let tangent = ratio >= 0 ? 1 / (ratio + root) : 1 / (ratio - root)
          let cosine = 1 / (tangent * tangent + 1).squareRoot()
          let sine = tangent * cosine
          for k in 0..<count {
            let (x, y) = (a[k * count + p], a[k * count + q])
            a[k * count + p] = cosine * x - sine * y
            a[k * count + q] = sine * x + cosine * y
          }
          for k in 0..<count {
            let (x, y) = (a[p * count + k], a[q * count + k])
            a[p * count + k] = cosine * x - sine * y
            a[q * count + k] = sine * x + cosine * y
            let (u, v) = (rotations[p * count + k], rotations[q * count + k])
            rotations[p * count + k] = cosine * u - sine * v
            rotations[q * count + k] = sine * u + cosine * v
          }
        }
      }
    }
    let diagonal = (0..<count).map { a[$0 * count + $0] }
    let order = (0..<count).sorted { (-diagonal[$0], $0) < (-diagonal[$1], $1) }
    values = order.map { diagonal[$0] }
    vectors = order.map { Array(rotations[$0 * count..<($0 + 1) * count]) }
  }
}
