import Tensors
import Testing
import Training

/// A dense symmetric matrix.
private struct Dense: SymmetricOperator {
  let rows: [[Double]]
  var dimension: Int { rows.count }

  func apply(_ vector: Matrix, of arena: Arena, into result: Matrix) {
    let values = arena.read(vector)
    arena.write(rows.map { row in zip(row, values).reduce(0) { $0 + $1.0 * $1.1 } }, to: result)
  }

  /// Q diag(values) Qᵀ with a random orthogonal Q: two reflections.
  init(eigenvalues: [Double]) {
    let count = eigenvalues.count
    var matrix = (0..<count).map { row in (0..<count).map { $0 == row ? eigenvalues[row] : 0 } }
    var random = RandomStream(seed: 4, "reflections")
    for _ in 0..<2 {
      let axis = random.normals(count)
      let square = axis.reduce(0) { $0 + $1 * $1 }
      func reflected(_ rows: [[Double]]) -> [[Double]] {
        rows.map { row in
          let factor = 2 * zip(row, axis).reduce(0) { $0 + $1.0 * $1.1 } / square
          return zip(row, axis).map { $0 - factor * $1 }
        }
      }
      let half = reflected(matrix)
      matrix = reflected((0..<count).map { column in half.map { $0[column] } })
    }
    rows = matrix
  }
}

@Suite struct LanczosTests {
  private func start(_ count: Int) -> [Double] {
    var random = RandomStream(seed: 1, "start")
    return random.normals(count)
  }

  @Test func `A dense problem's eigenvalues are found, and each has its vector`() {
    let exact = (0..<15).map { 10 - Double($0 * $0) / 7 }
    let matrix = Dense(eigenvalues: exact)
    let solution = SymmetricEigenproblem(matrix.rows)
    for (ours, exact) in zip(solution.values, exact) { #expect((ours - exact).magnitude < 1e-13) }
    for (value, vector) in zip(solution.values, solution.vectors) {
      for (row, component) in zip(matrix.rows, vector) {
        let product = zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 }
        #expect((product - value * component).magnitude < 1e-13)
      }
    }
  }

  private static let spectra: [[Double]] = {
    let apart = (0..<100).map { Double(100 - $0) }
    // Crowded at the top, which needs restarts.
    let crowded = (0..<300).map { 1 - Double($0 * $0) / 90_000 }
    let negative = (0..<40).map { -1 - Double($0) }
    let fewerThanTheBasis = [3.0, 2, 1]
    let largerInSizeBelow = (0..<60).map { $0 == 59 ? -500 : Double(60 - $0) }
    return [apart, crowded, negative, fewerThanTheBasis, largerInSizeBelow]
  }()

  @Test(arguments: Self.spectra)
  func `The largest eigenvalue is found to the residual, over restarts too`(eigenvalues: [Double]) throws {
    let matrix = Dense(eigenvalues: eigenvalues)
    let lanczos = Lanczos(dimension: matrix.dimension, workers: Workers())
    let pair = try #require(
      lanczos.largestEigenpair(of: matrix, from: start(matrix.dimension), tolerance: 1e-8, maximumProducts: 2_000)
    )
    #expect(pair.isConverged)
    // The error of a Rayleigh quotient is at most the residual's square over the gap, beside rounding.
    let size = eigenvalues.map(\.magnitude).max() ?? 0
    let bound = pair.residual * pair.residual / (eigenvalues[0] - eigenvalues[1])
    #expect((pair.value - eigenvalues[0]).magnitude < bound + 1e-13 * size)
    let product = matrix.rows.map { row in zip(row, pair.vector).reduce(0) { $0 + $1.0 * $1.1 } }
    let error = zip(product, pair.vector).map { $0 - pair.value * $1 }
    #expect(error.reduce(0) { $0 + $1 * $1 }.squareRoot() < pair.residual + 1e-12 * size)
    #expect(pair.residual <= 1e-8 * pair.value.magnitude)
  }

  @Test func `What is not converged says so, with a residual that bounds its distance from an eigenvalue`() throws {
    let eigenvalues = (0..<300).map { 1 - Double($0 * $0) / 90_000 }
    let matrix = Dense(eigenvalues: eigenvalues)
    let lanczos = Lanczos(dimension: 300, workers: Workers())
    for products in [1, 2, 5, 30] {
      let pair = try #require(
        lanczos.largestEigenpair(of: matrix, from: start(300), tolerance: 1e-12, maximumProducts: products)
      )
      #expect(!pair.isConverged)
      #expect(pair.products == products)
      let distance = eigenvalues.map { ($0 - pair.value).magnitude }.min() ?? 0
      #expect(distance <= pair.residual + 1e-15)
      #expect(pair.residual > 1e-12 * pair.value.magnitude)
    }
  }

  @Test func `A start of zeros and a matrix without numbers give nothing`() {
    let lanczos = Lanczos(dimension: 3, workers: Workers())
    let zeros = [0.0, 0, 0]
    let matrix = Dense(eigenvalues: [3, 2, 1])
    #expect(lanczos.largestEigenpair(of: matrix, from: zeros, tolerance: 1e-3, maximumProducts: 9) == nil)
    let broken = Dense(eigenvalues: [.nan, 2, 1])
    #expect(lanczos.largestEigenpair(of: broken, from: [1, 1, 1], tolerance: 1e-3, maximumProducts: 9) == nil)
  }

  @Test func `An eigenvector as the start takes one product`() throws {
    let matrix = Dense(eigenvalues: (0..<50).map { Double(50 - $0) })
    let lanczos = Lanczos(dimension: 50, workers: Workers())
    let pair = try #require(
      lanczos.largestEigenpair(of: matrix, from: start(50), tolerance: 1e-9, maximumProducts: 500)
    )
    let again = try #require(
      lanczos.largestEigenpair(of: matrix, from: pair.vector, tolerance: 1e-8, maximumProducts: 500)
    )
    #expect(again.products == 1)
    #expect(again.isConverged)
  }
}
