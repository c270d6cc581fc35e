public import Artifacts
public import Configuration
public import SystemPackage

/// The results that a pipeline is expected to have: for each action its key and the address of its result.
///
/// A lock is kept in git, and CI compares against it: a figure whose bytes changed is a failed build until somebody
/// accepts the change. Its file has a line for each action, `NAME KEY ADDRESS`, sorted by name, so that git merges two
/// branches that changed different actions.
public struct Lock: Sendable, Equatable {
  /// What is expected of one action.
  public struct Entry: Sendable, Equatable {
    /// What determines the result.
    public let key: ContentDigest
    /// The result.
    public let address: ContentDigest

    /// An entry.
    public init(key: ContentDigest, address: ContentDigest) {
      self.key = key
      self.address = address
    }
  }

  /// The entries, by the name of the action.
  public var entries: [String: Entry]

  /// A lock of these entries.
  public init(_ entries: [String: Entry] = [:]) {
    self.entries = entries
  }
}

// MARK: - The file

extension Lock {
  /// The size that no lock of a million actions has.
  private static let limit = 1 << 28
  // The number is raised when the form of the lines changes.
  private static let heading = "# pipeline lock 1: for each action its name, its key and the address of its result"

  /// The lines of the file.
  public var text: String {
    let lines = entries.map { "\(Self.written($0.key)) \($0.value.key) \($0.value.address)" }
    return ([Self.heading] + lines.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }).joined(separator: "\n") + "\n"
  }

  /// Reads the lines of a file.
  ///
  /// - Parameter name: the name of the file, for messages.
  public init(reading text: String, name: String) throws(Diagnostics) {
    self.init()
    var diagnostics = Diagnostics()
    // git may have written the line ends of Windows, and an editor a byte order mark: it is the same lock.
    let lines = (text.hasPrefix("\u{feff}") ? text.dropFirst() : text[...])
      .split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    if !lines.contains(where: { $0 == Self.heading }), !lines.contains(where: { Self.entry($0) != nil }) {
      diagnostics.report(
        "\(name):1: this is no lock: its first line must be '\(Self.heading)'",
        at: nil,
        hints: "--update-lock writes the file anew"
      )
    }
    for (index, line) in lines.enumerated() {
      // A carriage return alone ends no line: a comment would hide what follows it.
      guard !line.isEmpty, !line.hasPrefix("#") || line.contains("\r") else { continue }
      guard !line.contains("\r"), let (action, entry) = Self.entry(line) else {
        diagnostics.report(
          "\(name):\(index + 1): this is no line of a lock: \(line.prefix(60))",
          at: nil,
          hints: "a line is 'NAME KEY ADDRESS'; after a merge with conflicts, --update-lock writes the file anew"
        )
        continue
      }
      if entries.updateValue(entry, forKey: action) != nil {
        diagnostics.report("\(name):\(index + 1): '\(action)' is here twice", at: nil)
      }
    }
    try diagnostics.throwIfAny()
  }

  /// Reads a lock file; nil if there is none.
  public init?(contentsOf path: FilePath) throws {
    guard try FileSystem.kind(of: path) != nil else { return nil }
    let bytes = try FileSystem.read(path, limit: Self.limit)
    guard bytes.count <= Self.limit else {
      throw Diagnostics(Diagnostic("\(path) has more than \(Self.limit) bytes: this is no lock", at: nil))
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Diagnostics(Diagnostic("\(path) is not UTF-8 text: this is no lock", at: nil))
    }
    try self.init(reading: text, name: path.string)
  }

  /// Writes the lock file.
  public func write(to path: FilePath) throws(StoreError) {
    try FileSystem.createFolder(path.removingLastComponent())
    try FileSystem.writeAtomically(Array(text.utf8), to: path)
  }

  private static func entry(_ line: Substring) -> (String, Entry)? {
    let parts = line.split(separator: " ")
    guard parts.count >= 3, let key = ContentDigest(String(parts[parts.count - 2])),
      let address = ContentDigest(String(parts[parts.count - 1]))
    else { return nil }
    // A name may hold spaces in a row: it is what stands before the two digests, each after one space.
    let name = String(line.dropLast(parts[parts.count - 2].count + parts[parts.count - 1].count + 2))
    guard name.hasPrefix("\"") else { return (name, Entry(key: key, address: address)) }
    guard case .string(let quoted)? = try? JSONValue(reading: name, name: "name") else { return nil }
    return (quoted, Entry(key: key, address: address))
  }

  /// A name as it stands in a line: quoted as in JSON where it could be misread.
  private static func written(_ name: String) -> String {
    let isPlain = name.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7f }
    return isPlain && !name.isEmpty && !name.hasPrefix("\"") && !name.hasPrefix("#")
      ? name : JSONValue.string(name).canonicalText
  }
}

// MARK: - Comparing

extension Lock {
  /// One way in which results differ from those that are expected.
  public enum Difference: Sendable, Equatable {
    /// The lock has the action, and the pipeline has no result of it.
    case missing
    /// The lock does not have the action.
    case extra
    /// Another result.
    case address(expected: ContentDigest, found: ContentDigest)
    /// The same result of other parameters, inputs or code.
    case key(expected: ContentDigest, found: ContentDigest)
  }

  /// How results differ from those of this lock, by action.
  public func differences(from results: Lock) -> [(action: String, difference: Difference)] {
    let names = Set(entries.keys).union(results.entries.keys)
    return names.sorted().compactMap { name in
      switch (entries[name], results.entries[name]) {
      case (let expected?, let found?) where expected.address != found.address:
        (name, .address(expected: expected.address, found: found.address))
      case (let expected?, let found?) where expected.key != found.key:
        (name, .key(expected: expected.key, found: found.key))
      case (_?, nil): (name, .missing)
      case (nil, _?): (name, .extra)
      default: nil
      }
    }
  }
}

extension Lock.Difference: CustomStringConvertible {
  /// The difference in words.
  public var description: String {
    switch self {
    case .missing: "the lock has it, and the pipeline has no result of it"
    case .extra: "the lock does not have it"
    case .address(let expected, let found): "its result is \(found.short), and the lock has \(expected.short)"
    case .key(let expected, let found):
      "its key is \(found.short), and the lock has \(expected.short); the result is the same"
    }
  }
}
