import Glibc
import SystemPackage
import TestSupport
import Testing

/// Runs on a disk that takes no more than a part of each file, or does not give one: no wrong result is recorded.
@Suite struct FailedWriteTests {
  private let experiment: Experiment

  init() throws {
    experiment = try Experiment()
    try experiment.folder.write(
      """
      pipeline: written
      stages:
        data: { kind: data/synthetic, with: { examples: 50, dimension: 16 } }
        points: { kind: uv/fixed-points, with: { learning_rate: 1.1 } }
      """,
      to: "pipelines/written.yaml"
    )
  }

  private func run(_ arguments: String, fileLimit: Int) async throws -> Program.Outcome {
    // Without the signal a write beyond the limit fails as one to a full disk does.
    let command = "trap '' XFSZ; ulimit -f \(fileLimit); exec \(experiment.pipeline.path) \(arguments)"
    return try await Program(at: "/bin/bash").run(["-c", command], in: experiment.folder.path)
  }

  private var results: [String] {
    experiment.folder.files(below: "artifacts").filter { $0.contains("objects/") || $0.contains("actions/") }
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6, 8, 10, 12])
  func `A write that fails fails its stage, and records nothing`(limit: Int) async throws {
    let outcome = try await run("run written -q --keep-going", fileLimit: limit)
    let records = results.filter { $0.hasSuffix(".json") }
    #expect(outcome.status == (records.count == 2 ? 0 : 1), "\(outcome.errors)")
    // What is recorded is whole.
    let audit = try await experiment.run("audit", "--deep", "--format", "json")
    #expect(!audit.output.contains("\"severity\":\"error\""), "\(audit.output)")
    // An object without a record is whole as well: its name is given to a file that was read back.
    for object in results where object.hasSuffix(".h5") {
      let path = experiment.folder.path.appending(object).string
      let shown = try await experiment.run("show", path)
      #expect(shown.status == 0, "\(shown.errors)")
    }
    // The next run with room for everything is right.
    #expect(try await experiment.run("run", "written", "-q").status == 0)
    #expect(results.count(where: { $0.hasSuffix(".json") }) == 2)
    #expect(try await experiment.run("audit", "--deep").status == 0)
  }

  @Test func `The first of these limits do let a stage fail, which names the disk's reason`() async throws {
    let outcome = try await run("run written -q", fileLimit: 1)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("File too large"), "\(outcome.errors)")
    #expect(results.isEmpty)
  }

  @Test func `A report whose disk is full beside a figure ends with an error, and not with a crash`() async throws {
    try experiment.folder.write(Experiment.drawn(steps: 40000), to: "pipelines/drawn.yaml")
    #expect(try await experiment.run("run", "drawn", "-q").status == 0)
    let figure = try await experiment.address("drawn/figure")
    let object = experiment.folder.path.appending("artifacts/objects/\(figure.prefix(2))/\(figure).h5")
    // Room for the result, and none for its statements.
    let blocks = try readBytes(object).count / 1024 + 1
    let outcome = try await run("report drawn --output site", fileLimit: blocks)
    #expect(outcome.status == 2, "\(outcome)")
    #expect(outcome.errors.contains("drawn.h5: File too large"), "\(outcome)")
    #expect(!experiment.folder.files().contains { $0.hasPrefix("site/") })
    #expect(try await experiment.run("report", "drawn", "--output", "site").status == 0)
  }

  @Test func `A picture whose data gnuplot cannot open fails its stage`() async throws {
    let second = "series: [{ draw: lines, x: runs/step, y: runs/loss, at: { case: 0, learning_rate: 0 } }, "
    try experiment.folder.write(
      Experiment.drawn().replacing("series: [", with: second),
      to: "pipelines/drawn.yaml"
    )
    // gnuplot itself; the data of the first series is not there, and that of the second is.
    let wrapper = try experiment.folder.write(
      """
      #!/bin/sh
      sed -i '0,/^  data /s//  "absent.dat" /' figure.gp
      exec /usr/bin/gnuplot "$@"

      """,
      to: "bin/gnuplot"
    )
    #expect(chmod(wrapper.string, 0o755) == 0)
    let path = "\(wrapper.removingLastComponent()):/usr/bin:/bin"
    let outcome = try await Program(at: "/usr/bin/env").run(
      ["PATH=\(path)", experiment.pipeline.path.string, "run", "drawn", "-q"],
      in: experiment.folder.path
    )
    #expect(outcome.status == 1, "\(outcome)")
    #expect(outcome.errors.contains("gnuplot left out data of the figure: "), "\(outcome)")
    #expect(results.count(where: { $0.hasSuffix(".json") }) == 1)
    #expect(try await experiment.run("run", "drawn", "-q").status == 0)
  }
}
