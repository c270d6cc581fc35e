public import Configuration
public import Planning

extension UserProgram {
  /// Looks up the digests of the files, and checks the names and the paths.
  public mutating func resolveFiles(_ digests: inout ProjectDigests, _ diagnostics: inout Diagnostics) {
    files.resolve(&digests, &diagnostics)
    checkNames(&diagnostics)
    checkPlaces(&diagnostics)
    let declared = Set(files.entries.map(\.path.text) + outputs.entries.map(\.value.value.path.text))
    for word in run where !declared.contains(word.value) {
      // What could be taken for a path: a number of a sweep, say, is looked for in vain.
      guard word.value.contains(where: { "./".contains($0) }), !word.value.contains("{"), Double(word.value) == nil,
        RelativePath.mistake(in: word.value) == nil, digests.has(word.value)
      else { continue }
      diagnostics.report(
        "the program would not see the file '\(word.value)' of the project",
        at: word.location,
        hints: "declare it: files: [\(word.value)]"
      )
    }
  }

  private func checkNames(_ diagnostics: inout Diagnostics) {
    for name in outputs.entries.map(\.name) + data.entries.map(\.name) + tools.entries.map(\.name) {
      guard !name.value.isName || name.value.first?.isNumber == true else { continue }
      diagnostics.report(
        "'\(name.value)' is not a name of letters, digits, - and _ that begins with a letter",
        at: name.location
      )
    }
    for name in environment.entries.map(\.name) {
      let isWord = name.value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
      guard !isWord || name.value.first?.isNumber != false else { continue }
      diagnostics.report("'\(name.value)' is not the name of a variable", at: name.location)
    }
    for text in run + environment.entries.map(\.value) where text.value.contains("\0") {
      diagnostics.report("a word of a command cannot hold a zero byte", at: text.location)
    }
  }

  /// Checks that no two files have the same place.
  private func checkPlaces(_ diagnostics: inout Diagnostics) {
    var taken: Set<String> = []
    let places =
      files.entries.map { ($0.path.text, $0.path.location) }
      + data.entries.map {
        (path(of: Placeholder(group: .data, name: $0.name.value, file: nil)) ?? "", $0.name.location)
      }
      + outputs.entries.map { ($0.value.value.path.text, $0.value.value.path.location) }
    for (path, location) in places where !taken.insert(path).inserted {
      diagnostics.report("two files of the stage would both be '\(path)'", at: location)
    }
    for output in outputs.entries.map(\.value.value.path) where output.text.hasPrefix("inputs/") {
      diagnostics.report("'inputs/' holds the inputs, and no output", at: output.location)
    }
    var names: Set<String> = []
    for entry in outputs.entries where !entry.value.value.holdsArrays {
      if entry.value.value.fileName.hasPrefix(".") || entry.value.value.fileName.utf8.count > 200 {
        diagnostics.report(
          "a kept file has a name of at most 200 bytes that does not begin with a point",
          at: entry.value.value.path.location
        )
      }
      guard !names.insert(entry.value.value.fileName).inserted else { continue }
      diagnostics.report(
        "two outputs are called '\(entry.value.value.fileName)'",
        at: entry.value.value.path.location,
        hints: "files of one result have names of their own, also in different folders"
      )
    }
  }

  /// Checks that every placeholder names something.
  public func checkPlaceholders(_ inputs: [String: InputKnowledge], _ diagnostics: inout Diagnostics) {
    for name in inputs.keys.sorted() where !name.isName {
      diagnostics.report("the input '\(name)' is not a name of letters, digits, - and _", at: nil)
    }
    for (text, location) in texts {
      for part in text.parts {
        switch part {
        case .text: break
        case .misspelt(let word, let meant):
          diagnostics.report(
            "the placeholder begins with '\(word)'",
            at: location,
            hints: "did you mean '\(meant)'?",
            "placeholders: {inputs.NAME}, {inputs.NAME.FILE}, {outputs.NAME}, {data.NAME}, {tools.NAME}"
          )
        case .placeholder(let placeholder): check(placeholder, inputs, at: location, &diagnostics)
        }
      }
    }
  }

  private func check(
    _ placeholder: Placeholder,
    _ inputs: [String: InputKnowledge],
    at location: SourceLocation?,
    _ diagnostics: inout Diagnostics
  ) {
    let names =
      switch placeholder.group {
      case .inputs: inputs.keys.sorted()
      case .outputs: outputs.names
      case .data: data.names
      case .tools: tools.names
      }
    guard names.contains(placeholder.name) else {
      let group = placeholder.group.rawValue
      diagnostics.report(
        "nothing is called '\(placeholder.name)' under '\(group)'",
        at: location,
        hints: Suggestion.hint(for: placeholder.name, among: names),
        names.isEmpty ? "there are no \(group)" : "\(group): " + Suggestion.list(names)
      )
      return
    }
    guard let file = placeholder.file else { return }
    guard placeholder.group == .inputs, let input = inputs[placeholder.name] else {
      diagnostics.report("'\(placeholder.name)' is one file, and has none called '\(file)'", at: location)
      return
    }
    // Of a stage that could not be read nothing is known.
    guard !input.kind.isEmpty, !input.files.contains(file) else { return }
    diagnostics.report(
      "the result of stage '\(input.stage)' has no file '\(file)'",
      at: location,
      hints: Suggestion.hint(for: file, among: input.files),
      input.files.isEmpty
        ? "it has arrays only: {inputs.\(placeholder.name)}" : "files: " + Suggestion.list(input.files)
    )
  }
}
