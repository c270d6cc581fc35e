import Artifacts
import Configuration
import Store
import SystemPackage
import TestSupport
import Testing

/// Claims of real results, checked by the program as a user runs it.
@Suite struct ClaimsCommandTests {
  private let folder: TemporaryFolder
  private let pipeline: Program

  init() throws {
    folder = try TemporaryFolder()
    pipeline = try Program(built: "pipeline")
  }

  private let stages = """
    pipeline: toy
    parameters: { rate: 1.1, trace: 4 }
    profiles: { other: { trace: 5 } }
    stages:
      points: { kind: uv/fixed-points, with: { learning_rate: [0.8, 1.6], starts: 10 } }
      runs:
        kind: uv/trajectories
        matrix: { output: [0.25, 0.5] }
        with:
          cases: [{ name: low, start: { output: "${{ matrix.output }}", trace: 1 } }]
          learning_rate: { values: [0.5, "${{ parameters.rate }}", 3], relative_to: critical }
          steps: 40

    """

  private let holding = """
    claims:
      - { name: "the origin", value: "points/residual[learning_rate=0.8, fixed_point=origin]", expect: -2, tolerance: 1e-12 }
      - { name: "a trace", value: "points/trace[0.8, @0]", expect: "${{ parameters.trace }}" }
      - { name: "one start stays at the edge", value: "runs/outcome[output=0.5, case=low]", reduce: any, expect: edge-of-stability }

    """

  private func write(_ claims: String, _ stages: String? = nil) throws {
    try folder.write((stages ?? self.stages) + claims, to: "toy.yaml")
  }

