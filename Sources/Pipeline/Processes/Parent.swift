internal import CLinux
internal import Dispatch
internal import Glibc

/// The process that started this one.
public enum Parent {
  /// The environment variable with the process ID of the parent.
  public static let variable = "PIPELINE_PARENT"

  /// The value of the variable for the processes that this one starts.
  public static var identity: String { "\(getpid())" }

  /// If the process was started by another of this program, ends it when that one ends, in whatever way.
  public static func endWithIt() {
    guard let text = getenv(variable), let parent = pid_t(String(cString: text)) else { return }
    // What this process starts is another's child.
    unsetenv(variable)
    let process = open_process(parent)
    // The number may belong to another process by now: only a parent is waited for.
    guard getppid() == parent else { _exit(1) }
    // Without such descriptors, before Linux 5.3, it ends once it has done its work.
    guard process >= 0 else { return }
    DispatchQueue(label: "the end of the parent").async {
      var end = pollfd(fd: process, events: Int16(POLLIN), revents: 0)
      while poll(&end, 1, -1) != 1 {}
      _exit(1)
    }
  }
}
