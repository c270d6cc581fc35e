public import Artifacts

/// What is known of an input's arrays, before it is made or from the artifact itself.
public struct InputOutline: Sendable {
  /// An array without its values.
  public struct Array: Sendable {
    /// The name, behind the names of groups.
    public let path: String
    /// The names of the dimensions.
    public let dimensions: [String]
    /// For labels: the meanings of 0, 1, 2 and so on.
    public let meanings: [String]

    /// An array without its values.
    public init(path: String, dimensions: [String], meanings: [String]) {
      self.path = path
      self.dimensions = dimensions
      self.meanings = meanings
    }
  }

  /// What makes the input, for messages: "uv/portrait".
  public let kind: String
  /// The arrays; nil when they are not known yet.
  public let arrays: [Array]?

  /// What is known of an input.
  public init(kind: String, arrays: [Array]?) {
    self.kind = kind
    self.arrays = arrays
  }

  /// The arrays of an artifact.
  public init(_ artifact: Artifact) {
    kind = artifact.attributes["kind"]?.text ?? "the artifact"
    arrays = Self.arrays(of: artifact, below: "")
  }

  private static func arrays(of artifact: Artifact, below path: String) -> [Array] {
    let own = artifact.variables.sorted { $0.key < $1.key }.map { name, variable in
      Array(path: path + name, dimensions: variable.dimensions, meanings: variable.meanings)
    }
    let nested = artifact.groups.sorted { $0.key < $1.key }.flatMap { name, group in
      arrays(of: group, below: path + name + "/")
    }
    return own + nested
  }

  /// The array at `path`.
  public subscript(path: String) -> Array? {
    arrays?.first { $0.path == path }
  }
}

extension Variable {
  /// For labels: the meanings of the values (CF convention `flag_meanings`).
  public var meanings: [String] {
    attributes["flag_meanings"]?.text?.split(separator: " ").map(String.init) ?? []
  }

  /// The value of the label with a meaning.
  public func label(meaning: String) -> Double? {
    guard let index = meanings.firstIndex(of: meaning) else { return nil }
    let values = attributes["flag_values"]?.values.doubles ?? []
    return values.indices.contains(index) ? values[index] : Double(index)
  }
}
