public import Configuration
public import Planning

/// The parameters of a stage that runs a program of the user's own.
public struct UserProgram: Record {
  /// Whether the program is kept from seeing what is not declared.
  public enum SandboxRule: String, Choice {
    /// Where bubblewrap works.
    case auto
    /// The stage fails where bubblewrap does not work.
    case require
    /// It sees all that the user sees.
    case none
  }

  /// The program and its arguments.
  public var run: [Located<String>] = []
  /// The files of the project that the program consists of.
  public var files = ProgramFiles()
  /// Files outside of the project that it reads, by name.
  public var data = NamedValues<ExternalFile>()
  /// Folders with programs and libraries outside of the system's, by name.
  public var tools = NamedValues<String>()
  /// Variables of its environment.
  public var environment = NamedValues<String>()
  /// The files that it leaves, by name.
  public var outputs = NamedValues<ProgramOutput>()
  /// A word for what is not part of the key otherwise.
  public var version = ""
  /// Whether the program is kept from seeing what is not declared.
  public var sandbox = SandboxRule.auto

  /// Nothing to run.
  public init() {}

  /// The parameters.
  public static let fields: [Field<UserProgram>] = [
    .init(
      "run",
      \.run,
      "The program and its arguments, a word each; no shell reads them.",
      limit: .notEmpty(),
      required: true
    ),
    .init("files", \.files, "The files of the project that it consists of; their content belongs to the key."),
    .init("data", \.data, "Files outside of the project that it reads, by name."),
    .init(
      "tools",
      \.tools,
      "Folders with programs and libraries, by name: a virtual environment, /opt/conda. Their content is not in the key."
    ),
    .init("environment", \.environment, "Variables of its environment, besides a few fixed ones."),
    .init("outputs", \.outputs, "The files that it leaves, by name.", required: true),
    .init(
      "version",
      \.version,
      "A word for what no digest covers, such as the version of a library: another word runs the stage again."
    ),
    .init(
      "sandbox",
      \.sandbox,
      "Whether what is not declared is hidden from it (bubblewrap): where that works, in any case, or not."
    ),
  ]

  /// Outputs without a place to go.
  public func inconsistencies() -> [Inconsistency] {
    if outputs.entries.isEmpty {
      return [Inconsistency("outputs", "the program leaves no file, so that there is no result")]
    }
    let arrays = outputs.entries.filter(\.value.value.holdsArrays).map { "'\($0.name.value)'" }
    guard arrays.count > 1 else { return [] }
    return [
      Inconsistency(
        "outputs",
        "the result has the arrays of one file, and \(arrays.joined(separator: " and ")) hold some; "
          + "'as: file' keeps a file as it is"
      )
    ]
  }
}

// MARK: - Places

extension UserProgram {
  /// Where a file lies that a placeholder without a suffix of its own stands for, from the folder that the program runs
  /// in; nil for a tool, which stays where it is, and for what is not declared.
  func path(of placeholder: Placeholder) -> String? {
    switch placeholder.group {
    case .inputs: "inputs/\(placeholder.name).h5"
    case .outputs: outputs.entries.first { $0.name.value == placeholder.name }?.value.value.path.text
    case .data:
      data.entries.first { $0.name.value == placeholder.name }.map { "data/\($0.name.value)\($0.value.value.suffix)" }
    case .tools: nil
    }
  }

  /// The texts with placeholders: the words of the command, and the values of variables.
  var texts: [(text: TextWithPlaceholders, location: SourceLocation?)] {
    (run.map { ($0.value, $0.location) } + environment.entries.map { ($0.value.value, $0.value.location) })
      .map { (TextWithPlaceholders($0.0), $0.1) }
  }

  /// The files of inputs' results that are named, once each.
  var inputFiles: Set<Placeholder> {
    Set(texts.flatMap(\.text.placeholders).filter { $0.group == .inputs && $0.file != nil })
  }

  /// The arrays of the result, where no output brings arrays of its own.
  public var knownArrays: [OutputDeclaration]? {
    outputs.entries.contains(where: \.value.value.holdsArrays) ? nil : keptFiles.flatMap(KeptFile.arrays)
  }

  /// The names of the outputs that are kept as they are.
  public var keptFiles: [String] {
    outputs.entries.filter { !$0.value.value.holdsArrays }.map(\.name.value)
  }
}
