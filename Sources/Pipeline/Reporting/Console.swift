internal import Configuration
internal import Glibc
internal import SystemPackage

/// What a person sees of a run: the lines that stay, and on a terminal below them lines that follow what is at work.
///
/// On a terminal all is written a few times a second and not at every event, so that thousands of short stages cost
/// nothing. The lines that follow go to standard error, where they do not get into a file.
public struct Console {
  /// How often the lines that follow are drawn anew.
  static let interval = Duration.milliseconds(100)

  /// Whether there is a terminal, and it is one on which lines can be drawn again.
  let isTerminal: Bool
  private let isQuiet: Bool
  private let hasColours: Bool
  private let outbox: Outbox
  private var block = TerminalBlock()
  /// Lines about cached results. They are printed once there is something else to print about a stage.
  private var known: [String] = []
  /// Lines that are written at the next drawing.
  private var waiting: [(text: String, file: FileDescriptor)] = []

  /// A console; a quiet one prints only errors.
  ///
  /// - Parameter outbox: writes the lines.
  init(isQuiet: Bool, to outbox: Outbox) {
    self.isQuiet = isQuiet
    self.outbox = outbox
    // Such as what an editor runs programs in.
    let isPlain = ["", "dumb"].contains(Self.variable("TERM") ?? "")
    isTerminal = !isQuiet && !isPlain && isatty(STDERR_FILENO) == 1 && !Self.isPipe(STDOUT_FILENO)
    hasColours = (Self.variable("NO_COLOR") ?? "").isEmpty
  }

  /// Whether a file is read by another program, such as `tee`, which may write to the same terminal at any moment.
  private static func isPipe(_ file: Int32) -> Bool {
    var status = stat()
    return fstat(file, &status) == 0 && [S_IFIFO, S_IFSOCK].contains(status.st_mode & S_IFMT)
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// Prints lines of a run.
  mutating func tell(_ lines: [RunLine]) {
    for line in lines {
      guard line.matter != .known else {
        known.append(line.text)
        continue
      }
      for text in known { say(text) }
      known = []
      switch line.matter {
      case .problem: write(line.text, to: .standardError)
      case .beginning where isTerminal: break
      case .beginning, .outcome, .known: say(line.text)
      }
    }
  }

  /// Prints the remaining lines about cached results, unless everything was cached, which takes one line.
  mutating func settle(isNothingElse: Bool) {
    if !isNothingElse { for text in known { say(text) } }
    known = []
  }

  /// Prints a line about the whole run.
  ///
  /// - Parameter isNeeded: whether a quiet console prints it too.
  mutating func say(_ text: String, isNeeded: Bool = false) {
    if !isQuiet || isNeeded { write(text, to: .standardOutput) }
  }

  /// Prints an error.
  mutating func complain(_ text: String) { write(text, to: .standardError) }

  /// Takes in a line, or several where something went wrong.
  private mutating func write(_ text: String, to file: FileDescriptor) {
    let text = file == .standardError ? text.printableLines : text.printable
    guard isTerminal else { return outbox.write(text + "\n", to: file) }
    waiting.append((text, file))
  }

  /// Writes the pending lines and redraws the status lines.
  mutating func redraw(_ state: RunState, at now: Double) {
    // A terminal that does not take the last drawing yet gets a newer one later.
    guard isTerminal, outbox.backlog == 0 else { return }
    writeWaiting()
    // Asked anew each time: the window may have another size by now.
    let size = Self.size
    let lines = StatusLayout(width: size.columns, height: size.rows).lines(state, at: now)
    outbox.write(block.draw(lines.map { hasColours ? $0.colouredText : $0.plainText }), to: .standardError)
  }

  /// Writes the pending lines and removes the status lines.
  mutating func finish() {
    writeWaiting()
    outbox.write(block.erase(), to: .standardError)
  }

  private mutating func writeWaiting() {
    guard !waiting.isEmpty else { return }
    outbox.write(block.erase(), to: .standardError)
    var text = ""
    for (index, line) in waiting.enumerated() {
      text += line.text + "\n"
      if index + 1 == waiting.count || waiting[index + 1].file != line.file {
        outbox.write(text, to: line.file)
        text = ""
      }
    }
    waiting = []
  }

  private static var size: (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// A duration for people: "0.42 s", "3 min 12 s".
  public static func duration(_ seconds: Double) -> String {
    // A number from a file may be any.
    guard seconds.magnitude < 1e12 else { return "\(seconds) s" }
    if seconds < 60 {
      let hundredths = Int((seconds * 100).rounded())
      let fraction = hundredths % 100
      return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) s"
    }
    let whole = Int(seconds.rounded())
    return whole < 3600 ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole / 60 % 60) min"
  }
}
