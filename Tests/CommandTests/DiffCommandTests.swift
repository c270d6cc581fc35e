import Artifacts
import SystemPackage
import TestSupport
import Testing

/// `pipeline diff`: what differs between two artifacts, down to the first element.
@Suite struct DiffCommandTests {
  private let experiment: Experiment

  init() throws {
    experiment = try Experiment()
  }

  private func base() throws -> Artifact {
    var artifact = Artifact(attributes: ["title": .string("one")])
    try artifact.add(try Variable(.string(["low", "high"]), over: [("case", 2)]), as: "case")
    try artifact.add(try Variable(.float64([0, 0.5, 1]), over: [("time", 3)], units: "s"), as: "time")
    try artifact.add(
      try Variable(.float64([1, 2, 3, 4, 5, 6]), over: [("case", 2), ("time", 3)], units: "m"),
      as: "way"
    )
    try artifact.add(try Variable(.float32([1, 2]), over: [("x", 2)]), as: "single")
    try artifact.add(try Variable(.int32([1, 2]), over: [("x", 2)]), as: "whole")
    return artifact
  }

  private func diff(_ first: Artifact, _ second: Artifact) async throws -> Program.Outcome {
    try experiment.write(first, to: "a.h5")
    try experiment.write(second, to: "b.h5")
    return try await experiment.run("diff", "a.h5", "b.h5")
  }

  @Test func `Equal contents exit with 0`() async throws {
    let artifact = try base()
    let short = artifact.address.short
    let expected = "\(short)  a.h5\n\(short)  b.h5\nequal: 5 variables\n"
    #expect(try await diff(artifact, artifact) == .init(output: expected, errors: "", status: 0))
  }

  @Test func `Variables that only one of them has, and those with another form, are reported`() async throws {
    var first = Artifact(attributes: ["title": .string("one"), "note": .string("a\nb")])
    try first.add(try Variable(.int8([1])), as: "gone")
    try first.add(try Variable(.float64([1, 2]), over: [("x", 2)], units: "m"), as: "length")
    try first.add(try Variable(.float64([1, 2]), over: [("z", 2)]), as: "renamed")
    try first.add(try Variable(.int32([1])), as: "typed")
    try first.add(Artifact(), as: "left")
    var second = Artifact(attributes: ["title": .string("two"), "count": .list(.int64([3, 4]))])
    try second.add(try Variable(.float64([1, 2, 3]), over: [("x", 3)], units: "cm"), as: "length")
    try second.add(try Variable(.float64([1, 2]), over: [("w", 2)]), as: "renamed")
    try second.add(try Variable(.int64([1])), as: "typed")
    var group = Artifact()
    try group.add(try Variable(.int8([1])), as: "inner")
    try second.add(group, as: "right")
    let outcome = try await diff(first, second)
    #expect(outcome.errors == "")
    #expect(outcome.status == 3)
    let expected = """
      \(first.address.short)  a.h5
      \(second.address.short)  b.h5
      ~ the artifact: count was not there, and is int64 [3, 4]
      ~ the artifact: note was a text of several lines, and is not there
      ~ the artifact: title was 'one', and is 'two'
      - gone() int8 = 1: only in the first
      ~ length: units was 'm', and is 'cm'
      ~ length: the shape was (x: 2), and is (x: 3)
      ~ renamed: the shape was (z: 2), and is (w: 2)
      ~ typed: the type was int32, and is int64
      - left/: only in the first
      + right/: only in the second
      equal besides: 0 variables

      """
    #expect(outcome.output == expected)
  }

