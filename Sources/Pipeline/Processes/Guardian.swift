internal import Glibc
public import Subprocess
public import SystemPackage

/// Keeps a program from outliving this process.
///
/// A process that the kernel kills cannot clean up after itself. So a shell leads a process group: it waits for the
/// program, and a companion of it for the end of a pipe that this process holds open. Whichever ends first, the program
/// ends too.
public struct Guardian: Sendable {
  private static let script = """
    exec 3<&0 0</dev/null
    "$@" 3<&- &
    program=$!
    { /bin/cat <&3; kill -9 "-$$"; } >/dev/null 2>&1 &
    wait "$program"
    """

  /// The shell that is started in place of the program.
  public static let shell = Executable.path("/bin/sh")
  /// What the shell reads: the other end of what this process holds open.
  public let input: FileDescriptor
  private let held: FileDescriptor

  /// A guardian of one program. Whoever starts the shell closes `input`.
  public init() throws {
    (input, held) = try FileDescriptor.pipe()
    // A program that is started meanwhile must not hold the pipe open.
    for descriptor in [input, held] { _ = fcntl(descriptor.rawValue, F_SETFD, FD_CLOEXEC) }
  }

  /// The shell's arguments.
  public func arguments(_ program: FilePath, _ arguments: [String]) -> Arguments {
    Arguments(["-c", Self.script, "sh", program.string] + arguments)
  }

  /// The group that the shell leads. Ctrl-C reaches every process of the terminal's group; here it is this process
  /// that acts on it.
  public static var options: PlatformOptions {
    var options = PlatformOptions()
    options.processGroupID = 0
    return options
  }

  /// Ends the program if it is still there.
  public func release() {
    // Nothing can be done about a pipe that cannot be closed, and the kernel closes it with this process.
    try? held.close()
  }
}
