import Artifacts
import Planning
import Stages
import Testing

@Suite struct SyntheticKindsTests {
  private func regression(_ with: String, threads: Int = 1) async throws -> Artifact {
    try await StageRunner.artifact("data/regression", with, threads: threads)
  }

  @Test func `A linear target is the product of inputs and solution`() async throws {
    let data = try await regression("{ examples: 6, dimension: 3, outputs: 2, inputs: whitened, seed: 7 }")
    #expect(data["input"]?.shape == [6, 3] && data["target"]?.shape == [6, 2] && data["solution"]?.shape == [3, 2])
    let (x, y, w) = (try data.numbers("input"), try data.numbers("target"), try data.numbers("solution"))
    for example in 0..<6 {
      for output in 0..<2 {
        let product = (0..<3).reduce(0.0) { $0 + x[example * 3 + $1] * w[$1 * 2 + output] }
        #expect((product - y[example * 2 + output]).magnitude < 1e-14)
      }
    }
  }

  @Test func `A teacher of two linear layers is the product of its layers, and a wider one is another`() async throws {
    let linear =
      "{ examples: 40, dimension: 5, outputs: 2, target: teacher, teacher: { activation: linear, width: 9, seed: 3 } }"
    let data = try await regression(linear)
    #expect(data["solution"] == nil)
    #expect(data["target"]?.shape == [40, 2])
    // Outputs of a linear teacher for five inputs decide those for every other.
    let (x, y) = (try data.numbers("input"), try data.numbers("target"))
    var (matrix, right): ([[Double]], [[Double]]) = ([], [])
    for example in 0..<5 {
      matrix.append(Array(x[example * 5..<example * 5 + 5]))
      right.append(Array(y[example * 2..<example * 2 + 2]))
    }
    let solution = solve(matrix, right)
    let weights = try #require(solution)
    for example in 5..<40 {
      for output in 0..<2 {
        let product = (0..<5).reduce(0.0) { $0 + x[example * 5 + $1] * weights[$1][output] }
        #expect((product - y[example * 2 + output]).magnitude < 1e-10)
      }
    }
    let wider = try await regression(linear.replacing("width: 9", with: "width: 10"))
    #expect(try wider.numbers("input") == x)
    #expect(try wider.numbers("target") != y)
    let other = try await regression(linear.replacing("seed: 3", with: "seed: 4"))
    #expect(try other.numbers("input") == x)
    #expect(try other.numbers("target") != y)
    let rectified = try await regression(linear.replacing("linear", with: "relu"))
    #expect(try rectified.numbers("target") != y)
  }

  /// The solution of A W = B by elimination with pivots.
  private func solve(_ matrix: [[Double]], _ right: [[Double]]) -> [[Double]]? {
    var rows = zip(matrix, right).map { $0 + $1 }
    let count = rows.count
    for column in 0..<count {
      guard let pivot = (column..<count).max(by: { rows[$0][column].magnitude < rows[$1][column].magnitude }) else {
        return nil
      }
      rows.swapAt(column, pivot)
      for row in 0..<count where row != column {
        let factor = rows[row][column] / rows[column][column]
        for index in rows[row].indices { rows[row][index] -= factor * rows[column][index] }
      }
    }
    return rows.enumerated().map { row, values in values[count...].map { $0 / values[row] } }
  }

  @Test(arguments: [
    "{ target: teacher, teacher: { depth: 3, activation: tanh } }", "{ target: noise, outputs: 3 }",
    "{ inputs: whitened }", "{ inputs: sphere, decay: 1.5 }", "{ examples: 5000, target: teacher }",
  ])
  func `A set is its seed's, whatever the number of threads`(with: String) async throws {
    let data = try await regression(with)
    #expect(try await regression(with, threads: 3).address == data.address)
    let seeded = with.dropLast() + ", seed: 1 }"
    #expect(try await regression(String(seeded)).address != data.address)
  }

  @Test(arguments: [
    ("{ inputs: whitened, examples: 7 }", "whitened inputs need as many examples as inputs"),
    ("{ teacher: { width: 3 } }", "a teacher is asked for 'target: teacher' only"),
    ("{ examples: 1000000, dimension: 60 }", "at most 50 million are drawn"),
    ("{ inputs: whitened, examples: 10000, dimension: 4000 }", "at most 10^10 are done"),
    ("{ target: teacher, teacher: { width: 16384, depth: 9 } }", "more than is computed here"),
    ("{ target: labels }", "'labels' where one of linear, teacher, noise is expected"),
  ])
  func `Mistakes are reported before anything runs`(with: String, message: String) throws {
    #expect(try StageRunner.complaint("data/regression", with).contains(message))
  }

  @Test(arguments: [
    ("data/cifar10", "{ per_batch: 2, first: 3, sha256: a }", "only one of 'per_batch', 'first' and 'per_class'"),
    ("data/mnist", "{ per_class: 2, first: 3, sha256: a }", "only one of 'first' and 'per_class'"),
    ("data/mnist", "{ first: 3 }", "'sha256' is missing"),
    ("data/cifar10", "{ standardize: images, sha256: a }", "did you mean 'image'?"),
  ])
  func `Two ways to choose images are one too many`(kind: String, with: String, message: String) throws {
    #expect(try StageRunner.complaint(kind, with).contains(message))
  }
}
