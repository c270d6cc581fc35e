import Configuration
import Execution
import Planning
import Testing
import Toys

/// Under which names the files of stages are published.
@Suite struct PublishedNamesTests {
  /// The published names of all drawings of a pipeline, by stage, and the notes.
  private func publish(_ stages: String, files: [String: [String]]) throws -> (
    names: [String: [String]], notes: [String]
  ) {
    let pipeline = try toyPipeline("pipeline: toy\nstages:\n" + stages)
    var names = try PublishedNames(of: pipeline)
    var published: [String: [String]] = [:]
    var notes: [String] = []
    for action in pipeline.actions {
      guard let files = files[action.name] else { continue }
      let answer = names.names(for: files, of: action)
      published[action.name] = files.map { answer.name(of: $0) }
      notes += answer.notes
    }
    return (published, notes)
  }

  private let files = ["drawing.pdf", "drawing.gp"]

  @Test func `Files without a name of their own have the pipeline's when one stage makes some`() throws {
    let result = try publish("  a: { kind: drawing }\n  b: { kind: sum }\n", files: ["a": files])
    #expect(result.names == ["a": ["toy.pdf", "toy.gp"]])
    #expect(result.notes == [])
  }

  @Test func `Of several stages their files have the names of pipeline and stage, whichever of them ran`() throws {
    let stages = "  a: { kind: drawing }\n  b: { kind: drawing }\n"
    #expect(try publish(stages, files: ["b": files]).names == ["b": ["toy-b.pdf", "toy-b.gp"]])
    let both = try publish(stages, files: ["a": files, "b": files])
    #expect(both.names == ["a": ["toy-a.pdf", "toy-a.gp"], "b": ["toy-b.pdf", "toy-b.gp"]])
    #expect(both.notes == [])
  }

  @Test func `The points of a sweep have their values in the names`() throws {
    let stage = "  a: { kind: drawing, matrix: { text: [x y, z] }, with: { text: \"${{ matrix.text }}\" } }\n"
    let names = try publish(stage, files: ["a[text=x y]": files, "a[text=z]": files]).names
    #expect(names["a[text=z]"] == ["toy-a-text=z.pdf", "toy-a-text=z.gp"])
    let spaced = try #require(names["a[text=x y]"])
    #expect(spaced.allSatisfy { $0.hasPrefix("toy-a-text=x-y@") })
  }

  @Test(arguments: [
    ("  a: { kind: drawing, with: { name: x.txt } }\n  b: { kind: drawing, with: { name: x.pdf } }\n", "x", "b", "a"),
    ("  a: { kind: drawing, with: { name: x.txt } }\n  b: { kind: drawing, with: { name: X.pdf } }\n", "X", "b", "a"),
    ("  a: { kind: drawing, with: { name: toy.txt } }\n  b: { kind: drawing }\n", "toy", "b", "a"),
  ])
  func `Two stages whose files would have one name are a mistake in the file`(
    stages: String,
    stem: String,
    second: String,
    first: String
  ) throws {
    let pipeline = try toyPipeline("pipeline: toy\nstages:\n" + stages)
    let error = #expect(throws: Diagnostics.self) { try PublishedNames(of: pipeline) }
    #expect(
      error?.description.hasPrefix(
        "toy.yaml:4:3: error: the files of '\(second)' would be called '\(stem)', as those of '\(first)' are\n"
      ) == true
    )
  }

  @Test(arguments: [
    ("  a: { kind: drawing, with: { name: x.txt } }\n  b: { kind: drawing, with: { name: x.pdf } }\n", "'name: x-b'"),
    // The suggestion is taken.
    (
      """
        a: { kind: drawing, with: { name: x.txt } }
        b: { kind: drawing, with: { name: X.pdf } }
        c: { kind: drawing, with: { name: x-b.pdf } }

      """, "'name: X-b-2'"
    ),
    (
      "  a: { kind: drawing, matrix: { text: [x y, z] }, with: { text: \"${{ matrix.text }}\", name: x.txt } }\n",
      "leave 'name' out"
    ),
  ])
  func `The name that is suggested can be given`(stages: String, hint: String) throws {
    let pipeline = try toyPipeline("pipeline: toy\nstages:\n" + stages)
    let thrown = #expect(throws: Diagnostics.self) { try PublishedNames(of: pipeline) }
    let error = try #require(thrown)
    #expect(error.description.contains(hint), "\(error)")
    guard let name = error.description.split(separator: "'name: ").last?.prefix(while: { $0 != "'" }) else { return }
    #expect(hint.hasPrefix("leave") || String(name).isName)
  }

  @Test func `A name that is suggested is short enough and has no signs that names lack`() throws {
    let stage = String(repeating: "s", count: 99)
    let stages = "  a: { kind: drawing, with: { name: x.txt } }\n  \(stage): { kind: drawing, with: { name: x.txt } }\n"
    let pipeline = try toyPipeline("pipeline: toy\nstages:\n" + stages)
    let thrown = #expect(throws: Diagnostics.self) { try PublishedNames(of: pipeline) }
    let error = try #require(thrown)
    let name = error.description.split(separator: "'name: ").last?.prefix { $0 != "'" } ?? ""
    #expect(String(name).isName && name.hasPrefix("x-sss"), "\(error)")
  }

  @Test func `Names that turn out to be taken after the run are made longer, and a note says so`() throws {
    let stages = "  a: { kind: drawing, with: { name: x.txt } }\n  b: { kind: sum }\n  c: { kind: sum }\n"
    let result = try publish(stages, files: ["a": ["x.txt"], "b": ["x.txt", "y.txt"], "c": ["x.pdf", "y.txt"]])
    #expect(result.names == ["a": ["x.txt"], "b": ["x-b.txt", "y.txt"], "c": ["x-c.pdf", "y-c.txt"]])
    #expect(
      result.notes == [
        "'a' and 'b' both call their files 'x'; those of 'b' are 'x-b' here",
        "'a' and 'c' both call their files 'x'; those of 'c' are 'x-c' here",
        "'b' and 'c' both call their files 'y'; those of 'c' are 'y-c' here",
      ]
    )
  }
}
