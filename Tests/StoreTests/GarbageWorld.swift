import Artifacts
import Configuration
import Planning
import Store
import TestSupport

/// A store without files, the pipelines that use it, and what has happened to them.
struct GarbageWorld {
  private struct Stage {
    var kind: String
    var value: Int
    var comment: Int
    var needs: [Int]
  }

  private struct Project {
    var stages: [Stage]
    var before: [Stage]
    var isForgotten = false
    /// The keys of the last run, by the name of the action.
    var latest: [String: ContentDigest] = [:]
  }

  /// A run that was begun and has not ended.
  private struct Run {
    let project: String
    let actions: [Action]
    let values: [String: String]
    var next = 0
    var known: [String: ContentDigest] = [:]
  }

  private var random: SplitMix64
  private var now = 1e9
  private var records: [ContentDigest: StoredRecord] = [:]
  private var objects: [String: StoredObject] = [:]
  private var projects: [String: Project] = [:]
  private var runs: [Run] = []
  private var locked: Set<ContentDigest> = []
  /// For each kind the version of its code, and the one that decides on results: most upgrades change only the first.
  private var code: [String: (text: Int, meaning: Int)] = [:]
  private(set) var removed = 0
  /// How many collections an error has stopped before they were done.
  private(set) var stopped = 0
  private(set) var violation: String?
  private(set) var story: [String] = []

  init(seed: UInt64) {
    random = SplitMix64(seed: seed)
    for name in ["p", "q"] {
      let count = Int.random(in: 1...4, using: &random)
      let stages = (0..<count).map { index in
        Stage(
          kind: ["a", "b", "c"].randomElement(using: &random) ?? "a",
          value: Int.random(in: 0...2, using: &random),
          comment: 0,
          needs: (0..<index).filter { _ in Bool.random(using: &random) }
        )
      }
      projects[name] = Project(stages: stages, before: stages)
    }
  }

  /// A world of one pipeline, each stage of which needs the one before, that was run and then forgotten.
  init(seed: UInt64, chainOf length: Int) {
    random = SplitMix64(seed: seed)
    let stages = (0..<length).map { Stage(kind: "a", value: 0, comment: 0, needs: $0 == 0 ? [] : [$0 - 1]) }
    projects["p"] = Project(stages: stages, before: stages)
    finish("p", note: "run p")
    projects["p"]?.isForgotten = true
    now += 20_000
  }

  var recordCount: Int { records.count }

  // MARK: - What pipelines are

  private func actions(of stages: [Stage]) -> [Action] {
    stages.enumerated().map { index, stage in
      var inputs: [String: Source<String>] = [:]
      for need in stage.needs { inputs["i\(need)"] = .one("s\(need)") }
      return Action(
        name: "s\(index)",
        kind: stage.kind,
        parameters: ["value": .integer(stage.value), "comment": .integer(stage.comment)],
        inputs: inputs,
        fingerprint: "\(stage.kind)\(code[stage.kind]?.text ?? 0)",
        location: nil
      )
    }
  }

  /// What decides on the result of each action apart from its inputs: neither comments nor harmless upgrades do.
  private func values(of stages: [Stage]) -> [String: String] {
    Dictionary(
      uniqueKeysWithValues: stages.enumerated().map { index, stage in
        ("s\(index)", "\(stage.kind) \(code[stage.kind]?.meaning ?? 0) \(stage.value % 2)")
      }
    )
  }

  private func isWhole(_ key: ContentDigest) -> Bool {
    records[key].map { $0.objects.allSatisfy { objects[$0] != nil } } ?? false
  }

  /// What a run of these actions would reuse, found out by running them in the head.
  private func reused(_ actions: [Action], _ values: [String: String], given: [String: ContentDigest] = [:])
    -> Set<ContentDigest>
  {
    var known = given
    var found: Set<ContentDigest> = []
    for action in actions where known[action.name] == nil {
      let task = Plan.Task(action, known: known)
      if isWhole(task.key), let record = records[task.key] {
        found.insert(task.key)
        known[action.name] = record.address
      } else {
        known[action.name] = result(of: task, values)
      }
    }
    return found
  }

  private func result(of task: Plan.Task, _ values: [String: String]) -> ContentDigest {
    let inputs = task.addresses.sorted { $0.key < $1.key }.map { $0.value.references[0].short }
    return ContentDigest(of: "\(values[task.action.name] ?? "") \(inputs)")
  }

  // MARK: - What happens

