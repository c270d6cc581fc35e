import Artifacts
import SystemPackage
import TestSupport
import Testing

/// `pipeline show`: what is in an artifact, and where it came from.
@Suite struct ShowCommandTests {
  private let experiment: Experiment

  init() throws {
    experiment = try Experiment()
  }

  private func series() throws -> Artifact {
    var artifact = Artifact(attributes: ["title": .string("one\ntwo"), "list": .list(.float64([1, .nan]))])
    try artifact.add(try Variable(.float64([0, 0.5, 1, 1.5]), over: [("time", 4)], units: "s"), as: "time")
    try artifact.add(
      try Variable(.float64([1, .nan, 3, 2]), over: [("time", 4)], units: "m", description: "The way."),
      as: "way"
    )
    try artifact.add(try Variable(.int32([1, 2, 3, 4, 5, 6, 7, 8]), over: [("y", 2), ("time", 4)]), as: "grid")
    var group = Artifact()
    try group.add(try Variable(.string(["a\u{1b}[31m", "b"]), over: [("z", 2)]), as: "names")
    try group.add(try Variable(.int8([7])), as: "flag")
    try artifact.add(group, as: "group")
    return artifact
  }

  @Test func `A file is shown with its address, its variables and their courses`() async throws {
    let artifact = try series()
    try experiment.write(artifact, to: "a.h5")
    let expected = """
      file       a.h5
      address    \(artifact.address)
      made by    no record here says

      list: 1, nan
      title: one …
      grid(y: 2, time: 4) int32 1 … 8
      time(time: 4) float64 [s] 0 … 1.5
      way(time: 4) float64 [m] 1 … 3 (1 missing)
          The way.
          ▁█▅
      group/
        flag() int8 = 7
        names(z: 2) string

      """
    #expect(try await experiment.run("show", "a.h5") == .init(output: expected, errors: "", status: 0))
  }

  @Test func `One variable is plotted over its coordinate`() async throws {
    try experiment.write(try series(), to: "a.h5")
    let outcome = try await experiment.run("show", "a.h5", "--variable", "grid", "--at", "y=-1")
    let plot = outcome.output.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(4)
    #expect(plot.first == "grid(time: 4) int32 5 … 8")
    #expect(plot.dropFirst().first?.hasPrefix("8 ┤") == true)
    #expect(plot.filter { $0.contains("┤") }.allSatisfy { $0.count == 79 })
    #expect(plot.suffix(3).first?.hasPrefix("   0     ") == true)
    #expect(plot.suffix(3).first?.hasSuffix("     1.5") == true)
    #expect(plot.suffix(2).first?.drop { $0 == " " } == "time [s]")
    #expect(!outcome.output.contains("\u{1b}"))
    let part = try await experiment.run("show", "a.h5", "--variable", "grid[y@-1, time=0.5..]")
    let lines = part.output.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(4)
    #expect(lines.first == "grid[y@-1, time=0.5..](time: 3) int32 6 … 8")
    #expect(lines.suffix(3).first?.hasPrefix("   0.5   ") == true)
    let single = try await experiment.run("show", "a.h5", "--variable", "way[time~0.9]")
    #expect(single.output.hasSuffix("\nway[time~0.9]() float64 [m] = 3\n    The way.\n"), "\(single.output)")
    let wrong = try await experiment.run("show", "a.h5", "--variable", "way[time=0.6]")
    #expect(wrong.status == 2)
    #expect(wrong.errors.hasPrefix("error: 'time' has no value 0.6; it has 0, 0.5, 1, 1.5, and '~' takes the nearest"))
    let names = try await experiment.run("show", "a.h5", "--variable", "group/names")
    #expect(names.output.hasSuffix("\n\ngroup/names(z: 2) string\n    a\u{fffd}[31m\n    b\n"))
  }

  @Test(arguments: [
    (
      ["--variable", "wya"],
      "there is no variable 'wya'\n      = did you mean 'way'?\n      = variables: grid, time, way"
    ),
    (["--variable", "grop/x"], "there is no group 'grop'\n      = did you mean 'group'?\n      = groups: group"),
    (
      ["--variable", "grid"],
      "'grid' has the dimensions y, time, and a plot has one\n      = fix the others: --at y=0"
    ),
    (
      ["--variable", "way", "--at", "tim=0"],
      "there is no dimension 'tim'\n      = did you mean 'time'?\n      = dimensions: time"
    ),
    (["--variable", "way", "--at", "time=4"], "there is no index 4 along 'time', which has length 4"),
  ])
  func `A variable that cannot be plotted is reported with those that can`(options: [String], message: String)
    async throws
  {
    try experiment.write(try series(), to: "a.h5")
    let outcome = try await experiment.pipeline.run(["show", "a.h5"] + options, in: experiment.folder.path)
    #expect(outcome == .init(output: "", errors: "error: \(message)\n", status: 2))
  }

