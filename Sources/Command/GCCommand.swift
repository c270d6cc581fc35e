import ArgumentParser
import Artifacts
import Configuration
import Dispatch
import Execution
import Glibc
import Planning
import Reporting
import Store
import SystemPackage

/// `pipeline gc`.
struct GCCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc",
    abstract: "Remove results that nothing needs from the store.",
    discussion: """
      Removes only what is proved unreachable, and stops before it removes anything if a record, a lock file or a \
      pipeline cannot be read. These keep results:
      - every pipeline file that has used the store, in this project or another, and all of pipelines/: what a run \
      would reuse, with each profile, also below stages that are out of date now;
      - the last run of each pipeline and profile, and recent runs with --set;
      - the lock files of these projects, and what --keep names;
      - runs in progress, and whatever was written during the last hour (--older-than) by the clock of the file system.

      What goes is listed by pipeline and stage and moved to trash/ in the store. gc empties the trash after 7 days; \
      until then --restore puts it back. On a terminal gc asks first.

      A pipeline file that has moved or has a mistake stops gc. Correct it, or give its results up with --forget. \
      Checkpoints stay for 30 days, or for the time of --older-than. Documentation/garbage-collection.md says more.

      Examples:
        pipeline gc --dry-run
        pipeline gc --older-than 30d --yes
        pipeline gc --keep paper.lock --max-size 10GB
        pipeline gc --forget pipelines/old.yaml
        pipeline gc --restore
      """
  )

  @Flag(name: .long, help: "List what would be removed, and remove nothing.")
  var dryRun = false

  @Flag(name: .shortAndLong, help: "Do not ask on a terminal.")
  var yes = false

  @Option(
    name: .long,
    parsing: .upToNextOption,
    help: ArgumentHelp("Further pipelines and lock files whose results are kept.", valueName: "pipeline")
  )
  var keep: [String] = []

  @Option(name: .long, help: "Remove only what is older, such as 12h or 30d (default: 1h).")
  var olderThan: TimeSpan?

  @Option(
    name: .long,
    help: """
      How large the store may be, such as 500MB or 10GB. Results that pipelines would reuse go as well until the rest \
      fits: those first that take the least time to recompute for their size.
      """
  )
  var maxSize: ByteCount?

  @Option(name: .long, help: "How many folders of runs/ are kept of each run's name.")
  var keepRuns = OldRuns.usualCount

  @Flag(name: .long, help: "Also delete what is in the trash, for good.")
  var emptyTrash = false

  @Option(
    name: .long,
    defaultAsFlag: "",
    parsing: .next,
    help: ArgumentHelp("Put back what gc removed last, or at this time, and do nothing else.", valueName: "time")
  )
  var restore: String?

  @Option(
    name: .long,
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Let these pipeline files keep nothing from now on, until they run again, and do nothing else.",
      valueName: "path"
    )
  )
  var forget: [String] = []

  @Option(name: .long, help: "The folder of the store.")
  var store = "artifacts"

  @Flag(name: .long, help: "Write JSON, on one line.")
  var json = false

  func validate() throws {
    if keepRuns < 0 { throw ValidationError("--keep-runs is not negative, and got \(keepRuns)") }
    if !forget.isEmpty, restore != nil { throw ValidationError("--forget and --restore exclude each other") }
  }

  func run() throws {
    guard let store = try ArtifactStore(existingAt: FilePath(store)) else {
      throw Diagnostics(Diagnostic("there is no store '\(store)' here", at: nil, hints: "'--store' names another one"))
    }
    let roots = GCRoots(of: store, keeping: keep)
    if !forget.isEmpty { return try forget.map(roots.forget).forEach(Terminal.say) }
    if let restore { return try putBack(restore, to: store) }
    let first = try GarbageLook(at: store, request, pipelines: roots.read)
    let trash = try Trash(of: store, now: first.rules.now)
    let old = emptyTrash ? trash.bins : trash.bins.filter { $0.age >= Trash.usualAge }
    var report = GCReport(store: store, look: first, trash: trash, emptied: old, isDry: dryRun)
    if !json { report.list.forEach(Terminal.say) }
    if !dryRun, first.count > 0 || !old.isEmpty {
      guard yes || !Self.isTerminal || Self.isConfirmed(report.question) else {
        Terminal.complain("nothing was removed")
        throw ExitStatus.stageFailed
      }
      let gate = try store.closeGate()
      defer { gate.release() }
      // On a large store the second look may take longer than other machines wait for a sign of life.
      let timer = DispatchSource.makeTimerSource()
      timer.schedule(deadline: .now() + 5, repeating: 5)
      timer.setEventHandler { gate.renew() }
      timer.resume()
      defer { timer.cancel() }
      let second = try GarbageLook(at: store, request, after: first, pipelines: roots.read).confirming(first)
      // Before anything goes: a run must not believe such a note if this is stopped midway.
      CompletedRun.forgetAll(in: store)
      let (bin, count) = try second.sweep(store, under: gate)
      try Trash.empty(emptyTrash ? Trash(of: store, now: second.rules.now).bins : old, of: store)
      report.finish(second, bin: emptyTrash ? nil : bin, count: count)
    }
    if json { Terminal.sayJSON(report.json) } else { Terminal.sayText(report.conclusion) }
    let left = report.look.garbage.bytesLeft
    if let maxSize, left > maxSize.bytes {
      Terminal.complain(
        "error: \(ShortNumber.bytes(left)) are left, more than \(ShortNumber.bytes(maxSize.bytes)): the rest is younger "
          + "than --older-than, pinned by a lock file or in use"
      )
      throw ExitStatus.checkFailed
    }
  }

  private var request: GarbageLook.Request {
    var request = GarbageLook.Request()
    request.leastAge = olderThan?.seconds ?? request.leastAge
    // A store that is to be small gives checkpoints up sooner.
    request.checkpointAge = olderThan?.seconds ?? (maxSize == nil ? request.checkpointAge : request.leastAge)
    request.budget = maxSize?.bytes
    request.runCount = keepRuns
    request.isDry = dryRun
    return request
  }

  private func putBack(_ name: String, to store: ArtifactStore) throws {
    let bins = try Trash(of: store, now: store.fileSystemTime()).bins
    guard let bin = name.isEmpty ? bins.last : bins.first(where: { $0.name == name }) else {
      let names = bins.map(\.name).joined(separator: ", ")
      throw Diagnostics(
        Diagnostic(
          name.isEmpty ? "the trash is empty" : "there is no '\(name)' in the trash",
          at: nil,
          hints: bins.isEmpty ? nil : "the trash has \(names)"
        )
      )
    }
    let gate = try store.closeGate()
    defer { gate.release() }
    let count = try Trash.restore(bin, to: store)
    Terminal.say("restored \(count == 1 ? "1 file" : "\(count) files") of \(bin.name)")
  }

  private static var isTerminal: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

  private static func isConfirmed(_ question: String) -> Bool {
    Terminal.ask("\(question) [y/N] ")
    return ["y", "yes"].contains((readLine() ?? "").lowercased())
  }
}
