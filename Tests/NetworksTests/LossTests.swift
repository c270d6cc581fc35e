import Autodiff
import Networks
import Tensors
import TestSupport
import Testing

@Suite struct LossTests {
  private func value(_ loss: Loss, _ outputs: [Double], _ targets: [Double], columns: Int) -> (Double, [Double]) {
    var graph = Graph()
    let shape = Shape(outputs.count / columns, columns)
    let (f, y) = (graph.input(shape), graph.input(shape))
    let value = loss(f, y, in: &graph)
    let gradient = graph.vjp(value, cotangent: graph.constant(1), at: [f])
    let plan = Plan(graph, inputs: [[f], [y]], outputs: [[value], gradient], precision: .float64, workers: Workers())
    plan.arena.write(outputs, to: plan.inputs(0))
    plan.arena.write(targets, to: plan.inputs(1))
    plan.run()
    return (plan.arena.scalar(plan.outputs(0)), plan.arena.read(plan.outputs(1)))
  }

  @Test func `The squared error is half the mean over examples and outputs`() {
    let (loss, gradient) = value(.meanSquaredError, [1, 2, 3, 4, 5, 6], [1, 0, 3, 0, 5, 0], columns: 2)
    let squares: Double = 4 + 16 + 36
    #expect((loss - squares / 12).magnitude < 1e-14)
    let residuals: [Double] = [0, 2, 0, 4, 0, 6]
    expectEqual(gradient, residuals.map { $0 / 6 }, within: 1e-15)
  }

  @Test func `The cross-entropy is the mean over examples, and its gradient is softmax minus target`() {
    let outputs = [0.3, -1.2, 2, 800, 801, 799]
    let (loss, gradient) = value(.crossEntropy, outputs, [0, 1, 0, 0, 0, 1], columns: 3)
    var (expected, slopes) = (0.0, [Double]())
    for (first, label) in [(0, 1), (3, 2)] {
      let shifted = outputs[first..<first + 3].map { $0 - (first == 0 ? 0 : 800) }
      let sum = shifted.reduce(0) { $0 + Elementary.exp($1) }
      expected += (Elementary.log(sum) - shifted[label]) / 2
      slopes += shifted.enumerated().map { (Elementary.exp($1) / sum - ($0 == label ? 1 : 0)) / 2 }
    }
    // The outputs of 800 lose three digits to the subtraction.
    #expect((loss - expected).magnitude < 1e-12)
    expectEqual(gradient, slopes, within: 1e-14)
  }

  @Test func `The best constant prediction is the mean target, or the frequencies of the classes`() {
    // Three examples of class 0 and one of class 1.
    let targets: [Double] = [1, 0, 1, 0, 1, 0, 0, 1]
    // The mean is (3/4, 1/4), with a variance of 3/16 in each column.
    #expect(Loss.meanSquaredError.ofBestConstant(targets, count: 4) == 3.0 / 32)
    let entropy = 0.5623351446188083
    #expect((Loss.crossEntropy.ofBestConstant(targets, count: 4) - entropy).magnitude < 1e-15)
  }
}
