internal import Glibc
internal import Planning
internal import Provenance
internal import Store
internal import Subprocess
internal import SystemPackage

/// The runner's side of a worker process.
struct WorkerProcess {
  let executable: FilePath
  let arguments: [String]
  let store: ArtifactStore
  let commit: RecordCommit

  /// How a worker process ended.
  enum Ending: Sendable {
    /// There was no more work for it.
    case noMoreWork
    /// It never took an order: the program or the machine is at fault, and not an action.
    case notStarted(reason: String)
    /// It had ended, between two orders, before it was given this one.
    case notAccepted(Assignment)
    /// It ended while it worked on this, having printed that.
    case lost(Assignment, reason: String, output: String?)
  }

  /// Has a process work on `first` and on whatever follows.
  func serve(_ first: Assignment, _ coordinator: Coordinator) async -> Ending {
    let progress = Progress(first)
    let reason: String
    let log: WorkerLog
    do {
      log = try WorkerLog(in: store)
    } catch {
      return .notStarted(reason: String(describing: error))
    }
    do {
      let result = try await Subprocess.run(
        .path(executable),
        arguments: Arguments(arguments),
        // Workers run code of the user, which is not to learn where the signing key is.
        environment: .inherit.updating([Environment.Key(stringLiteral: KeyFile.variable): nil]),
        platformOptions: Self.options,
        input: .inputWriter,
        output: .sequence,
        error: .fileDescriptor(log.descriptor, closeAfterSpawningProcess: false)
      ) { execution in
        var messages = Messages(execution.standardOutput)
        while let assignment = await progress.assignment {
          // A pipe that is broken means that the process is ending: how it ended says more.
          guard (try? await execution.standardInputWriter.write(assignment.order.line)) != nil else { return }
          await coordinator.begin(assignment, on: execution.processIdentifier.value)
          var isDone = false
          while !isDone, let line = try await messages.next() {
            let report = try WorkReport(line: line)
            await progress.hear(report)
            let output = report.outcome == nil ? nil : log.take()
            isDone = await take(report, of: assignment, output, coordinator)
          }
          guard isDone else { return }
          await progress.turn(to: coordinator.next())
        }
        try await execution.standardInputWriter.finish()
      }
      reason = Self.describe(result.terminationStatus)
    } catch {
      reason = String(describing: error)
    }
    return await progress.ending(reason, output: log.take())
  }

  /// Takes in what a worker says; true when that ends the assignment.
  private func take(
    _ report: WorkReport,
    of assignment: Assignment,
    _ output: String?,
    _ coordinator: Coordinator
  ) async -> Bool {
    switch report.outcome {
    case nil:
      await coordinator.take(StageProgress(report.fraction, report.message), of: assignment)
      return false
    case .failed:
      let log = await StageLog.keepFailure(of: assignment.order, in: store)
      await coordinator.fail(assignment, report.message, output: output, log: log)
    case .done:
      do {
        await coordinator.take(try await commit.accept(report, of: assignment.order), of: assignment, output: output)
      } catch {
        await coordinator.fail(assignment, "its result cannot be recorded: \(error)", output: output)
      }
    }
    return true
  }

  /// A process group of its own: Ctrl-C reaches every process of the terminal's, and the runner is the one that acts on
  /// it.
  ///
  /// A worker that is to end first ends what it has started.
  private static var options: PlatformOptions {
    var options = PlatformOptions()
    options.processGroupID = 0
    options.teardownSequence = [.send(signal: .terminate, allowedDurationToNextStep: .seconds(5))]
    return options
  }

  private static func describe(_ status: TerminationStatus) -> String {
    switch status {
    case .exited(let code): return "the worker process exited with code \(code)"
    case .signaled(let number):
      let name = strsignal(number).map { String(cString: $0) } ?? "unknown"
      // The kernel kills with 9 when memory runs out; nothing else here does.
      let cause = number == SIGKILL ? "; was memory short?" : ""
      return "the worker process was ended by signal \(number) (\(name)\(cause))"
    }
  }
}

/// How far a worker process is; this outlives the process, so that a crash can be put down to what it was at.
private actor Progress {
  private(set) var assignment: Assignment?
  private var isAccepted = false
  private var hasServed = false
  private var lastWords = ""

  init(_ assignment: Assignment) {
    self.assignment = assignment
  }

  func hear(_ report: WorkReport) {
    isAccepted = true
    hasServed = true
    lastWords = report.message
  }

  func turn(to next: Assignment?) {
    assignment = next
    isAccepted = false
  }

  func ending(_ reason: String, output: String?) -> WorkerProcess.Ending {
    guard let assignment else { return .noMoreWork }
    if isAccepted {
      let reason = lastWords.isEmpty ? reason : "\(reason); it was last \(lastWords)"
      return .lost(assignment, reason: reason, output: output)
    }
    // Why a program cannot be started, the system says there.
    return hasServed
      ? .notAccepted(assignment) : .notStarted(reason: output.map { "\(reason): \($0)" } ?? reason)
  }
}
