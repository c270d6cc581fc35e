internal import Artifacts
internal import Glibc
internal import SystemPackage

/// A process, told apart from every other that ever ran: by its machine, its number and the moment of its start.
///
/// Numbers of processes come again; together with the start they do not. A store may be shared between machines, so
/// that a number alone says nothing.
public struct ProcessIdentity: Sendable, Hashable {
  /// The host's name with a digest of what tells two machines, or two containers, of one name apart.
  public let machine: String
  /// The number of the process.
  public let number: Int
  /// When it started, in ticks of the machine's clock.
  public let start: Int

  /// This process.
  public static let current = ProcessIdentity(
    machine: Machine.identity,
    number: Int(getpid()),
    start: status(of: "self")?.start ?? 0
  )

  /// A process.
  public init(machine: String, number: Int, start: Int) {
    self.machine = machine
    self.number = number
    self.start = start
  }

  /// Whether the process is known to have ended; nil for one of another machine, of which nothing is known here.
  public var isGone: Bool? {
    guard machine == Machine.identity else { return nil }
    if kill(pid_t(clamping: number), 0) != 0, errno == ESRCH { return true }
    // A process of another user may be hidden: it is there, and more is not known.
    guard let status = Self.status(of: String(number)) else { return false }
    return status.start != start || status.hasEnded
  }

  /// What the kernel says about a process: fields of a line, the second of which may hold spaces and brackets.
  private static func status(of process: String) -> (start: Int, hasEnded: Bool)? {
    guard let bytes = try? FileSystem.read(FilePath("/proc/\(process)/stat"), limit: 1 << 12),
      let bracket = bytes.lastIndex(of: UInt8(ascii: ")"))
    else { return nil }
    let fields = bytes[(bracket + 1)...].split(separator: UInt8(ascii: " "))
    guard fields.count > 19, let start = Int(String(decoding: fields[19], as: UTF8.self)) else { return nil }
    // One that has ended and was not yet waited for by its parent is still listed.
    return (start, fields[0].first == UInt8(ascii: "Z") || fields[0].first == UInt8(ascii: "X"))
  }
}

extension ProcessIdentity: LosslessStringConvertible {
  /// The identity as part of a file's name: number, start and machine.
  public var description: String { "\(number).\(start).\(machine)" }

  /// Reads an identity.
  public init?(_ text: String) {
    let parts = text.split(separator: ".", maxSplits: 2)
    guard parts.count == 3, let number = Int(parts[0]), number > 0, let start = Int(parts[1]) else { return nil }
    self.init(machine: String(parts[2]), number: number, start: start)
  }
}

/// The machine that this program runs on.
public enum Machine {
  /// The host's name.
  public static let host = fact("hostname")
  /// The name of the operating system.
  public static let system = fact("ostype")
  /// The release of its kernel.
  public static let release = fact("osrelease")
  /// The kind of processor that this program is built for.
  public static var architecture: String {
    #if arch(x86_64)
      "x86_64"
    #elseif arch(arm64)
      "aarch64"
    #else
      "unknown"
    #endif
  }

  /// The model of the processor, as its maker names it; nil where the kernel does not tell.
  public static let processor: String? = {
    // The first processor's paragraph is enough, and on a large machine the whole file is long.
    let bytes = (try? FileSystem.read("/proc/cpuinfo", limit: 1 << 12)) ?? []
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    guard let line = lines.first(where: { $0.hasPrefix("model name") }), let colon = line.firstIndex(of: ":") else {
      return nil
    }
    return String(line[line.index(after: colon)...].drop { $0 == " " })
  }()

  /// The host's name, as far as it may stand in a file's name, with a digest of the machine's number and of the space
  /// in which its processes are numbered.
  static let identity: String = {
    let number = (try? FileSystem.read("/etc/machine-id", limit: 64)) ?? []
    let space = (try? FilePath("/proc/self/ns/pid").stat()).map { "\($0.inode.rawValue)" } ?? ""
    let digest = ContentDigest(of: number + Array(space.utf8)).description.prefix(8)
    let name = host.isFileName ? host.prefix(60) : "unknown"
    return "\(name).\(digest)"
  }()

  private static func fact(_ name: String) -> String {
    let bytes = (try? FileSystem.read(FilePath("/proc/sys/kernel/\(name)"), limit: 1 << 10)) ?? []
    let text = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    return text.isEmpty ? "unknown" : text
  }
}
