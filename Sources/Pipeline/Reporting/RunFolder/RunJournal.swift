internal import Claims
internal import Configuration
internal import Execution
internal import Planning
internal import Store
internal import SystemPackage

/// Records a run in a folder of `runs/` as it happens: whatever ends the run, the events until then are there.
///
/// The folder is made when the first action is not cached: a run with nothing to do leaves nothing behind, and costs
/// nothing.
struct RunJournal {
  /// An entry of the events and of the log.
  private struct Entry {
    let time: Timestamp
    let event: LoggedEvent
    let lines: [String]
  }

  private enum Phase {
    /// Nothing has been done yet; these entries came before.
    case idle([Entry])
    case open(RunFolder, log: LineFile, events: LineFile)
    /// It has ended, or its files cannot be written.
    case closed
  }

  private let run: RunDescription
  private let store: ArtifactStore
  private var phase = Phase.idle([])
  /// Whether something could not be kept.
  private(set) var hasFailed = false

  init(of run: RunDescription, in store: ArtifactStore) {
    self.run = run
    self.store = store
  }

  /// Adds an entry.
  ///
  /// - Parameter lines: its text for the log.
  /// - Returns: an error message: why nothing is kept.
  mutating func add(_ event: LoggedEvent, _ lines: [String], at time: Timestamp) -> String? {
    let entry = Entry(time: time, event: event, lines: lines)
    switch phase {
    case .idle(var entries):
      // Taken out for as long as it grows, lest it be copied each time.
      phase = .closed
      entries.append(entry)
      guard event.isWork else {
        phase = .idle(entries)
        return nil
      }
      do throws(StoreError) {
        try open(entries)
      } catch {
        hasFailed = true
        return "error: this run has no log: \(error)"
      }
    case .open(let folder, var log, var events):
      phase = .closed
      for line in lines { log.add(line.printableLines) }
      events.add(event.line(at: time))
      phase = .open(folder, log: log, events: events)
    case .closed: break
    }
    return nil
  }

  private mutating func open(_ entries: [Entry]) throws(StoreError) {
    // Records name code by its fingerprint; a later run can then tell which part of it has changed.
    for fingerprint in Set(run.actions.map(\.fingerprint)) {
      if let parts = run.code[fingerprint] { store.note(fingerprint, of: parts) }
    }
    let folder = try RunFolder.make(for: run.name.description, in: store, at: entries.first?.time ?? .now)
    do {
      var copy = try LineFile(creating: folder.path(of: .resolved))
      run.resolvedLines { copy.add($0) }
      copy.close()
      if let failure = copy.failure { throw failure }
      let file = try FileDescriptor.open(
        folder.path(of: .pipeline),
        .writeOnly,
        options: [.create, .truncate],
        permissions: FileSystem.newFilePermissions
      )
      _ = try file.closeAfter { try file.writeAll(run.text) }
      var log = try LineFile(creating: folder.path(of: .log))
      var events = try LineFile(creating: folder.path(of: .events))
      for entry in entries {
        for line in entry.lines { log.add(line.printableLines) }
        events.add(entry.event.line(at: entry.time))
      }
      log.flush()
      events.flush()
      phase = .open(folder, log: log, events: events)
    } catch {
      throw StoreError("cannot write to \(folder.path)", (error as? Errno) ?? .ioError)
    }
  }

  /// Writes what is in memory.
  ///
  /// - Returns: an error message: why no more is kept.
  mutating func flush() -> String? {
    guard case .open(let folder, var log, var events) = phase else { return nil }
    phase = .closed
    log.flush()
    events.flush()
    if let failure = log.failure ?? events.failure {
      log.close()
      events.close()
      hasFailed = true
      return "error: the log of this run ends here: cannot write to \(folder.path): \(failure)"
    }
    phase = .open(folder, log: log, events: events)
    return nil
  }

  /// Ends with the results of the run, and what became of the claims.
  mutating func close(_ summary: RunSummary?, _ claims: ClaimLedger) -> String? {
    let note = flush()
    guard case .open(let folder, var log, var events) = phase else { return note }
    phase = .closed
    log.close()
    events.close()
    if let failure = log.failure ?? events.failure {
      hasFailed = true
      return "error: the log of this run is not complete: cannot write to \(folder.path): \(failure)"
    }
    guard let summary else { return note }
    do throws(StoreError) {
      if !claims.claims.isEmpty {
        try store.writeAtomically(Array(claims.text.utf8), to: folder.path(of: .claims))
      }
      try store.writeAtomically(Array(Lock(summary).text.utf8), to: folder.path(of: .results))
    } catch {
      hasFailed = true
      return "error: the list of the results of this run cannot be kept: \(error)"
    }
    return nil
  }
}

extension LoggedEvent {
  /// Whether it shows that the run has something to do.
  fileprivate var isWork: Bool {
    switch self {
    case .run(.cached), .run(.progress): false
    case .run: true
    case .claim(_, let isNew): isNew
    case .begin, .message, .figures, .omitted, .end: false
    }
  }
}
