import Foundation

/// Writes a Swift file with, for each file of the module that declares the kinds of stage, the digest of the code that
/// its results depend on: the file itself, those files of the module that it uses, and every module that they import,
/// with all that those import in turn. Beside it stands the digest of each of these parts, so that a change can be told
/// by its name.
///
/// usage: FingerprintTool OUTPUT --module NAME FILE... [--module NAME FILE...]...
@main
struct FingerprintTool {
  static func main() throws {
    var arguments = CommandLine.arguments.dropFirst()
    guard let output = arguments.popFirst() else { return }
    var modules: [String: [String]] = [:]
    var name = ""
    while let argument = arguments.popFirst() {
      if argument == "--module" {
        name = arguments.popFirst() ?? ""
      } else {
        modules[name, default: []].append(argument)
      }
    }
    let code = try modules.mapValues { try $0.map(SourceFile.init) }
    let text = generate(code, kinds: "Stages")
    try text.write(toFile: output, atomically: true, encoding: .utf8)
  }

  private static func generate(_ modules: [String: [SourceFile]], kinds: String) -> String {
    let files = modules[kinds] ?? []
    let types = Set(files.flatMap(\.types))
    var lines: [String] = []
    var parts: [String] = []
    for file in files where !file.isSupport {
      var sources = [file] + used(by: file, of: files, types)
      var digests = sources.map { (name: "\(kinds)/\($0.name.prefix { $0 != "." })", digest: digest(of: [$0])) }
      for module in reachable(from: sources, in: modules) where module != kinds {
        sources += modules[module] ?? []
        digests.append((module, digest(of: modules[module] ?? [])))
      }
      lines.append("    \"\(kinds)/\(file.name)\": \"\(digest(of: sources))\",")
      let texts = digests.map { "\"\($0.name)\": \"\($0.digest)\"" }
      parts.append("    \"\(kinds)/\(file.name)\": [\(texts.joined(separator: ", "))],")
    }
    return """
      /// For each file that may declare a kind of stage, the digest of the code behind it. Made by the build.
      enum CodeFingerprints {
        static let byFile: [String: String] = [
      \(lines.sorted().joined(separator: "\n"))
        ]

        /// And of each part of it.
        static let partsByFile: [String: [String: String]] = [
      \(parts.sorted().joined(separator: "\n"))
        ]
      }

      """
  }

  private static func digest(of sources: [SourceFile]) -> Digest {
    var digest = Digest()
    for source in sources.sorted(by: { $0.name < $1.name }) {
      digest.add(source.name)
      digest.add(source.code)
    }
    return digest
  }

  /// The files that a file uses, with those that they use in turn: whose declarations it names.
  ///
  /// - Parameter types: the types that the module itself declares.
  private static func used(by file: SourceFile, of files: [SourceFile], _ types: Set<String>) -> [SourceFile] {
    let names = files.map { (file: $0, names: $0.names(types)) }
    var found: [String: SourceFile] = [:]
    var waiting = [file]
    while let user = waiting.popLast() {
      for other in names where other.file.name != file.name && found[other.file.name] == nil {
        guard !other.names.isDisjoint(with: user.words) else { continue }
        found[other.file.name] = other.file
        waiting.append(other.file)
      }
    }
    return found.values.sorted { $0.name < $1.name }
  }

  private static func reachable(from files: [SourceFile], in modules: [String: [SourceFile]]) -> [String] {
    var found: Set<String> = []
    var waiting = files.flatMap(\.imports)
    while let module = waiting.popLast() {
      guard let sources = modules[module], found.insert(module).inserted else { continue }
      waiting += sources.flatMap(\.imports)
    }
    return found.sorted()
  }
}

/// A source file without comments and layout.
struct SourceFile {
  let name: String
  let isSupport: Bool
  let code: String
  /// Every word of the code.
  let words: Set<String>
  /// The types that it declares.
  let types: Set<String>
  /// Its functions and variables that belong to no type.
  private let globals: Set<String>
  /// What its extensions add, by the type that is extended.
  private var members: [String: Set<String>] = [:]

  init(_ path: String) throws {
    let url = URL(fileURLWithPath: path)
    name = url.lastPathComponent
    isSupport = url.pathComponents.contains("Support")
    let text = CodeText(try String(contentsOf: url, encoding: .utf8))
    code = text.withoutLayout
    let tokens = text.tokens
    words = Set(tokens)
    (types, globals, members) = Self.declared(tokens)
  }

  /// What another file of the module may name in order to use this one.
  ///
  /// Who uses what an extension adds to a type of the module has named that type, or a file that has. A type of another
  /// module may be come by without its name, so there each member counts; but only in a shared file: what a kind of
  /// stage adds to such a type is for itself, and the list of all kinds is used by none of them.
  func names(_ typesOfModule: Set<String>) -> Set<String> {
    guard isSupport else { return types }
    return members.reduce(into: types.union(globals)) { names, more in
      if typesOfModule.contains(more.key) { names.insert(more.key) } else { names.formUnion(more.value) }
    }
  }

  private static func declared(
    _ tokens: [String]
  ) -> (types: Set<String>, globals: Set<String>, members: [String: Set<String>]) {
    var (types, globals): (Set<String>, Set<String>) = ([], [])
    var members: [String: Set<String>] = [:]
    var depth = 0
    var extended: String?
    // What only this file may name has one of these words in front, and perhaps others between.
    var isPrivate = false
    for (token, next) in zip(tokens, tokens.dropFirst()) {
      switch token {
      case "{": depth += 1
      case "}": depth -= 1
      // What is private(set) may be read by all.
      case "private", "fileprivate": isPrivate = next != "("
      case "extension" where depth == 0:
        extended = isPrivate ? nil : next
        isPrivate = false
      case "struct", "enum", "class", "actor", "protocol", "typealias":
        if depth == 0 {
          extended = nil
          if !isPrivate { types.insert(next) }
        }
        isPrivate = false
      case "func", "var", "let":
        if !isPrivate, depth == 0 { globals.insert(next) }
        if !isPrivate, depth == 1, let extended { members[extended, default: []].insert(next) }
        isPrivate = false
      case "init", "subscript", "case": isPrivate = false
      default: break
      }
    }
    return (types, globals, members)
  }

  /// The modules that the file imports.
  var imports: [String] {
    let words = code.split { !($0.isLetter || $0.isNumber || $0 == "_") }
    return zip(words, words.dropFirst()).filter { $0.0 == "import" }.map { String($0.1) }
  }
}

/// FNV-1a with 128 bits: two versions of a source do not meet by accident, and nobody gains by making them meet. (A
/// cryptographic digest would have every build compile its library a second time, for the build's own tools.)
struct Digest: CustomStringConvertible {
  private var state: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d

  mutating func add(_ text: String) {
    for byte in text.utf8 { add(byte) }
    add(0)
  }

  private mutating func add(_ byte: UInt8) {
    state = (state ^ UInt128(byte)) &* 0x0000_0000_0100_0000_0000_0000_0000_013b
  }

  var description: String {
    let digits = String(state, radix: 16)
    return String(repeating: "0", count: 32 - digits.count) + digits
  }
}
