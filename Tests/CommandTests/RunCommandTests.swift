import SystemPackage
import TestSupport
import Testing

/// Pipelines of real stages, run by the program as a user runs it.
@Suite struct RunCommandTests {
  private let folder: TemporaryFolder
  private let pipeline: Program

  init() throws {
    folder = try TemporaryFolder()
    pipeline = try Program(built: "pipeline")
  }

  private func run(_ arguments: String..., in place: FilePath? = nil) async throws -> Program.Outcome {
    try await pipeline.run(["run"] + arguments, in: place ?? folder.path)
  }

  /// The text with times and addresses, which tests of words do not compare, made the same.
  private func plain(_ text: String) -> String {
    text.replacing(/[0-9]+\.[0-9]{2} s/, with: "T s").replacing(/[0-9a-f]{12}/, with: "ADDRESS")
  }

  private let points = """
    pipeline: points
    title: Fixed points
    parameters: { y: 2 }
    stages:
      one: { kind: uv/fixed-points, with: { model: { kappa: 1, target: "${{ parameters.y }}" }, learning_rate: { values: [0.8] } } }
      two: { kind: uv/fixed-points, with: { model: { kappa: 1, target: 3 }, learning_rate: { values: [1.1] } } }
    """

  @Test func `A pipeline file with the extension yml is found by its name`() async throws {
    try folder.write(points, to: "pipelines/points.yml")
    let outcome = try await run("points", "--only", "one")
    #expect(outcome.errors == "")
    #expect(outcome.status == 0)
    let unknown = try await run("pionts")
    #expect(unknown.status == 2)
    #expect(unknown.errors.contains("did you mean 'points'?"))
  }

