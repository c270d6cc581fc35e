internal import Artifacts
internal import Glibc
internal import SystemPackage

/// A process, distinguished from every other that ever ran by its machine, its number and its start time.
///
/// Numbers of processes come again; together with the start they do not. A store may be shared between machines, so
/// that a number alone says nothing.
public struct ProcessIdentity: Sendable, Hashable {
  /// The host's name with a digest that distinguishes machines or containers of the same name.
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

  /// Whether the process is of this machine and stopped, as by Ctrl-Z: it lives, but does nothing.
  public var isStopped: Bool {
    guard machine == Machine.identity, let status = Self.status(of: String(number)) else { return false }
    return status.start == start && status.isStopped
  }

  /// What the kernel says about a process: fields of a line, the second of which may hold spaces and brackets.
  private static func status(of process: String) -> (start: Int, hasEnded: Bool, isStopped: Bool)? {
    guard let bytes = try? FileSystem.read(FilePath("/proc/\(process)/stat"), limit: 1 << 12),
      let bracket = bytes.lastIndex(of: UInt8(ascii: ")"))
    else { return nil }
    let fields = bytes[(bracket + 1)...].split(separator: UInt8(ascii: " "))
    guard fields.count > 19, let start = Int(String(decoding: fields[19], as: UTF8.self)) else { return nil }
    // One that has ended and was not yet waited for by its parent is still listed.
    let state = fields[0].first.map { Character(Unicode.Scalar($0)) }
    return (start, state == "Z" || state == "X", state == "T" || state == "t")
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

  /// The host's name, as far as it is valid in a file name, with a digest that distinguishes machines.
  ///
  /// Two machines of one identity would take each other's processes for dead: each would look for the other's number
  /// among its own. So everything goes in that can differ between two that share a store:
  /// - the machine's number, which differs unless both come from one image;
  /// - the boot's number, which is drawn at random at every start: it distinguishes cloned virtual machines, and the hosts
  ///   of two containers;
  /// - the PID namespace: it distinguishes the containers of one host;
  /// - the hardware addresses of network devices: they tell apart two virtual machines that were resumed from one
  ///   snapshot and have all the rest in common. Interfaces without a device (bridges, tunnels) come and go, and are left
  ///   out.
  ///
  /// Whatever is taken for another machine's is only given up after a long silence: after a restart, too, since then
  /// nothing shows that the machine is the same. That costs a minute at most, and the other mistake costs results.
  static let identity: String = {
    func read(_ path: FilePath) -> String {
      String(decoding: (try? FileSystem.read(path, limit: 64)) ?? [], as: UTF8.self)
    }
    return identity(
      number: read("/etc/machine-id"),
      boot: read("/proc/sys/kernel/random/boot_id"),
      processSpace: (try? FilePath("/proc/self/ns/pid").stat()).map { "\($0.inode.rawValue)" } ?? "",
      addresses: hardwareAddresses
    )
  }()

  /// The identity of a machine of which this is known.
  package static func identity(number: String, boot: String, processSpace: String, addresses: [String]) -> String {
    // Without these two nothing is certain: then this process is taken for a machine of its own.
    let certain = boot.isEmpty || processSpace.isEmpty ? FileSystem.randomName : ""
    let texts = [number, boot, processSpace, certain] + addresses
    let digest = ContentDigest(of: texts.joined(separator: "\n")).description.prefix(16)
    let name = host.isFileName ? host.prefix(60) : "unknown"
    return "\(name).\(digest)"
  }

  /// The addresses of the network devices, sorted.
  private static var hardwareAddresses: [String] {
    let root = FilePath("/sys/class/net")
    // A container without the folder is distinguished by its boot ID and its PID namespace.
    let names = (try? FileSystem.contents(of: root)) ?? []
    return names.filter { FileSystem.exists(root.appending($0).appending("device")) }.compactMap { name in
      let address = try? FileSystem.read(root.appending(name).appending("address"), limit: 64)
      return address.map { String(decoding: $0.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self) }
    }.sorted()
  }

  private static func fact(_ name: String) -> String {
    let bytes = (try? FileSystem.read(FilePath("/proc/sys/kernel/\(name)"), limit: 1 << 10)) ?? []
    let text = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    return text.isEmpty ? "unknown" : text
  }
}
