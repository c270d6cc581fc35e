public import Configuration
public import Planning
internal import SystemPackage

/// Under which names a person finds the files that the stages of a pipeline make.
///
/// The names in a record belong to the result, and are the same for whoever computes it. A stage to which the user gives
/// no name for them uses the word of its kind: `figure.pdf`. Such files are published under the name of the pipeline if
/// one stage has some, else under that of pipeline and stage. Names that differ only in case count as equal: on some disks
/// they are one file.
public struct PublishedNames: Sendable {
  private let pipeline: String
  private let genericCount: Int
  /// For each stem that is taken, in lower case, the action whose files have it.
  private var owners: [String: String] = [:]

  /// The names of a pipeline's files, as far as they are known before it runs.
  ///
  /// - Throws: when the files of two stages would have the same name.
  public init(of pipeline: Pipeline) throws(Diagnostics) {
    self.pipeline = pipeline.name
    genericCount = pipeline.actions.count { $0.fileStem == $0.kind }
    var diagnostics = Diagnostics()
    for action in pipeline.actions {
      guard let stem = action.fileStem.map({ published($0, of: action) }) else { continue }
      guard let owner = owners[stem.lowercased()] else {
        owners[stem.lowercased()] = action.name
        continue
      }
      diagnostics.report(
        "the files of '\(action.name)' would be called '\(stem)', as those of '\(owner)' are",
        at: action.location,
        hints: action.name == action.stage
          ? "give them a name of their own, such as 'name: \(freeName(stem, action, in: pipeline))'"
          : "leave 'name' out: then the files of each point of the sweep are published under its values"
      )
    }
    try diagnostics.throwIfAny()
  }

  /// A name that a parameter 'name' can have and that no stage's files have.
  private func freeName(_ stem: String, _ action: Action, in pipeline: Pipeline) -> String {
    let taken = Set(pipeline.actions.compactMap { action in action.fileStem.map { published($0, of: action) } })
      .union(pipeline.actions.compactMap(\.fileStem))
    let isTaken = Set(taken.map { $0.lowercased() }).contains
    let plain = (stem + "-" + action.stage).map { String($0).isName || $0 == "-" ? $0 : "-" }
    // What is too long for a name, or begins as none may, leaves the stage's name or the word of its kind.
    let first = [String(plain.prefix(90)), action.stage, action.kind, "figure"].first(where: \.isName) ?? "figure"
    var (name, number) = (first, 1)
    while isTaken(name.lowercased()) {
      number += 1
      name = "\(first.prefix(90))-\(number)"
    }
    return name
  }

  private func published(_ stem: String, of action: Action) -> String {
    guard stem == action.kind else { return stem }
    return genericCount > 1 ? Self.joined(pipeline, action) : pipeline
  }

  private static func joined(_ stem: String, _ action: Action) -> String {
    "\(stem)-\(action.name.asFileName)"
  }

  /// The names for the files of one stage.
  public struct Answer: Sendable, Equatable {
    /// The published name of each stem in the record.
    public var stems: [String: String] = [:]
    /// What the user should know: that a name was taken already.
    public var notes: [String] = []

    /// The names as they are in the record.
    public init() {}

    /// The published name of a file.
    public func name(of file: String) -> String {
      let stem = file.stem
      return (stems[stem] ?? stem) + file.dropFirst(stem.count)
    }
  }

  /// Names the files of a stage that has run. A name that another stage's files have already is made longer, so that
  /// none is lost.
  public mutating func names(for files: some Sequence<String>, of action: Action) -> Answer {
    var answer = Answer()
    var own: Set<String> = []
    for stem in Set(files.map(\.stem)).sorted() {
      let wanted = published(stem, of: action)
      var name = wanted
      var number = 1
      while own.contains(name.lowercased()) || (owners[name.lowercased()] ?? action.name) != action.name {
        name = Self.joined(wanted, action) + (number > 1 ? "-\(number)" : "")
        number += 1
      }
      if name != wanted, let owner = owners[wanted.lowercased()] {
        answer.notes.append(
          "'\(owner)' and '\(action.name)' both call their files '\(wanted)'; those of '\(action.name)' are '\(name)' here"
        )
      }
      own.insert(name.lowercased())
      owners[name.lowercased()] = action.name
      answer.stems[stem] = name
    }
    return answer
  }
}

extension String {
  /// A file's name without its last extension.
  var stem: String { FilePath(self).stem ?? self }
}
