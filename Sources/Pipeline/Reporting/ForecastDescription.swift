internal import Artifacts
internal import Claims
public import Configuration
public import Execution
public import Planning

/// A forecast for people and for machines.
public struct ForecastDescription: Sendable {
  private let forecast: Forecast
  private let claims: ClaimForecast
  private let pipeline: Pipeline
  /// Nil where nothing has changed.
  private let places: ParameterPlaces?

  /// The description of a forecast.
  ///
  /// - Parameter places: where the parameters of the pipeline are written; asked for only if some have changed.
  public init(
    _ forecast: Forecast,
    _ claims: ClaimForecast,
    of pipeline: Pipeline,
    places: @autoclosure () -> ParameterPlaces
  ) {
    self.forecast = forecast
    self.claims = claims
    self.pipeline = pipeline
    let hasChanged = forecast.entries.contains { if case .runs(.changed) = $0.outlook { true } else { false } }
    self.places = hasChanged ? places() : nil
  }

  private func count(_ matches: (Forecast.Outlook) -> Bool) -> Int {
    forecast.entries.count { matches($0.outlook) }
  }

  private var cached: Int { count { if case .cached = $0 { true } else { false } } }
  private var running: Int { count { if case .runs = $0 { true } else { false } } }
  private var following: Int { count { if case .follows = $0 { true } else { false } } }

  /// A heading with the totals, then a line for each stage; the points of a sweep with the same outlook share one.
  public var lines: [String] {
    let total = forecast.entries.count
    guard running > 0 else { return [Self.nothingToDo(pipeline.name, total)] + claimLines }
    var heading = "\(pipeline.name): \(running) to run, \(cached) cached"
    if following > 0 { heading += ", \(following) that may follow" }
    if let seconds = forecast.expectedSeconds { heading += "; at most about \(Console.duration(seconds))" }
    let width = min(32, forecast.entries.map(\.action.stage.count).max() ?? 0)
    return [heading]
      + groups.map { group in
        let name = group.stage + String(repeating: " ", count: max(0, width - group.stage.count))
        let points = group.isSweep ? "\(group.count) points" : ""
        let separator = group.isSweep && !group.detail.isEmpty ? ": " : ""
        let memory = group.memory.map { "; needs about \($0) of memory" } ?? ""
        return "  \(name)  \(group.word)  \(points)\(separator)\(group.detail)\(memory)"
      } + claimLines
  }

  /// A summary of the claims, and one line for each that fails; empty without claims.
  private var claimLines: [String] {
    var counts = (holding: 0, checked: 0, waiting: 0)
    var failing: [String] = []
    var stages: Set<String> = []
    let narrative = ClaimNarrative([])
    for entry in claims.entries {
      switch entry.outlook {
      case .found(let finding) where finding.verdict == .holds: counts.holding += 1
      case .found(let finding):
        var claim = entry.claim
        claim.finding = finding
        failing.append("  " + narrative.line(claim).text)
      case .checked: counts.checked += 1
      case .follows(let names):
        counts.waiting += 1
        stages.formUnion(names)
      }
    }
    let unknown = stages.sorted().joined(separator: ", ")
    let parts = [
      (counts.holding, "known to hold"), (failing.count, "known to fail"), (counts.checked, "to check"),
      (counts.waiting, "that cannot be checked before there are results of \(unknown)"),
    ]
    let summary = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    return summary.isEmpty ? [] : ["claims: " + summary.joined(separator: ", ")] + failing
  }

  private var claimsJSON: JSONValue {
    .array(
      claims.entries.map { claim, outlook in
        var members: [String: JSONValue] = [
          "name": .string(claim.name), "value": .string(claim.subject), "expected": .string(claim.expected),
          "location": claim.location.map { .string($0) } ?? .null,
        ]
        switch outlook {
        case .found(let finding):
          members["outlook"] = "found"
          members["finding"] = finding.json
        case .checked: members["outlook"] = "checked"
        case .follows(let stages):
          members["outlook"] = "follows"
          members["after"] = .array(stages.map { .string($0) })
        }
        return .object(members)
      }
    )
  }

  /// The line about a pipeline that is up to date.
  public static func nothingToDo(_ pipeline: String, _ total: Int) -> String {
    "\(pipeline): nothing to do, \(total) actions up to date"
  }

  /// The line about claims that all hold for the same results.
  public static func allHold(_ claims: Int) -> String { "claims: \(claims) known to hold" }

