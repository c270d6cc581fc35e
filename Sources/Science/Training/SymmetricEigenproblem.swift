/// All eigenvalues and eigenvectors of a small symmetric matrix, by Jacobi's rotations.
public struct SymmetricEigenproblem: Sendable {
  /// The eigenvalues, the largest first.
  public let values: [Double]
  /// The eigenvector of each value, of norm 1.
  public let vectors: [[Double]]

  /// Solves for a matrix given by its rows.
  public init(_ matrix: [[Double]]) {
    let count = matrix.count
    var a = matrix
    // The columns of the product of all rotations, as rows.
    var rotations = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
    for row in 0..<count { rotations[row][row] = 1 }
    let size = matrix.joined().reduce(0) { $0 + $1 * $1 }.squareRoot()
    // Convergence is quadratic: a handful of sweeps; the bound only ends matrices that hold no numbers.
    for _ in 0..<60 {
      var off = 0.0
      for row in 0..<count { for column in 0..<row { off += a[row][column] * a[row][column] } }
      guard off.squareRoot() > 0x1p-54 * size else { break }
      for p in 0..<count {
        for q in (p + 1)..<max(count, p + 1) where a[p][q] != 0 {
          let ratio = (a[q][q] - a[p][p]) / (2 * a[p][q])
          let root = (ratio * ratio + 1).squareRoot()
          let tangent = ratio >= 0 ? 1 / (ratio + root) : 1 / (ratio - root)
          let cosine = 1 / (tangent * tangent + 1).squareRoot()
          let sine = tangent * cosine
          for k in 0..<count {
            let (x, y) = (a[k][p], a[k][q])
            a[k][p] = cosine * x - sine * y
            a[k][q] = sine * x + cosine * y
          }
          for k in 0..<count {
            let (x, y) = (a[p][k], a[q][k])
            a[p][k] = cosine * x - sine * y
            a[q][k] = sine * x + cosine * y
            let (u, v) = (rotations[p][k], rotations[q][k])
            rotations[p][k] = cosine * u - sine * v
            rotations[q][k] = sine * u + cosine * v
          }
        }
      }
    }
    let diagonal = (0..<count).map { a[$0][$0] }
    let order = (0..<count).sorted { (-diagonal[$0], $0) < (-diagonal[$1], $1) }
    values = order.map { diagonal[$0] }
    vectors = order.map { rotations[$0] }
  }
}
