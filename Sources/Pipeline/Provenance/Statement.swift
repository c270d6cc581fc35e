public import Configuration
internal import FoundationEssentials
internal import Store

/// Where, when and with what a result was made. It stands in the action's record and never in the artifact, since it
/// differs between runs that give the same bytes.
public struct Statement: Sendable {
  private let pipeline: String
  private let stage: String
  private let program: String
  private let started = Date()
  private let clock = ContinuousClock.now

  /// Begins the statement of a stage that is about to run.
  ///
  /// - Parameter program: the name and version of this program.
  public init(pipeline: String, stage: String, program: String) {
    self.pipeline = pipeline
    self.stage = stage
    self.program = program
  }

  /// The statement of a stage that ends now.
  ///
  /// - Parameter more: what the stage says besides.
  public func finish(threads: Int, _ more: [String: JSONValue] = [:]) -> JSONValue {
    let elapsed = clock.duration(to: .now).components
    let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds / 1_000_000_000_000_000) / 1000
    let own: [String: JSONValue] = [
      "pipeline": .string(pipeline),
      "stage": .string(stage),
      "program": .string(program),
      "started": .string(started.formatted(.iso8601)),
      "seconds": .number(seconds),
      "threads": .integer(threads),
      "machine": .object(Self.machine),
    ]
    return .object(own.merging(more) { own, _ in own })
  }

  private static var machine: [String: JSONValue] {
    [
      "host": .string(Machine.host),
      "system": .string(Machine.system),
      "release": .string(Machine.release),
      "architecture": .string(Machine.architecture),
    ]
  }
}
