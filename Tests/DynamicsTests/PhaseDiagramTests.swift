import Dynamics
import Tensors
import Testing

@Suite struct PhaseDiagramTests {
  @Test func `A hundred thousand random starts obey the basin rule`() async throws {
    let model = UVModel(kappa: 1, target: 1)
    var random = RandomStream(seed: 51, "starts")
    var points: [PhaseDiagram.Cell] = []
    while points.count < 100_000 {
      let eta = random.uniform(in: 0.05...1.98)
      let output = random.uniform(in: -2...3) / eta
      let trace = 2 * output.magnitude + random.uniform(in: 0...5) / eta
      let start = model.state(output: output, trace: trace)
      // Away from the boundary only: there the rule and rounding may part.
      guard model.boundedness(start, learningRate: eta).magnitude > 1e-3 else { continue }
      points.append(.init(model: model, start: start, learningRate: eta))
    }
    let outcomes = try await PhaseDiagram.simulate(points, steps: 1_600, threads: 2)
    var wrong = 0
    var bounded = 0
    #expect(points.count == outcomes.count && !points.isEmpty)
    for (point, outcome) in zip(points, outcomes) {
      let isBounded = model.boundedness(point.start, learningRate: point.learningRate) > 0
      if isBounded { bounded += 1 }
      if isBounded != (outcome.divergedAfter == nil) { wrong += 1 }
    }
    #expect(wrong == 0)
    #expect((10_000...90_000).contains(bounded))
  }

  @Test func `Simulation and the exact rule agree in every cell away from the boundaries`() async throws {
    let model = UVModel(kappa: 1, target: 2)
    let size = 200
    var points: [PhaseDiagram.Cell] = []
    for row in 0..<size {
      for column in 0..<size {
        let r = 2.2 * (Double(column) + 0.5) / Double(size)
        let trace = 12 * (Double(row) + 0.5) / Double(size)
        let start = model.state(output: 0, trace: trace)
        points.append(.init(model: model, start: start, learningRate: r * model.criticalLearningRate))
      }
    }
    let outcomes = try await PhaseDiagram.simulate(points, steps: 2_000, threads: 2)
    let simulated = outcomes.map(PhaseDiagram.simulated)
    let exact = points.map(\.exact)
    #expect(Set(exact) == Set(LongRun.allCases))
    for index in points.indices where simulated[index] != exact[index] {
      // A boundary passes through the cell or a neighbour of it.
      let (row, column) = (index / size, index % size)
      let neighbours = [(-1, 0), (1, 0), (0, -1), (0, 1)].map { (row + $0.0, column + $0.1) }
        .filter { (0..<size).contains($0.0) && (0..<size).contains($0.1) }
      let isAtBoundary = neighbours.contains { exact[$0.0 * size + $0.1] != exact[index] }
      #expect(isAtBoundary, "cell \(row), \(column): \(simulated[index]) and not \(exact[index])")
    }
  }

  @Test func `A start at zero loss stays there at any learning rate`() {
    let model = UVModel(kappa: 1, target: 2)
    let start = model.state(output: 2, trace: 5)
    #expect(model.step(start, learningRate: 3) == start)
    #expect(PhaseDiagram.exact(model, start: start, learningRate: 3) == .converges)
  }
}
