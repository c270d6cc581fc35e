import Tensors
import TestSupport
import Testing
import Training

@Suite struct LanczosTests {
  private func start(_ count: Int) -> [Double] {
    var random = RandomStream(seed: 1, "start")
    return random.normals(count)
  }

  @Test func `A dense problem's eigenvalues are found, and each has its vector`() {
    let exact = (0..<15).map { 10 - Double($0 * $0) / 7 }
    let matrix = Dense(eigenvalues: exact)
    let solution = SymmetricEigenproblem(matrix.rows)
    expectEqual(solution.values, exact, within: 1e-13)
    #expect(solution.vectors.count == exact.count)
    for (value, vector) in zip(solution.values, solution.vectors) {
      let products = matrix.rows.map { row in zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } }
      expectEqual(products, vector.map { value * $0 }, within: 1e-13)
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
    let found = try #require(
      lanczos.largestEigenvalues(
        of: matrix,
        from: [start(matrix.dimension)],
        tolerance: 1e-8,
        maximumProducts: 2_000
      )
    )
    let pair = found.eigenvalues[0]
    #expect(pair.isConverged)
    // The error of a Rayleigh quotient is at most the residual's square over the gap, beside rounding.
    let size = eigenvalues.map(\.magnitude).max() ?? 0
    let bound = pair.residual * pair.residual / (eigenvalues[0] - eigenvalues[1])
    #expect((pair.value - eigenvalues[0]).magnitude < bound + 1e-13 * size)
    let vector = lanczos.vector(0)
    let product = matrix.rows.map { row in zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } }
    let error = zip(product, vector).map { $0 - pair.value * $1 }
    #expect(error.reduce(0) { $0 + $1 * $1 }.squareRoot() < pair.residual + 1e-12 * size)
    #expect(pair.residual <= 1e-8 * pair.value.magnitude)
  }

  @Test func `Of a start nothing stays that is far below rounding and in the matrix's kernel`() throws {
    var rows = Dense(eigenvalues: (0..<20).map { Double(20 - $0) }).rows.map { $0 + [0, 0] }
    rows += [[Double](repeating: 0, count: 22), [Double](repeating: 0, count: 22)]
    let lanczos = Lanczos(dimension: 22, workers: Workers())
    var random = start(22)
    random[20] = 1e-300
    random[21] = 1e-3
    _ = try #require(
      lanczos.largestEigenvalues(of: Dense(rows), from: [random], tolerance: 1e-6, maximumProducts: 100)
    )
    let vector = lanczos.vector(0)
    #expect(vector[20] == 0)
    #expect(vector[21] != 0)
  }

  @Test func `What is not converged says so, with a residual that bounds its distance from an eigenvalue`() throws {
    let eigenvalues = (0..<300).map { 1 - Double($0 * $0) / 90_000 }
    let matrix = Dense(eigenvalues: eigenvalues)
    let lanczos = Lanczos(dimension: 300, workers: Workers())
    for products in [1, 2, 5, 30] {
      let found = try #require(
        lanczos.largestEigenvalues(of: matrix, from: [start(300)], tolerance: 1e-12, maximumProducts: products)
      )
      let pair = found.eigenvalues[0]
      #expect(!pair.isConverged)
      #expect(found.products == products)
      let distance = eigenvalues.map { ($0 - pair.value).magnitude }.min() ?? 0
      #expect(distance <= pair.residual + 1e-15)
      #expect(pair.residual > 1e-12 * pair.value.magnitude)
    }
  }

  @Test func `A start of zeros and a matrix without numbers give nothing`() {
    let lanczos = Lanczos(dimension: 3, workers: Workers())
    func search(_ matrix: Dense, _ start: [Double]) -> Lanczos.Result? {
      lanczos.largestEigenvalues(of: matrix, from: [start], tolerance: 1e-3, maximumProducts: 9)
    }
    #expect(search(Dense(eigenvalues: [3, 2, 1]), [0, 0, 0]) == nil)
    #expect(search(Dense(eigenvalues: [.nan, 2, 1]), [1, 1, 1]) == nil)
  }

  @Test func `An eigenvector as the start takes one product`() throws {
    let matrix = Dense(eigenvalues: (0..<50).map { Double(50 - $0) })
    let lanczos = Lanczos(dimension: 50, workers: Workers())
    _ = lanczos.largestEigenvalues(of: matrix, from: [start(50)], tolerance: 1e-9, maximumProducts: 500)
    let vector = lanczos.vector(0)
    let again = try #require(
      lanczos.largestEigenvalues(of: matrix, from: [vector], tolerance: 1e-8, maximumProducts: 500)
    )
    #expect(again.products == 1)
    #expect(again.eigenvalues[0].isConverged)
  }

  // MARK: - Several eigenvalues

  private func starts(_ count: Int, _ dimension: Int) -> [[Double]] {
    var random = RandomStream(seed: 2, "starts")
    return (0..<count).map { _ in random.normals(dimension) }
  }

  private static let several: [[Double]] = {
    let apart = (0..<100).map { Double(100 - $0) }
    // Copies at the top, in the middle of what is asked for, and across its end.
    let copies = [9.0, 9, 9, 5, 5, 2, 2, 2] + (0..<80).map { 1 - Double($0) / 80 }
    let crowded = (0..<80).map { 1 - Double($0 * $0) / 6_400 }
    let aroundZero = (0..<60).map { 3 - Double($0) }
    let multipleOfOne = [Double](repeating: 4, count: 30)
    let fewerThanTheBasis = (0..<7).map { Double(7 - $0) }
    return [apart, copies, crowded, aroundZero, multipleOfOne, fewerThanTheBasis]
  }()

  @Test(arguments: Self.several, [1e-4, 1e-9])
  func `Several eigenvalues are the largest, every copy among them, each with its vector`(
    eigenvalues: [Double],
    tolerance: Double
  ) throws {
    let matrix = Dense(eigenvalues: eigenvalues)
    let dimension = matrix.dimension
    let lanczos = Lanczos(dimension: dimension, block: 6, workers: Workers())
    let found = try #require(
      lanczos.largestEigenvalues(
        6,
        of: matrix,
        from: starts(6, dimension),
        tolerance: tolerance,
        maximumProducts: 3_000
      )
    )
    #expect(found.eigenvalues.count == 6)
    let size = eigenvalues.map(\.magnitude).max() ?? 0
    #expect(eigenvalues.count >= 6)
    for (index, (pair, exact)) in zip(found.eigenvalues, eigenvalues).enumerated() {
      // Zero has no relative residual.
      #expect(pair.isConverged || exact == 0)
      #expect(pair.residual <= tolerance * pair.value.magnitude || exact == 0)
      #expect((pair.value - exact).magnitude <= pair.residual + 1e-13 * size)
      let vector = lanczos.vector(index)
      let product = matrix.rows.map { row in zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } }
      let error = zip(product, vector).map { $0 - pair.value * $1 }
      #expect(error.reduce(0) { $0 + $1 * $1 }.squareRoot() < pair.residual + 1e-12 * size)
      for other in 0..<index {
        let overlap = zip(vector, lanczos.vector(other)).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(overlap.magnitude < 1e-12)
      }
    }
  }

  @Test func `Of several eigenvalues each says by itself whether it is converged`() throws {
    let eigenvalues = [100.0, 50] + (0..<300).map { 1 - Double($0 * $0) / 90_000 }
    let matrix = Dense(eigenvalues: eigenvalues)
    let lanczos = Lanczos(dimension: matrix.dimension, block: 4, workers: Workers())
    let found = try #require(
      lanczos.largestEigenvalues(
        4,
        of: matrix,
        from: starts(4, matrix.dimension),
        tolerance: 1e-10,
        maximumProducts: 30
      )
    )
    #expect(found.products == 30)
    #expect(found.eigenvalues.map(\.isConverged) == [true, true, false, false])
    for pair in found.eigenvalues {
      let distance = eigenvalues.map { ($0 - pair.value).magnitude }.min() ?? 0
      #expect(distance <= pair.residual + 1e-13 * 100)
    }
  }
}
