import Artifacts
import Claims
import Configuration
import Execution
import Planning
import Store
import SystemPackage
import TestSupport
import Testing
import Toys

/// Claims of the results of real runs, looked at by real processes, some of which crash.
@Suite struct ClaimCheckerTests {
  private let folder: TemporaryFolder
  private let store: ArtifactStore

  init() throws {
    folder = try TemporaryFolder()
    store = try ArtifactStore(at: folder.path.appending("artifacts"))
  }

  private func pipeline(_ claims: String) throws -> Pipeline {
    try toyPipeline(
      """
      pipeline: toy
      stages:
        one: { kind: number, with: { value: 1 } }
        broken: { kind: misbehave, with: { way: fail } }
        after: { kind: sum, inputs: { of: broken } }
        left:
          kind: misbehave
          matrix: { n: [1, 2] }
          on_failure: skip
          with: { way: fail, number: "${{ matrix.n }}" }
      claims:
      \(claims)
      """
    )
  }

  private func run(_ pipeline: Pipeline, scope: Set<String>? = nil) async throws -> RunSummary {
    var options = RunOptions()
    options.keepsGoing = true
    options.scope = scope
    let runner = Runner(
      store: store,
      executable: try Program(built: "ToyWorker").path,
      workerArguments: [store.root.string],
      workers: 2,
      cores: 2
    )
    return await runner.run(pipeline, options) { _ in }
  }

  /// A checker whose processes answer as a script says.
  private func checker(_ script: String) -> ClaimChecker {
    ClaimChecker(store: store, executable: "/bin/sh", arguments: ["-c", script])
  }

  private func findings(_ claims: [CheckedClaim]) -> [String: Finding] {
    Dictionary(uniqueKeysWithValues: claims.map { ($0.name, $0.finding) })
  }

  private let answering = """
    while read -r order; do
      case "$order" in *crash*) kill -SEGV $$;; *exit*) exit 7;; *babble*) echo nonsense; continue;; esac
      echo '{"verdict":"holds","found":"seen"}'
    done
    """

  @Test func `A process that crashes over a claim costs that claim alone`() async throws {
    let names = ["a", "crash", "b", "exit", "babble", "c"]
    let claims = names.map { "  - { name: \($0), value: one/value, expect: 1 }" }.joined(separator: "\n")
    let pipeline = try pipeline(claims)
    let (checked, new) = await checker(answering).check(
      ClaimList(of: pipeline),
      try await run(pipeline, scope: ["one"]),
      known: ClaimLedger()
    )
    #expect(checked.map(\.name) == names)
    let found = findings(checked)
    for name in ["a", "b", "c"] { #expect(found[name]?.message == "seen") }
    #expect(found["crash"]?.verdict == .fails)
    #expect(
      found["crash"]?.message.contains("reading the result of 'one' ended with signal 11, so it may be damaged") == true
    )
    #expect(found["exit"]?.message == "the process that looked at it exited with code 7")
    #expect(found["babble"]?.verdict == .unchecked)
    #expect(new.count == 1, "under other names they claim the same")
  }

  @Test func `A program that cannot be started fails the claims`() async throws {
    let pipeline = try pipeline("  - { name: a, value: one/value, expect: 1 }")
    let checker = ClaimChecker(store: store, executable: "/nonexistent", arguments: [])
    let (checked, _) = await checker.check(
      ClaimList(of: pipeline),
      try await run(pipeline, scope: ["one"]),
      known: ClaimLedger()
    )
    #expect(checked[0].finding.verdict == .fails)
    #expect(checked[0].finding.message.hasPrefix("it could not be looked at: "))
  }

  @Test func `A claim says why it could not be checked`() async throws {
    let pipeline = try pipeline(
      """
        - { name: known, value: one/value, expect: 1 }
        - { name: broken, value: broken/value, expect: 1 }
        - { name: after, value: one/value, below: after/value }
        - { name: left, value: left/value, expect: 1 }
      """
    )
    let all = await checker(answering).check(ClaimList(of: pipeline), try await run(pipeline), known: ClaimLedger())
    let found = findings(all.claims)
    #expect(found["known"]?.verdict == .holds)
    #expect(found["broken"] == Finding(unchecked: "stage 'broken' failed"))
    #expect(found["after"] == Finding(unchecked: "stage 'after' was not run, since it needs 'broken'"))
    #expect(found["left"] == Finding(failing: "stage 'left' was left out"))
    let part = await checker(answering).check(
      ClaimList(of: pipeline),
      try await run(pipeline, scope: ["one"]),
      known: ClaimLedger()
    )
    #expect(findings(part.claims)["after"] == Finding(unchecked: "stage 'after' is no part of this run"))
  }

  @Test func `A claim is evaluated whatever was found before, and is new if something else was`() async throws {
    let pipeline = try pipeline("  - { name: a, value: one/value, expect: 1 }")
    let summary = try await run(pipeline, scope: ["one"])
    let first = await checker(answering).check(ClaimList(of: pipeline), summary, known: ClaimLedger())
    #expect(first.new.count == 1)
    try ClaimLedger(first.claims).write(as: "toy", in: store)
    let ledger = ClaimLedger(of: "toy", in: store)
    #expect(ledger.claims == first.claims)
    let again = await checker(answering).check(ClaimList(of: pipeline), summary, known: ledger)
    #expect(again.claims == first.claims)
    #expect(again.new.isEmpty)
    let other = await checker("exit 9").check(ClaimList(of: pipeline), summary, known: ledger)
    #expect(other.claims[0].finding.message.hasSuffix("exited with code 9"))
    #expect(other.new.count == 1)
    try folder.write("{", to: "artifacts/claims/toy.json")
    #expect(ClaimLedger(of: "toy", in: store).claims.isEmpty)
  }

  @Test func `A verdict that was edited in its file is not believed, and is found`() async throws {
    let pipeline = try pipeline(
      "  - { name: a, value: one/value, expect: 1 }\n  - { name: b, value: one/value, expect: 2 }"
    )
    let summary = try await run(pipeline, scope: ["one"])
    let first = await checker(answering).check(ClaimList(of: pipeline), summary, known: ClaimLedger())
    let path = ClaimLedger.path(of: "toy", in: store)
    let text = ClaimLedger(first.claims).text
    for (old, new) in [
      ("\"holds\"", "\"fails\""), ("seen", "other"), ("\"expected\": \"", "\"expected\": \"1"),
      ("\"seal\"", "\"seam\""),
    ] {
      let place = try #require(text.firstRange(of: old))
      try folder.write(text.replacingCharacters(in: place, with: new), to: "artifacts/claims/toy.json")
      #expect(ClaimLedger(of: "toy", in: store).claims.count < 2)
      let edited = try? ClaimLedger.editedClaims(at: path)
      #expect(edited != [])
    }
    try folder.write(text, to: "artifacts/claims/toy.json")
    #expect(ClaimLedger(of: "toy", in: store).claims == first.claims)
    #expect(try ClaimLedger.editedClaims(at: path) == [])
  }
}

extension String {
  fileprivate func replacingCharacters(in range: Range<String.Index>, with text: String) -> String {
    self[..<range.lowerBound] + text + self[range.upperBound...]
  }
}
