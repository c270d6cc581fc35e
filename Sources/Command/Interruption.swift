import Dispatch
import Glibc

/// Ctrl-C, and the signal that asks a program to end.
enum Interruption {
  /// Runs `body`, and cancels it when the user asks the program to end.
  static func cancelling<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) async -> Value {
    let work = Task { await body() }
    let sources = [SIGINT, SIGTERM].map { number in
      // Delivered to the source only, and not to the process as well.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler { work.cancel() }
      source.resume()
      return source
    }
    let value = await work.value
    for source in sources { source.cancel() }
    return value
  }
}
