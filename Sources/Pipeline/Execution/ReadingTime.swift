internal import Glibc
internal import Store
public import SystemPackage

/// The processor time that reading files may take: over one that is damaged libhdf5 may not only crash, but loop
/// forever. The limit is many times what a whole file takes, also one of very many small arrays.
public enum ReadingTime {
  private static let seconds = 20
  private static let bytesPerSecond = 1_000_000

  /// Ends this process by SIGXCPU unless it is done with these files, or has called this again, within 20 seconds of
  /// processor time and one more for each MB.
  public static func limit(for files: [FilePath]) {
    var usage = rusage()
    guard getrusage(RUSAGE_SELF.rawValue, &usage) == 0 else { return }
    let used = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
    let bytes = files.reduce(0) { $0 + (FileSystem.size(of: $1) ?? 0) }
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_CPU.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = min(limit.rlim_max, rlim_t(used + seconds + bytes / bytesPerSecond))
    setrlimit(__rlimit_resource_t(RLIMIT_CPU.rawValue), &limit)
  }
}

extension IsolatedProcess.Ending {
  /// How a process ended over a file, after "reading it". Why it did so is not known.
  public var ofReading: String {
    switch self {
    case .exited(let code): "ended with exit code \(code)"
    case .crashed(signal: SIGXCPU): "takes longer than a file of its size should"
    case .crashed(let signal): "ended with signal \(signal)"
    }
  }
}