  @Test func `The first element that differs is named by index and coordinate, the distance in ulps`() async throws {
    var changed = Artifact(attributes: ["title": .string("one")])
    let old = try base()
    for (name, variable) in old.variables where !["way", "single", "whole"].contains(name) {
      try changed.add(variable, as: name)
    }
    try changed.add(
      try Variable(
        .float64([1, 2, 3, 4, 5.000_000_000_000_001, 6.5]),
        over: [("case", 2), ("time", 3)],
        units: "m"
      ),
      as: "way"
    )
    try changed.add(try Variable(.float32([-0.0, 2]), over: [("x", 2)]), as: "single")
    try changed.add(try Variable(.int32([1, 5]), over: [("x", 2)]), as: "whole")
    let outcome = try await diff(old, changed)
    #expect(outcome.errors == "")
    #expect(outcome.status == 3)
    let expected = """
      \(old.address.short)  a.h5
      \(changed.address.short)  b.h5
      ~ single: 1 of 2 values differs
          first at x=0: 1.0 and -0.0 (1065353216 ulps)
          absolute difference up to 1, relative up to 1, at most 1065353216 ulps
      ~ way: 2 of 6 values differ
          first at case=1 (high), time=1 (0.5): 5.0 and 5.000000000000001 (1 ulp)
          largest at case=1 (high), time=2 (1.0): 6.0 and 6.5 (562949953421312 ulps)
          absolute difference up to 0.5, relative up to 0.0769231, at most 562949953421312 ulps
      ~ whole: 1 of 2 values differs
          first at x=1: 2 and 5
          absolute difference up to 3, relative up to 0.6
      equal besides: 2 variables

      """
    #expect(outcome.output == expected)
  }

  @Test func `Not a number is equal to itself, and the zeros are two`() async throws {
    var first = Artifact()
    try first.add(try Variable(.float64([.nan, 0, 1, .infinity]), over: [("x", 4)]), as: "a")
    var second = Artifact()
    try second.add(try Variable(.float64([.nan, -0.0, .nan, -.infinity]), over: [("x", 4)]), as: "a")
    let outcome = try await diff(first, second)
    let expected = """
      \(first.address.short)  a.h5
      \(second.address.short)  b.h5
      ~ a: 3 of 4 values differ
          first at x=1: 0.0 and -0.0 (0 ulps)
          absolute difference up to 0, relative up to 0, at most 18437736874454810624 ulps
      equal besides: 0 variables

      """
    #expect(outcome == .init(output: expected, errors: "", status: 3))
    #expect(try await diff(first, first).status == 0)
  }

  @Test func `diff shows what went into two results differently`() async throws {
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    #expect(try await experiment.run("run", "small", "--quiet", "--set", "rate=1.2").status == 0)
    let old = try await experiment.address("small/points")
    let new = try await experiment.address("small/points", "--set", "rate=1.2")
    let outcome = try await experiment.run("diff", String(old.prefix(12)), "small/points", "--set", "rate=1.2")
    #expect(outcome.status == 3)
    #expect(
      outcome.output.hasPrefix("\(old.prefix(12))  artifacts/objects/\(old.prefix(2))/\(old).h5\n\(new.prefix(12))  ")
    )
    #expect(outcome.output.hasSuffix("made differently:\n    parameters.learning_rate.values[0]: 1.1 and 1.2\n"))
    let power = try await experiment.run("diff", "small/power", "small/runs")
    #expect(power.output.contains("    inputs.series: "))
    #expect(power.output.contains("    kind: \"spectrum\" and \"uv/trajectories\"\n"))
  }

  @Test func `JSON names each difference by path, place and values`() async throws {
    let first = try base()
    var second = Artifact(attributes: ["title": .string("one")])
    for (name, variable) in first.variables where name != "whole" { try second.add(variable, as: name) }
    try second.add(try Variable(.int32([1, 3]), over: [("x", 2)]), as: "whole")
    try experiment.write(first, to: "a.h5")
    try experiment.write(second, to: "b.h5")
    let outcome = try await experiment.run("diff", "a.h5", "b.h5", "--json")
    #expect(outcome.status == 3)
    let script = """
      import json, sys
      facts = json.loads(sys.argv[1])
      [difference] = facts["differences"]
      print(facts["equal"], facts["equal_variables"], facts["origins"], difference["path"], difference["differing"])
      print(difference["first"]["place"], difference["first"]["first"], difference["first"]["second"])
      """
    let seen = try await Program(at: "/usr/bin/python3").run(["-c", script, outcome.output])
    let expected = """
      False 4 None whole 1
      [{'coordinate': None, 'dimension': 'x', 'index': 1}] 2 3

      """
    #expect(seen == .init(output: expected, errors: "", status: 0))
  }

  @Test func `A file that is no artifact exits with 2 and not with 3`() async throws {
    try experiment.folder.write("text", to: "a.h5")
    let outcome = try await experiment.run("diff", "a.h5", "a.h5")
    #expect(outcome == .init(output: "", errors: "error: cannot read a.h5: file signature not found\n", status: 2))
    #expect(try await experiment.run("diff", "a.h5").status == 2)
  }
}
