public import Configuration

/// Finds where the value of a stage's parameter is written: under `with:`, or where an expression there leads, which may
/// be a parameter of the file, a profile, `--set`, or an axis of the stage's matrix.
///
/// It is asked about the few parameters that have changed, so that the many others need not remember their places.
public struct ParameterPlaces: Sendable {
  private let stages: [String: Node]
  private let values: [String: Node]

  /// The places in a pipeline file that has no mistakes.
  public init(_ root: Node, _ choices: Pipeline.Choices) {
    var diagnostics = Diagnostics()
    let file = PipelineFile.decodePart(root, &diagnostics) ?? PipelineFile()
    stages = Dictionary(file.stages.entries.map { ($0.key, $0.value) }) { first, _ in first }
    values = Pipeline.parameters(of: file, choices, &diagnostics)
  }

  /// Where the value of a parameter is written; nil if it is a default.
  ///
  /// - Parameters:
  ///   - path: the path of the parameter, such as `learning_rate.values[2]`. What stands there may be shorter than the
  ///     path, since some values can be written in a short form.
  ///   - stage: the name of the stage.
  public func place(of path: String, in stage: String) -> SourceLocation? {
    guard let stage = stages[stage], let with = stage["with"], !path.isEmpty else { return nil }
    return place(path[...], in: with, matrix: stage["matrix"])
  }

  private func place(_ path: Substring, in node: Node, matrix: Node?) -> SourceLocation? {
    switch node.content {
    case .scalar(let text, _): return place(path, behind: text, matrix: matrix) ?? node.location
    case .mapping(let entries):
      guard !path.isEmpty else { return node.location }
      // A key may hold a full stop itself: the longest that fits is meant.
      let fitting = entries.filter { path.hasPrefix($0.key) && Self.isEnd(path.dropFirst($0.key.count)) }
      guard let entry = fitting.max(by: { $0.key.count < $1.key.count }) else { return nil }
      let rest = path.dropFirst(entry.key.count)
      return place(rest.first == "." ? rest.dropFirst() : rest, in: entry.value, matrix: matrix) ?? entry.keyLocation
    case .sequence(let items):
      guard path.first == "[", let end = path.firstIndex(of: "]"),
        let index = Int(path[path.index(after: path.startIndex)..<end]), items.indices.contains(index)
      else { return node.location }
      let rest = path[path.index(after: end)...]
      return place(rest.first == "." ? rest.dropFirst() : rest, in: items[index], matrix: matrix)
    }
  }

  private static func isEnd(_ rest: Substring) -> Bool { rest.isEmpty || rest.first == "." || rest.first == "[" }

  /// Where the only expression in a text leads.
  private func place(_ path: Substring, behind text: String, matrix: Node?) -> SourceLocation? {
    guard let open = text.firstRange(of: "${{"), let close = text[open.upperBound...].firstRange(of: "}}"),
      !text[close.upperBound...].contains("${{")
    else { return nil }
    let isWhole = open.lowerBound == text.startIndex && close.upperBound == text.endIndex
    let expression = text[open.upperBound..<close.lowerBound].filter { $0 != " " }
    let parts = expression.split(separator: ".", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { return nil }
    if parts[0] == "matrix" { return matrix?[parts[1]]?.location ?? matrix?.location }
    guard let value = values[parts[1]] else { return nil }
    return isWhole ? place(path, in: value, matrix: matrix) : value.location
  }
}

extension SourceLocation {
  /// `file:line:column`, or the option of the command line.
  public var place: String { source.name.hasPrefix("--set ") ? source.name : description }
}
