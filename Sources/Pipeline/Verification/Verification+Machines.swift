public import Configuration
internal import Planning
public import Reporting
internal import Store

extension Verification {
  /// All of it, for machines.
  public var json: JSONValue {
    let extent = extent
    var members: [String: JSONValue] = [
      "verdict": verdict.json,
      "accepted": accepted.json,
      "counts": .object(
        Dictionary(Agreement.allCases.map { ($0.rawValue, .integer(count($0))) }) { first, _ in first }
      ),
      "seconds": .number(seconds),
      "circumstances": .object(circumstances),
      "first_difference": firstDifference.map(Self.json) ?? .null,
      "actions": .array(actions.map(Self.json)),
      "changed_files": .array(changedFiles.map { ["file": .string($0.name), "state": .string($0.state)] }),
      "left_out": .array(
        graphs.flatMap { graph in graph.leftOut.map { .string("\(graph.name)/\($0)") } }
      ),
      "reproduced": [
        "actions": .integer(extent.reproduced), "of_actions": .integer(extent.total),
        "cost_share": .number(extent.costShare), "of_processor_seconds": .number(extent.seconds),
      ],
      "sample": .null,
    ]
    if let sample {
      members["sample"] = [
        "seed": .integer(sample.seed),
        "draws": sample.draws.map { .integer($0) } ?? .null,
        "distinct": .integer(sample.times.count),
        "of_actions": .integer(sample.total),
        "differing_draws": .integer(extent.differingDraws),
        "confidence": .number(0.95),
        "largest_differing_share": extent.largestDifferingShare.map { .number($0) } ?? .null,
        "times": .object(sample.times.mapValues { .integer($0) }),
      ]
    }
    return .object(members)
  }

  private static func json(_ one: VerifiedAction) -> JSONValue {
    let record = one.recorded.record
    return [
      "pipeline": .string(one.graph),
      "action": .string(one.recorded.action.name),
      "kind": .string(one.recorded.action.kind),
      "agreement": one.agreement.json,
      "reason": .string(one.reason),
      "details": .array(one.details.map { .string($0) }),
      "differences": one.differences,
      "place": one.recorded.place.map { .string($0) } ?? .null,
      "code_change": one.recorded.codeChange.map { .string($0) } ?? .null,
      "recorded": record.map(Self.json) ?? .null,
      "remade": one.remade.map(Self.json) ?? .null,
      "tolerance": .object(one.recorded.action.tolerances.mapValues(\.json)),
    ]
  }

  private static func json(_ record: ActionRecord) -> JSONValue {
    [
      "key": .string(record.key),
      "address": .string(record.artifact.address),
      "file": .string(record.artifact.file),
      "files": .object(record.files.mapValues { .string($0.file) }),
      "parts": .object(record.parts.mapValues { .string($0.file) }),
      "seconds": record.seconds.map { .number($0) } ?? .null,
    ]
  }

  /// One case for each action, for continuous integration.
  public var junit: JUnitSuite {
    let cases = actions.map { one in
      let lines = [one.reason] + one.details + [one.recorded.codeChange].compactMap { $0 }
      let message = "\(one.agreement.rawValue): \(one.reason.split(whereSeparator: \.isNewline).first ?? "")"
      let outcome: JUnitSuite.Outcome
      switch one.agreement {
      case let agreement where isAccepted(agreement): outcome = .passed
      case .notComparable: outcome = .error(message)
      default: outcome = .failure(message)
      }
      let details = one.agreement == .identical ? one.recorded.codeChange ?? "" : lines.joined(separator: "\n")
      return JUnitSuite.Case(
        one.recorded.action.name,
        of: one.graph,
        seconds: one.remade?.seconds ?? 0,
        outcome,
        details: details
      )
    }
    let files = changedFiles.map { JUnitSuite.Case($0.name, of: "files", .failure($0.state)) }
    return JUnitSuite("pipeline verify", cases + files)
  }
}
