import SystemPackage
import TestSupport
import Testing

/// `pipeline run --isa`, on whatever processor this is.
@Suite struct InstructionChoiceTests {
  private let folder: TemporaryFolder
  private let pipeline: Program

  init() throws {
    folder = try TemporaryFolder()
    pipeline = try Program(built: "pipeline")
    try folder.write(
      """
      pipeline: small
      stages:
        data: { kind: data/synthetic, with: { examples: 60, dimension: 20, classes: 3 } }
        train:
          kind: train
          inputs: { data: data }
          with:
            depth: 3
            width: 24
            activation: gelu
            loss: cross-entropy
            learning_rate: [1, 2.2]
            steps: 12
            probes: { every: 3 }
      """,
      to: "small.yaml"
    )
  }

  /// The address of the training in a store of its own; nil where the processor lacks the instructions.
  private func address(_ instructions: String) async throws -> String? {
    let store = "store-\(instructions)"
    let run = try await pipeline.run(["run", "small", "--isa", instructions, "--store", store], in: folder.path)
    guard run.status == 0 else {
      #expect(run.status == 2)
      let message = "--isa: this processor has no \(instructions); it can be auto, baseline"
      #expect(run.errors.contains(message), "\(run.errors)")
      return nil
    }
    let shown = try await pipeline.run(["show", "small/train", "--store", store], in: folder.path)
    return shown.output.split(separator: "\n").first { $0.hasPrefix("address ") }.map { String($0.suffix(64)) }
  }

  @Test func `A training with sharpness has the same address with all instructions that the processor has`()
    async throws
  {
    let expected = try #require(try await address("auto"))
    #expect(try await address("baseline") == expected)
    for instructions in ["avx2", "avx512", "neon"] {
      if let address = try await address(instructions) { #expect(address == expected, "\(instructions)") }
    }
  }

  @Test func `Unknown instructions are reported, from the option or from the environment`() async throws {
    let option = try await pipeline.run(["run", "small", "--isa", "mmx"], in: folder.path)
    #expect(option.status == 2)
    #expect(option.errors.contains("mmx") && option.errors.contains("avx512"), "\(option.errors)")
    let command = "PIPELINE_ISA=mmx exec \(pipeline.path) run small"
    let variable = try await Program(at: "/bin/sh").run(["-c", command], in: folder.path)
    #expect(variable.status == 2)
    #expect(variable.errors.contains("PIPELINE_ISA: there is no 'mmx'; it can be auto, baseline"), "\(variable.errors)")
  }
}