  @Test func `A run says what it does, a second that there is nothing to do, and a third what is new`() async throws {
    try folder.write(points, to: "points.yaml")
    let first = try await run("points", "--jobs", "1")
    #expect(first.errors == "")
    #expect(first.status == 0)
    #expect(
      plain(first.output) == """
        points: Fixed points
          one  started         uv/fixed-points: not built yet
          one  done in T s  ADDRESS
          two  started         uv/fixed-points: not built yet
          two  done in T s  ADDRESS
        2 stages: 2 computed, 0 cached in T s

        """
    )
    let second = try await run("points")
    #expect(
      plain(second.output) == """
        points: Fixed points
        nothing to do: 2 stages up to date (T s)

        """
    )
    let changed = try await run("points.yaml", "--set", "y=2.5", "--jobs", "1")
    #expect(
      plain(changed.output) == """
        points: Fixed points
          one  started         uv/fixed-points: not built yet
          one  done in T s  ADDRESS
          two  cached          ADDRESS
        2 stages: 1 computed, 1 cached in T s

        """
    )
    #expect(try await run("points", "--quiet") == .init(output: "", errors: "", status: 0))
    let forced = try await run("points", "--force", "--jobs", "1")
    #expect(forced.output.contains("uv/fixed-points: forced"))
    #expect(folder.files().allSatisfy { !$0.contains("/scratch/") && !$0.hasSuffix(".tmp") })
  }

  @Test func `One worker and two, in folders of other names, give the same objects`() async throws {
    var objects: [[String]] = []
    for (place, jobs) in [("here", "1"), ("quite/another/place", "2")] {
      let folder = folder.path.appending(place)
      try self.folder.write(points, to: "\(place)/points.yaml")
      #expect(try await run("points", "--jobs", jobs, in: folder).status == 0)
      let files = self.folder.files(below: "\(place)/artifacts/objects")
      objects.append(files.map { String($0.dropFirst(place.count)) })
      for file in files where place != "here" {
        let other = file.replacing(place, with: "here")
        #expect(try readBytes(self.folder.path.appending(file)) == readBytes(self.folder.path.appending(other)))
      }
    }
    #expect(objects[0].count == 2)
    #expect(objects[0] == objects[1])
  }

  @Test(arguments: [(2, true), (2, false), (15, false)])
  func `Ctrl-C and the signal to end stop the workers, keep what is done and exit with 130`(
    signal: Int32,
    toGroup: Bool
  ) async throws {
    let text = """
      pipeline: slow
      stages:
        points: { kind: uv/fixed-points, with: { learning_rate: { values: [0.8] } } }
        diagram:
          kind: uv/phase-diagram
          with: { learning_rate: { from: 0.1, to: 2, count: 1000 }, steps: 10000000 }
      """
    try folder.write(text, to: "slow.yaml")
    // The quick stage is done first, as there is one worker; then the slow one is at work.
    let outcome = try await pipeline.run(
      ["run", "slow", "--jobs", "1"],
      in: folder.path,
      sending: signal,
      toGroup: toGroup,
      onceOutputHas: "diagram  started"
    )
    #expect(outcome.status == 130)
    #expect(
      outcome.errors == "interrupted: 1 of 2 stages are done and kept; the same command goes on from there\n"
    )
    #expect(folder.files().filter { $0.contains("/scratch/") || $0.hasSuffix(".tmp") } == [])
    #expect(folder.files(below: "artifacts/objects").count == 1)
    // No process is left that works on this store.
    let processes = try await Program(at: "/bin/sh").run(["-c", "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '"])
    #expect(!processes.output.contains("worker \(folder.path)"))
    try folder.write(text.replacing("10000000", with: "160").replacing("1000", with: "10"), to: "slow.yaml")
    let again = try await run("slow", "--jobs", "1")
    #expect(again.status == 0)
    #expect(plain(again.output).hasSuffix("2 stages: 1 computed, 1 cached in T s\n"))
  }

  @Test func `A stage that fails is reported, and the run exits with 1`() async throws {
    // A figure of an array whose values are not there before the stage runs.
    try folder.write(
      """
      pipeline: bad
      stages:
        points: { kind: uv/fixed-points, with: { learning_rate: { values: [0.8] } } }
      """,
      to: "bad.yaml"
    )
    // The store's folder for objects is a file: no result can be kept.
    try folder.write("", to: "store/objects")
    let outcome = try await run("bad", "--store", "store")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("error: cannot create the folder store/objects: File exists"))
  }

  @Test func `A store that was damaged on disk is mended by running again`() async throws {
    try folder.write(points, to: "points.yaml")
    _ = try await run("points")
    let objects = folder.files(below: "artifacts/objects")
    let before = try objects.map { try readBytes(folder.path.appending($0)) }
    try folder.write(Array(before[0].dropLast(1)), to: objects[0])
    let outcome = try await run("points")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains(" is damaged\n"))
    #expect(try objects.map { try readBytes(folder.path.appending($0)) } == before)
  }

  // MARK: - Files for people

  private let table = """
    pipeline: numbers
    parameters: { y: 2 }
    profiles: { quick: { y: 3 } }
    stages:
      points: { kind: uv/fixed-points, with: { model: { kappa: 1, target: "${{ parameters.y }}" }, learning_rate: { values: [0.8] } } }
      table:
        kind: table
        inputs: { points: points }
        with: { heading: point, rows: points/fixed_point, each: learning_rate, columns: [{ title: Trace, value: points/trace }] }
    """

  private func text(_ name: String) throws -> String {
    String(decoding: try readBytes(folder.path.appending(name)), as: UTF8.self)
  }

  @Test func `A picture that was damaged in the store is made again in the same run, and not called edited`()
    async throws
  {
    try folder.write(table, to: "numbers.yaml")
    #expect(try await run("numbers").status == 0)
    let published = "artifacts/figures/numbers/numbers.csv"
    let before = try readBytes(folder.path.appending(published))
    let isTable = { (name: String) in name.hasSuffix(".csv") }
    let object = try #require(folder.files(below: "artifacts/objects").first(where: isTable))
    // The same size: only the content shows it.
    try folder.write([UInt8](repeating: 0x78, count: before.count), to: object)
    let outcome = try await run("numbers")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains(" is damaged\n"))
    #expect(!outcome.output.contains("edited"))
    #expect(try readBytes(folder.path.appending(published)) == before)
    #expect(try readBytes(folder.path.appending(object)) == before)
    let again = try await run("numbers")
    #expect(again.output.contains("nothing to do: 2 stages up to date"))
  }

  @Test func `Runs with a profile or other values leave the plain run's files alone, and say where theirs are`()
    async throws
  {
    try folder.write(table, to: "numbers.yaml")
    let runs: [([String], folder: String, said: String)] = [
      ([], "numbers", ""), (["--profile", "quick"], "numbers.quick", " (profile quick)"),
      (["--set", "y=4"], "numbers.custom", " (values set by hand)"),
      (["--profile", "quick", "--set", "y=5"], "numbers.quick.custom", " (profile quick, values set by hand)"),
    ]
    for (arguments, folder, said) in runs {
      let outcome = try await pipeline.run(["run", "numbers"] + arguments, in: self.folder.path)
      #expect(outcome.status == 0)
      let files = "numbers.csv numbers.h5 numbers.md numbers.tex"
      #expect(
        outcome.output.hasSuffix("\nfigures in artifacts/figures/\(folder)\(said): \(files)\n"),
        "\(outcome.output)"
      )
    }
    let tables = try runs.map { try text("artifacts/figures/\($0.folder)/numbers.csv") }
    #expect(Set(tables).count == 4)
  }

  @Test func `Two stages whose files would have the same name are refused before anything runs`() async throws {
    let stage = "  other: { kind: table, inputs: { points: points }, with: { name: numbers, heading: point, "
    let rest = "rows: points/fixed_point, each: learning_rate, columns: [{ title: Trace, value: points/trace }] } }\n"
    try folder.write(table + "\n" + stage + rest, to: "numbers.yaml")
    for command in ["run", "check"] {
      let outcome = try await pipeline.run([command, "numbers"], in: folder.path)
      #expect(outcome.status == 2)
      #expect(
        outcome.errors.hasPrefix(
          "numbers.yaml:10:3: error: the files of 'other' would be called 'numbers', as those of 'table' are\n"
        ),
        "\(outcome.errors)"
      )
    }
    #expect(folder.files() == ["numbers.yaml"])
    // Neither has a name: both have the stage's.
    try folder.write(table + "\n" + stage.replacing("name: numbers, ", with: "") + rest, to: "numbers.yaml")
    #expect(try await run("numbers").status == 0)
    let files = folder.files(below: "artifacts/figures/numbers").filter { $0.hasSuffix(".md") }
    #expect(files.map { $0.split(separator: "/").last } == ["numbers-other.md", "numbers-table.md"])
  }

  @Test func `A run whose only news are points that are left out again does not say that there is nothing to do`()
    async throws
  {
    let sweep = """

        wrong:
          kind: spectrum
          matrix: { variable: [no_such_array, nor_this] }
          on_failure: skip
          inputs: { series: table }
          with: { variable: "${{ matrix.variable }}" }
      """
    try folder.write(table + sweep, to: "numbers.yaml")
    for expected in ["2 computed, 0 cached, 2 left out", "0 computed, 2 cached, 2 left out"] {
      let outcome = try await run("numbers")
      #expect(outcome.status == 0)
      #expect(plain(outcome.output).contains("\n4 stages: \(expected) in T s\n"), "\(outcome)")
    }
  }

  // MARK: - Where the store is

  @Test(arguments: [
    ("", "pipelines/points.yaml"), ("", "points"), ("pipelines", "points.yaml"), ("pipelines", "./points.yaml"),
    ("pipelines", "points"), ("pipelines/below", "../points.yaml"), ("other", "../pipelines/points.yaml"),
  ])
  func `There is one store for the files of a folder pipelines, wherever the program is called`(
    place: String,
    name: String
  ) async throws {
    try folder.write(points, to: "pipelines/points.yaml")
    try folder.write("", to: "other/empty")
    try folder.write("", to: "pipelines/below/empty")
    #expect(try await run(name, in: folder.path.appending(place)).status == 0)
    let stores = folder.files().filter { $0.hasSuffix("/states") }
    #expect(stores == ["artifacts/states"])
  }
}
