internal import Artifacts
public import Configuration
internal import Planning
internal import Provenance
public import Store

/// Where an artifact came from, by the records of the actions that made it.
public struct OriginDescription {
  private static let mostShown = 3
  private let records: [ActionRecord]

  /// The origin according to these records, the newest first.
  public init(_ records: [ActionRecord]) {
    self.records = records
  }

  /// Kind, stage, time, parameters and inputs of each record.
  ///
  /// - Parameter width: the width of the terminal.
  public func lines(width: Int) -> [String] {
    guard !records.isEmpty else { return ["made by    no record here says"] }
    var lines = records.prefix(Self.mostShown).flatMap { Self.lines($0, width: width) }
    if records.count > Self.mostShown {
      lines.append("           and by \(records.count - Self.mostShown) other actions with the same result")
    }
    return lines
  }

  private static func lines(_ record: ActionRecord, width: Int) -> [String] {
    // What the record says of the run besides is a copy of its statement, which alone is signed.
    let found = record.statement.flatMap { try? UnverifiedStatement(reading: $0) }
    let statement = found?.statement
    var heading = record.kind.printable
    if let stage = statement?.stage ?? record.stage { heading += ", stage '\(stage.printable)'" }
    if let pipeline = statement?.pipeline ?? record.pipeline { heading += " of '\(pipeline.printable)'" }
    var lines = ["made by    \(heading)"]
    if let started = statement?.started ?? record.started {
      let seconds = (statement?.seconds ?? record.seconds).map { ", in \(Console.duration($0))" } ?? ""
      lines.append("           \(started.printable)\(seconds), action \(record.key.prefix(12))")
    }
    if let key = found?.envelope?.signatures.first?.keyID {
      let name = String(key.prefix(12)).printable
      lines.append("           signed, as it says, by key \(name) ('pipeline audit' verifies)")
    } else {
      lines.append("           not signed")
    }
    let parameters = brief(record.parameters)
    if !parameters.isEmpty { lines.append("           \(cut(parameters, to: width - 11))") }
    for (name, source) in record.inputs.sorted(by: { $0.key < $1.key }) {
      lines.append("           from \(name.printable): \(text(source))")
    }
    return lines
  }

  private static func text(_ source: Source<ContentDigest>) -> String {
    switch source {
    case .one(let address): return address.short
    case .stack(let axes, let members):
      let axes = axes.map { "\($0.name.printable): \($0.length)" }.joined(separator: ", ")
      return "\(source.references.count) of \(members.count) points, stacked (\(axes))"
    }
  }

  /// The parameters in a line, defaults and all: `steps: 400, model: {kappa: 1, target: 2}`.
  static func brief(_ parameters: JSONValue) -> String {
    guard case .object(let members) = parameters else { return "" }
    return members.sorted { $0.key < $1.key }.map { "\($0.key.printable): \(text($0.value))" }.joined(separator: ", ")
  }

  private static func text(_ value: JSONValue) -> String {
    switch value {
    case .object: "{\(brief(value))}"
    case .array(let values): "[\(values.map(text).joined(separator: ", "))]"
    case .string(let text): text.printable
    default: value.canonicalText
    }
  }

  static func cut(_ text: String, to width: Int) -> String {
    text.count <= width ? text : text.prefix(max(0, width - 1)) + "…"
  }

  /// The records as JSON.
  public var json: JSONValue { .array(records.map(\.json)) }
}
