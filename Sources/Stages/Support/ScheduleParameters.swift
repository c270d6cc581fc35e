public import Configuration
internal import Training

/// Steps of a training at which something is done, as they are written in a pipeline file.
public struct ScheduleParameters: Record, Equatable {
  /// Every so many.
  public var every: Int?
  /// So many a decade.
  public var perDecade: Int?
  /// The first step of a dense window.
  public var from: Int?
  /// The last step of a dense window.
  public var to: Int?
  /// Of the window every so many; nil for each.
  public var stride: Int?
  /// These.
  public var at: [Int] = []

  /// No steps.
  public init() {}

  /// The keys of a schedule.
  public static let fields: [Field<ScheduleParameters>] = [
    .init("every", \.every, "Every so many steps, from the first.", unit: "steps", limit: .ifPresent(.positive)),
    .init(
      "per_decade",
      \.perDecade,
      "So many steps for each factor of ten, evenly in the logarithm.",
      limit: .ifPresent(.within(1...100))
    ),
    .init("from", \.from, "Each step from this one to 'to'.", unit: "steps", limit: .ifPresent(.nonNegative)),
    .init("to", \.to, "The last step of those.", unit: "steps", limit: .ifPresent(.nonNegative)),
    .init("stride", \.stride, "Of those, every so many.", unit: "steps", limit: .ifPresent(.positive)),
    .init("at", \.at, "These steps.", unit: "steps", limit: Limit("steps from 0") { $0.allSatisfy { $0 >= 0 } }),
  ]

  /// `[0, 100]` for `{ at: [0, 100] }`.
  public static func expandShorthand(_ node: Node) -> Node? {
    guard case .sequence = node.content else { return nil }
    return Node(.mapping([.init(key: "at", keyLocation: node.location, value: node)]), at: node.location)
  }

  /// A list of steps.
  public static var shorthand: ValueShape? { [Int].shape }

  /// A window without an end, and a stride without a window.
  public func inconsistencies() -> [Inconsistency] {
    switch (from, to) {
    case (nil, nil):
      stride == nil
        ? [] : [Inconsistency("stride", "'stride' is for the window 'from' to 'to'; 'every' goes on to the end")]
    case (_?, nil): [Inconsistency("from", "'from' needs a 'to'")]
    case (nil, _?): [Inconsistency("to", "'to' needs a 'from'")]
    case (let from?, let to?):
      if from > to {
        [Inconsistency("to", "the window ends before it begins")]
      } else if let stride, (to - from) / stride >= 1_000_000 {
        [Inconsistency("to", "the window has more than a million steps")]
      } else {
        []
      }
    }
  }

  /// Whether nothing is given.
  var isEmpty: Bool { self == ScheduleParameters() }

  var schedule: StepSchedule {
    var schedule = StepSchedule(every: every, perDecade: perDecade, steps: Set(at))
    guard let from, let to else { return schedule }
    if let stride {
      schedule.steps.formUnion(Swift.stride(from: from, through: to, by: stride))
    } else {
      schedule.window = from..<to + 1
    }
    return schedule
  }
}
