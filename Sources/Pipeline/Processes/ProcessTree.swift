internal import CLinux
internal import Glibc

/// A process and its descendants, as `/proc` lists them.
public struct ProcessTree: Sendable {
  package private(set) var numbers: [Int32]

  /// The processes that exist now.
  public init(of process: Int32) {
    numbers = [process]
    var next = 0
    while next < numbers.count {
      numbers += Self.children(of: numbers[next])
      next += 1
    }
  }

  static func children(of process: pid_t) -> [pid_t] {
    let threads = "/proc/\(process)/task"
    return ProcessFile.names(in: threads).flatMap { thread in
      ProcessFile.text(at: "\(threads)/\(thread)/children").split(separator: " ").compactMap { pid_t($0) }
    }
  }

  /// Kills all of them and whatever they start meanwhile: a process that is stopped starts no others, so all are stopped
  /// first.
  public func kill() {
    guard let root = numbers.first else { return }
    for number in Self.stopped(root) { _ = Glibc.kill(number, SIGKILL) }
  }

  /// Stops a process and its descendants, until there are no new ones.
  private static func stopped(_ root: pid_t) -> [pid_t] {
    var stopped: [pid_t] = []
    var isNew = true
    while isNew {
      isNew = false
      for number in ProcessTree(of: root).numbers where !stopped.contains(number) {
        _ = Glibc.kill(number, SIGSTOP)
        stopped.append(number)
        isNew = true
      }
    }
    return stopped
  }
}

// MARK: - The descendants of this process

extension ProcessTree {
  /// Makes this process the parent of those of its descendants that lose theirs, so that none of them gets away by
  /// starting a process and ending.
  ///
  /// - Returns: false where the system cannot do that.
  @discardableResult
  public static func adoptOrphans() -> Bool { adopt_orphans() == 0 }

  /// Kills every descendant of this process and waits until they are gone. Nobody else may wait for one of them.
  ///
  /// - Returns: false if some are still there after ten seconds, as those are that wait for a device.
  @discardableResult
  public static func endDescendants() -> Bool {
    let this = getpid()
    for _ in 0..<10_000 {
      let children = children(of: this)
      if children.isEmpty { return true }
      for child in children {
        ProcessTree(of: child).kill()
        var status: Int32 = 0
        _ = waitpid(child, &status, WNOHANG)
      }
      usleep(1_000)
    }
    return false
  }
}

/// The small files by which the kernel describes processes.
package enum ProcessFile {
  /// The text of a file; empty if the process has ended, or belongs to another user.
  package static func text(at path: String) -> String {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { return "" }
    defer { close(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(file, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += piece[..<count]
    }
  }

  /// The names in a folder, except the two that every folder has.
  package static func names(in path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}
