import Configuration
import Execution
import Glibc
import Processes
import SystemPackage

/// What there is to run stages on.
enum ThisMachine {
  static var cores: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// The bytes of main memory that this process may use: those of the machine, or fewer in a container.
  static var memory: ByteCount {
    ByteCount(bytes: MemoryLimit.bytes(of: sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))))
  }

  /// How many workers may run at once, and why these are fewer than were asked for, if they are.
  static func workers(asked: Int) throws(WorkerShortage) -> (count: Int, note: String?) {
    var (count, note) = (asked, String?.none)
    for (limit, room) in [
      ("a process may have \(OpenFiles.current) files open ('ulimit -n')", OpenFiles.workers(asked: asked)),
      (
        "this user may have \(ProcessCount.limit) processes and threads ('ulimit -u')",
        ProcessCount.workers(asked: asked)
      ),
    ] where room < count {
      guard room > 0 else {
        throw WorkerShortage(description: "no worker can be started: \(limit). Raise the limit and run again.")
      }
      (count, note) = (room, "\(room) workers instead of \(asked): \(limit)")
    }
    return (count, note)
  }
}

/// The limits of this process leave no room for a worker.
struct WorkerShortage: Error, CustomStringConvertible {
  let description: String
}
