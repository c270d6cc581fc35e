internal import Glibc
internal import Store
internal import SystemPackage

/// A process with all that it started, as the kernel tells of them.
struct ProcessTree {
  private var numbers: [Int32]

  /// The processes that are there now.
  init(of process: Int32) {
    numbers = [process]
    var next = 0
    while next < numbers.count {
      numbers += Self.children(of: numbers[next])
      next += 1
    }
  }

  private static func children(of process: Int32) -> [Int32] {
    let threads = FilePath("/proc/\(process)/task")
    return ((try? FileSystem.contents(of: threads)) ?? []).flatMap { thread in
      text(of: threads.appending(thread).appending("children")).split(separator: " ").compactMap { Int32($0) }
    }
  }

  /// The bytes of memory that they use: what is in main memory, shared pages counted for each.
  var memory: Int {
    numbers.reduce(0) { sum, number in
      let fields = Self.text(of: FilePath("/proc/\(number)/statm")).split(separator: " ")
      let pages = fields.count > 1 ? Int(fields[1]) ?? 0 : 0
      return sum + pages * sysconf(Int32(_SC_PAGESIZE))
    }
  }

  /// Ends them at once.
  func kill() {
    for number in numbers { _ = Glibc.kill(number, SIGKILL) }
  }

  private static func text(of path: FilePath) -> String {
    String(decoding: (try? FileSystem.read(path, limit: 1 << 16)) ?? [], as: UTF8.self)
  }
}
