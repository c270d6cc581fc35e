public import Artifacts
internal import DequeModule

/// Which actions are waiting, ready, running, done or failed. A pure state machine: it knows no clock, no file and no
/// process, and receives what happened.
public struct Plan: Sendable {
  /// The state of one action.
  public enum State: Sendable, Equatable {
    /// Some inputs are not done; `missing` of them.
    case waiting(missing: Int)
    /// All inputs are done.
    case ready
    /// Handed out by `next`.
    case running
    /// Its result is known.
    case done(address: ContentDigest)
    /// It could not be computed, and stacks go without it.
    case skipped(String)
    /// It could not be computed.
    case failed(String)
    /// Something it needs failed.
    case unreachable(because: String)
  }

  /// An action whose inputs are known.
  public struct Task: Sendable {
    /// The action.
    public let action: Action
    /// The addresses of its inputs, by the input's name.
    public let addresses: [String: Source<ContentDigest>]
    /// What the action computes.
    public let key: ContentDigest

    /// The action with the addresses of the results that are known.
    public init(_ action: Action, known: [String: ContentDigest]) {
      self.init(action) { known[$0] }
    }

    init(_ action: Action, _ address: (String) -> ContentDigest?) {
      self.action = action
      addresses = action.inputs.compactMapValues { $0.compactMap(address) }
      key = action.key(addresses)
    }
  }

  private let actions: [String: Action]
  private let users: [String: [String]]
  /// Ready actions, in the order in which they became so.
  private var queue: Deque<String>
  private var running = 0
  private var states: [String: State]

  /// A plan in which nothing has been done.
  ///
  /// - Parameters:
  ///   - list: the actions, each after those it needs.
  ///   - given: results that the actions need and that none of them makes, by the name that stands for them.
  public init(_ list: [Action], given: [String: ContentDigest] = [:]) {
    var users: [String: [String]] = [:]
    var states = given.mapValues { State.done(address: $0) }
    for action in list { states[action.name] = nil }
    let given = Set(states.keys)
    for action in list {
      let needed = Set(action.inputs.values.flatMap(\.references)).subtracting(given)
      for name in needed.sorted() { users[name, default: []].append(action.name) }
      states[action.name] = needed.isEmpty ? .ready : .waiting(missing: needed.count)
    }
    actions = Dictionary(list.map { ($0.name, $0) }) { first, _ in first }
    self.users = users
    self.states = states
    queue = Deque(list.lazy.map(\.name).filter { states[$0] == .ready })
  }

  /// The state of an action.
  public subscript(name: String) -> State? { states[name] }

  /// Whether nothing is ready or running any more.
  public var isFinished: Bool { queue.isEmpty && running == 0 }

  /// How many actions could be handed out now.
  public var readyCount: Int { queue.count }

  /// Hands out a ready action.
  public mutating func next() -> Task? {
    guard let name = queue.popFirst(), let action = actions[name] else { return nil }
    states[name] = .running
    running += 1
    return Task(action) { name in
      guard case .done(let address) = states[name] else { return nil }
      return address
    }
  }

  /// Takes in a result; actions that waited for it only become ready.
  public mutating func finish(_ name: String, address: ContentDigest) {
    precondition(states[name] == .running, "\(name) is not running")
    states[name] = .done(address: address)
    running -= 1
    satisfy(users[name] ?? [])
  }

  private mutating func satisfy(_ waiting: [String]) {
    for user in waiting {
      guard case .waiting(let missing) = states[user] else { continue }
      if missing == 1 {
        states[user] = .ready
        queue.append(user)
      } else {
        states[user] = .waiting(missing: missing - 1)
      }
    }
  }

  /// Takes in a failure; all that needs the result becomes unreachable. What only stacks it goes on without it where
  /// its stage says so.
  public mutating func fail(_ name: String, _ message: String) {
    end(name, message, maySkip: true)
  }

  /// Takes in that an action may not be computed: whatever its stage says, nobody goes on without it.
  public mutating func withhold(_ name: String, _ message: String) {
    end(name, message, maySkip: false)
  }

  private mutating func end(_ name: String, _ message: String, maySkip: Bool) {
    precondition(states[name] == .running, "\(name) is not running")
    running -= 1
    let isSkipped = maySkip && actions[name]?.onFailure == .skip
    states[name] = isSkipped ? .skipped(message) : .failed(message)
    var ended = [(name: name, isSkipped: isSkipped)]
    while let one = ended.popLast() {
      for user in users[one.name] ?? [] {
        guard case .waiting = states[user] else { continue }
        if one.isSkipped, actions[user]?.stacks(one.name) == true {
          satisfy([user])
          continue
        }
        // A point of a sweep that follows a skipped one is left out of its own sweep as well.
        let isSkipped = one.isSkipped && actions[user]?.onFailure == .skip
        states[user] = isSkipped ? .skipped("it needs '\(name)'") : .unreachable(because: name)
        ended.append((user, isSkipped))
      }
    }
  }
}

extension Action {
  /// Whether every use that is made of an action's result is in a stack, which may go without it.
  fileprivate func stacks(_ name: String) -> Bool {
    inputs.values.allSatisfy { source in
      if case .one(name) = source { false } else { true }
    }
  }
}
