internal import Glibc
public import Store
internal import SystemPackage

/// One run of an action, from the moment at which this value is made: what it takes of the machine.
public struct ActionRun: Sendable {
  private let started = Timestamp.now
  private let clock = ContinuousClock.now
  private let own = Usage(RUSAGE_SELF)
  private let children = Usage(RUSAGE_CHILDREN)

  /// Begins to measure. The peak of this process's memory is forgotten.
  public init() {
    // Without this an action would answer for the largest that the process ran before.
    try? FileSystem.overwrite("/proc/self/clear_refs", with: "5")
  }

  /// What the run took.
  public struct Result: Sendable {
    /// When it was begun.
    public let started: Timestamp
    /// When it ended.
    public let finished: Timestamp
    /// How long it took.
    public let seconds: Double
    /// The time on processors, of this process and of the programs that it ran.
    public let processorSeconds: Double
    /// The most memory that was resident, of this process or of a program that it ran, in bytes.
    public let peakMemory: Int
  }

  /// Ends the measurement.
  public func finish() -> Result {
    let (own, children) = (Usage(RUSAGE_SELF), Usage(RUSAGE_CHILDREN))
    let childSeconds = children.seconds - self.children.seconds
    let elapsed = clock.duration(to: .now) / .milliseconds(1)
    return Result(
      started: started,
      finished: .now,
      seconds: elapsed.rounded() / 1000,
      processorSeconds: ((own.seconds - self.own.seconds + childSeconds) * 1e6).rounded() / 1e6,
      // The kernel keeps one figure for all programs that have ended: it counts where one has.
      peakMemory: childSeconds > 0 ? max(own.peakMemory, children.peakMemory) : own.peakMemory
    )
  }

  private struct Usage {
    let seconds: Double
    let peakMemory: Int

    init(_ whose: __rusage_who) {
      var usage = rusage()
      getrusage(whose.rawValue, &usage)
      func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
      self.seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime)
      // The kernel counts in kibibytes.
      peakMemory = Int(usage.ru_maxrss) * 1024
    }
  }
}
