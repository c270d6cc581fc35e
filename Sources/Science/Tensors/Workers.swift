internal import CKernels

/// Threads that wait for the work of kernels. Their number changes how fast a result comes, never the result.
///
/// Whoever holds them hands out one piece of work at a time: not `Sendable`, so that no second thread can.
public final class Workers {
  let handle: OpaquePointer
  /// How many threads there are, the caller's among them.
  public let count: Int
  /// The vector instructions that they use.
  public let instructionSet: InstructionSet

  /// Starts `threads` - 1 threads beside the caller's; fewer where the system refuses.
  public init(threads: Int = 1, instructionSet: InstructionSet = .preferred) {
    precondition(threads > 0, "work needs a thread")
    precondition(instructionSet.isSupported, "this processor has no \(instructionSet)")
    guard let handle = kernel_workers_start(threads) else { Memory.isMissing("\(threads) threads") }
    self.handle = handle
    count = kernel_workers_count(handle)
    self.instructionSet = instructionSet
  }

  deinit { kernel_workers_stop(handle) }
}