  @Test func `A stage, its address and its action's key all lead to the result and its origin`() async throws {
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    let outcome = try await experiment.run("show", "small/power")
    #expect(outcome.errors == "")
    let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
    let address = String(lines[1].suffix(64))
    let runs = try await experiment.address("small/runs")
    #expect(lines[0] == "file       artifacts/objects/\(address.prefix(2))/\(address).h5")
    #expect(lines[2] == "made by    spectrum, stage 'power' of 'small'")
    #expect(lines[3].contains(" s, action "))
    #expect(lines[4] == "           not signed")
    #expect(lines[5] == "           near: 0.45, segment: 16, skip: 0, slope: {from: 0.003, to: 0.1}, var…")
    #expect(lines[6] == "           from series: \(runs.prefix(12))")
    let key = String(lines[3].suffix(12))
    for name in [
      address, String(address.prefix(12)), address.prefix(10).uppercased(), key, String(lines[0].dropFirst(11)),
    ] {
      #expect(try await experiment.run("show", name).output == outcome.output, "\(name)")
    }
    #expect(try await experiment.run("show", "pipelines/small.yaml/power").output == outcome.output)
    #expect(try await experiment.address("small/power", "--profile", "long") == "")
  }

  @Test func `A point of a sweep is named with its values, and a stack lists its axes`() async throws {
    try experiment.folder.write(
      """
      pipeline: sweep
      stages:
        runs:
          kind: uv/trajectories
          matrix: { seed: { range: 2 } }
          with:
            cases: [{ name: a, network: { seed: "${{ matrix.seed }}" } }]
            learning_rate: 1.1
            steps: 20
        power: { kind: spectrum, with: { variable: trace, segment: 16 }, inputs: { series: runs } }
      """,
      to: "pipelines/sweep.yaml"
    )
    #expect(try await experiment.run("run", "sweep", "--quiet").status == 0)
    let point = try await experiment.run("show", "sweep/runs[seed=1]")
    #expect(point.errors == "")
    #expect(point.output.contains("\nmade by    uv/trajectories, stage 'runs[seed=1]' of 'sweep'\n"))
    let stack = try await experiment.run("show", "sweep/power")
    #expect(stack.output.contains("\n           from series: 2 of 2 points, stacked (seed: 2)\n"))
    let sweep = try await experiment.run("show", "sweep/runs")
    let expected = """
      error: stage 'runs' of pipelines/sweep.yaml is a sweep; name one of its points
            = points: runs[seed=0], runs[seed=1]

      """
    #expect(sweep == .init(output: "", errors: expected, status: 2))
    let difference = try await experiment.run("diff", "sweep/runs[seed=0]", "sweep/runs[seed=1]")
    #expect(difference.output.hasSuffix("made differently:\n    parameters.cases[0].network.seed: 0 and 1\n"))
  }

  @Test func `JSON holds what the text does, and the values of one variable`() async throws {
    try experiment.write(try series(), to: "a.h5")
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    let script = """
      import json, sys
      facts = json.loads(sys.argv[1])
      print(facts["file"], facts["changed"], facts["content"]["variables"]["way"]["maximum"])
      print(facts["content"]["groups"]["group"]["variables"]["names"]["shape"], facts["records"])
      print(json.loads(sys.argv[2])["variable"]["values"], json.loads(sys.argv[2])["variable"]["coordinate"])
      print([(record["kind"], record["provenance"]["stage"]) for record in json.loads(sys.argv[3])["records"]])
      """
    let seen = try await Program(at: "/usr/bin/python3").run([
      "-c", script,
      try await experiment.run("show", "a.h5", "--json").output,
      try await experiment.run("show", "a.h5", "--json", "--variable", "way").output,
      try await experiment.run("show", "small/points", "--json").output,
    ])
    let expected = """
      a.h5 False 3
      [2] []
      [1, None, 3, 2] [0, 0.5, 1, 1.5]
      [('uv/fixed-points', 'points')]

      """
    #expect(seen == .init(output: expected, errors: "", status: 0))
  }

