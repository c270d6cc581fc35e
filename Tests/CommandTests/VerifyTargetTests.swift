import SystemPackage
import TestSupport
import Testing

/// What `pipeline verify` takes a name for: a stage in one of its profiles, or a file with a result.
@Suite struct VerifyTargetTests {
  @Test func `A result that exists in another profile is reported with that profile`() async throws {
    let experiment = try Experiment()
    #expect(try await experiment.run("run", "small", "--profile", "long", "--quiet").status == 0)
    let hint = "made in the profile long: give --profile long"
    let outcome = try await experiment.run("verify", "small/runs")
    #expect(outcome.status == 6)
    #expect(
      outcome.output.contains("not comparable    small/runs  no result is recorded: not built yet; \(hint)\n"),
      "\(outcome)"
    )
    let whole = try await experiment.run("verify", "small")
    #expect(whole.output.contains("not comparable    small/power  no result is recorded: it needs 'runs'; \(hint)\n"))
    for command in ["show", "trace"] {
      let outcome = try await experiment.run(command, "small/runs")
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains("is not built yet with these values\n      = \(hint)\n"), "\(outcome)")
    }
    #expect(try await experiment.run("verify", "small/runs", "--profile", "long").status == 0)
    // A stage that the profile does not change is the same in both.
    #expect(try await experiment.run("verify", "small/points").status == 0)
    let custom = try await experiment.run("verify", "small/points", "--set", "rate=1.2")
    #expect(
      custom.output.contains("not built yet; made with the values of the file alone: without --profile and --set\n"),
      "\(custom)"
    )
  }

  @Test func `A picture or an HDF5 file is enough, even without a store, and a changed one is reported`()
    async throws
  {
    let experiment = try DriftingExperiment(
      more: """
          figure:
            kind: figure
            inputs: { values: values }
            with: { width: 8, height: 6, panels: [{ x: step, y: x, series: [{ draw: lines, x: values/step, y: values/x }] }] }
        """
    )
    #expect(try await experiment.run("run", "drift", "--quiet").status == 0)
    let figures = experiment.project.appending("artifacts/figures/drift")
    for name in ["drift.png", "drift.h5"] {
      try experiment.folder.write(try readBytes(figures.appending(name)), to: "elsewhere/\(name)")
    }
    let elsewhere = experiment.folder.path.appending("elsewhere")
    let store = experiment.project.appending("artifacts").string
    let picture = try await experiment.run("verify", "\(elsewhere)/drift.png", "--store", store)
    #expect(picture.status == 0, "\(picture)")
    #expect(picture.output.contains("  identical         2\n"))
    // The tolerance of the pipeline file that the statement names holds here too.
    try experiment.drift(by: "4.440892098500626e-16")
    #expect(try await experiment.run("verify", "\(elsewhere)/drift.png", "--store", store).status == 3)
    try experiment.drift(by: "0")
    // Without a store the statements in the file are enough, but a program is run only if the user says so.
    let refused = try await experiment.run("verify", "drift.h5", in: elsewhere)
    #expect(refused.status == 6, "\(refused)")
    #expect(refused.output.contains("it runs a program that only the file names; "), "\(refused)")
    // The script is the project's.
    let alone = try await experiment.run("verify", "drift.h5", "--run-programs", in: elsewhere)
    #expect(alone.status == 6, "\(alone)")
    #expect(alone.output.contains("there is no file 'scripts/drift.py' in the project"), "\(alone)")
    let script = try readBytes(experiment.project.appending("scripts/drift.py"))
    try experiment.folder.write(script, to: "elsewhere/scripts/drift.py")
    let whole = try await experiment.run("verify", "drift.h5", "--run-programs", in: elsewhere)
    #expect(whole.output.contains("  identical         2\n"), "\(whole)")
    // Files of one figure, and names of its pipeline, have the same behind them, which is made again once.
    let several = ["drift.pdf", "drift.svg", "drift.png", "drift.h5"].map { "artifacts/figures/drift/\($0)" }
    let once = try await experiment.run(["verify", "--format", "json", "drift/values", "drift/figure"] + several)
    #expect(once.status == 0, "\(once)")
    #expect(try experiment.agreements(once.output) == ["values": "identical", "figure": "identical"])
    let both = try await experiment.run(["verify"] + several + ["drift"])
    #expect(both.output.contains("4 actions made again in "), "\(both)")
    #expect(both.output.contains("  identical         4\n"), "\(both)")
    #expect(
      both.output.split(separator: "\n").count { $0.contains("values") && $0.contains("started") } == 1,
      "\(both)"
    )
    try experiment.folder.write(try readBytes(figures.appending("drift.png")) + [0], to: "elsewhere/drift.png")
    let changed = try await experiment.run("verify", "\(elsewhere)/drift.png", "--store", store)
    #expect(changed.status == 3)
    #expect(changed.output.contains("drift.png is changed since it was drawn"), "\(changed.output)")
  }
}