  mutating func step() {
    let name = Bool.random(using: &random) ? "p" : "q"
    switch Int.random(in: 0..<20, using: &random) {
    case 0..<5: finish(name, note: "run \(name)")
    case 5..<7:
      edit(name) { $0.value += 1 }
    case 7:
      edit(name) { $0.comment += 1 }
    case 8:
      story.append("take the last edit of \(name) back")
      if let before = projects[name]?.before { projects[name]?.stages = before }
    case 9: upgrade(changesResults: false)
    case 10: upgrade(changesResults: true)
    case 11: begin(name)
    case 12: proceed()
    case 13: crash(name)
    case 14: damage()
    case 15: lock(name)
    case 16 where projects[name]?.isForgotten == false && Int.random(in: 0..<3, using: &random) == 0:
      story.append("forget \(name)")
      projects[name]?.isForgotten = true
    case 17: runCustom(name)
    default: collect()
    }
    now += [1, 60, 5000, 20_000].randomElement(using: &random) ?? 1
  }

  private mutating func edit(_ name: String, _ change: (inout Stage) -> Void) {
    guard var project = projects[name], let index = project.stages.indices.randomElement(using: &random) else { return }
    story.append("edit \(name)/s\(index)")
    project.before = project.stages
    change(&project.stages[index])
    projects[name] = project
  }

  private mutating func upgrade(changesResults: Bool) {
    let kind = ["a", "b", "c"].randomElement(using: &random) ?? "a"
    story.append("upgrade \(kind)" + (changesResults ? " with other results" : ""))
    var version = code[kind] ?? (0, 0)
    version.text += 1
    if changesResults { version.meaning += 1 }
    code[kind] = version
  }

  /// Runs an action whose inputs are there, unless its result is.
  private mutating func perform(_ run: inout Run, recording: Bool = true) {
    let action = run.actions[run.next]
    let task = Plan.Task(action, known: run.known)
    for source in task.addresses.values {
      for address in source.references where objects["\(address).h5"] == nil && !isWhole(task.key) {
        violation = "a run of \(run.project) in progress lost the input \(address.short) of \(action.name)"
      }
    }
    if isWhole(task.key), let record = records[task.key] {
      run.known[action.name] = record.address
    } else {
      let address = result(of: task, run.values)
      objects["\(address).h5"] = StoredObject(name: "\(address).h5", bytes: 1000, written: now)
      if recording {
        records[task.key] = StoredRecord(
          key: task.key,
          shape: ActionShape(action),
          inputs: task.addresses,
          address: address,
          objects: ["\(address).h5"],
          origin: .init(pipeline: run.project, stage: action.name),
          seconds: Double.random(in: 0...9, using: &random),
          bytes: 100,
          written: now
        )
      }
      run.known[action.name] = address
    }
    if recording { projects[run.project]?.latest[action.name] = task.key }
    run.next += 1
  }

  private func newRun(_ name: String, of stages: [Stage]) -> Run {
    Run(project: name, actions: actions(of: stages), values: values(of: stages))
  }

  private mutating func finish(_ name: String, note: String) {
    story.append(note)
    projects[name]?.isForgotten = false
    var run = newRun(name, of: projects[name]?.stages ?? [])
    while run.next < run.actions.count { perform(&run) }
  }

  private mutating func begin(_ name: String) {
    story.append("begin a run of \(name)")
    projects[name]?.isForgotten = false
    runs.append(newRun(name, of: projects[name]?.stages ?? []))
    proceed()
  }

  /// Lets the run that was begun last do some more.
  private mutating func proceed() {
    guard var run = runs.popLast() else { return }
    story.append("the run of \(run.project) goes on")
    for _ in 0..<Int.random(in: 1...3, using: &random) where run.next < run.actions.count { perform(&run) }
    if run.next < run.actions.count { runs.append(run) }
  }

  /// A run that dies, perhaps between an object and its record.
  private mutating func crash(_ name: String) {
    story.append("a run of \(name) dies")
    projects[name]?.isForgotten = false
    var run = newRun(name, of: projects[name]?.stages ?? [])
    let end = Int.random(in: 0...run.actions.count, using: &random)
    while run.next < end { perform(&run) }
    if run.next < run.actions.count, Bool.random(using: &random) { perform(&run, recording: false) }
  }

  private mutating func damage() {
    guard runs.isEmpty, let name = objects.keys.sorted().randomElement(using: &random) else { return }
    story.append("an object is lost")
    objects[name] = nil
  }

  private mutating func lock(_ name: String) {
    story.append("lock \(name)")
    locked = Set(projects[name]?.latest.values.map { $0 } ?? [])
  }

  /// A run with `--set`, of which nothing but its records is left.
  private mutating func runCustom(_ name: String) {
    story.append("run \(name) --set")
    var stages = projects[name]?.stages ?? []
    for index in stages.indices { stages[index].value += 5 }
    let latest = projects[name]?.latest
    var run = newRun(name, of: stages)
    while run.next < run.actions.count { perform(&run) }
    projects[name]?.latest = latest ?? [:]
  }

  // MARK: - Garbage collection and the oracle

