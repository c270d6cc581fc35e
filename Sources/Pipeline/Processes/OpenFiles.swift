internal import Glibc

/// How many files a process may have open.
public enum OpenFiles {
  /// The environment variable with the limit that the user set.
  private static let variable = "PIPELINE_OPEN_FILES"

  /// Raises the limit as far as the user may, once for a process. Most systems set a low one for the sake of programs
  /// that use `select`, so that programs of the user's own are given theirs back.
  public static func raise() {
    if getenv(variable) != nil { return }
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    setenv(variable, "\(limit.rlim_cur)", 1)
    // More than this is of no use, and makes programs slow that close every descriptor.
    set(min(max(limit.rlim_cur, 1 << 16), limit.rlim_max))
  }

  /// The limit that the user set.
  public static var original: UInt {
    guard let text = getenv(variable), let value = UInt(String(cString: text)) else { return current }
    return value
  }

  /// The limit of this process.
  public static var current: UInt {
    var limit = rlimit()
    return getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 ? limit.rlim_cur : 1024
  }

  /// Sets the limit, at most to what the user may.
  static func set(_ count: UInt) {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = min(count, limit.rlim_max)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  /// How many of `asked` worker processes this process can talk to at once.
  ///
  /// - Parameters:
  ///   - limit: how many files it may have open.
  ///   - inUse: how many it has open.
  /// - Returns: 0 if there is no room for one.
  public static func workers(asked: Int, limit: UInt = current, inUse: Int? = inUse) -> Int {
    // Pipes, a log and the process itself, each twice while a worker starts; some are for everything else.
    let (each, others) = (8, 40)
    let room = Int(clamping: limit) - (inUse ?? 16) - others
    return max(0, min(asked, room / each))
  }

  /// How many files this process has open; nil where the system does not say.
  public static var inUse: Int? {
    let names = ProcessFile.names(in: "/proc/self/fd")
    return names.isEmpty ? nil : names.count
  }
}
