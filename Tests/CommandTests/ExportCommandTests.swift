import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

/// `pipeline export --ro-crate`, read again by Python; `make check-ro-crate` asks the public validator.
@Suite struct ExportCommandTests {
  private let folder: TemporaryFolder
  private let pipeline: Program

  init() throws {
    folder = try TemporaryFolder()
    pipeline = try Program(built: "pipeline")
    try folder.write(
      """
      pipeline: toy
      title: A toy
      parameters: { steps: 12, rate: 0.5 }
      profiles: { long: { steps: 15 } }
      stages:
        swept:
          kind: uv/trajectories
          matrix: { output: [0.1, 0.2] }
          with:
            cases: [{ name: a, start: { output: "${{ matrix.output }}", trace: 1 } }]
            learning_rate: ${{ parameters.rate }}
            steps: ${{ parameters.steps }}
        mean: { kind: statistics, inputs: { data: swept }, with: { over: [output], variables: [trace] } }
        table:
          kind: table
          inputs: { mean: mean }
          with: { rows: mean/step, at: { case: 0, learning_rate: 0 }, columns: [{ title: trace, value: mean/trace_mean }] }
      claims: [{ name: "it is there", value: "mean/trace_mean[step@0]", reduce: max, above: 0 }]
      """,
      to: "toy.yaml"
    )
  }

  private func run(_ arguments: String...) async throws -> Program.Outcome {
    try await pipeline.run(arguments, in: folder.path)
  }

  @Test func `The crate describes workflow, steps, tools and actions, and answers the questions of its profile`()
    async throws
  {
    #expect(try await run("run", "toy.yaml", "--profile", "long").status == 0)
    let outcome = try await run(
      "export",
      "--ro-crate",
      "crate",
      "toy.yaml",
      "--profile",
      "long",
      "--agent",
      "Ada",
      "--license",
      "https://example.org/l"
    )
    #expect(outcome == .init(output: "the crate of toy.long is crate\n", errors: "", status: 0))
    let script = """
      import datetime, hashlib, json, pathlib
      crate = pathlib.Path("crate")
      graph = json.loads((crate / "ro-crate-metadata.json").read_text())
      entities = {entity["@id"]: entity for entity in graph["@graph"]}
      assert len(entities) == len(graph["@graph"]), "an id twice"
      def many(value): return value if isinstance(value, list) else [] if value is None else [value]
      def ids(entity, name): return [value["@id"] for value in many(entity.get(name))]
      def of(kind): return [entity for entity in entities.values() if kind in many(entity["@type"])]
      # Every reference leads to an entity, and every file has the stated digest.
      for entity in entities.values():
          for name, values in entity.items():
              for value in many(values):
                  if isinstance(value, dict):
                      assert value["@id"] in entities or value["@id"].startswith("https://w3id.org/ro/crate"), value
              assert not isinstance(values, list) or len(values) != 1, (entity["@id"], name)
      root = entities["./"]
      files = of("File")
      assert sorted(ids(root, "hasPart")) == sorted(file["@id"] for file in files)
      for file in files:
          data = (crate / file["@id"]).read_bytes()
          assert hashlib.sha256(data).hexdigest() == file["sha256"] and str(len(data)) == file["contentSize"], file
      there = {str(path.relative_to(crate)) for path in crate.rglob("*") if path.is_file()} - {"ro-crate-metadata.json"}
      assert there == {file["@id"] for file in files}, there
      assert len(ids(root, "conformsTo")) == 4 and ids(root, "license") == ["https://example.org/l"]

      workflow = entities[ids(root, "mainEntity")[0]]
      assert workflow["@id"] == "toy.yaml" and "HowTo" in workflow["@type"]
      assert ids(workflow, "step") == ["#steps/swept", "#steps/mean", "#steps/table"]
      assert ids(workflow, "hasPart") == ["#tools/swept", "#tools/mean", "#tools/table"]
      organize, = of("OrganizeAction")
      assert ids(organize, "result") == ["#run"] and len(ids(organize, "object")) == 3
      for control in of("ControlAction"):
          step = entities[ids(control, "instrument")[0]]
          for action in ids(control, "object"): assert ids(entities[action], "instrument") == ids(step, "workExample")
      actions = [action for action in of("CreateAction") if action["@id"] != "#run"]
      assert len(actions) == 4

      # 2, 5, 6, 7: memory, times, success.
      for action in actions:
          usage = {entities[one]["name"]: entities[one] for one in ids(action, "resourceUsage")}
          assert usage["peakMemoryBytes"]["value"] > 1e6 and usage["seconds"]["propertyID"] and usage["seconds"]["unitCode"]
          start, end = map(datetime.datetime.fromisoformat, (action["startTime"].replace("Z", "+00:00"), action["endTime"].replace("Z", "+00:00")))
          assert start <= end and action["actionStatus"].endswith("/CompletedActionStatus")
          assert entities[ids(action, "agent")[0]]["name"] == "Ada"
      run = entities["#run"]
      assert run["startTime"] == min(action["startTime"] for action in actions)
      assert run["endTime"] == max(action["endTime"] for action in actions)
      # 8: what went in and what came out.
      given = {entities[one]["name"]: entities[one]["value"] for one in ids(run, "object")}
      assert given == {"steps": 15, "rate": 0.5}, given
      assert "figures/toy.csv" in ids(run, "result"), ids(run, "result")
      assert {output["name"] for output in map(entities.get, ids(workflow, "output"))} == {"toy.csv", "toy.md", "toy.tex"}
      # 9, 10: which version, of what.
      for tool in map(entities.get, ids(workflow, "hasPart")):
          assert tool["softwareVersion"] and entities[ids(tool, "mainEntity")[0]]["name"] == "pipeline"
      assert "hdf5" in {entities[one]["name"] for one in ids(entities["#tools/mean"], "softwareRequirements")}
      # 11: how a parameter of the file came to a tool, and a result to the next.
      links = {(ids(one, "sourceParameter")[0], ids(one, "targetParameter")[0]) for one in of("ParameterConnection")}
      assert ("#parameters/steps", "#tools/swept/parameters/steps") in links, links
      assert ("#parameters/rate", "#tools/swept/parameters/learning_rate") in links, links
      assert ("#parameters/rate", "#tools/swept/parameters/steps") not in links
      assert ("#tools/swept/result", "#tools/mean/inputs/data") in links
      mean = entities["#actions/mean"]
      points = [entities[one] for one in ids(mean, "object") if "File" in many(entities[one]["@type"])]
      assert len(points) == 2 and all("#tools/mean/inputs/data" in ids(one, "exampleOfWork") for one in points)
      values = {entities[one]["value"] for one in ids(entities["#actions/swept%5Boutput=0.1%5D"], "object")}
      assert 15 in values, values
      print("good")
      """
    let checked = try await Program(at: "/usr/bin/python3").run(["-c", script], in: folder.path)
    #expect(checked == .init(output: "good\n", errors: "", status: 0))
  }

