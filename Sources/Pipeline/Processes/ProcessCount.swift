internal import Glibc

/// How many processes and threads a user may have.
public enum ProcessCount {
  /// The limit of this user; `UInt.max` for none.
  public static var limit: UInt {
    var limit = rlimit()
    // Root is not bound by it.
    guard getuid() != 0, getrlimit(__rlimit_resource_t(__RLIMIT_NPROC.rawValue), &limit) == 0 else { return .max }
    return limit.rlim_cur
  }

  /// How many of `asked` worker processes this user can have at once.
  ///
  /// - Parameters:
  ///   - limit: how many processes and threads the user may have.
  ///   - inUse: how many there are.
  /// - Returns: 0 if there is no room for one.
  public static func workers(asked: Int, limit: UInt = limit, inUse: @autoclosure () -> Int = inUse) -> Int {
    guard limit < 1 << 22 else { return asked }
    // The threads of this process, and those of a worker with a program that it runs.
    let (others, each) = (16, 16)
    return max(0, min(asked, (Int(limit) - inUse() - others) / each))
  }

  /// The processes and threads of this user, as far as they can be seen.
  public static var inUse: Int {
    let user = getuid()
    return ProcessFile.names(in: "/proc").reduce(0) { sum, name in
      var status = stat()
      guard pid_t(name) != nil, stat("/proc/\(name)", &status) == 0, status.st_uid == user else { return sum }
      return sum + ProcessFile.names(in: "/proc/\(name)/task").count
    }
  }
}
