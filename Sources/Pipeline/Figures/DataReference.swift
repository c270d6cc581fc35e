internal import Artifacts
public import Configuration

/// What a series draws: an array of an input, or a number.
public struct DataReference: ConfigurationValue {
  /// What is referred to.
  public enum Content: Sendable, Equatable {
    /// This number.
    case number(Double)
    /// The array at `path` (its name, behind the names of groups) of the artifact of `input`.
    case array(input: String, path: String)
  }

  /// What is referred to.
  public var content: Content
  /// Where it is referred to.
  public var location: SourceLocation?

  /// A reference.
  public init(_ content: Content, at location: SourceLocation? = nil) {
    self.content = content
    self.location = location
  }

  /// The input, unless this is a number.
  var input: String? {
    guard case .array(let input, _) = content else { return nil }
    return input
  }

  /// A number or a text.
  public static var shape: ValueShape { .either([.number, .string]) }

  /// Reads `input/variable`, `input/group/variable`, or a number.
  public static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> DataReference? {
    let hint = "data are 'input/variable', 'input/group/variable', or a number"
    switch JSONValue(node) {
    case .number(let number):
      return DataReference(.number(number), at: node.location)
    case .string(let text):
      let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else { break }
      return DataReference(.array(input: String(parts[0]), path: String(parts[1])), at: node.location)
    default: break
    }
    diagnostics.report("\(node.summary) where data are expected", at: node.location, hints: hint)
    return nil
  }

  /// The number or the text.
  public var json: JSONValue {
    switch content {
    case .number(let number): .number(number)
    case .array: .string(description)
    }
  }
}

extension DataReference: CustomStringConvertible {
  /// As it is written in a file.
  public var description: String {
    switch content {
    case .number(let number): NumberText.shortest(number)
    case .array(let input, let path): "\(input)/\(path)"
    }
  }
}

extension DataReference {
  /// The array that is referred to; nil for a number.
  ///
  /// - Throws: that there is none.
  func variable(in inputs: [String: Artifact]) throws(FigureError) -> Variable? {
    guard case .array(let input, let path) = content else { return nil }
    let names = path.split(separator: "/").map(String.init)
    let group = names.dropLast().reduce(inputs[input]) { $0?.groups[$1] }
    guard let name = names.last, let variable = group?[name] else {
      throw FigureError("'\(input)' has no array '\(path)'")
    }
    return variable
  }
}
