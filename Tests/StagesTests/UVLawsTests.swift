import Artifacts
import Stages
import TestSupport
import Testing

/// The stages that compute what figures claim.
@Suite struct UVLawsTests {
  private static let with = """
    learning_rate: { values: [0.8, 1.1], relative_to: critical }
    model: { kappa: 0.5, target: 3 }
    flow_starts: 20
    points: 2000
    steps: 2000
    """

  @Test func `The map keeps its laws on random starts, with any number of threads`() async throws {
    let laws = try await StageRunner.artifact("uv/laws", Self.with)
    #expect(try laws.numbers("fixed_point_defect").allSatisfy { $0 < 1e-12 })
    #expect(try laws.numbers("eigenvalue_difference").allSatisfy { $0 < 1e-8 })
    #expect(try laws.numbers("flow_deviation").allSatisfy { $0 < 0.005 })
    // Gradient descent is not gradient flow: a comparison with itself would give nothing.
    #expect(try laws.numbers("flow_deviation").contains { $0 > 1e-5 })
    #expect(try laws.numbers("residual_sign_mismatches") == [0])
    #expect(try laws.numbers("trace_sign_mismatches") == [0])
    #expect(try laws.numbers("bounded_mismatches") == [0])
    #expect(try (0.2...0.8).contains(laws.numbers("bounded_share")[0]))
    #expect(try await StageRunner.artifact("uv/laws", Self.with, threads: 3).address == laws.address)
  }

  @Test func `A network has the periods and orbits of the map, and diverges where the map does`() async throws {
    let with = """
      ratio: [0.9, 1.1, 1.25, 1.4, 1.455]
      transient: 4000
      """
    let orbits = try await StageRunner.artifact("uv/network-orbits", with)
    #expect(try orbits.numbers("network_period") == [1, 2, 4, 0, 3])
    #expect(try orbits.numbers("map_period") == [1, 2, 4, 0, 3])
    let difference = try orbits.numbers("orbit_difference")
    // Below 1 the network stops where it comes to, and the map at the lowest point of the line.
    #expect(difference[1...2].allSatisfy { $0 < 1e-9 })
    #expect(difference[4] < 1e-9)
    let values = try orbits.numbers("network_orbit")
    expectEqual(values[16..<18], [2 * 0.729843788, 2 * 1.370156212], within: 1e-8)
    #expect(try await StageRunner.artifact("uv/network-orbits", with, threads: 3).address == orbits.address)
  }
}
