import SystemPackage
import TestSupport
import Testing

/// `pipeline init`: a new experiment that works at once.
@Suite struct InitCommandTests {
  private let folder: TemporaryFolder
  private let pipeline: Program

  init() throws {
    folder = try TemporaryFolder()
    pipeline = try Program(built: "pipeline")
  }

  static let files = [
    ".gitignore", "README.md", "artifacts/README.md", "pipelines/example.yaml", "pipelines/schema.json",
  ]

  @Test(arguments: ["", "new", "deep/below"])
  func `A new experiment has an example that runs, and a schema that holds for it`(name: String) async throws {
    let outcome = try await pipeline.run(["init"] + (name.isEmpty ? [] : [name]), in: folder.path)
    let place = name.isEmpty ? "." : name
    let expected = """
      a new experiment in \(place): \(Self.files.joined(separator: " "))
      '\(name.isEmpty ? "" : "cd \(name) && ")pipeline run example' draws its figure

      """
    #expect(outcome == .init(output: expected, errors: "", status: 0))
    let root = name.isEmpty ? folder.path : folder.path.appending(name)
    #expect(folder.files(below: name) == Self.files.map { name.isEmpty ? $0 : "\(name)/\($0)" })
    let run = try await pipeline.run(["run", "example"], in: root)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.hasSuffix(".pdf example.png example.svg\n"), "\(run.output)")
    #expect(try await pipeline.run(["run", "example", "--profile", "long", "--quiet"], in: root).status == 0)
    let schema = try await pipeline.run(["schema"], in: root)
    let written = String(decoding: try readBytes(root.appending("pipelines/schema.json")), as: UTF8.self)
    #expect(schema.output == written)
    let script = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
      .appending("scripts/check-schema").string
    let arguments = ["-W", "ignore", script, "pipelines/schema.json", "pipelines/example.yaml"]
    let validated = try await Program(at: "/usr/bin/python3").run(arguments, in: root)
    #expect(validated == .init(output: "pipelines/example.yaml: valid\n", errors: "", status: 0))
  }

  @Test func `A folder with a file that would be overwritten is left as it is`() async throws {
    try folder.write("mine", to: "README.md")
    try folder.write("mine", to: "other.txt")
    let outcome = try await pipeline.run(["init"], in: folder.path)
    let expected = """
      error: . has README.md already, and nothing was written
            = name another folder, or move what is there

      """
    #expect(outcome == .init(output: "", errors: expected, status: 2))
    #expect(folder.files() == ["README.md", "other.txt"])
  }

  @Test func `A folder that cannot be created is an error`() async throws {
    try folder.write("x", to: "file")
    let outcome = try await pipeline.run(["init", "file"], in: folder.path)
    #expect(outcome == .init(output: "", errors: "error: cannot create the folder file: File exists\n", status: 2))
  }
}
