public import Configuration

/// What is known of the stages of a pipeline before anything runs, for those who refer to their results.
public struct StageDirectory: Sendable {
  /// A stage.
  public struct Entry: Sendable {
    /// Its kind and its arrays; of a sweep those of the stack.
    public let knowledge: InputKnowledge
    /// The values along dimensions, as far as they are known.
    public let coordinates: [String: [JSONValue]]
    /// The actions whose results it is made of.
    public let source: Source<String>
  }

  /// The names of all stages of the file, in its order.
  public let names: [String]
  private let stages: [String: Stage]
  private let outputs: [String: [OutputDeclaration]]

  /// No stages.
  init() {
    self.init(names: [], stages: [:], outputs: [:])
  }

  /// - Parameters:
  ///   - names: all stages of the file.
  ///   - stages: those that were readable, by name.
  ///   - outputs: their declared arrays.
  init(names: [String], stages: [String: Stage], outputs: [String: [OutputDeclaration]]) {
    self.names = names
    self.stages = stages
    self.outputs = outputs
  }

  /// The declaration of a stage; nil if it is missing or has mistakes, which have been reported.
  public subscript(name: String) -> Entry? { stages[name]?.entry(outputs[name]) }
}
