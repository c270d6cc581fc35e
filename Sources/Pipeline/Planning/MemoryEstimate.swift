public import Configuration
internal import Glibc

/// How much memory an action takes, as far as its declaration says.
public struct MemoryEstimate: Sendable, Equatable {
  /// The bytes.
  public let bytes: ByteCount
  /// What they are for, such as `26 Lanczos vectors of 1.0 GiB each`.
  public let purpose: String

  /// An estimate.
  public init(_ bytes: Int, for purpose: String) {
    self.bytes = ByteCount(bytes: bytes)
    self.purpose = purpose
  }

  /// The cores of this machine: a stage has no more threads, unless the options of a run ask for more.
  static var cores: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}

extension Pipeline {
  /// Reports the stages that need more memory than there is, each once.
  ///
  /// - Parameter isNeeded: whether an action is to be run at all.
  public func check(
    memory: ByteCount,
    isNeeded: (Action) -> Bool = { _ in true }
  ) throws(Diagnostics) {
    var diagnostics = Diagnostics()
    var reported: Set<String> = []
    for action in actions {
      guard let estimate = action.memory, estimate.bytes.bytes > memory.bytes, !reported.contains(action.stage),
        isNeeded(action)
      else { continue }
      reported.insert(action.stage)
      diagnostics.report(
        "'\(action.name)' needs about \(estimate.bytes) of memory (\(estimate.purpose)); this machine has \(memory)",
        at: action.location,
        hints: "make the network or the data smaller, or run it on a machine with more memory"
      )
    }
    try diagnostics.throwIfAny()
  }

  /// Whether some action needs more memory than there is.
  public func exceeds(memory: ByteCount) -> Bool {
    actions.contains { ($0.memory?.bytes.bytes ?? 0) > memory.bytes }
  }
}