  @Test func `A missing result is reported with what to do`() async throws {
    func expect(_ name: String, _ message: String) async throws {
      let outcome = try await experiment.run("show", name)
      #expect(outcome == .init(output: "", errors: "error: \(message)\n", status: 2))
    }
    let ways = "give a file, an address or its first 6 digits or more, or PIPELINE/STAGE"
    try await expect("abcdef", "there is no store 'artifacts' here\n      = '--store' names another one")
    try await expect(
      "small/runs",
      """
      stage 'runs' of pipelines/small.yaml is not built yet with these values
            = 'pipeline run pipelines/small.yaml' builds it
      """
    )
    #expect(experiment.folder.files() == ["pipelines/small.yaml"])
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    try await expect("smal", "'smal' is no artifact\n      = \(ways)")
    try await expect("000000", "no address in artifacts begins with '000000'\n      = '--store' names another store")
    try await expect(
      "small",
      "'small' is no artifact\n      = 'small' is a pipeline; its stages: small/runs, small/points, small/power"
    )
    try await expect(
      "small/rnus",
      """
      pipelines/small.yaml has no stage 'rnus'
            = did you mean 'runs'?
            = stages: runs, points, power
      """
    )
  }

  @Test func `An ambiguous beginning of an address is reported with all matches`() async throws {
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    let names = ["abcdef0", "abcdef1"].map { $0 + String(repeating: "0", count: 57) }
    for name in names { try experiment.folder.write("", to: "artifacts/objects/ab/\(name).h5") }
    let outcome = try await experiment.run("show", "abcdef")
    let expected = """
      error: 'abcdef' is the beginning of 2 addresses in artifacts
            = give more digits of one of: abcdef0000000000, abcdef1000000000

      """
    #expect(outcome == .init(output: "", errors: expected, status: 2))
  }

  @Test func `Whole numbers have all their digits, others six, and JSON all; infinity is a value`() async throws {
    var artifact = Artifact()
    let large: [Int64] = [9_007_199_254_740_993, .max]
    try artifact.add(try Variable(.int64(large), over: [("k", 2)]), as: "id")
    try artifact.add(try Variable(.float64([1.0 / 3, .infinity, .nan]), over: [("n", 3)]), as: "third")
    try artifact.add(try Variable(.float64([-.infinity])), as: "low")
    try experiment.write(artifact, to: "a.h5")
    let text = try await experiment.run("show", "a.h5").output
    #expect(text.contains("id(k: 2) int64 9007199254740993 … 9223372036854775807\n"), "\(text)")
    #expect(text.contains("third(n: 3) float64 0.333333 … ∞ (1 missing)\n"), "\(text)")
    #expect(text.contains("low() float64 = -∞\n"), "\(text)")
    let json = try await experiment.run("show", "a.h5", "--json").output
    #expect(json.contains("\"maximum\":9223372036854775807,\"minimum\":9007199254740993"), "\(json)")
    #expect(json.contains("\"maximum\":\"Infinity\",\"minimum\":0.3333333333333333,\"missing\":1"), "\(json)")
    let values = try await experiment.run("show", "a.h5", "--variable", "third", "--json").output
    #expect(values.contains("\"values\":[0.3333333333333333,\"Infinity\",null]"), "\(values)")
    let plot = try await experiment.run("show", "a.h5", "--variable", "id").output
    #expect(plot.contains("9223372036854775807 ┤"), "\(plot)")
    #expect(plot.contains("9007199254740993 ┤"), "\(plot)")
  }

  @Test func `A file that was changed exits with 3`() async throws {
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    let address = try await experiment.address("small/points")
    let name = String(repeating: "0", count: 64)
    let bytes = try readBytes(experiment.folder.path.appending("artifacts/objects/\(address.prefix(2))/\(address).h5"))
    try experiment.folder.write(bytes, to: "\(name).h5")
    let outcome = try await experiment.run("show", "\(name).h5")
    #expect(outcome.status == 3)
    #expect(outcome.output.contains("\naddress    \(address)\nmade by    uv/fixed-points, stage 'points' of 'small'\n"))
    #expect(
      outcome.errors == "error: \(name).h5 is damaged or was changed: its content is not what its name says\n"
    )
  }

  @Test(arguments: [
    (["--at", "x=1"], "--at is for --variable"),
    (["--variable", "x", "--at", "x"], "--at takes dimension=index, and got 'x'"),
    (["--variable", "x", "--at", "x=y"], "--at takes dimension=index, and got 'x=y'"),
  ])
  func `A wrong place is reported with the usage`(options: [String], message: String) async throws {
    let outcome = try await experiment.pipeline.run(["show", "a.h5"] + options, in: experiment.folder.path)
    #expect(outcome.status == 2)
    #expect(outcome.errors.hasPrefix("Error: \(message)\nUsage: pipeline show "))
  }
}
