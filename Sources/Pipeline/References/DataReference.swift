public import Artifacts
public import Configuration

/// What a file refers to: an array of an artifact, or some of its elements, or a number.
public struct DataReference: ConfigurationValue {
  /// What is referred to.
  public enum Content: Sendable, Equatable {
    /// This number.
    case number(ExactNumber)
    /// The array at `path` (its name, behind the names of groups) of the artifact of `input`.
    case array(input: String, path: String)
  }

  /// What is referred to.
  public var content: Content
  /// Which elements of the array are meant; all, unless some are selected.
  public var selection: ElementSelection
  /// Where it is referred to.
  public var location: SourceLocation?

  /// A reference.
  public init(_ content: Content, _ selection: ElementSelection = .init(), at location: SourceLocation? = nil) {
    self.content = content
    self.selection = selection
    self.location = location
  }

  /// The input, unless this is a number.
  public var input: String? {
    guard case .array(let input, _) = content else { return nil }
    return input
  }

  /// The name of the array, behind the names of groups, unless this is a number.
  public var path: String? {
    guard case .array(_, let path) = content else { return nil }
    return path
  }

  /// A number or a text.
  public static var shape: ValueShape { .either([.number, .string]) }

  /// Reads `input/variable`, `input/group/variable`, either with a selection in brackets behind it, or a number.
  public static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> DataReference? {
    guard !node.isUnresolved else { return nil }
    let value = JSONValue(node)
    if let number = ExactNumber(value) { return DataReference(.number(number), at: node.location) }
    switch value {
    case .string(let text):
      let name = text.prefix { $0 != "[" }
      let parts = name.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else { break }
      do throws(SelectionError) {
        let selection = try ElementSelection(reading: text.dropFirst(name.count))
        return DataReference(.array(input: String(parts[0]), path: String(parts[1])), selection, at: node.location)
      } catch {
        diagnostics.report(error.message, at: node.location, hints: error.hint)
        return nil
      }
    default: break
    }
    let hint = "data are 'input/variable', 'input/group/variable', or a number"
    diagnostics.report("\(node.summary) where data are expected", at: node.location, hints: hint)
    return nil
  }

  /// The number or the text.
  public var json: JSONValue {
    switch content {
    case .number(let number): number.json
    case .array: .string(description)
    }
  }
}

extension DataReference: CustomStringConvertible {
  /// As it is written in a file.
  public var description: String {
    switch content {
    case .number(let number): number.description
    case .array(let input, let path): "\(input)/\(path)\(selection)"
    }
  }
}

extension DataReference {
  /// The array that is referred to, with what is selected of it; nil for a number.
  ///
  /// - Throws: that there is none, or that there is no such element.
  public func array(in inputs: [String: Artifact]) throws(ArtifactError) -> SelectedArray? {
    guard case .array(let input, let path) = content else { return nil }
    let names = path.split(separator: "/").map(String.init)
    let group = names.dropLast().reduce(inputs[input]) { $0?.groups[$1] }
    guard let group, let name = names.last, let variable = group[name] else {
      throw ArtifactError("'\(input)' has no array '\(path)'")
    }
    return try SelectedArray(variable, of: group, selection, named: "\(input)/\(path)")
  }

  /// The array that is referred to; nil for a number.
  public func variable(in inputs: [String: Artifact]) throws(ArtifactError) -> Variable? {
    try array(in: inputs)?.variable
  }
}
