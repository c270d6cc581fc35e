import Foundation
import Networks
import Tensors
import TestSupport
import Testing
import Training

/// Trainings that JAX did in float64, recorded by Reference/make_losses.py.
@Suite struct ReferenceTests {
  struct Reference: Decodable, Sendable {
    var activation: String
    var loss: String
    var bias: Bool
    var momentum: Double
    var rate: Double
    var losses: [Double]
    var firstSharpness: Double
    var lastSharpness: Double
  }

  static func references() throws -> [Reference] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Reference")
    return try JSONDecoder().decode([Reference].self, from: Data(contentsOf: folder.appending(path: "losses.json")))
  }

  /// The numbers in [-1/2, 1/2) that the script makes.
  private func uniform(_ count: Int, _ tag: UInt64) -> [Double] {
    (0..<UInt64(count)).map { index in
      let word = (index * 2_654_435_761 + tag * 40_503 + 1) % (1 << 32)
      return Double((word * 2_246_822_519 + 3_266_489_917) % (1 << 32)) * 0x1p-32 - 0.5
    }
  }

  @Test func `Fifty steps have the losses that JAX has, and the sharpness of its dense Hessian`() throws {
    let references = try Self.references()
    #expect(references.count == 3)
    for reference in references {
      let network = FullyConnected(
        inputs: 12,
        width: 16,
        outputs: 5,
        depth: 3,
        activation: try #require(Activation(rawValue: reference.activation)),
        hasBias: reference.bias,
        weightVariance: 1
      )
      let targets = (0..<40).flatMap { row in (0..<5).map { $0 == row * 7 % 5 ? 1.0 : 0 } }
      let training = Training(
        network: network,
        loss: try #require(Loss(rawValue: reference.loss)),
        examples: Examples(inputs: uniform(40 * 12, 2).map { $0 * 3 }, targets: targets, count: 40),
        parameters: uniform(network.parameterCount, 1).map { $0 * 1.2 },
        settings: TrainingSettings(
          learningRate: reference.rate,
          momentum: reference.momentum,
          steps: 50,
          sharpness: StepSchedule(every: 50),
          eigenvalueSettings: LargestEigenvalues.Settings(tolerance: 1e-7, maximumProducts: 500)
        ),
        precision: .float64,
        workers: Workers()
      )
      let records = training.records()
      #expect(records.count == reference.losses.count)
      expectEqual(records.map(\.loss), reference.losses, within: 1e-9, "\(reference.activation)")
      let (first, last) = (try #require(records[0].sharpness), try #require(records[50].sharpness))
      #expect(first.isConverged && last.isConverged)
      #expect((first.value / reference.firstSharpness - 1).magnitude < 1e-9)
      #expect((last.value / reference.lastSharpness - 1).magnitude < 1e-9)
    }
  }
}
