import Glibc
import SystemPackage
import TestSupport
import Testing

/// The built program several times on one store, and after it was killed.
@Suite struct SharedStoreCommandTests {
  private let folder: TemporaryFolder
  private let pipeline: Program

  init() throws {
    folder = try TemporaryFolder()
    pipeline = try Program(built: "pipeline")
  }

  /// Forty small actions, named one by one: a sweep would be reported as a whole.
  private func write(_ name: String) throws {
    let with = "learning_rate: { from: 0.1, to: 2, count: 40 }, steps: 20000, model: { kappa: 1, target: VALUE }"
    let stages = (1...40).map {
      "  s\($0): { kind: uv/phase-diagram, with: { \(with.replacing("VALUE", with: "\($0)")) } }"
    }
    try folder.write((["pipeline: \(name)", "stages:"] + stages).joined(separator: "\n"), to: "\(name).yaml")
  }

  /// Forty small actions, of which the second twenty wait for a file `go`: a run is killed before that is there.
  private func writeGated(_ name: String) throws {
    let gate = "until [ -e \(folder.path)/go ]; do sleep 0.02; done"
    let stages = (1...40).map { number in
      let words = "\(number > 20 ? gate + "; " : "")echo \(number) > {outputs.o}"
      return
        "  s\(number): { kind: command, with: { run: [/bin/sh, -c, \"\(words)\"], sandbox: none, outputs: { o: o } } }"
    }
    try folder.write((["pipeline: \(name)", "stages:"] + stages).joined(separator: "\n"), to: "\(name).yaml")
  }

  /// How many actions a run computed and found, from its last line.
  private func counts(_ outcome: Program.Outcome) throws -> (computed: Int, cached: Int) {
    if outcome.output.contains("nothing to do: 40 stages") { return (0, 40) }
    let match = try #require(outcome.output.firstMatch(of: /40 stages: ([0-9]+) computed, ([0-9]+) cached in/))
    return (try #require(Int(match.output.1)), try #require(Int(match.output.2)))
  }

  @Test func `Three runs at once execute each of forty actions once in all`() async throws {
    for name in ["one", "two"] { try write(name) }
    let outcomes = try await withThrowingTaskGroup { group in
      for name in ["one", "two", "one"] {
        group.addTask { try await pipeline.run(["run", name, "--jobs", "2"], in: folder.path) }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    for outcome in outcomes {
      #expect(outcome.status == 0)
      #expect(outcome.errors == "")
    }
    let all = try outcomes.map(counts)
    #expect(all.map(\.computed).reduce(0, +) == 40, "\(all)")
    #expect(all.allSatisfy { $0.computed + $0.cached == 40 })
    #expect(folder.files(below: "artifacts/actions").count == 40)
    #expect(folder.files(below: "artifacts/leases") == [])
    #expect(folder.files(below: "artifacts/scratch") == [])
  }

  @Test func `A run that is killed is gone on with by the same command, to the same addresses`() async throws {
    try writeGated("one")
    let gate = try folder.write("", to: "go")
    #expect(try await pipeline.run(["run", "one", "--update-lock", "--store", "whole"], in: folder.path).status == 0)
    for (round, line) in ["s2 ", "s9 ", "s20 "].enumerated() {
      let store = "store\(round)"
      #expect(unlink(gate.string) == 0)
      let killed = try await pipeline.run(
        ["run", "one", "--jobs", "2", "--store", store],
        in: folder.path,
        sending: 9,
        toGroup: round == 1,
        onceOutputHas: line
      )
      #expect(killed.status == -9)
      let left = folder.files(below: "\(store)/actions").count
      #expect(left < 40)
      try folder.write("", to: "go")
      let again = try await pipeline.run(["run", "one", "--locked", "--store", store], in: folder.path)
      #expect(again.status == 0, "\(again)")
      #expect(again.errors == "")
      let found = try counts(again)
      // Workers that outlive the run may finish what they are at: then the record is there a little later.
      #expect((left...left + 2).contains(found.cached), "\(found) after \(left)")
      let last = try await pipeline.run(["run", "one", "--locked", "--store", store], in: folder.path)
      #expect(try counts(last).cached == 40)
      #expect(folder.files(below: "\(store)/leases") == [])
    }
  }
}
