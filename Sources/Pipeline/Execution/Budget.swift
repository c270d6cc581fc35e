internal import Configuration
internal import Planning

/// What of the machine a run may use, and what of it is in use.
struct Budget: Sendable {
  private let workers: Int
  private let cores: Int
  private let memory: Int?
  private var running = 0
  private var coresInUse = 0
  private var memoryInUse = 0

  /// - Parameters:
  ///   - workers: how many actions may run at once.
  ///   - cores: how many threads all of them together should use.
  ///   - memory: the bytes that those together may ask for that say how many they need; nil for any number.
  init(workers: Int, cores: Int, memory: Int?) {
    self.workers = workers
    self.cores = cores
    self.memory = memory
  }

  /// The cores that an action counts for: one unless it says otherwise, and never more than there are.
  private func cores(of action: Action) -> Int {
    min(action.resources.cores ?? 1, max(cores, workers))
  }

  /// Whether the action may run beside what runs now. One that runs alone always may.
  func fits(_ action: Action) -> Bool {
    guard running > 0 else { return true }
    guard running < workers else { return false }
    let needed = memoryInUse + (action.resources.memory?.bytes ?? 0)
    return coresInUse + cores(of: action) <= max(cores, workers) && memory.map { needed <= $0 } ?? true
  }

  /// Takes in that an action runs.
  mutating func take(_ action: Action) {
    running += 1
    coresInUse += cores(of: action)
    memoryInUse += action.resources.memory?.bytes ?? 0
  }

  /// Takes in that an action has ended.
  mutating func giveBack(_ action: Action) {
    running -= 1
    coresInUse -= cores(of: action)
    memoryInUse -= action.resources.memory?.bytes ?? 0
  }

  /// How many threads an action that was just taken is given: what it asks for, else its share of the cores.
  ///
  /// - Parameter waiting: how many actions could run beside it.
  func threads(for action: Action, waiting: Int) -> Int {
    if let asked = action.resources.cores { return min(asked, cores) }
    return max(1, cores / max(1, min(workers, running + waiting)))
  }
}
