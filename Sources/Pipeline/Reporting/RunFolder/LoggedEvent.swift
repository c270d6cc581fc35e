internal import Artifacts
package import Claims
internal import Configuration
package import Execution
internal import Planning
package import Store

/// An event of a run for other programs: a line of `events.jsonl` and of `pipeline run --json`.
///
/// `Documentation/run-events.md` describes every event and member; a test holds the two together.
package enum LoggedEvent {
  /// The run begins.
  case begin(RunDescription)
  /// Something happened in it.
  case run(RunEvent)
  /// A message that belongs to no action.
  case message(String, isProblem: Bool)
  /// Files for people are in this folder.
  case figures(folder: String, files: [String])
  /// What became of a claim; `isNew` unless that was known before.
  case claim(CheckedClaim, isNew: Bool)
  /// So many events of each name were left out for a reader that did not keep up.
  case omitted([String: Int])
  /// The run has ended.
  case end(RunEnding)

  /// The event in a line, its time and its name before all else.
  package func line(at time: Timestamp) -> String {
    // Written member by member: there may be many thousand events, and a sorted object costs several times as much.
    var line = "{\"time\":\"" + time.text + "\""
    for (name, value) in members {
      line += ",\"" + name + "\":"
      line += value.canonicalText
    }
    return line.printableJSON + "}"
  }

  /// Names without quotes or backslashes, with their values.
  private var members: KeyValuePairs<String, JSONValue> {
    switch self {
    case .begin(let run):
      [
        "event": "begin", "version": .integer(1), "run": .string(run.name.description),
        "pipeline": .string(run.pipeline.name),
        "title": .string(run.pipeline.title), "file": .string(run.file), "choices": run.choicesJSON,
        "options": .object(run.options), "actions": .integer(run.actions.count), "jobs": .integer(run.jobs),
        "program": .string(run.program), "process": .integer(ProcessIdentity.current.number),
        "host": .string(Machine.host),
      ]
    case .run(let event): event.members
    case .message(let text, let isProblem):
      ["event": "message", "severity": isProblem ? "error" : "note", "text": .string(text)]
    case .figures(let folder, let files):
      ["event": "figures", "folder": .string(folder), "files": .array(files.map { .string($0) })]
    case .claim(let claim, _):
      [
        "event": "claim", "name": .string(claim.name), "value": .string(claim.subject),
        "expected": .string(claim.expected), "location": claim.location.map { .string($0) } ?? .null,
        "stages": claim.stages.json, "finding": claim.finding.json,
      ]
    case .omitted(let counts):
      [
        "event": "omitted", "progress": .integer(counts["progress"] ?? 0), "output": .integer(counts["output"] ?? 0),
      ]
    case .end(let ending): ending.members
    }
  }
}

extension RunEvent {
  fileprivate var members: KeyValuePairs<String, JSONValue> {
    switch self {
    case .cached(let action, let address):
      ["event": "cached", "action": .string(action), "address": .string(address.description)]
    case .waiting(let action, let holder):
      [
        "event": "waiting", "action": .string(action),
        "holder": holder.map { ["process": .integer($0.number), "machine": .string($0.machine)] } ?? .null,
      ]
    case .started(let action, let kind, let reason):
      ["event": "started", "action": .string(action), "kind": .string(kind), "why": reason.json]
    case .progress(let action, let progress):
      [
        "event": "progress", "action": .string(action),
        "fraction": .number(progress.fraction.isFinite ? min(1, max(0, progress.fraction)) : 0),
        "message": .string(progress.message),
      ]
    case .output(let action, let text):
      ["event": "output", "action": .string(action), "text": .string(text)]
    case .finished(let action, let address, let seconds):
      [
        "event": "finished", "action": .string(action), "address": .string(address.description),
        "seconds": .number(seconds),
      ]
    case .leftOut(let action, let message):
      ["event": "left-out", "action": .string(action), "message": .string(message)]
    case .failed(let action, let message):
      ["event": "failed", "action": .string(action), "message": .string(message)]
    case .unreachable(let action, let cause):
      ["event": "unreachable", "action": .string(action), "because": .string(cause)]
    }
  }
}

/// How a run ended, for the last event.
package struct RunEnding {
  /// The exit code.
  let exit: Int
  /// How long it took, in seconds.
  let seconds: Double
  /// What became of the actions; nil if none was tried.
  let summary: RunSummary?
  /// What became of the claims.
  let claims: [CheckedClaim]

  package init(exit: Int, seconds: Double, summary: RunSummary?, claims: [CheckedClaim] = []) {
    self.exit = exit
    self.seconds = seconds
    self.summary = summary
    self.claims = claims
  }

  private func count(_ verdict: Verdict) -> JSONValue { .integer(claims.count { $0.finding.verdict == verdict }) }

  fileprivate var members: KeyValuePairs<String, JSONValue> {
    guard let summary else { return ["event": "end", "exit": .integer(exit), "seconds": .number(seconds)] }
    return [
      "event": "end", "exit": .integer(exit), "seconds": .number(seconds), "total": .integer(summary.total),
      "computed": .integer(summary.computed.count), "cached": .integer(summary.cached),
      "left_out": .integer(summary.skipped), "failed": .integer(summary.failed),
      "unreachable": .integer(summary.unreachable), "not_tried": .integer(summary.left),
      "stopped": Self.json(summary.stopped), "claims_held": count(.holds), "claims_failed": count(.fails),
      "claims_unchecked": count(.unchecked),
    ]
  }

  private static func json(_ stop: RunStop?) -> JSONValue {
    switch stop {
    case nil: .null
    case .interrupted: "interrupted"
    case .noWorkers(let reason): .string("no workers: \(reason)")
    case .notDurable(let reason): .string("not durable: \(reason)")
    }
  }
}
