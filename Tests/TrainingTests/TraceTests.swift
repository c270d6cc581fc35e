import Tensors
import Testing
import Training

@Suite struct TraceTests {
  private func estimate(_ matrix: Dense, samples: Int, seed: UInt64 = 1) -> Trace.Estimate {
    Trace(dimension: matrix.dimension, workers: Workers())
      .estimate(of: matrix, samples: samples, random: RandomStream(seed: seed, "trace"))
  }

  @Test func `A diagonal matrix's trace is exact`() {
    let diagonal = Dense((0..<30).map { row in (0..<30).map { $0 == row ? Double(row) : 0 } })
    let estimate = estimate(diagonal, samples: 2)
    #expect(estimate.value == 435)
    #expect(estimate.standardError == 0)
  }

  @Test func `The error is as large as the standard error says, which is what the theory says`() {
    let values = (0..<40).map { 10 / Double(1 + $0) }
    let matrix = Dense(eigenvalues: values)
    let exact = values.reduce(0, +)
    let off = matrix.rows.enumerated().reduce(0.0) { sum, row in
      sum + row.element.enumerated().reduce(0) { $1.offset == row.offset ? $0 : $0 + $1.element * $1.element }
    }
    let samples = 64
    // The variance of zᵀHz is 2 Σ h_ij² over i ≠ j.
    let deviation = (2 * off / Double(samples)).squareRoot()
    let trials = 50
    let estimates = (0..<trials).map { estimate(matrix, samples: samples, seed: UInt64($0)) }
    let squares = estimates.reduce(0) { $0 + ($1.value - exact) * ($1.value - exact) } / Double(trials)
    let stated = estimates.reduce(0) { $0 + $1.standardError * $1.standardError } / Double(trials)
    // A mean square of 50 has a relative deviation of √(2/50); three of them.
    #expect((squares.squareRoot() / deviation - 1).magnitude < 0.3)
    // And one of 50 variances from 64 samples each of at most √(2/63/50) if they were normal; zᵀHz has heavier tails.
    #expect((stated.squareRoot() / deviation - 1).magnitude < 0.1)
    #expect(estimate(matrix, samples: samples, seed: 3) == estimates[3])
  }
}
