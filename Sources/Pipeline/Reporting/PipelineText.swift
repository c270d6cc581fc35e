public import Configuration
public import Planning

/// The text of a pipeline file, with what is read of it besides the plan.
public struct PipelineText: Sendable {
  /// A parameter of the file.
  package struct Parameter: Sendable {
    /// Its name.
    package let name: String
    /// The value that the file gives to it.
    package let standard: JSONValue
    /// The value that it has, after a profile and `--set`.
    package let value: JSONValue
    /// Where that is written.
    package let location: SourceLocation?
  }

  /// The path of the file from the folder of its project.
  package let file: String
  /// All of it.
  package let text: String
  /// What it says of itself.
  package let summary: String
  /// The parameters, in the order of the file.
  package let parameters: [Parameter]
  /// Where the parameters of stages are written.
  package let places: ParameterPlaces

  /// A pipeline file without mistakes.
  ///
  /// - Parameter file: its path from the folder of its project.
  public init(_ file: String, bytes: [UInt8], root: Node, _ choices: Pipeline.Choices) {
    self.file = file
    text = String(decoding: bytes, as: UTF8.self)
    places = ParameterPlaces(root, choices)
    var ignored = Diagnostics()
    let written = PipelineFile.decodePart(root, &ignored) ?? PipelineFile()
    summary = written.summary
    let profile = written.profiles.entries.first { $0.key == choices.profile }?.value
    parameters = written.parameters.entries.map { entry in
      var value = profile?[entry.key] ?? entry.value
      if let setting = choices.settings.last(where: { $0.name == entry.key }),
        let set = try? YAMLParser.parse(Array(setting.value.utf8), name: "--set \(setting.name)")
      {
        value = set
      }
      return Parameter(
        name: entry.key,
        standard: JSONValue(entry.value),
        value: JSONValue(value),
        location: value.location
      )
    }
  }
}

extension PipelineText.Parameter {
  /// Whether a place lies within the value: what is written there comes from this parameter.
  package func holds(_ place: SourceLocation) -> Bool {
    guard let location, location.source.name == place.source.name else { return false }
    let (start, end) = (location.start, location.end)
    let here = (place.start.line, place.start.column)
    return (start.line, start.column) <= here && here < (end.line, end.column)
  }
}
