import ArgumentParser
import Configuration
import Glibc
import Processes
import Reporting
import SystemPackage

/// `pipeline`: runs experiments from YAML files and proves where each result came from.
@main
struct Main: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pipeline",
    abstract: "Runs deep-learning experiments from YAML files and proves where each result came from.",
    discussion: """
      A pipeline file declares the stages of an experiment. 'pipeline run fig3.yaml' runs those whose results are \
      not known yet, keeps every result as a labelled HDF5 file named by its content, and draws the figures.

      Exit codes: 0 done, 1 a stage failed, 2 the pipeline file or the command is wrong, 3 a check did not hold, \
      130 interrupted; of 'verify' also 4 equal in content, 5 within tolerance, 6 not comparable.
      """,
    version: Program.version,
    subcommands: [
      InitCommand.self, RunCommand.self, PlanCommand.self, CheckCommand.self, StagesCommand.self, SchemaCommand.self,
      GraphCommand.self, ClaimsCommand.self, ShowCommand.self, TraceCommand.self, DiffCommand.self, AuditCommand.self,
      VerifyCommand.self, ReportCommand.self, ExportCommand.self, DataCommand.self, GCCommand.self,
      KeyCommand.self, WorkerCommand.self, ClaimWorkerCommand.self, ContentWorkerCommand.self,
      ComparisonWorkerCommand.self, PublishingWorkerCommand.self,
    ]
  )

  static func main() async {
    Supervisor.serveIfAsked(CommandLine.arguments)
    Parent.endWithIt()
    OpenFiles.raise()
    // A reader that goes, such as `head`, ends what is written and not what is done.
    signal(SIGPIPE, SIG_IGN)
    var status = ExitStatus.done
    do {
      try CommandArguments.check()
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      status = ExitStatus.report(error)
    }
    if let reason = Terminal.lostOutput {
      Terminal.complain("error: cannot write to standard output: \(reason)")
      if status == .done { status = .stageFailed }
    }
    Glibc.exit(status.rawValue)
  }
}

/// What the program is called in records and by `--version`.
enum Program {
  static let version = "0.1.0"
  static let nameAndVersion = "pipeline \(version)"
}
