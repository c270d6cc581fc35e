import Dynamics
import Tensors
import TestSupport
import Testing

@Suite struct UVWindowsTests {
  private let model = UVModel(kappa: 0.7, target: 1.5)

  @Test(arguments: [0.5, 1.1]) func `Every window of a UV trajectory gives back the model`(eta: Double) throws {
    let states = model.trajectory(from: model.state(output: 0.1, trace: 0.9), learningRate: eta, count: 100)
    let run = UVWindows(states, learningRate: eta, length: 20, stride: 10)
    #expect(run.windows.map(\.states.lowerBound) == Array(stride(from: 0, through: 80, by: 10)))
    var fitted = 0
    for window in run.windows {
      guard case .fitted(let fit) = window.outcome else { continue }
      fitted += 1
      #expect(window.holds == true)
      #expect((fit.kappa.value / 0.7 - 1).magnitude < 1e-7)
      #expect((fit.target.value / 1.5 - 1).magnitude < 1e-7)
      #expect((fit.ratio.value / (eta * 0.7 * 1.5) - 1).magnitude < 1e-7)
    }
    // Below the edge it settles on the way; at the edge never.
    #expect(eta > 1 ? fitted == 9 : (1..<9).contains(fitted))
    #expect(run.heldShare == 1)
    #expect(run.heldFrom == 0)
    #expect(run.heldUntil == run.windows.last { $0.holds != nil }?.states.upperBound)
    // The prediction is the trajectory itself, as long as rounding has not grown.
    let predicted = run.prediction.prefix(20)
    #expect(predicted.count == 20)
    expectEqual(predicted.map(\.residual), states.prefix(20).map(\.residual), within: 1e-6)
    expectEqual(predicted.map(\.trace), states.prefix(20).map(\.trace), within: 1e-6)
  }

  @Test func `If κ changes during a run, the windows before and after have its two values`() throws {
    let eta = 1.1
    var states = model.trajectory(from: model.state(output: 0.1, trace: 0.9), learningRate: eta, count: 60)
    let other = UVModel(kappa: 0.9, target: 1.2)
    states += other.trajectory(from: states[60], learningRate: eta, count: 60).dropFirst()
    let run = UVWindows(states, learningRate: eta, length: 10, stride: 5, criterion: .init(tolerance: 1e-6))
    for window in run.windows {
      guard case .fitted(let fit) = window.outcome else {
        #expect(window.states.contains(60), "no fit in \(window.states)")
        continue
      }
      if window.states.upperBound <= 60 { #expect((fit.kappa.value - 0.7).magnitude < 1e-7) }
      if window.states.lowerBound >= 60 { #expect((fit.kappa.value - 0.9).magnitude < 1e-7) }
      #expect(window.holds == !(window.states.lowerBound < 60 && window.states.upperBound > 60))
    }
    #expect(run.heldUntil == 60)
    #expect(run.heldFrom == 60)
  }

  @Test func `The model holds in no window of random numbers`() {
    var random = RandomStream(seed: 5, "noise")
    let noise = zip(random.normals(200), random.normals(200)).map {
      UVModel.State(residual: $0, trace: 2 + 0.5 * $1)
    }
    let run = UVWindows(noise, learningRate: 0.3, length: 40, stride: 20)
    #expect(run.windows.count == 8)
    #expect(run.windows.allSatisfy { $0.holds == false })
    #expect(run.heldShare == 0)
    #expect(run.heldUntil == nil && run.heldFrom == nil)
    #expect(run.prediction.allSatisfy { $0.residual.isNaN })
  }

  @Test func `A window that has settled, ended or does not move is undecided`() {
    func outcomes(_ states: [UVModel.State]) -> [String] {
      UVWindows(states, learningRate: 0.4, length: 10, stride: 10).windows.map { window in
        #expect(window.holds == nil || window.states.lowerBound == 0)
        return switch window.outcome {
        case .fitted: "fitted"
        case .failed(let failure): "\(failure)"
        case .settled: "settled"
        case .incomplete: "incomplete"
        }
      }
    }
    let start = model.state(output: 0.1, trace: 0.9)
    let settling = model.trajectory(from: start, learningRate: 0.4, count: 300)
    #expect(outcomes(settling).suffix(20).allSatisfy { $0 == "settled" })
    let ended = settling.prefix(15) + [UVModel.State](repeating: .init(residual: .nan, trace: .nan), count: 20)
    #expect(outcomes(Array(ended)) == ["fitted", "incomplete", "incomplete"])
    let still = [UVModel.State](repeating: UVModel.State(residual: -1.5, trace: 0), count: 11)
    #expect(outcomes(still) == ["\(UVFit.Failure.undetermined)"])
  }

  @Test func `A series shorter than a window has none`() {
    let run = UVWindows([UVModel.State(residual: 1, trace: 1)], learningRate: 0.1, length: 4, stride: 1)
    #expect(run.windows.isEmpty)
    #expect(run.heldShare.isNaN)
  }
}
