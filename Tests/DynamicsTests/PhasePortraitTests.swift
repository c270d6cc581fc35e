import Dynamics
import Tensors
import Testing

@Suite struct PhasePortraitTests {
  private let model = UVModel(kappa: 1, target: 2)

  @Test(arguments: [0.4, 0.55, 0.8])
  func `The trace rises exactly where eta lambda exceeds 4 f over the residual`(eta: Double) {
    var random = RandomStream(seed: 71, "points")
    let portrait = PhasePortrait(model, learningRate: eta)
    for _ in 0..<10_000 {
      let output = random.uniform(in: -4...6)
      let state = model.state(output: output, trace: 2 * output.magnitude + random.uniform(in: 0...8))
      let direction = portrait.direction(at: state)
      // For residuals of either sign, f/Δf is compared as it stands.
      let rises = eta * state.trace > 4 * output / state.residual
      #expect(rises == (direction.trace > 0))
      #expect((direction.residual * direction.residual + direction.trace * direction.trace - 1).magnitude < 1e-12)
    }
  }

  @Test func `On its nullcline a variable does not move`() {
    let portrait = PhasePortrait(model, learningRate: 0.55)
    var seen = 0
    for residual in stride(from: -4.0, through: 4, by: 0.01) {
      let still = portrait.residualNullcline(residual)
      if still.isFinite {
        let next = model.step(.init(residual: residual, trace: still), learningRate: 0.55)
        #expect((next.residual - residual).magnitude < 1e-12 * (1 + still * still))
        seen += 1
      }
      let level = portrait.traceNullcline(residual)
      if level.isFinite {
        let next = model.step(.init(residual: residual, trace: level), learningRate: 0.55)
        #expect((next.trace - level).magnitude < 1e-12 * (1 + level * level))
        seen += 1
      }
    }
    #expect(seen > 100)
  }

  @Test func `Nothing is drawn where no parameters are`() {
    let portrait = PhasePortrait(model, learningRate: 0.55)
    #expect(portrait.direction(at: model.state(output: 2, trace: 3.9)).residual.isNaN)
    #expect(portrait.direction(at: .init(residual: 0, trace: 5)).residual.isNaN)
  }

  @Test func `The triangle's corners are the three points, and it ends at twice the critical learning rate`() throws {
    let corners = try #require(PhasePortrait(model, learningRate: 0.55).boundedTriangle)
    for corner in corners.dropFirst() {
      #expect(model.boundedness(corner, learningRate: 0.55).magnitude < 1e-12)
    }
    #expect(PhasePortrait(model, learningRate: 1.01).boundedTriangle == nil)
  }
}
