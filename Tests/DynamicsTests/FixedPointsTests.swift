import Dynamics
import Tensors
import Testing

@Suite struct FixedPointsTests {
  private static let models: [(UVModel, Double)] = [0.3, 0.9, 1.1, 1.5, 1.95].flatMap { r in
    [UVModel(kappa: 1, target: 2), UVModel(kappa: 0.25, target: 0.8)].map { ($0, r * $0.criticalLearningRate) }
  }

  @Test(arguments: models)
  func `The map leaves each fixed point where it is`(model: UVModel, eta: Double) {
    for point in model.fixedPoints(learningRate: eta) {
      let image = model.step(point.state, learningRate: eta)
      #expect((eta * model.kappa * (image.residual - point.state.residual)).magnitude < 1e-12)
      #expect((eta * (image.trace - point.state.trace)).magnitude < 1e-12)
    }
  }

  @Test(arguments: models)
  func `Eigenvalues are those of finite differences of the map`(model: UVModel, eta: Double) {
    for point in model.fixedPoints(learningRate: eta) {
      let step = 1e-4
      func difference(_ residual: Double, _ trace: Double) -> UVModel.State {
        // Five-point differences: the map is a cubic, for which they are exact up to rounding.
        func image(_ k: Double) -> UVModel.State {
          let moved = UVModel.State(
            residual: point.state.residual + k * residual * step,
            trace: point.state.trace + k * trace * step
          )
          return model.step(moved, learningRate: eta)
        }
        let (far, near, ahead, farther) = (image(-2), image(-1), image(1), image(2))
        func derivative(_ part: (UVModel.State) -> Double) -> Double {
          (part(far) - 8 * part(near) + 8 * part(ahead) - part(farther)) / (12 * step)
        }
        return UVModel.State(residual: derivative(\.residual), trace: derivative(\.trace))
      }
      let (alongResidual, alongTrace) = (difference(1, 0), difference(0, 1))
      let numeric = Matrix2(alongResidual.residual, alongTrace.residual, alongResidual.trace, alongTrace.trace)
      #expect(numeric.eigenvalues.count == 2 && point.eigenvalues.count == 2)
      for (value, expected) in zip(numeric.eigenvalues, point.eigenvalues) {
        #expect((value - expected).magnitude < 1e-8)
      }
      for (value, expected) in zip(
        model.jacobian(point.state, learningRate: eta).eigenvalues,
        point.eigenvalues
      ) {
        #expect((value - expected).magnitude < 1e-12 * max(1, expected.magnitude))
      }
    }
  }

  @Test(arguments: models)
  func `Newton's method finds these points and no others`(model: UVModel, eta: Double) {
    var random = RandomStream(seed: 41, "starts")
    var found: Set<FixedPoint.Family> = []
    for _ in 0..<500 {
      let start = UVModel.State(
        residual: random.uniform(in: -3...3) / (eta * model.kappa),
        trace: random.uniform(in: 0...10) / eta
      )
      guard let state = model.newtonFixedPoint(from: start, learningRate: eta) else { continue }
      guard let family = model.family(of: state, learningRate: eta) else {
        Issue.record("Newton's method found \(state), which is not one of the four")
        continue
      }
      found.insert(family)
      guard family != .zeroLossLine else {
        #expect((eta * model.kappa * state.residual).magnitude < 1e-12)
        continue
      }
      let point = model.fixedPoints(learningRate: eta)[family.rawValue]
      #expect((eta * model.kappa * (state.residual - point.state.residual)).magnitude < 1e-12)
      #expect((eta * (state.trace - point.state.trace)).magnitude < 1e-12)
    }
    #expect(found == Set(FixedPoint.Family.allCases))
  }

  @Test func `The zero-loss line is stable below 2 over eta, and nothing else is`() {
    let model = UVModel(kappa: 1, target: 2)
    let stable = model.fixedPoints(learningRate: 0.45)
    #expect(stable.map(\.stability) == [.stable, .saddle, .unstable, .unstable])
    let edge = model.fixedPoints(learningRate: 0.55)
    #expect(edge.map(\.stability) == [.unstable, .saddle, .unstable, .unstable])
    #expect(model.fixedPoints(learningRate: 0.45, lineTrace: 5)[0].stability == .unstable)
    #expect(model.fixedPoints(learningRate: 1.1).map(\.isAccessible) == [true, true, true, false])
  }
}
