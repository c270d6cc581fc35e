internal import Execution
package import Store
internal import SystemPackage

/// The events of a run on standard output, one JSON object a line.
///
/// A reader may be slow, or stop. The run goes on; once more waits than the limit allows, what actions say about their
/// progress and what they print is left out, and an event says how much. Everything else waits for the reader, and
/// the folder of the run has every event.
package struct EventStream {
  private let outbox: Outbox
  private let limit: Int
  private let write: @Sendable (String) -> Void
  private var text = ""
  private var omitted: [String: Int] = [:]

  /// A stream that writes to standard output.
  ///
  /// - Parameters:
  ///   - limit: how many bytes may wait before events are left out.
  ///   - write: writes lines; called in the outbox's turn.
  package init(
    _ outbox: Outbox,
    limit: Int = 4 << 20,
    write: @escaping @Sendable (String) -> Void = { Terminal.write($0, to: .standardOutput) }
  ) {
    self.outbox = outbox
    self.limit = limit
    self.write = write
  }

  /// Adds an event.
  package mutating func add(_ event: LoggedEvent, at time: Timestamp) {
    if let name = event.omissibleName, outbox.backlog + text.utf8.count > limit {
      omitted[name, default: 0] += 1
      return
    }
    if case .end = event { tellOmitted(at: time) }
    text += event.line(at: time)
    text += "\n"
    if text.utf8.count >= 1 << 16 { send() }
  }

  /// Passes on what was added.
  package mutating func flush() {
    if outbox.backlog < limit / 2 { tellOmitted(at: .now) }
    send()
  }

  private mutating func tellOmitted(at time: Timestamp) {
    guard !omitted.isEmpty else { return }
    text += LoggedEvent.omitted(omitted).line(at: time) + "\n"
    omitted = [:]
  }

  private mutating func send() {
    guard !text.isEmpty else { return }
    outbox.run(size: text.utf8.count) { [write, text] in write(text) }
    text = ""
  }
}

extension LoggedEvent {
  /// The name of an event that a reader who does not keep up can do without; nil for one of which it depends what is
  /// known of the results.
  fileprivate var omissibleName: String? {
    switch self {
    case .run(.progress): "progress"
    case .run(.output): "output"
    default: nil
    }
  }
}
