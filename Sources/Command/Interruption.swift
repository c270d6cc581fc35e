import Dispatch
import Glibc
import Processes
import Reporting
import Synchronization
import SystemPackage

/// Ctrl-C, and the signal that asks a program to end.
enum Interruption {
  /// Fills a folder; when the user asks for an end, nothing of it stays.
  ///
  /// - Parameter fill: writes the files and finishes the folder.
  static func filling(
    _ path: FilePath,
    isReplaceable: Bool,
    outside stores: [FilePath],
    _ fill: @escaping @Sendable (OutputFolder) throws -> Void
  ) async throws {
    let result = await cancelling { () -> Result<Void, any Error> in
      Result {
        let folder = try OutputFolder(at: path, isReplaceable: isReplaceable, outside: stores)
        do {
          try fill(folder)
        } catch {
          folder.abandon()
          guard Task.isCancelled else { throw error }
          Terminal.complain("interrupted: nothing of what was written is kept")
          throw ExitStatus.interrupted
        }
      }
    }
    try result.get()
  }

  /// Runs `body`; when the user asks for an end, the program ends at once, after `clean`.
  static func ending(
    after clean: @escaping @Sendable () -> Void,
    _ body: @escaping @Sendable () async throws -> Void
  ) async throws {
    let end: @Sendable () -> Void = {
      clean()
      exit(ExitStatus.interrupted.rawValue)
    }
    let result = await cancelling(isAsked: end) { () -> Result<Void, any Error> in
      do {
        return .success(try await body())
      } catch {
        return .failure(error)
      }
    }
    try result.get()
  }

  /// For how long what was cancelled may take to end, in seconds.
  private static let patience = 30.0

  /// Ends every process that this one has started, and what these have.
  private static func endProcesses() {
    ProcessTree.adoptOrphans()
    ProcessTree.endDescendants()
  }

  /// From now on the program ends at once, with 130, when the user asks for an end: all is done, and it only waits for a
  /// reader. A dispatch source would not do: of a second one for the same signal nothing is heard on Linux.
  static func endAtOnce() {
    for number in [SIGINT, SIGTERM] { signal(number) { _ in _exit(ExitStatus.interrupted.rawValue) } }
  }

  /// Runs `body`, and cancels it when the user asks the program to end.
  ///
  /// - Parameters:
  ///   - isAsked: is called when the user asks for the first time.
  ///   - isPressed: is called when the user asks again, or nothing has come of it after a while; the program then ends,
  ///     whatever it is at.
  static func cancelling<Value: Sendable>(
    isAsked: @escaping @Sendable () -> Void = {},
    isPressed: @escaping @Sendable () -> Void = {},
    _ body: @escaping @Sendable () async -> Value
  ) async -> Value {
    // Begins once the signals are waited for, which a source does some time after it is resumed: nothing may lie on the
    // disk before.
    let numbers = [SIGINT, SIGTERM]
    let (ready, gate) = AsyncStream.makeStream(of: Void.self)
    let work = Task {
      for await _ in ready.prefix(numbers.count) {}
      return await body()
    }
    let count = Atomic(0)
    let isOver = Atomic(false)
    let breakOff: @Sendable () -> Void = {
      isPressed()
      endProcesses()
      // Whatever would still be cleaned up may be what hangs.
      _exit(ExitStatus.interrupted.rawValue)
    }
    let sources = numbers.map { number in
      // Delivered to the source only, and not to the process as well.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler {
        if count.add(1, ordering: .relaxed).newValue > 1 { breakOff() }
        isAsked()
        work.cancel()
        DispatchQueue.global().asyncAfter(deadline: .now() + patience) {
          if !isOver.load(ordering: .relaxed) { breakOff() }
        }
      }
      source.setRegistrationHandler { gate.yield() }
      source.resume()
      return source
    }
    let value = await work.value
    if count.load(ordering: .relaxed) > 0 { endProcesses() }
    isOver.store(true, ordering: .relaxed)
    for source in sources { source.cancel() }
    // What is still to be done, such as writing a lock, ends as any program does.
    for number in numbers { signal(number, SIG_DFL) }
    return value
  }
}
