internal import Glibc

/// How much memory the processes of this control group may use together.
public enum MemoryLimit {
  /// The least of `machine` and the limits of the control groups around this process.
  public static func bytes(of machine: Int) -> Int {
    bytes(of: machine, groups: ProcessFile.text(at: "/proc/self/cgroup"), at: "/sys/fs/cgroup")
  }

  /// - Parameters:
  ///   - groups: the lines by which the kernel names a process's control groups.
  ///   - root: where control groups lie.
  package static func bytes(of machine: Int, groups: String, at root: String) -> Int {
    var least = machine
    for line in groups.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let isUnified = parts[1].isEmpty
      guard isUnified || parts[1].split(separator: ",").contains("memory") else { continue }
      let folder = isUnified ? root : "\(root)/memory"
      let file = isUnified ? "memory.max" : "memory.limit_in_bytes"
      // Every group around one binds it too. A container may see its own as the root.
      var names = parts[2].split(separator: "/")
      while true {
        let text = ProcessFile.text(at: ([folder] + names.map(String.init) + [file]).joined(separator: "/"))
        if let limit = Int(text.filter { $0 != "\n" }), limit > 0 { least = min(least, limit) }
        if names.popLast() == nil { break }
      }
    }
    return least
  }
}
