import ArgumentParser
import Artifacts
import Configuration
import Execution
import Glibc
import Planning
import Reporting
import Stages
import Store
import SystemPackage

/// `pipeline gc`.
struct CollectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc",
    abstract: "Removes from the store what no pipeline here reaches.",
    discussion: """
      Kept is what the pipelines of pipelines/, with each of their profiles, would find known. Removed are records \
      that none of them reaches, such as those of values given by --set or of older code, and objects that no record \
      refers to; those only when they are an hour old, since a running stage may be writing them. With --max-size, \
      results that pipelines do reach go as well, until the rest fits: those first that are the fastest to make \
      again for their size. Figures in figures/ stay.

      A lock among the pipelines to keep stands for the results that it names. Of the logs in runs/, the newest \
      \(RunCollection.usualCount) of each run's name are kept, and those written to within the time of --older-than.
      Checkpoints of trainings, from which a longer one would go on, stay for 30 days, or for the time of --older-than;
      with --max-size, only those of the last hour.

      Examples:
        pipeline gc --dry-run
        pipeline gc --older-than 30d
        pipeline gc --keep fig3 fig4 --max-size 10GB
        pipeline gc --keep fig3 paper.lock --keep-runs 5
      """
  )

  @Flag(name: .long, help: "Say what would be removed, and remove nothing.")
  var dryRun = false

  @Option(
    name: .long,
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "The pipelines and lock files whose results are kept (default: all of pipelines/).",
      valueName: "pipeline"
    )
  )
  var keep: [String] = []

  @Option(name: .long, help: "Remove only what is older, such as 12h or 30d (default: 1h).")
  var olderThan: TimeSpan?

  @Option(name: .long, help: "How large the store may be, such as 500MB or 10GB.")
  var maxSize: ByteCount?

  @Option(name: .long, help: "How many logs of each run's name are kept.")
  var keepRuns = RunCollection.usualCount

  @Option(name: .long, help: "The folder of the store.")
  var store = "artifacts"

  @Flag(name: .long, help: "Write JSON, on one line.")
  var json = false

  func validate() throws {
    if keepRuns < 0 { throw ValidationError("--keep-runs is not negative, and got \(keepRuns)") }
  }

  func run() throws {
    guard let store = try ArtifactStore(existingAt: FilePath(store)) else {
      throw Diagnostics(
        Diagnostic("there is no store '\(store)' here", at: nil, hints: "'--store' names another one")
      )
    }
    let reached = try reachedKeys(in: store)
    let now = Double(time(nil))
    let leastAge = olderThan?.seconds ?? 3600
    let inventory = StoreInventory(of: store, now: now)
    let plan = CollectionPlan(
      inventory,
      CollectionPlan.Rules(reached: reached, leastAge: leastAge, budget: maxSize?.bytes)
    )
    let runs = RunCollection(of: store, keeping: keepRuns, leastAge: leastAge, now: now)
    let checkpoints = CheckpointCollection(
      of: store,
      leastAge: olderThan?.seconds ?? (maxSize == nil ? CheckpointCollection.usualAge : leastAge),
      now: now
    )
    // Looked for before the records go that say whose they are.
    let keys = plan.shares.flatMap(\.records).compactMap { ContentDigest($0.path.stem ?? "") }
    let logs = LogCollection(of: keys, in: store)
    if !dryRun {
      try plan.execute()
      logs.execute()
      runs.execute()
      checkpoints.execute()
      CompletedRun.forgetAll(in: store)
    }
    if json {
      Terminal.say(describe(plan, runs, checkpoints, logs).canonicalText)
    } else {
      tell(plan, runs, checkpoints, logs, inventory, store)
    }
    if let maxSize, plan.bytesLeft > maxSize.bytes {
      Terminal.complain(
        "error: \(ShortNumber.bytes(plan.bytesLeft)) are left, more than \(ShortNumber.bytes(maxSize.bytes)): "
          + "the rest is younger than --older-than"
      )
      throw ExitStatus.checkFailed
    }
  }

  /// The keys of all actions that the kept pipelines, with each of their profiles, find known.
  private func reachedKeys(in store: ArtifactStore) throws -> Set<String> {
    var names = keep
    if names.isEmpty {
      let files = (try? FileSystem.contents(of: "pipelines")) ?? []
      names = files.filter { $0.hasSuffix(".yaml") }.map { "pipelines/\($0)" }
    }
    guard !names.isEmpty else {
      throw Diagnostics(
        Diagnostic(
          "there is no pipeline in pipelines/, so that all results would be removed",
          at: nil,
          hints: "call it from the folder of the experiment, or name pipelines with --keep"
        )
      )
    }
    let locks = names.filter { $0.hasSuffix(".lock") }
    // A pipeline with a mistake stops it all: what it reaches is not known, and would be lost.
    var reached = Set(try ReachedResults.records(of: names.filter { !$0.hasSuffix(".lock") }, in: store).keys)
    for name in locks {
      guard let lock = try Lock(contentsOf: FilePath(name)) else {
        throw Diagnostics(Diagnostic("there is no lock '\(name)'", at: nil))
      }
      reached.formUnion(lock.entries.values.map(\.key.description))
    }
    return reached
  }

  private func tell(
    _ plan: CollectionPlan,
    _ runs: RunCollection,
    _ checkpoints: CheckpointCollection,
    _ logs: LogCollection,
    _ inventory: StoreInventory,
    _ store: ArtifactStore
  ) {
    Terminal.say(
      "\(store.root): \(Self.count(inventory.objectCount, "object")), \(Self.count(inventory.recordCount, "record")), "
        + ShortNumber.bytes(inventory.bytes)
    )
    let reasons = [
      ("no pipeline reaches", plan.unreached), ("no record refers to", plan.unreferenced),
      ("beyond --max-size", plan.overBudget),
    ]
    for (reason, share) in reasons where !share.isEmpty {
      let records = share.records.isEmpty ? "" : "\(Self.count(share.records.count, "record")), "
      Terminal.say(
        "  \(reason): \(records)\(Self.count(share.objects.count, "object")), \(ShortNumber.bytes(share.bytes))"
      )
    }
    if plan.youngRecords > 0 {
      Terminal.say("  no pipeline reaches, but too young: \(Self.count(plan.youngRecords, "record"))")
    }
    if plan.youngObjects > 0 {
      Terminal.say("  no record refers to, but may be being made: \(Self.count(plan.youngObjects, "object"))")
    }
    if !runs.removed.isEmpty {
      Terminal.say("  old runs: \(Self.count(runs.removed.count, "log")), \(ShortNumber.bytes(runs.bytes))")
    }
    if !checkpoints.removed.isEmpty {
      Terminal.say(
        "  old checkpoints: \(Self.count(checkpoints.removed.count, "file")), \(ShortNumber.bytes(checkpoints.bytes))"
      )
    }
    if !logs.removed.isEmpty {
      Terminal.say(
        "  of these results: \(Self.count(logs.removed.count, "log")), \(ShortNumber.bytes(logs.bytes))"
      )
    }
    let bytes = plan.bytesFreed + runs.bytes + checkpoints.bytes + logs.bytes
    let freed = ShortNumber.bytes(bytes)
    Terminal.say(dryRun ? "would free \(freed)" : bytes == 0 ? "nothing to free" : "freed \(freed)")
  }

  private func describe(
    _ plan: CollectionPlan,
    _ runs: RunCollection,
    _ checkpoints: CheckpointCollection,
    _ logs: LogCollection
  ) -> JSONValue {
    func describe(_ share: CollectionPlan.Share) -> JSONValue {
      [
        "bytes": .integer(share.bytes),
        "objects": .array(share.objects.map { .string($0.path.string) }),
        "records": .array(share.records.map { .string($0.path.string) }),
      ]
    }
    return [
      "dry_run": .boolean(dryRun),
      "unreached": describe(plan.unreached),
      "unreferenced": describe(plan.unreferenced),
      "over_budget": describe(plan.overBudget),
      "young_objects": .integer(plan.youngObjects),
      "young_records": .integer(plan.youngRecords),
      "runs": [
        "bytes": .integer(runs.bytes), "folders": .array(runs.removed.map { .string($0.path.string) }),
        "kept": .integer(runs.keptCount),
      ],
      "checkpoints": [
        "bytes": .integer(checkpoints.bytes), "files": .array(checkpoints.removed.map { .string($0.string) }),
        "bytes_kept": .integer(checkpoints.bytesKept),
      ],
      "logs": ["bytes": .integer(logs.bytes), "files": .array(logs.removed.map { .string($0.string) })],
      "bytes_freed": .integer(plan.bytesFreed + runs.bytes + checkpoints.bytes + logs.bytes),
      "bytes_left": .integer(plan.bytesLeft),
    ]
  }

  private static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }
}
