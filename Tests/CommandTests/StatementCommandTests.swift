import Foundation
import SystemPackage
import TestSupport
import Testing

/// The statements that `pipeline run` writes, read by tools that are not ours.
@Suite struct StatementCommandTests {
  private let experiment: Experiment
  private let python = Program(at: "/usr/bin/python3")

  init() throws {
    experiment = try Experiment()
  }

  /// Runs a script in the folder of the experiment.
  private func script(_ text: String, _ arguments: String...) async throws -> String {
    let outcome = try await python.run(["-c", text] + arguments, in: experiment.folder.path)
    #expect(outcome.errors == "")
    #expect(outcome.status == 0)
    return outcome.output
  }

  private var documentation: String {
    FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
      .appending("Documentation/statements.md").string
  }

  @Test func `Each record's statement follows the documented schema and agrees with the record`() async throws {
    #expect(try await experiment.run("run", "small", "--quiet", "--unsigned", "--profile", "long").status == 0)
    let output = try await script(
      """
      import glob, hashlib, json, jsonschema, re, sys
      page = open(sys.argv[1]).read()
      blocks = [json.loads(block) for block in re.findall(r"```json\\n(.*?)```", page, re.S)]
      schema, example = blocks
      jsonschema.Draft202012Validator.check_schema(schema)
      jsonschema.validate(example, schema)
      pipeline = open("pipelines/small.yaml", "rb").read()
      lines = pipeline.decode().split("\\n")
      for path in sorted(glob.glob("artifacts/actions/*/*.json")):
          record = json.load(open(path))
          statement = json.loads(record["statement"])
          jsonschema.validate(statement, schema)
          canonical = lambda value: json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
          definition = statement["predicate"]["buildDefinition"]
          external, internal = definition["externalParameters"], definition["internalParameters"]
          assert external["parameters"] == record["parameters"] and external["profile"] == "long"
          assert external["file"] == "pipelines/small.yaml"
          line, column = map(int, external["position"].split(":"))
          assert lines[line - 1][column - 1:].startswith(external["stage"] + ":"), external
          subject = {entry["name"]: entry["digest"] for entry in statement["subject"]}
          artifact = "artifacts/objects/%s/%s.h5" % (record["artifact"]["address"][:2], record["artifact"]["address"])
          assert hashlib.sha256(open(artifact, "rb").read()).hexdigest() == subject["artifact.h5"]["sha256"]
          made = {entry["name"]: entry for entry in definition["resolvedDependencies"]}
          assert made["pipeline"]["digest"]["sha256"] == hashlib.sha256(pipeline).hexdigest()
          blob = b"blob %d\\0" % len(pipeline) + pipeline
          assert made["pipeline"]["digest"]["gitBlob"] == hashlib.sha1(blob).hexdigest()
          assert "repository" not in made
          for entry in made.values():
              if entry["name"].startswith("inputs/"): assert entry["annotations"]["action"]
          print(external["stage"], len([name for name in made if name.startswith("inputs/")]))
      """,
      documentation
    )
    #expect(output.split(separator: "\n").sorted() == ["points 0", "power 1", "runs 0"])
  }

  @Test
  func
    `The statement has the commit and whether the pipeline file differs from it, and no program of the repository runs`()
    async throws
  {
    let program = Program(at: "/usr/bin/git")
    func git(_ arguments: String...) async throws {
      let settings = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
      let outcome = try await program.run(settings + arguments, in: experiment.folder.path)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    try await git("init", "--quiet")
    try await git("add", "pipelines/small.yaml")
    try await git("commit", "--quiet", "--message", "one")
    // Whatever git might be made to run leaves a trace.
    let trace = experiment.folder.path.appending("trace").string
    try experiment.folder.write("* filter=evil\n", to: ".gitattributes")
    for setting in ["core.fsmonitor", "filter.evil.clean", "core.sshCommand", "core.pager"] {
      try await git("config", setting, "touch \(trace)")
    }
    let read = """
      import glob, json
      for path in glob.glob("artifacts/actions/*/*.json"):
          statement = json.loads(json.load(open(path))["statement"])
          definition = statement["predicate"]["buildDefinition"]
          if definition["externalParameters"]["stage"] != "points": continue
          for entry in definition["resolvedDependencies"]:
              if entry["name"] == "repository": print(entry["digest"]["gitCommit"], entry["annotations"]["dirty"])
      """
    func commit(dirty: String) async throws -> String {
      let head = try await program.run(["rev-parse", "HEAD"], in: experiment.folder.path).output
      return head.trimmingCharacters(in: .newlines) + " \(dirty)\n"
    }
    #expect(try await experiment.run("run", "small", "--quiet", "--unsigned").status == 0)
    #expect(try await script(read) == commit(dirty: "False"))
    let text = try experiment.text("pipelines/small.yaml")
    try experiment.folder.write(text + "\n# changed\n", to: "pipelines/small.yaml")
    #expect(try await experiment.run("run", "small", "--quiet", "--unsigned", "--force").status == 0)
    #expect(try await script(read) == commit(dirty: "True"))
    #expect(!FileManager.default.fileExists(atPath: trace))
  }

  @Test func `A run with a key signs, an unreadable key ends it before it begins, and --unsigned needs none`()
    async throws
  {
    let folder = experiment.folder.path
    let made = try await experiment.run("key", "new", "keys/one.pem")
    #expect(made.status == 0)
    #expect(made.output.hasPrefix("private    keys/one.pem\npublic     keys/one.pem.pub\nkey        "))
    let identifier = made.output.split(separator: "\n").last?.suffix(64) ?? ""
    #expect(try await experiment.run("key", "new", "keys/one.pem").status == 2)
    let shown = try await experiment.run("key", "show", "keys/one.pem.pub", "--json")
    #expect(shown.output.contains(identifier))
    #expect(try await experiment.run("run", "small", "--quiet", "--key", "keys/one.pem").status == 0)
    let count = try await script(
      """
      import base64, glob, json
      from cryptography.hazmat.primitives.serialization import load_pem_public_key
      key = load_pem_public_key(open("keys/one.pem.pub", "rb").read())
      for path in glob.glob("artifacts/actions/*/*.json"):
          record = json.load(open(path))
          envelope = json.loads(record["statement"])
          payload = base64.b64decode(envelope["payload"])
          kind = envelope["payloadType"].encode()
          message = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
          key.verify(base64.b64decode(envelope["signatures"][0]["sig"]), message)
          assert json.loads(payload)["predicate"]["buildDefinition"]["internalParameters"]["key"] == record["key"]
          print(envelope["signatures"][0]["keyid"])
      """
    )
    #expect(count == String(repeating: "\(identifier)\n", count: 3))
    #expect(try await Program(at: "/bin/chmod").run(["644", "keys/one.pem"], in: folder).status == 0)
    let refused = try await experiment.run("run", "small", "--force", "--key", "keys/one.pem")
    #expect(refused.status == 2)
    #expect(refused.errors.contains("results cannot be signed: others than its owner may read"))
    #expect(refused.output == "")
    #expect(try await experiment.run("run", "small", "--quiet", "--key", "keys/none.pem").status == 2)
    #expect(try await experiment.run("run", "small", "--force", "--quiet", "--unsigned").status == 0)
    #expect(try await experiment.run("run", "small", "--unsigned", "--key", "k").status == 2)
  }
}