  private struct Group {
    let stage: String
    let isSweep: Bool
    let word: String
    let detail: String
    /// The most that one of its actions needs; nil if none is run, or it is not known.
    var memory: ByteCount?
    var count = 1
  }

  /// The actions of a stage with the same outlook; of the reasons of a sweep's points, the first three by themselves.
  private var groups: [Group] {
    var groups: [Group] = []
    var places: [[String]: Int] = [:]
    var reasons: [String: Int] = [:]
    for entry in forecast.entries {
      let stage = entry.action.stage
      let isSweep = entry.action.name != stage
      var (word, detail) = words(entry)
      if isSweep, case .cached = entry.outlook { detail = "" }
      if places[[stage, word, detail]] == nil, case .runs = entry.outlook {
        reasons[stage, default: 0] += 1
        if reasons[stage, default: 0] > 3 { detail = "other reasons; --json lists each" }
      }
      var memory = entry.action.memory?.bytes
      if case .cached = entry.outlook { memory = nil }
      if let place = places[[stage, word, detail]] {
        groups[place].count += 1
        if let memory, memory.bytes > groups[place].memory?.bytes ?? 0 { groups[place].memory = memory }
      } else {
        places[[stage, word, detail]] = groups.count
        groups.append(Group(stage: stage, isSweep: isSweep, word: word, detail: detail, memory: memory))
      }
    }
    return groups
  }

  private func words(_ entry: Forecast.Entry) -> (word: String, detail: String) {
    switch entry.outlook {
    case .cached(let address): return ("cached ", address.short)
    case .runs(let reason):
      return ("run    ", text(reason, of: entry.action))
    case .follows(let names):
      let stages = Set(names.map(Action.stage)).sorted().joined(separator: ", ")
      return ("follows", "\(stages); not run if that comes out as it was")
    }
  }

  /// The reason with the places of what changed; where a change has none, with that of the stage.
  private func text(_ reason: RunReason, of action: Action) -> String {
    let ofStage = action.location.map { "  (\($0))" } ?? ""
    guard case .changed(let changes) = reason else { return reason.description + ofStage }
    let shown = changes.prefix(RunReason.mostShown).map { change in
      (text: change.description, place: place(of: change, in: action)?.place)
    }
    let isPlaced = shown.allSatisfy { $0.place != nil }
    let more = changes.count - shown.count
    return shown.map { $0.text + ($0.place.map { " (\($0))" } ?? "") }.joined(separator: "; ")
      + (more > 0 ? "; and \(more) more" : "") + (isPlaced ? "" : ofStage)
  }

  private func place(of change: RunReason.Change, in action: Action) -> SourceLocation? {
    guard case .parameter(let path, _, _) = change else { return nil }
    return places?.place(of: path, in: action.stage)
  }

  private func json(_ reason: RunReason, of action: Action) -> JSONValue {
    guard case .changed(let changes) = reason, case .object(var members) = reason.json else { return reason.json }
    members["changes"] = .array(
      changes.map { change in
        guard case .object(var members) = change.json else { return change.json }
        if let place = place(of: change, in: action) { members["location"] = .string(place.place) }
        return .object(members)
      }
    )
    return .object(members)
  }

  /// The forecast as data.
  public var json: JSONValue {
    let actions = forecast.entries.map { entry -> JSONValue in
      var members: [String: JSONValue] = [
        "action": .string(entry.action.name), "stage": .string(entry.action.stage),
        "kind": .string(entry.action.kind),
      ]
      if let seconds = entry.seconds { members["seconds"] = .number(seconds) }
      if let location = entry.action.location { members["location"] = .string("\(location)") }
      if let memory = entry.action.memory {
        members["memory"] = ["bytes": .integer(memory.bytes.bytes), "purpose": .string(memory.purpose)]
      }
      switch entry.outlook {
      case .cached(let address):
        members["outlook"] = "cached"
        members["address"] = .string(address.description)
      case .runs(let reason):
        members["outlook"] = "runs"
        members["why"] = json(reason, of: entry.action)
      case .follows(let names):
        members["outlook"] = "follows"
        members["after"] = .array(names.map { .string($0) })
      }
      return .object(members)
    }
    return [
      "pipeline": .string(pipeline.name), "cached": .integer(cached), "runs": .integer(running),
      "follows": .integer(following), "seconds": forecast.expectedSeconds.map { .number($0) } ?? .null,
      "actions": .array(actions), "claims": claimsJSON,
    ]
  }
}
