/// Something that an audit found.
public struct AuditFinding: Sendable, Equatable {
  /// What kind of thing it is.
  public let word: AuditWord
  /// Where: the path of a file.
  public let place: String
  /// The action that it is about, if it is about one.
  public let action: ActionName?
  /// What was found there.
  public let detail: String

  /// A finding.
  public init(_ word: AuditWord, at place: String, of action: ActionName? = nil, _ detail: String) {
    self.word = word
    self.place = place
    self.action = action
    self.detail = detail
  }

  /// The finding as a line: what, where, what it means and what to do.
  public var line: String {
    let action = action.map { ", of \($0)" } ?? ""
    return "\(word.severity): \(word.rawValue): \(place)\(action): \(detail). That is, \(word.meaning): \(word.remedy)"
  }
}

/// What an action is called for people, with its key.
public struct ActionName: Sendable, Hashable, CustomStringConvertible {
  /// The key.
  public let key: String
  /// The name of the pipeline, if it is known.
  public let pipeline: String?
  /// The name of the action in it, if it is known.
  public let stage: String?

  /// A name.
  public init(key: String, pipeline: String?, stage: String?) {
    self.key = key
    self.pipeline = pipeline
    self.stage = stage
  }

  /// The name for people; the key where there is none.
  public var description: String {
    guard let stage else { return "action \(key.prefix(12))" }
    return "stage '\(stage)'" + (pipeline.map { " of '\($0)'" } ?? "")
  }
}
