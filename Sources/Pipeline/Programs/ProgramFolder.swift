internal import Artifacts
internal import Configuration
internal import Planning
internal import SystemPackage

extension UserProgram {
  /// Puts all that the stage declares into the folder.
  ///
  /// - Returns: what stands for each placeholder.
  func fill(_ folder: CleanFolder, _ context: StageContext) throws -> [Placeholder: String] {
    var values: [Placeholder: String] = [:]
    for (name, artifact) in context.inputs {
      let placeholder = Placeholder(group: .inputs, name: name, file: nil)
      values[placeholder] = try place(placeholder) { try artifact.write(toFile: folder.place($0).string) }
    }
    for file in inputFiles { values[file] = try copy(file, to: folder, context) }
    for entry in files.entries {
      let path = entry.path.text
      let digest = try folder.copy(context.files.find(path, in: .project), to: path, isProgram: true)
      // What the key was made of is what runs.
      guard digest.description == entry.digest else {
        throw StageFailure("the file '\(path)' was changed after the run had begun; run again")
      }
    }
    for entry in data.entries {
      let source = try context.files.find(entry.value.value.path.value, in: .data)
      let placeholder = Placeholder(group: .data, name: entry.name.value, file: nil)
      values[placeholder] = try place(placeholder) { path in
        let digest = try folder.copy(source, to: path)
        guard digest.description == entry.value.value.digest.text else {
          throw StageFailure(
            "the data file \(source) is not the declared one: its SHA-256 is \(digest), and "
              + "\(entry.value.value.digest.text) is declared"
          )
        }
      }
    }
    for entry in tools.entries {
      let placeholder = Placeholder(group: .tools, name: entry.name.value, file: nil)
      values[placeholder] = try context.files.find(entry.value.value, in: .tools)
    }
    for name in outputs.names {
      let placeholder = Placeholder(group: .outputs, name: name, file: nil)
      values[placeholder] = try place(placeholder) { _ = try folder.place($0) }
    }
    return values
  }

  private func place(_ placeholder: Placeholder, _ put: (String) throws -> Void) throws -> String {
    let path = path(of: placeholder) ?? ""
    try put(path)
    return path
  }

  /// Copies a file of an input's result; of a sweep a folder with the files of its points, numbered row by row.
  private func copy(_ placeholder: Placeholder, to folder: CleanFolder, _ context: StageContext) throws -> String {
    let name = placeholder.file ?? ""
    let group = try context.input(placeholder.name).groups[KeptFile.group]?.groups[name]
    guard let files = group.flatMap(KeptFile.init) else {
      throw StageFailure("the result of the input '\(placeholder.name)' has no file '\(name)'")
    }
    let path = "inputs/\(placeholder.name)/\(name)"
    var single = path
    for (index, file) in files.all.enumerated() {
      // A point that is missing has none.
      guard let digest = ContentDigest(file.digest) else { continue }
      let suffix = FilePath(file.name).extension.map { ".\($0)" } ?? ""
      let destination = files.isOne ? path + suffix : "\(path)/\(index)\(suffix)"
      single = destination
      guard try folder.copy(context.object(digest, file.name), to: destination) == digest else {
        throw StageFailure("the file '\(name)' of the input '\(placeholder.name)' is damaged")
      }
    }
    if !files.isOne { _ = try folder.place("\(path)/0") }
    return files.isOne ? single : path
  }

  /// The result that the program left.
  func result(in folder: CleanFolder) throws -> StageResult {
    var artifact = Artifact()
    if let arrays = outputs.entries.map(\.value.value).first(where: \.holdsArrays) {
      artifact = try Artifact(importing: folder.output(arrays.path.text).string, named: arrays.path.text)
    }
    var kept = Artifact()
    var published: [String: String] = [:]
    var parts: [String: String] = [:]
    for entry in outputs.entries where !entry.value.value.holdsArrays {
      let output = entry.value.value
      let file = try folder.output(output.path.text)
      try kept.add(KeptFile.describe(file, named: output.fileName), as: entry.name.value)
      if output.isPublished { published[output.fileName] = file.string } else { parts[output.fileName] = file.string }
    }
    if !kept.groups.isEmpty { try artifact.add(kept, as: KeptFile.group) }
    return StageResult(artifact, files: published, parts: parts)
  }
}

/// How an artifact names files that belong to the result: for each a group with its name, size and digest. These are
/// arrays and not attributes, so that the points of a sweep stack.
struct KeptFile {
  /// The group in which the files have theirs.
  static let group = "files"

  let all: [(name: String, digest: String)]
  /// Whether this is one file, and not those of a sweep.
  let isOne: Bool

  /// Reads what an artifact says of a file.
  init?(_ group: Artifact) {
    guard let digests = group["sha256"], case .string(let texts) = digests.values,
      case .string(let names)? = group["name"]?.values, names.count == texts.count
    else { return nil }
    all = Array(zip(names, texts)).map { (name: $0.0, digest: $0.1) }
    isOne = digests.shape.isEmpty
  }

  /// The arrays of such a group.
  static func arrays(of file: String) -> [OutputDeclaration] {
    [("name", nil, "The name"), ("size", "bytes", "The size"), ("sha256", nil, "The SHA-256 of the bytes")].map {
      OutputDeclaration("\(group)/\(file)/\($0.0)", unit: $0.1, "\($0.2) of the file.")
    }
  }

  /// What an artifact says of a file.
  static func describe(_ file: FilePath, named name: String) throws -> Artifact {
    var group = Artifact()
    try group.add(Variable(.string([name]), description: "The name of the file."), as: "name")
    try group.add(
      Variable(.int64([Int64(file.stat().size)]), units: "bytes", description: "The size of the file."),
      as: "size"
    )
    let digest = try ContentDigest(ofFile: file).description
    try group.add(Variable(.string([digest]), description: "The SHA-256 of the bytes of the file."), as: "sha256")
    return group
  }
}