  private func run(_ arguments: String...) async throws -> Program.Outcome {
    try await pipeline.run(["run", "toy.yaml", "--jobs", "1"] + arguments, in: folder.path)
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try readBytes(folder.path.appending(name)), as: UTF8.self)
  }

  private var runFolders: [String] {
    Set(folder.files(below: "artifacts/runs").map { $0.split(separator: "/")[2] }).sorted().map(String.init)
  }

  @Test func `Claims that hold are listed at the end, and again when there is nothing to do`() async throws {
    try write(holding)
    let lines = """
      3 claims: 3 hold
        holds        the origin                   -2  (-2 ± 1e-12)
        holds        a trace                      4  (4)
        holds        one start stays at the edge  edge-of-stability at learning_rate=1.1  (edge-of-stability for any)

      """
    let first = try await run()
    #expect(first.status == 0)
    #expect(first.errors == "")
    #expect(first.output.hasSuffix(lines))
    #expect(runFolders.count == 1)
    let ledger = try text("artifacts/claims/toy.json")
    #expect(try text("artifacts/runs/\(runFolders[0])/claims.json") == ledger)
    #expect(try text("artifacts/runs/\(runFolders[0])/log.txt").hasSuffix(lines))
    // Once as a run that looks at each action, and then as one that is known by its files.
    for _ in 0..<2 {
      let again = try await run()
      #expect(again.status == 0)
      #expect(again.output.contains("\nnothing to do: 3 stages up to date ("))
      #expect(again.output.hasSuffix(lines))
      try await Task.sleep(for: .milliseconds(150))
    }
    let plan = try await pipeline.run(["plan", "toy.yaml"], in: folder.path)
    #expect(plan.output == "toy: nothing to do, 3 actions up to date\nclaims: 3 known to hold\n")
    #expect(runFolders.count == 1)
    #expect(try text("artifacts/claims/toy.json") == ledger)
    #expect(try await run("--quiet") == .init(output: "", errors: "", status: 0))
    let listed = try await pipeline.run(["claims", "toy.yaml"], in: folder.path)
    #expect(listed == .init(output: lines, errors: "", status: 0))
  }

  @Test func `A claim that fails is reported with its value and place, and the exit code is 3`()
    async throws
  {
    try write(holding)
    let message = "error: the claim 'a trace' fails: points/trace[0.8, @0] is 4; expected: 5 (toy.yaml:15:13)\n"
    for _ in 0..<2 {
      let outcome = try await run("--profile", "other")
      #expect(outcome.status == 3)
      #expect(outcome.errors == message)
      #expect(outcome.output.contains("\n3 claims: 2 hold, 1 fails\n"))
    }
    #expect(try await run("--profile", "other", "--quiet") == .init(output: "", errors: message, status: 3))
    let plan = try await pipeline.run(["plan", "toy.yaml", "--profile", "other"], in: folder.path)
    #expect(plan.output.contains("claims: 2 known to hold, 1 known to fail\n  \(message)"))
    let listed = try await pipeline.run(["claims", "toy.yaml", "--profile", "other"], in: folder.path)
    #expect(listed.status == 3)
    #expect(listed.errors == message)
    // A lock is accepted nevertheless: it names results, and no verdicts.
    #expect(try await run("--profile", "other", "--update-lock").status == 3)
    #expect(try await run("--profile", "other", "--locked").status == 3)
    #expect(try text("artifacts/locks/toy.other.lock").split(separator: "\n").count == 4)
    #expect(runFolders.count == 1)
  }

  @Test func `Another claim computes nothing anew, and is checked`() async throws {
    try write(holding)
    #expect(try await run().status == 0)
    try write(holding.replacing("expect: -2", with: "expect: -3"))
    let outcome = try await run()
    #expect(outcome.status == 3)
    #expect(outcome.output.contains("nothing to do: 3 stages up to date"))
    #expect(outcome.errors.hasPrefix("error: the claim 'the origin' fails: "))
    // What was found is kept with a run of its own.
    #expect(runFolders.count == 2)
    try write(holding.replacing("a trace", with: "another name"))
    #expect(try await run().status == 0)
    try write("")
    let none = try await run()
    #expect(none.status == 0)
    #expect(!none.output.contains("claim"))
    #expect(!(try text("artifacts/claims/toy.json").contains("another name")))
  }

  @Test func `Missing values and points that are left out meet no claim`() async throws {
    try write(
      """
      claims:
        - { name: diverged, value: "runs/trace[output=0.5, case=low, learning_rate=3]", reduce: max, above: 0 }
        - { name: swept, value: "mean/residual_mean", above: -1000 }
      """,
      stages + """
          swept:
            kind: uv/trajectories
            matrix: { output: [0.5, 900] }
            on_failure: skip
            resources: { memory: 1 GiB }
            with:
              cases: [{ name: low, start: { output: 0.5, trace: 1 } }]
              learning_rate: 0.5
              steps: 3
          mean: { kind: statistics, inputs: { data: swept }, with: { over: [output], variables: [residual] } }

        """
    )
    let outcome = try await run()
    #expect(outcome.status == 3)
    #expect(
      outcome.errors.contains(
        "the claim 'diverged' fails: max of runs/trace[output=0.5, case=low, learning_rate=3] is missing;"
      )
    )
    #expect(outcome.output.contains("  holds        swept"))
  }

  @Test func `A part of a pipeline says which claims it cannot check, and keeps what was found before`() async throws {
    try write(holding)
    let part = try await run("--until", "points")
    #expect(part.status == 0)
    #expect(part.output.contains("\n3 claims: 2 hold, 1 not checked\n"))
    #expect(part.output.contains("  not checked  one start stays at the edge  stage 'runs' is no part of this run\n"))
    let plan = try await pipeline.run(["plan", "toy.yaml"], in: folder.path)
    let line = "claims: 2 known to hold, 1 that cannot be checked before there are results of runs\n"
    #expect(plan.output.hasSuffix(line))
    #expect(try await run().status == 0)
    let ledger = try text("artifacts/claims/toy.json")
    #expect(try await run("--only", "points").output.contains("1 not checked"))
    #expect(try text("artifacts/claims/toy.json") == ledger)
  }

  @Test func `A stage that fails leaves its claims unchecked, and the exit code is 1`() async throws {
    try write(
      holding
        + "  - { name: never, value: bad/slope, above: 0 }\n  - { name: wrong, value: points/eta, above: 1000 }\n",
      stages + "  bad: { kind: spectrum, inputs: { series: points }, with: { variable: trace, segment: 16 } }\n"
    )
    let outcome = try await run("--keep-going")
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("5 claims: 3 hold, 1 fails, 1 not checked\n"))
    #expect(outcome.output.contains("  not checked  never                        stage 'bad' failed\n"))
    #expect(outcome.errors.contains("error: the claim 'wrong' fails: "))
  }

  @Test func `An unknown name is reported before anything runs`() async throws {
    try write("claims:\n  - { name: a, value: points/trac, above: 0 }\n")
    let outcome = try await run()
    #expect(outcome.status == 2)
    #expect(outcome.errors.hasPrefix("toy.yaml:14:23: error: stage 'points' has no array 'trac'\n"))
    #expect(folder.files(below: "artifacts").isEmpty)
    #expect(try await pipeline.run(["check", "toy.yaml"], in: folder.path).status == 2)
  }

  @Test func `Events tell each claim, and the last one how many there were`() async throws {
    try write(holding)
    let outcome = try await run("--json", "--profile", "other")
    #expect(outcome.status == 3)
    let events = try outcome.output.split(separator: "\n").map { try JSONValue(reading: String($0), name: "event") }
    let claims = events.filter { $0["event"] == "claim" }
    #expect(claims.count == 3)
    #expect(claims[1]["name"] == "a trace")
    #expect(claims[1]["finding"]?["verdict"] == "fails")
    #expect(claims[1]["finding"]?["greatest"] == .number(4))
    #expect(claims[1]["location"] == "toy.yaml:15:13")
    #expect(events.last?["claims_held"] == .number(2))
    #expect(events.last?["claims_failed"] == .number(1))
    #expect(events.last?["claims_unchecked"] == .number(0))
    #expect(events.last?["exit"] == .number(3))
    let listed = try await pipeline.run(["claims", "toy.yaml", "--profile", "other", "--json"], in: folder.path)
    let ledger = try JSONValue(reading: listed.output, name: "claims")
    #expect(ledger == (try JSONValue(reading: text("artifacts/claims/toy.other.json"), name: "claims")))
  }

  @Test func `A result that was damaged meets no claim, and the next run makes it anew`() async throws {
    try write("", stages + "  mean: { kind: statistics, inputs: { data: points }, with: { over: [fixed_point] } }\n")
    #expect(try await run().status == 0)
    let address = try await pipeline.run(["show", "toy/points", "--json"], in: folder.path)
    guard case .string(let digits)? = try JSONValue(reading: address.output, name: "show")["address"] else {
      Issue.record("no address")
      return
    }
    let object = folder.path.appending("artifacts/objects/\(digits.prefix(2))/\(digits).h5")
    let bytes = try readBytes(object)
    // A number of the content.
    let number = withUnsafeBytes(of: Double(-2).bitPattern.littleEndian) { Array($0) }
    let place = try #require(bytes.firstRange(of: number))
    var changed = bytes
    changed[place.upperBound - 1] ^= 0x80
    try FileSystem.writeAtomically(changed, to: object)
    try write(
      "claims: [{ name: origin, value: \"points/residual[0.8, origin]\", expect: -2 }]\n",
      stages + "  mean: { kind: statistics, inputs: { data: points }, with: { over: [fixed_point] } }\n"
    )
    // What is not computed is known by its record; whoever reads the object looks.
    let damaged = try await run("--only", "mean")
    #expect(damaged.status == 3)
    #expect(damaged.errors.hasPrefix("error: the claim 'origin' fails: "))
    #expect(damaged.errors.contains(" is damaged (its content is "))
    let mended = try await run()
    #expect(mended.status == 0)
    #expect(mended.output.contains("  holds        origin  -2  (-2)\n"))
    #expect(try readBytes(object) == bytes)
  }
}

extension JSONValue {
  fileprivate subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members[name]
  }
}
