public import Audit
public import Configuration

extension AuditReport {
  /// The report for machines.
  public var json: JSONValue {
    [
      "holds": .boolean(errors.isEmpty),
      "records": .integer(actions.count),
      "statements": .integer(statements),
      "signed": .integer(signed),
      "objects": .integer(objects),
      "bad_objects": .integer(badObjects),
      "contents": .boolean(isDeep),
      "files": .integer(files),
      "locks": .integer(locks),
      "logs": .integer(logs),
      "data_files": .integer(dataFiles),
      "errors": .integer(errors.count),
      "notes": .integer(notes.count),
      "findings": .array(findings.map(\.json)),
    ]
  }
}

extension AuditFinding {
  /// The finding for machines.
  var json: JSONValue {
    var members: [String: JSONValue] = [
      "severity": .string(word.severity.rawValue),
      "finding": .string(word.rawValue),
      "path": .string(place),
      "message": .string(detail),
      "meaning": .string(word.meaning),
      "remedy": .string(word.remedy),
    ]
    if let action {
      members["key"] = .string(action.key)
      if let pipeline = action.pipeline { members["pipeline"] = .string(pipeline) }
      if let stage = action.stage { members["stage"] = .string(stage) }
    }
    return .object(members)
  }
}