  @Test func `Of several pipelines there are all crates or none`() async throws {
    let text = String(decoding: try readBytes(folder.path.appending("toy.yaml")), as: UTF8.self)
    let other = text.replacing("pipeline: toy", with: "pipeline: other").replacing("steps: 12", with: "steps: 13")
    try folder.write(other, to: "other.yaml")
    #expect(try await run("run", "toy.yaml").status == 0)
    #expect(try await run("run", "other.yaml", "--until", "mean").status == 0)
    let lacking = try await run("export", "--ro-crate", "crates", "toy.yaml", "other.yaml")
    #expect(lacking.status == 2)
    #expect(lacking.errors.contains("'other' has 3 of 4 actions made"), "\(lacking)")
    #expect(lacking.output == "")
    #expect(!folder.files().contains { $0.contains("crate") })
    #expect(try await run("run", "other.yaml").status == 0)
    let whole = try await run("export", "--ro-crate", "crates", "toy.yaml", "other.yaml")
    #expect(
      whole
        == .init(
          output: "the crate of toy is crates/toy\nthe crate of other is crates/other\n",
          errors: "",
          status: 0
        )
    )
    #expect(try await run("export", "--ro-crate", "one", "toy.yaml").status == 0)
    let names = folder.files(below: "one").map { String($0.dropFirst(4)) }
    #expect(folder.files(below: "crates/toy").map { String($0.dropFirst(11)) } == names)
    for name in names {
      let pair = try ["one", "crates/toy"].map { try readBytes(folder.path.appending("\($0)/\(name)")) }
      #expect(pair[0] == pair[1])
    }
    let twice = try await run("export", "--ro-crate", "new", "toy.yaml", "./toy.yaml")
    #expect(twice.status == 2)
    #expect(twice.errors.contains("two of these pipelines are called 'toy'"))
  }

  @Test func `Equal stores give equal crates; an incomplete run and an existing folder are refused`()
    async throws
  {
    let none = try await run("export", "--ro-crate", "crate", "toy.yaml")
    #expect(none.status == 2)
    #expect(none.errors.contains("a crate describes a complete run: 'toy' has 0 of 4 actions made"))
    #expect(folder.files() == ["toy.yaml"])
    #expect(try await run("run", "toy.yaml").status == 0)
    for name in ["one", "two"] { #expect(try await run("export", "--ro-crate", name, "toy.yaml").status == 0) }
    let names = folder.files(below: "one").map { String($0.dropFirst(4)) }
    #expect(names.count > 10)
    for name in names {
      #expect(try readBytes(folder.path.appending("one/\(name)")) == readBytes(folder.path.appending("two/\(name)")))
    }
    let again = try await run("export", "--ro-crate", "one", "toy.yaml")
    #expect(again.status == 2)
    #expect(again.errors.contains("one' is there already, and is not replaced"))
    #expect(try await run("export", "--ro-crate", "three", "toi.yaml").status == 2)
    let inside = try await run("export", "--ro-crate", "artifacts/crate", "toy.yaml")
    #expect(inside.status == 2)
    #expect(inside.errors.hasPrefix("error: 'artifacts/crate' lies in the store 'artifacts'"))
    #expect(!folder.files().contains { $0.hasPrefix("artifacts/crate") })
    // A result that was made and is not whole is not one that was never made.
    let table = try #require(folder.files(below: "artifacts/objects").first { $0.hasSuffix(".csv") })
    try FileManager.default.removeItem(atPath: folder.path.appending(table).string)
    try folder.write("no table", to: table)
    let damaged = try await run("export", "--ro-crate", "three", "toy.yaml")
    #expect(damaged.status == 1)
    #expect(
      damaged.errors.hasPrefix("error: 'table' of 'toy' is damaged, and no crate is made: its object "),
      "\(damaged)"
    )
    #expect(damaged.errors.contains(" is damaged; 'pipeline run' makes it again, and 'pipeline audit' shows"))
    #expect(!folder.files().contains { $0.hasPrefix("three") })
    #expect(try await run("export", "--ro-crate", "three", "toy.yaml", "--orcid", "me").status == 2)
  }
}
