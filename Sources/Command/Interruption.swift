import Dispatch
import Glibc
import Synchronization

/// Ctrl-C, and the signal that asks a program to end.
enum Interruption {
  /// Runs `body`, and cancels it when the user asks the program to end.
  ///
  /// - Parameters:
  ///   - isAsked: is called when the user asks for the first time.
  ///   - isPressed: is called when the user asks again; the program then ends, whatever it is at.
  static func cancelling<Value: Sendable>(
    isAsked: @escaping @Sendable () -> Void = {},
    isPressed: @escaping @Sendable () -> Void = {},
    _ body: @escaping @Sendable () async -> Value
  ) async -> Value {
    let work = Task { await body() }
    let count = Atomic(0)
    let sources = [SIGINT, SIGTERM].map { number in
      // Delivered to the source only, and not to the process as well.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler {
        if count.add(1, ordering: .relaxed).newValue > 1 {
          isPressed()
          exit(ExitStatus.interrupted.rawValue)
        }
        isAsked()
        work.cancel()
      }
      source.resume()
      return source
    }
    let value = await work.value
    for source in sources { source.cancel() }
    // What is still to be done, such as writing a lock, ends as any program does.
    for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
    return value
  }
}
