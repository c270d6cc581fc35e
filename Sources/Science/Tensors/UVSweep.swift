internal import CKernels

/// The UV map iterated at many points at once, with vectors of the instruction set and several threads.
///
/// In the balanced coordinates u, v (ηκf = u² − v², ηλ = 2(u² + v²)) with r = η/η_c a step is
/// z = u² − v² − r, u' = u − zu, v' = v + zv: four fused operations.
public enum UVSweep {
  /// The number of steps after which divergence and settling are noticed.
  public static let block = Int(KERNEL_UV_BLOCK)

  /// What became of each point.
  public struct Outcome: Sendable, Equatable {
    /// The largest |z| = ηκ|Δf| over the block that ends at half of the steps; NaN if the point diverged.
    public var halfAmplitude: Double
    /// The largest |z| over the last block; NaN if the point diverged.
    public var finalAmplitude: Double
    /// The mean of ηλ over the last block; NaN if the point diverged.
    public var meanTrace: Double
    /// The mean of ηλ_H over the last block; NaN if the point diverged.
    public var meanSharpness: Double
    /// After how many steps it was noticed that the point diverges; nil if it does not.
    public var divergedAfter: Int?
  }

  /// Iterates `steps` steps from each point.
  ///
  /// - Parameters:
  ///   - positive: u ≥ 0 of each point.
  ///   - negative: v ≥ 0 of each point.
  ///   - ratio: r = η/η_c of each point.
  ///   - steps: a multiple of `block`.
  ///   - stopWhenSettled: leave out blocks that would repeat the one before bit for bit; the outcome is the same.
  public static func run(
    positive: [Double],
    negative: [Double],
    ratio: [Double],
    steps: Int,
    instructionSet: InstructionSet = .preferred,
    threads: Int = 1,
    stopWhenSettled: Bool = true,
    finished: @Sendable (Int) -> Void = { _ in }
  ) async throws -> [Outcome] {
    precondition(positive.count == ratio.count && negative.count == ratio.count, "one u, v and r for each point")
    precondition(steps > 0 && steps % block == 0, "\(steps) steps are not a multiple of \(block)")
    precondition(instructionSet.isSupported, "this processor has no \(instructionSet)")
    let pieces = try await Parallel.map(ratio.count, piece: 4096, threads: threads, finished: finished) { range in
      var outcomes = [kernel_uv_outcome](repeating: kernel_uv_outcome(), count: range.count)
      positive[range].withUnsafeBufferPointer { positive in
        negative[range].withUnsafeBufferPointer { negative in
          ratio[range].withUnsafeBufferPointer { ratio in
            kernel_uv_sweep(
              instructionSet.kernel,
              range.count,
              positive.baseAddress,
              negative.baseAddress,
              ratio.baseAddress,
              Int64(steps / block),
              stopWhenSettled,
              &outcomes
            )
          }
        }
      }
      return outcomes.map(Outcome.init)
    }
    return pieces.flatMap { $0 }
  }
}

extension UVSweep.Outcome {
  fileprivate init(_ outcome: kernel_uv_outcome) {
    halfAmplitude = outcome.half_amplitude
    finalAmplitude = outcome.final_amplitude
    meanTrace = outcome.mean_trace
    meanSharpness = outcome.mean_sharpness
    divergedAfter = outcome.diverged == 0 ? nil : Int(outcome.diverged)
  }
}