  private func decide(_ budget: Int? = nil) -> GarbageCollection {
    var roots = GarbageCollection.Roots()
    for project in projects.values where !project.isForgotten {
      roots.pipelines.append(actions(of: project.stages))
      roots.keys.formUnion(project.latest.values)
    }
    roots.pinned = locked
    for run in runs { roots.runs.add(run.actions.map { ActionShape($0) }) }
    return GarbageCollection(records, objects, roots, .init(leastAge: 3600, budget: budget, now: now))
  }

  /// A move that the disk refuses.
  private struct DiskError: Error {}

  /// Moves what goes, until all is moved or one move fails.
  ///
  /// - Parameters:
  ///   - failure: which move fails; nil for none.
  ///   - isInUse: whether a record turns out to be in use when it is to go.
  /// - Returns: the keys of the records that stayed since something is in use.
  @discardableResult
  private mutating func apply(
    _ garbage: GarbageCollection,
    failingAt failure: Int? = nil,
    isInUse: (StoredRecord) -> Bool = { _ in false }
  ) -> Set<ContentDigest> {
    let (recordsBefore, objectsBefore) = (records, objects)
    let makersBefore = Set(records.values.map(\.address))
    let given = Set(garbage.overBudget.objects.map(\.object.name))
    var moves = 0
    func move() throws(DiskError) {
      moves += 1
      if moves == failure { throw DiskError() }
    }
    var stayed: Set<ContentDigest> = []
    do throws(DiskError) {
      stayed = try garbage.carryOut { record throws(DiskError) in
        if isInUse(record) { return false }
        try move()
        records[record.key] = nil
        return true
      } object: { object throws(DiskError) in
        try move()
        objects[object.name] = nil
      }
    } catch {
      stopped += 1
    }
    removed += recordsBefore.count - records.count + objectsBefore.count - objects.count
    // No record that remains names what was moved.
    let makers = Set(records.values.map(\.address))
    for record in records.values {
      for address in record.inputs.values.flatMap(\.references)
      where makersBefore.contains(address) && !makers.contains(address) {
        violation = "a record names \(address.short), whose last record was moved"
      }
      for object in record.objects
      where objectsBefore[object] != nil && objects[object] == nil && !given.contains(object) {
        violation = "a record names the object \(object.prefix(12)), which was moved"
      }
    }
    return stayed
  }

  /// Collects while one record turns out to be in use.
  mutating func collect(keeping stage: Int) -> Int {
    apply(decide()) { $0.origin.stage == "s\(stage)" }.count
  }

  /// Everything that must be as it was after a collection.
  private var live: [String: Set<ContentDigest>] {
    var live: [String: Set<ContentDigest>] = ["lock": Set(locked.filter(isWhole))]
    for (name, project) in projects where !project.isForgotten {
      live["run of \(name)"] = reused(actions(of: project.stages), values(of: project.stages))
      live["last run of \(name)"] = Set(project.latest.values.filter(isWhole))
    }
    for (index, run) in runs.enumerated() {
      live["run \(index) in progress"] = reused(run.actions, run.values, given: run.known)
    }
    live["young"] = Set(records.values.filter { now - $0.written < 3600 }.map(\.key).filter(isWhole))
    return live
  }

  private mutating func collect() {
    story.append("collect")
    if Int.random(in: 0..<6, using: &random) == 0 { return collectToFit() }
    let before = live
    let young = Set(objects.values.filter { now - $0.written < 3600 }.map(\.name))
    let garbage = decide()
    let moves = garbage.shares.reduce(0) { $0 + $1.records.count + $1.objects.count }
    // Every third one meets an error somewhere.
    let failure =
      moves > 0 && Int.random(in: 0..<3, using: &random) == 0 ? Int.random(in: 1...moves, using: &random) : nil
    if let failure { story.append("its move \(failure) of \(moves) fails") }
    apply(garbage, failingAt: failure)
    for (what, keys) in live where keys != before[what] {
      violation = "\(what) lost \(before[what]?.count ?? 0) - \(keys.count)"
    }
    if !young.isSubset(of: Set(objects.keys)) { violation = "a young object was taken" }
    // What is garbage goes at once, or with the collection after an error: then another one finds nothing.
    if failure != nil { apply(decide()) }
    for (what, keys) in live where keys != before[what] { violation = "\(what) lost something after an error" }
    if decide().bytes > 0 { violation = "a second collection finds more" }
  }

  /// A collection with a limit on the size takes results that can be computed again, and nothing that is in use.
  private mutating func collectToFit() {
    let before = live
    let total = objects.count * 1000 + records.count * 100
    apply(decide(Int.random(in: 0...total, using: &random)))
    for (what, keys) in live where !what.hasPrefix("run of") && !what.hasPrefix("last run") && keys != before[what] {
      violation = "\(what) lost something to a limit on the size"
    }
  }
}
