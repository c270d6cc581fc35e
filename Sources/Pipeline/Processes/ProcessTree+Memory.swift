internal import Glibc

extension ProcessTree {
  /// Whether the processes use more than `limit` bytes of memory; the number of bytes if so.
  ///
  /// Pages that several processes share are counted once, and so is memory that only a file holds: files in `/dev/shm`
  /// and files without a name. Finding out who shares what takes the kernel a while, so the sum of what each process
  /// uses is looked at first.
  public func memory(beyond limit: Int) -> Int? {
    let files = sharedFiles
    let most = sum { Usage(resident: $0) }.total(with: files)
    guard most > limit else { return nil }
    let used = sum { Usage(proportional: $0) ?? Usage(resident: $0) }.total(with: files)
    return used > limit ? used : nil
  }

  private func sum(_ usage: (pid_t) -> Usage) -> Usage {
    numbers.reduce(into: Usage()) { $0.add(usage($1)) }
  }

  /// The bytes that files in memory hold: the sandbox has a file system of its own for them, and a file that is open
  /// is found by who opened it.
  private var sharedFiles: Int {
    var seen: Set<[UInt64]> = []
    var folders: Set<UInt64> = []
    var bytes = 0
    var status = stat()
    let own = stat("/dev/shm", &status) == 0 ? UInt64(status.st_dev) : nil
    for number in numbers {
      let folder = "/proc/\(number)/root/dev/shm"
      if stat(folder, &status) == 0, case let device = UInt64(status.st_dev), device != own,
        folders.insert(device).inserted
      {
        var system = statvfs()
        guard statvfs(folder, &system) == 0 else { continue }
        bytes += Int(clamping: (system.f_blocks - min(system.f_bfree, system.f_blocks)) * system.f_frsize)
      }
    }
    for number in numbers {
      let descriptors = "/proc/\(number)/fd"
      for name in ProcessFile.names(in: descriptors) {
        let target = Self.target(of: "\(descriptors)/\(name)")
        guard target.hasPrefix("/memfd:") || target.hasPrefix("/dev/shm/"),
          stat("\(descriptors)/\(name)", &status) == 0, !folders.contains(UInt64(status.st_dev)),
          seen.insert([UInt64(status.st_dev), UInt64(status.st_ino)]).inserted
        else { continue }
        bytes += Int(status.st_blocks) * 512
      }
    }
    return bytes
  }

  private static func target(of link: String) -> String {
    var bytes = [CChar](repeating: 0, count: 4096)
    let count = readlink(link, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self) : ""
  }

  /// The memory of processes in bytes.
  private struct Usage {
    /// What belongs to the processes.
    private var own = 0
    /// What they share and no file on a disk holds.
    private var shared = 0

    init() {}

    /// What a process has in main memory, shared pages included.
    init(resident process: pid_t) {
      let fields = Fields("/proc/\(process)/status")
      shared = fields["RssShmem"] ?? 0
      own = (fields["VmRSS"] ?? 0) - shared
    }

    /// A process's share of what it has in main memory; nil where the kernel does not say.
    init?(proportional process: pid_t) {
      let fields = Fields("/proc/\(process)/smaps_rollup")
      guard let all = fields["Pss"], let shared = fields["Pss_Shmem"] else { return nil }
      self.shared = shared
      own = all - shared
    }

    mutating func add(_ other: Usage) {
      own += other.own
      shared += other.shared
    }

    /// The sum with files in memory, of which processes may have mapped some.
    func total(with files: Int) -> Int { own + max(shared, files) }
  }

  /// Lines of the form `NAME:  NUMBER kB`.
  private struct Fields {
    private var values: [Substring: Int] = [:]

    init(_ path: String) {
      let text = ProcessFile.text(at: path)
      for line in text.split(separator: "\n") {
        let words = line.split(whereSeparator: { $0 == ":" || $0 == " " || $0 == "\t" })
        if words.count == 3, words[2] == "kB", let value = Int(words[1]) { values[words[0]] = value << 10 }
      }
    }

    subscript(name: String) -> Int? { values[name[...]] }
  }
}
