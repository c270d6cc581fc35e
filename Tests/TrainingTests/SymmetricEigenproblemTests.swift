import Tensors
import TestSupport
import Testing
import Training

@Suite struct SymmetricEigenproblemTests {
  /// The greatest of |Av - λv| over all pairs, and of what the vectors miss of being orthogonal.
  private func errors(_ matrix: Dense, _ solution: SymmetricEigenproblem) -> (pairs: Double, angles: Double) {
    func dot(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
    var (pairs, angles) = (0.0, 0.0)
    #expect(solution.values.count == matrix.rows.count && solution.vectors.count == matrix.rows.count)
    for (number, (value, vector)) in zip(solution.values, solution.vectors).enumerated() {
      for (row, component) in zip(matrix.rows, vector) {
        pairs = max(pairs, (dot(row, vector) - value * component).magnitude)
      }
      for (other, with) in solution.vectors.enumerated() {
        angles = max(angles, (dot(vector, with) - (other == number ? 1 : 0)).magnitude)
      }
    }
    return (pairs, angles)
  }

  private static let spectra: [[Double]] = {
    let apart = (0..<40).map { Double(40 - $0) }
    let graded = (0..<20).map { 1e8 / Double(1 << $0) }
    let copies = (0..<25).map { Double($0 % 3 - 1) }
    let equal = [Double](repeating: 7, count: 12)
    let zeros = [Double](repeating: 0, count: 5)
    let extreme = [[3e-170, -1e-170, 2e-171], [4e200, 1e200, -1e199]]
    return [[2.5], [1, 1], [3, -4], apart, graded, copies, equal, zeros] + extreme
  }()

  @Test(arguments: Self.spectra)
  func `Values are exact to rounding, the largest first, and vectors orthogonal`(eigenvalues: [Double]) {
    let matrix = Dense(eigenvalues: eigenvalues)
    let solution = SymmetricEigenproblem(matrix.rows)
    let size = eigenvalues.map(\.magnitude).max() ?? 0
    expectEqual(solution.values, eigenvalues.sorted(by: >), within: .absolute(1e-14 * size))
    let errors = errors(matrix, solution)
    #expect(errors.pairs <= 2e-14 * size)
    #expect(errors.angles < 2e-14)
  }

  @Test func `A matrix that is tridiagonal has the known values`() {
    let count = 30
    let rows = (0..<count).map { row in (0..<count).map { row == $0 ? 2.0 : abs(row - $0) == 1 ? -1 : 0 } }
    let solution = SymmetricEigenproblem(rows)
    for (index, value) in solution.values.enumerated() {
      // 2 - 2 cos(pi k / (n + 1)), the largest for k = n.
      let turns = Double(count - index) / Double(2 * (count + 1))
      #expect((value - (2 - 2 * Elementary.cos(turns: turns))).magnitude < 1e-14)
    }
  }

  @Test func `Nothing, and what holds no numbers, comes to an end`() {
    #expect(SymmetricEigenproblem([]).values.isEmpty)
    let matrix = [[1, .nan, 0], [.nan, 2, 1], [0, 1, 3]]
    #expect(SymmetricEigenproblem(matrix).values.count == 3)
    let endless = [[1, Double.infinity], [.infinity, 2]]
    #expect(SymmetricEigenproblem(endless).values.count == 2)
  }
}
