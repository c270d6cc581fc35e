import CPeak
import Dynamics
import Tensors

/// Times the UV phase diagram by simulation, and the machine's floating-point peak. One JSON object a line:
/// `{"variant": ..., "threads": ..., "seconds": ..., "steps_per_second": ...}`.
///
/// usage: benchmark [ROWS COLUMNS STEPS THREADS]        default 1000 1000 2000 2
@main
struct UVSweepBenchmark {
  static func main() async throws {
    let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
    let (rows, columns, steps, threads) =
      numbers.count == 4 ? (numbers[0], numbers[1], numbers[2], numbers[3]) : (1_000, 1_000, 2_000, 2)
    let model = UVModel(kappa: 1, target: 2)
    var points: [(start: UVModel.State, learningRate: Double)] = []
    for row in 0..<rows {
      for column in 0..<columns {
        let ratio = 0.05 + 2.15 * Double(column) / Double(columns - 1)
        let trace = 0.05 + 7.95 * Double(row) / Double(rows - 1)
        points.append((model.state(output: 0, trace: trace), ratio * model.criticalLearningRate))
      }
    }
    let balanced = points.map { model.balanced($0.start, learningRate: $0.learningRate) }
    let (positive, negative) = (balanced.map(\.positive), balanced.map(\.negative))
    let ratio = points.map { $0.learningRate / model.criticalLearningRate }
    for instructionSet in InstructionSet.allCases where instructionSet.isSupported && instructionSet != .baseline {
      for stops in [true, false] {
        let clock = ContinuousClock.now
        _ = try await UVSweep.run(
          positive: positive,
          negative: negative,
          ratio: ratio,
          steps: steps,
          instructionSet: instructionSet,
          threads: threads,
          stopWhenSettled: stops
        )
        report(
          "\(instructionSet)\(stops ? "" : "-every-step")",
          threads,
          seconds(since: clock),
          Double(ratio.count * steps)
        )
      }
    }
    let clock = ContinuousClock.now
    let operations = try await Parallel.map(threads, piece: 1, threads: threads) { _ in
      var sink = 0.0
      return peak_run(100_000_000, &sink)
    }
    report("peak-operations", threads, seconds(since: clock), operations.reduce(0, +))
  }

  private static func seconds(since start: ContinuousClock.Instant) -> Double {
    let elapsed = start.duration(to: .now).components
    return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
  }

  private static func report(_ variant: String, _ threads: Int, _ seconds: Double, _ count: Double) {
    print(
      #"{"variant": "\#(variant)", "threads": \#(threads), "seconds": \#(seconds), "steps_per_second": \#(count / seconds)}"#
    )
  }
}
