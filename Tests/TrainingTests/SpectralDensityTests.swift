import Tensors
import Testing
import Training

@Suite struct SpectralDensityTests {
  private func density(_ matrix: some SymmetricOperator, directions: Int, steps: Int) throws -> SpectralDensity {
    try #require(
      SpectralDensity(
        of: matrix,
        directions: directions,
        steps: steps,
        random: RandomStream(seed: 5, "density"),
        workers: Workers()
      )
    )
  }

  @Test func `With as many steps as rows the nodes are the eigenvalues, weighted by the direction`() throws {
    let eigenvalues = (0..<12).map { 3 - Double($0 * $0) / 20 }
    let matrix = Dense(eigenvalues: eigenvalues)
    let density = try density(matrix, directions: 1, steps: 20)
    #expect(density.nodes[0].count == 12)
    var random = RandomStream(seed: 5, "density")
    let signs = random.signs(12)
    let solution = SymmetricEigenproblem(matrix.rows)
    #expect(density.nodes[0].count == eigenvalues.count && density.weights[0].count == eigenvalues.count)
    for (index, (node, weight)) in zip(density.nodes[0], density.weights[0]).enumerated() {
      #expect((node - eigenvalues[index]).magnitude < 1e-12)
      let overlap = zip(signs, solution.vectors[index]).reduce(0) { $0 + $1.0 * $1.1 }
      #expect((weight - overlap * overlap / 12).magnitude < 1e-12)
    }
  }

  @Test func `A few steps have the moments of the directions exactly`() throws {
    let matrix = Dense(eigenvalues: (0..<50).map { 5 / Double(1 + $0) - 0.3 })
    let (steps, directions) = (4, 3)
    let density = try density(matrix, directions: directions, steps: steps)
    var random = RandomStream(seed: 5, "density")
    var moments = [Double](repeating: 0, count: 2 * steps)
    for _ in 0..<directions {
      let signs = random.signs(50)
      var power = signs
      for degree in moments.indices {
        moments[degree] += zip(signs, power).reduce(0) { $0 + $1.0 * $1.1 } / 50 / Double(directions)
        power = matrix.rows.map { row in zip(row, power).reduce(0) { $0 + $1.0 * $1.1 } }
      }
    }
    for (degree, exact) in moments.enumerated() {
      let ours = density.mean { node in (0..<degree).reduce(1) { product, _ in product * node } }
      #expect((ours - exact).magnitude < 1e-12 * (1 + exact.magnitude), "of degree \(degree)")
    }
  }

  @Test func `Many directions have the density of the spectrum`() throws {
    // Equally spaced quantiles of the semicircle law on [-2, 2], by bisection of its distribution function's integrand.
    let count = 200
    var eigenvalues: [Double] = []
    var (x, mass) = (-2.0, 0.0)
    for index in 0..<count {
      let target = (Double(index) + 0.5) / Double(count)
      while mass < target {
        let step = 1e-4
        mass += step * max(0, 4 - (x + step / 2) * (x + step / 2)).squareRoot() / (2 * Double.pi)
        x += step
      }
      eigenvalues.append(x)
    }
    let density = try density(Dense(eigenvalues: eigenvalues.reversed()), directions: 20, steps: 40)
    for index in -15...15 {
      let x = Double(index) / 10
      let law = (4 - x * x).squareRoot() / (2 * Double.pi)
      // 20 directions of 200 rows know a share of the spectrum around x to √(2 / (20 · 200 · share)); widened by 0.2 the
      // share is at least 0.1: 7 %, thrice.
      #expect((density(x, width: 0.2) / law - 1).magnitude < 0.2)
    }
    let integral = (-600...600).reduce(0.0) { $0 + 0.01 * density(Double($1) / 100, width: 0.2) }
    #expect((integral - 1).magnitude < 1e-9)
  }

  @Test func `An exhausted space ends early, and a matrix without numbers has no density`() throws {
    let identity = Dense(eigenvalues: [Double](repeating: 2, count: 9))
    let density = try density(identity, directions: 2, steps: 5)
    #expect(density.nodes.allSatisfy { $0.count == 1 && ($0[0] - 2).magnitude < 1e-14 })
    #expect(
      SpectralDensity(
        of: Dense([[.nan]]),
        directions: 1,
        steps: 3,
        random: RandomStream(seed: 1, "x"),
        workers: Workers()
      ) == nil
    )
  }
}
