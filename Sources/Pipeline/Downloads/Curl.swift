internal import Glibc
internal import Processes
internal import Subprocess
internal import SystemPackage

/// Gets files by the program curl, which knows proxies, certificates and protocols as the machine's owner set them up.
struct Curl {
  /// How a transfer ended.
  enum Ending: Equatable {
    /// As the server meant it to.
    case whole
    /// Before that; it can be gone on with.
    case cut(String)
    /// The server does not begin in the middle.
    case cannotResume
    /// There is nothing to get, or nobody to get it from.
    case refused(String)
    /// More came than was expected.
    case tooLong
  }

  private let executable: FilePath

  init() async throws(DownloadError) {
    do {
      executable = try await Executable.name("curl").resolveExecutablePath(in: .inherit)
    } catch {
      throw DownloadError("curl is not installed; on Debian and Ubuntu: sudo apt-get install curl")
    }
  }

  /// Appends what an address gives to a file.
  ///
  /// - Parameters:
  ///   - offset: how many bytes are there already; what follows them is asked for.
  ///   - limit: the size that the file is to have.
  ///   - received: receives the file's size as it grows.
  func append(
    _ address: String,
    to file: FileDescriptor,
    from offset: Int,
    limit: Int,
    received: (Int) -> Void
  ) async throws -> Ending {
    var arguments = [
      // Nothing of the user's own settings but the environment's proxies.
      "--disable", "--silent", "--show-error", "--fail", "--location", "--proto", "=https,http,file", "--proto-redir",
      "=https,http", "--connect-timeout", "20", "--speed-limit", "1", "--speed-time", "30", "--globoff",
    ]
    if offset > 0 { arguments += ["--continue-at", "\(offset)"] }
    let guardian = try Guardian()
    defer { guardian.release() }
    // Through a pipe: when this process is gone, nobody goes on writing.
    do {
      let result = try await Subprocess.run(
        Guardian.shell,
        arguments: guardian.arguments(executable, arguments + ["--url", address]),
        environment: .inherit.updating(["LC_ALL": "C.UTF-8"]),
        platformOptions: Guardian.options,
        input: .fileDescriptor(guardian.input, closeAfterSpawningProcess: true),
        output: .sequence,
        error: .string(limit: 1 << 16)
      ) { execution in
        var size = offset
        for try await piece in execution.standardOutput {
          guard piece.count <= limit - size else {
            // All of the group, which the shell leads.
            kill(-execution.processIdentifier.value, SIGKILL)
            return true
          }
          _ = try piece.withUnsafeBytes { try file.writeAll($0) }
          size += piece.count
          received(size)
        }
        return false
      }
      try Task.checkCancellation()
      return result.closureResult ? .tooLong : Self.ending(result.terminationStatus, result.standardError, offset)
    } catch {
      // A process that was ended because nobody waits for it any more is no failure of its own.
      try Task.checkCancellation()
      throw error
    }
  }

  private static func ending(_ status: TerminationStatus, _ message: String, _ offset: Int) -> Ending {
    let lines = message.split(separator: "\n").map { $0.hasPrefix("curl: ") ? $0.dropFirst(6) : $0 }
    let words = lines.isEmpty ? "curl ended with \(status)" : lines.joined(separator: "; ")
    switch status {
    case .exited(0): return .whole
    // Ranges are not served, or this one is beyond the end.
    case .exited(33), .exited(36): return .cannotResume
    case .exited(22) where offset > 0 && message.contains("416"): return .cannotResume
    // A partial file, a time that ran out, an empty reply, a connection that broke, in its several forms.
    case .exited(18), .exited(28), .exited(52), .exited(55), .exited(56), .exited(92), .exited(95): return .cut(words)
    default: return .refused(words)
    }
  }
}
