public import Artifacts
public import Configuration
internal import References

/// One variable of an artifact with some dimensions fixed, to be shown value by value.
public struct VariableSelection {
  private let name: String
  private let variable: Variable
  /// The coordinate of the dimension that is left, if one is and has one.
  private let coordinate: Variable?

  /// Finds a variable, by its name or `group/name`, and fixes dimensions: those that are selected in brackets behind the
  /// name, `trace[case=low]`, and those of which an index is given.
  ///
  /// - Throws: when there is no such variable, it has no such dimension, or an index is out of range.
  public init(_ path: String, of artifact: Artifact, at indices: [String: Int]) throws(Diagnostics) {
    var group = artifact
    let selection = try Self.selection(path)
    let path = String(path.prefix { $0 != "[" })
    var parts = path.split(separator: "/").map(String.init)
    let last = parts.popLast() ?? ""
    for part in parts {
      guard let next = group.groups[part] else {
        throw Self.missing("group", part, among: group.groups.keys.sorted())
      }
      group = next
    }
    guard let found = group[last] else {
      throw Self.missing("variable", last, among: group.variables.keys.sorted())
    }
    let selected = try Self.telling { () throws(ArtifactError) in
      try SelectedArray(found, of: group, selection, named: path)
    }
    let left = selected.variable.dimensions
    for dimension in indices.keys.sorted() where !left.contains(dimension) {
      throw Self.missing("dimension", dimension, among: left)
    }
    let variable = try Self.telling { () throws(ArtifactError) in try selected.variable.slice(at: indices) }
    self.variable = variable
    coordinate = try Self.telling { () throws(ArtifactError) in
      guard variable.dimensions.count == 1, variable.dimensions != [last] else { return nil }
      return try selected.coordinate(of: variable.dimensions[0])
    }
    name = path + selection.description
    guard variable.dimensions.count < 2 else {
      throw Diagnostics(
        Diagnostic(
          "'\(path)' has the dimensions \(variable.dimensions.joined(separator: ", ")), and a plot has one",
          at: nil,
          hints: "fix the others: " + variable.dimensions.dropLast().map { "--at \($0)=0" }.joined(separator: " ")
        )
      )
    }
  }

  private static func telling<Value>(_ body: () throws(ArtifactError) -> Value) throws(Diagnostics) -> Value {
    do throws(ArtifactError) {
      return try body()
    } catch {
      throw Diagnostics(Diagnostic(error.description, at: nil))
    }
  }

  private static func selection(_ path: String) throws(Diagnostics) -> ElementSelection {
    guard path.contains("[") else { return ElementSelection() }
    var diagnostics = Diagnostics()
    let reference = DataReference.decode(Node(.string("artifact/\(path)")), &diagnostics)
    try diagnostics.throwIfAny()
    return reference?.selection ?? ElementSelection()
  }

  private static func missing(_ what: String, _ name: String, among names: [String]) -> Diagnostics {
    Diagnostics(
      Diagnostic(
        "there is no \(what) '\(name)'",
        at: nil,
        hints: Suggestion.hint(for: name, among: names),
        names.isEmpty ? "there is none" : "\(what)s: " + Suggestion.list(names)
      )
    )
  }

  /// The variable's heading, and a plot of its numbers; texts are listed.
  public func lines(width: Int) -> [String] {
    var lines = [variable.heading(name)]
    if let description = variable.description { lines.append("    \(description.printable)") }
    guard let plot = TextPlot(variable.values, over: coordinate.flatMap { $0.values.isText ? nil : $0.values }) else {
      return lines + variable.values.texts.map { "    \($0.printable)" }
    }
    guard variable.values.count > 1 else { return lines }
    lines += plot.lines(width: width)
    if let dimension = variable.dimensions.first {
      let units = coordinate?.units.map { " [\($0.printable)]" } ?? ""
      let name = "\(dimension)\(units)"
      lines.append(String(repeating: " ", count: max(0, (width - name.count) / 2)) + name)
    }
    return lines
  }

  /// The variable's facts with its values, and those of its coordinate.
  public var json: JSONValue {
    guard case .object(var members) = variable.facts else { return .null }
    members["name"] = .string(name)
    members["values"] = .array(variable.values.json)
    if let coordinate { members["coordinate"] = .array(coordinate.values.json) }
    return .object(members)
  }
}
