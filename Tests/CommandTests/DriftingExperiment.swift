import Configuration
import SystemPackage
import TestSupport

/// A pipeline with a program whose result depends on what it should not: a number in a file outside of the project.
struct DriftingExperiment {
  let folder: TemporaryFolder
  let pipeline: Program
  private let env = Program(at: "/usr/bin/env")

  static let script = """
    import sys, h5py, numpy
    shift = float(open(sys.argv[2]).read())
    with h5py.File(sys.argv[1], "w") as file:
        step = file.create_dataset("step", data=numpy.array([10.0, 20.0, 30.0]))
        x = file.create_dataset("x", data=numpy.array([1.0, 2.0 + shift, float("nan")]))
        for each in (step, x): each.dims[0].label = "step"

    """

  /// - Parameter tolerance: the lines of the stage's tolerance.
  init(tolerance: String = "", more: String = "") throws {
    folder = try TemporaryFolder()
    pipeline = try Program(built: "pipeline")
    try folder.write(Self.script, to: "project/scripts/drift.py")
    try folder.write("0", to: "shift")
    try folder.write(
      """
      pipeline: drift
      stages:
        steady: { kind: uv/fixed-points, with: { learning_rate: 1.1 } }
        values:
          kind: command
          \(tolerance)
          with:
            run: [/usr/bin/python3, scripts/drift.py, "{outputs.values}", "\(folder.path.appending("shift"))"]
            files: [scripts/drift.py]
            sandbox: none
            outputs: { values: values.h5 }
        after:
          kind: command
          inputs: { values: values }
          with: { run: [/bin/cp, "{inputs.values}", "{outputs.copy}"], outputs: { copy: copy.h5 } }
      \(more)
      """,
      to: "project/pipelines/drift.yaml"
    )
    try folder.write("", to: "temporary/.keep")
  }

  var project: FilePath { folder.path.appending("project") }

  /// Sets the number on which the result should not depend.
  func drift(by shift: String) throws {
    try folder.write(shift, to: "shift")
  }

  /// Calls the program in the folder of the project, with a folder of its own for temporary files.
  func run(_ arguments: String..., in place: FilePath? = nil) async throws -> Program.Outcome {
    try await run(arguments, in: place)
  }

  func run(_ arguments: [String], in place: FilePath? = nil) async throws -> Program.Outcome {
    try await env.run(words + arguments, in: place ?? project)
  }

  /// Calls the program and sends it a signal when its output has a text.
  func run(_ arguments: [String], sending number: Int32, onceOutputHas text: String) async throws -> Program.Outcome {
    try await env.run(words + arguments, in: project, sending: number, toGroup: true, onceOutputHas: text)
  }

  private var words: [String] { ["TMPDIR=\(folder.path.appending("temporary"))", pipeline.path.string] }

  /// What is in the folder for temporary files.
  var leftovers: [String] { folder.files(below: "temporary") }

  func json(_ text: String) throws -> [String: JSONValue] {
    guard case .object(let members) = try JSONValue(reading: text, name: "report") else { return [:] }
    return members
  }

  /// How each action agrees, by its name.
  func agreements(_ text: String) throws -> [String: String] {
    guard case .array(let actions)? = try json(text)["actions"] else { return [:] }
    var found: [String: String] = [:]
    for case .object(let action) in actions {
      if case .string(let name)? = action["action"], case .string(let word)? = action["agreement"] {
        found[name] = word
      }
    }
    return found
  }
}
