import Foundation
import SystemPackage
import TestSupport
import Testing

/// The tool that the build runs, on small modules made here.
@Suite struct FingerprintToolTests {
  private let folder: TemporaryFolder
  private let tool: Program

  init() throws {
    folder = try TemporaryFolder()
    tool = try Program(built: "FingerprintTool")
  }

  private static let sources = [
    "Stages/Orbit.swift": "internal import Dynamics\nstruct Orbit { let m = Map() }",
    "Stages/Picture.swift": "internal import Figures\nstruct Picture {}",
    "Stages/Listing.swift": "struct Listing { let r = Range() }",
    "Stages/Support/Range.swift": "internal import Tensors\nstruct Range {}",
    "Dynamics/Map.swift": "internal import Tensors\nstruct Map { // the map\n  let a = 1 }",
    "Tensors/Log.swift": "internal import CKernels\nfunc log() {}",
    "CKernels/exp.c": "double e(void) { return 1; } /* e */",
    "Figures/Pen.swift": "struct Pen {}",
  ]

  /// The fingerprint of each file, some sources being changed.
  private func fingerprints(_ changes: [String: String] = [:]) async throws -> [String: String] {
    var arguments = ["\(folder.path)/out.swift"]
    let sources = Self.sources.merging(changes) { $1 }
    for module in ["CKernels", "Dynamics", "Figures", "Stages", "Tensors"] {
      arguments += ["--module", module]
      for (name, text) in sources.sorted(by: { $0.key < $1.key }) where name.hasPrefix(module + "/") {
        let file = folder.path.appending(name)
        try FileManager.default.createDirectory(
          atPath: file.removingLastComponent().string,
          withIntermediateDirectories: true
        )
        try text.write(toFile: file.string, atomically: true, encoding: .utf8)
        arguments.append(file.string)
      }
    }
    #expect(try await tool.run(arguments).status == 0)
    let text = try String(contentsOfFile: "\(folder.path)/out.swift", encoding: .utf8)
    let pairs = text.matches(of: /"Stages\/(\w+)\.swift": "(\w{32})"/).map { (String($0.1), String($0.2)) }
    return Dictionary(uniqueKeysWithValues: pairs)
  }

  /// The kinds whose fingerprints differ after a change.
  private func affected(_ name: String, _ text: String) async throws -> Set<String> {
    let before = try await fingerprints()
    let after = try await fingerprints([name: text])
    return Set(before.keys.filter { before[$0] != after[$0] })
  }

  @Test func `Comments and layout do not count`() async throws {
    #expect(
      try await affected("Dynamics/Map.swift", "internal import Tensors\n\nstruct Map {\n  let a   =  1\n}\n").isEmpty
    )
    #expect(try await affected("CKernels/exp.c", "double e(void) {\n  return 1;\n}\n").isEmpty)
  }

  @Test func `A change counts for the kinds that depend on it and for no others`() async throws {
    let changed = "internal import Tensors\nstruct Map { let a = 2 }"
    #expect(try await affected("Dynamics/Map.swift", changed) == ["Orbit"])
    #expect(try await affected("Figures/Pen.swift", "struct Pen { let w = 1 }") == ["Picture"])
    #expect(try await affected("CKernels/exp.c", "double e(void) { return 2; }") == ["Orbit", "Listing"])
  }

  @Test func `Shared code counts for the kinds that name it`() async throws {
    #expect(try await affected("Stages/Support/Range.swift", "struct Range { let a = 1 }") == ["Listing"])
  }

  @Test func `A kind that uses the type of another depends on that kind`() async throws {
    let users = ["Stages/Orbit.swift": "struct Orbit { let size = 1; let p: Picture }"]
    let picture = "internal import Figures\nstruct Picture {}\nextension Map { var size: Int { 1 } }"
    let before = try await fingerprints(users.merging(["Stages/Picture.swift": picture]) { $1 })
    let after = try await fingerprints(users.merging(["Stages/Picture.swift": picture + "\nlet size = 2"]) { $1 })
    #expect(Set(before.keys.filter { before[$0] != after[$0] }) == ["Orbit", "Picture"])
  }

  @Test func `What an extension adds counts for those who can use it`() async throws {
    // To a type of the module: for who names that type, and not for who has a word of the same name.
    let users = [
      "Stages/Orbit.swift": "struct Orbit { let size = 1 }",
      "Stages/Listing.swift": "struct Listing { let r = Range() }",
    ]
    func affected(_ one: String, _ other: String) async throws -> Set<String> {
      let file = "Stages/Support/Sizes.swift"
      let before = try await fingerprints(users.merging([file: one]) { $1 })
      let after = try await fingerprints(users.merging([file: other]) { $1 })
      return Set(before.keys.filter { before[$0] != after[$0] })
    }
    #expect(
      try await affected("extension Range { var size: Int { 1 } }", "extension Range { var size: Int { 2 } }")
        == ["Listing"]
    )
    // To a type of another module: for who uses the word.
    #expect(
      try await affected("extension Map { var size: Int { 1 } }", "extension Map { var size: Int { 2 } }") == ["Orbit"]
    )
    // What no other file may name counts for none.
    #expect(
      try await affected(
        "extension Map { fileprivate static var size: Int { 1 } }",
        "extension Map { fileprivate static var size: Int { 2 } }"
      ).isEmpty
    )
  }

  @Test func `Text inside a string counts, even if it looks like a comment`() async throws {
    let one = "struct Pen { let s = \"a // b\" }"
    let two = "struct Pen { let s = \"a // c\" }"
    let first = try await fingerprints(["Figures/Pen.swift": one])
    let second = try await fingerprints(["Figures/Pen.swift": two])
    #expect(first["Picture"] != second["Picture"])
  }

  @Test func `An attribute after the imports does not hide one`() async throws {
    let source = "internal import Dynamics\n@frozen struct Orbit { let m = Map() }"
    let before = try await fingerprints(["Stages/Orbit.swift": source])
    let after = try await fingerprints([
      "Stages/Orbit.swift": source, "Dynamics/Map.swift": "struct Map { let a = 3 }",
    ])
    #expect(before["Orbit"] != after["Orbit"])
  }
}
