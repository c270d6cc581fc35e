import Configuration
import SystemPackage
import TestSupport
import Testing

/// `pipeline diff` of two runs, or of two locks.
@Suite struct DiffRunsTests {
  private let experiment: Experiment

  init() throws {
    experiment = try Experiment()
  }

  private func plain(_ text: String) -> String {
    text.replacing(/[0-9a-f]{12}/, with: "DIGEST").replacing(/[0-9]{8}T[0-9]{6}\.[0-9]{3}Z/, with: "TIME")
  }

  @Test func `Two runs with the same results are equal`() async throws {
    for _ in 0..<2 { #expect(try await experiment.run("run", "small", "--quiet", "--force").status == 0) }
    let outcome = try await experiment.run("diff", "small@latest-1", "small@latest")
    #expect(outcome.status == 0)
    #expect(
      plain(outcome.output) == """
        3 actions  artifacts/runs/TIME-small/results.lock
        3 actions  artifacts/runs/TIME-small/results.lock
        equal: 3 actions

        """
    )
  }

  @Test func `Differences are reported with their cause and first element, in the text and as JSON`() async throws {
    #expect(try await experiment.run("run", "small", "--update-lock", "--quiet").status == 0)
    let text = String(decoding: try readBytes(experiment.folder.path.appending("pipelines/small.yaml")), as: UTF8.self)
    try experiment.folder.write(
      text.replacing("steps: 20", with: "steps: 25").replacing("  power:", with: "  spectrum:")
        .replacing(
          "learning_rate: \"${{ parameters.rate }}\"",
          with: "learning_rate: { from: 1.1, to: 1.1, count: 1 }"
        ),
      to: "pipelines/small.yaml"
    )
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    let outcome = try await experiment.run("diff", "small.lock", "small@latest")
    #expect(outcome.status == 3)
    let lines = plain(outcome.output).split(separator: "\n").map(String.init)
    #expect(
      lines.filter { !$0.hasPrefix("    ") } == [
        "3 actions  artifacts/locks/small.lock", "3 actions  artifacts/runs/TIME-small/results.lock",
        "= points: the same result by another key, DIGEST and DIGEST", "- power: only in the first",
        "~ runs: the result is DIGEST and DIGEST", "+ spectrum: only in the second",
        "1 with another result, 1 with another key, 1 only in the first, 1 only in the second; equal besides: 0 actions",
      ]
    )
    #expect(lines.contains("    parameters.steps: 20 and 25"))
    #expect(lines.contains { $0.hasPrefix("    parameters.learning_rate") })
    #expect(
      lines.contains { $0.wholeMatch(of: /\ {4}and [0-9]+ more: pipeline diff DIGEST DIGEST/) != nil },
      "\(lines)"
    )
    let json = try JSONValue(
      reading: try await experiment.run("diff", "small.lock", "small@latest", "--json").output,
      name: "diff"
    )
    guard case .object(let facts) = json, case .array(let differences)? = facts["differences"] else {
      Issue.record("\(json)")
      return
    }
    #expect(facts["equal"] == .boolean(false))
    #expect(differences.count == 4)
    guard case .object(let runs) = differences[2] else { return }
    #expect(runs["action"] == "runs")
    #expect(runs["change"] == "result")
    #expect(runs["origins"] == [["name": "parameters.steps", "first": .number(20), "second": .number(25)]])
  }

  @Test func `The first element that differs is reported in ulps, and so is a result that differs between two runs`()
    async throws
  {
    #expect(try await experiment.run("run", "small", "--update-lock", "--quiet").status == 0)
    // Another result under the same key: the lock of another machine, say, with the object of another rate.
    let other = try await experiment.run("run", "small", "--quiet", "--set", "rate=1.2")
    #expect(other.status == 0)
    let mine = try await experiment.address("small/points")
    let theirs = try await experiment.address("small/points", "--set", "rate=1.2")
    let lock = String(
      decoding: try readBytes(experiment.folder.path.appending("artifacts/locks/small.lock")),
      as: UTF8.self
    )
    try experiment.folder.write(lock.replacing(mine, with: theirs), to: "theirs.lock")
    let outcome = try await experiment.run("diff", "small.lock", "theirs.lock")
    #expect(outcome.status == 3)
    let lines = plain(outcome.output).split(separator: "\n").map(String.init)
    #expect(lines[2] == "~ points: the result is DIGEST and DIGEST")
    #expect(lines[3] == "    made alike: one action has given two results")
    #expect(lines[4].wholeMatch(of: /\ {4}~ [a-z_]+: [0-9]+ of [0-9]+ values? differs?/) != nil, "\(lines)")
    #expect(lines[5].wholeMatch(of: /\ {8}first at .*: .* and .* \(\w+ ulps?\)/) != nil, "\(lines)")
    #expect(lines.last == "1 with another result; equal besides: 2 actions")
    // A missing object is reported as such.
    try experiment.folder.write(lock.replacing(mine, with: String(repeating: "0", count: 64)), to: "theirs.lock")
    #expect(
      try await experiment.run("diff", "small.lock", "theirs.lock").output
        .contains("    the object of the second is not in the store\n")
    )
  }

  @Test func `Many results that differ are bounded in the text, and all in the JSON`() async throws {
    let digest = { (number: Int) in String(repeating: "0", count: 60) + String(number + 1000) }
    let lines = { (shift: Int) in (0..<50).map { "s\($0) \(digest($0)) \(digest($0 + shift))" }.joined(separator: "\n")
    }
    try experiment.folder.write(lines(0), to: "a.lock")
    try experiment.folder.write(lines(1), to: "b.lock")
    let outcome = try await experiment.run("diff", "a.lock", "b.lock")
    #expect(outcome.status == 3)
    #expect(outcome.output.split(separator: "\n").count { $0.hasPrefix("~ s") } == 20)
    #expect(outcome.output.contains("\n~ and 30 more; --json lists all\n"))
    #expect(outcome.output.contains("\nthe objects of 10 of 50 results were compared; --json compares all\n"))
    let json = try await experiment.run("diff", "a.lock", "b.lock", "--json").output
    #expect(json.matches(of: /"not_compared"/).count == 50)
  }

  @Test func `What is no run and no lock exits with 2 and says what there is`() async throws {
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    for (first, second, message) in [
      (
        "smal@latest", "small@latest",
        "error: artifacts/runs has no run 'smal' with results\n      = did you mean 'small'?"
      ),
      ("small@latest-1", "small@latest", "error: artifacts/runs has fewer runs of 'small' with results: 1\n"),
      ("none.lock", "small@latest", "error: there is no lock 'none.lock', here or in artifacts/locks\n"),
      ("small/points", "small@latest", "error: 'small@latest' is a run or a lock, and 'small/points' is not\n"),
      ("pipelines", "small@latest", "error: the folder 'pipelines' is not that of a run\n"),
    ] {
      let outcome = try await experiment.run("diff", first, second)
      #expect(outcome.status == 2)
      #expect(outcome.output == "")
      #expect(outcome.errors.hasPrefix(message), "\(outcome.errors)")
    }
    try experiment.folder.write("<<<<<<< HEAD\n", to: "torn.lock")
    #expect(try await experiment.run("diff", "torn.lock", "torn.lock").status == 2)
  }
}
