internal import CLinux
internal import Glibc

/// `pipeline supervise`: the process around a program of the user's own, of which nothing is left when the program ends,
/// or when the process that started this one does.
///
/// Processes of the program that lose their parent become children of this one, so that starting a process and ending,
/// or leaving the process group, is no way out.
public enum Supervisor {
  /// The name of the command.
  public static let command = "supervise"

  /// The arguments of this program under which it supervises another.
  ///
  /// - Parameters:
  ///   - status: the file that will say how the program ended.
  ///   - words: the program and its arguments.
  public static func arguments(status: String, _ words: [String]) -> [String] {
    [command, status, "\(OpenFiles.original)"] + words
  }

  /// Serves as a supervisor if the arguments are those of one; returns otherwise.
  public static func serveIfAsked(_ arguments: [String]) {
    guard arguments.count > 4, arguments[1] == command else { return }
    exit(serve(status: arguments[2], limit: UInt(arguments[3]), Array(arguments[4...])))
  }

  private static func serve(status path: String, limit: UInt?, _ words: [String]) -> Int32 {
    // Where orphans cannot be adopted, the processes that are children of children are ended all the same.
    ProcessTree.adoptOrphans()
    if let limit { OpenFiles.set(limit) }
    let program: pid_t
    switch start(words) {
    case .success(let number): program = number
    case .failure(let error): return write("not started: \(String(cString: strerror(error.number)))", to: path)
    }
    let status = wait(for: program)
    ProcessTree.endDescendants()
    guard let status else { return 1 }
    return write("\(status)", to: path)
  }

  private struct StartFailure: Error {
    let number: Int32
  }

  /// Starts the program with nothing to read, in a group of its own: a signal that it sends to its group is not for this
  /// process.
  private static func start(_ words: [String]) -> Result<pid_t, StartFailure> {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    var number = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    if number == 0 { number = posix_spawnattr_setpgroup(&attributes, 0) }
    if number == 0 { number = posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP)) }
    guard number == 0 else { return .failure(StartFailure(number: number)) }
    var pointers = words.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var program: pid_t = 0
    number = posix_spawn(&program, words[0], &actions, &attributes, &pointers, environ)
    return number == 0 ? .success(program) : .failure(StartFailure(number: number))
  }

  /// Waits until the program ends, or the process at the other end of standard input.
  ///
  /// - Returns: how the program ended, as shells say it: a signal as 128 more than its number. Nil if it has not.
  private static func wait(for program: pid_t) -> Int32? {
    let process = open_process(program)
    while true {
      var status: Int32 = 0
      if waitpid(program, &status, WNOHANG) == program {
        return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
      }
      var ends = [
        pollfd(fd: STDIN_FILENO, events: 0, revents: 0), pollfd(fd: process, events: Int16(POLLIN), revents: 0),
      ]
      // Before Linux 5.3 there is no descriptor of a process, and none is no end.
      _ = poll(&ends, nfds_t(ends.count), process < 0 ? 20 : -1)
      if ends[0].revents != 0 { return nil }
    }
  }

  private static func write(_ text: String, to path: String) -> Int32 {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { return 1 }
    let bytes = Array(text.utf8)
    let isWritten = Glibc.write(file, bytes, bytes.count) == bytes.count
    return close(file) == 0 && isWritten ? 0 : 1
  }
}
