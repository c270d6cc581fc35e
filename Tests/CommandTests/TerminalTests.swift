import SystemPackage
import TestSupport
import Testing

/// `pipeline run` on a real pseudo-terminal: what is on the screen meanwhile, and what stays.
///
/// One after another: beside a dozen runs at work a terminal sees nothing for longer than a run takes.
@Suite(.serialized) struct TerminalTests {
  private let folder: TemporaryFolder
  private let pipeline: Program

  init() throws {
    folder = try TemporaryFolder()
    pipeline = try Program(built: "pipeline")
  }

  /// Runs a program on a new terminal, does something when bars are first seen, and prints what was on the screen then,
  /// what is on it in the end, how it was written, and the exit code.
  ///
  /// The terminal is a small one: it knows the codes that the program uses, scrolls, and does not lay lines out anew when
  /// it gets another size.
  private static let script = #"""
    import fcntl, json, os, pty, re, select, signal, struct, sys, termios
    columns, rows, action, environment, *command = sys.argv[1:]
    columns, rows = int(columns), int(rows)

    class Screen:
        def __init__(self):
            self.lines, self.row, self.column, self.top, self.wraps = [[]], 0, 0, 0, True
        def down(self):
            self.row += 1
            if self.row == len(self.lines): self.lines.append([])
            self.top = max(self.top, self.row - rows + 1)
        def put(self, letter):
            if self.column >= columns:
                if self.wraps: self.column = 0; self.down()
                else: self.column = columns - 1
            line = self.lines[self.row]
            line += [" "] * (self.column + 1 - len(line))
            line[self.column] = letter
            self.column += 1
        def feed(self, text):
            for code, number, final, letter in re.findall(r"(\x1b\[\??([0-9]*)([A-Za-z]))|([\s\S])", text):
                if final == "A": self.row = max(self.top, self.row - int(number or 1))
                elif final == "K": del self.lines[self.row][self.column:]
                elif final == "J":
                    del self.lines[self.row][self.column:]
                    del self.lines[self.row + 1:]
                elif final in "hl" and final: self.wraps = final == "h"
                elif final == "m": pass
                elif code: sys.exit("unknown code " + repr(code))
                elif letter == "\r": self.column = 0
                elif letter == "\n": self.down()
                else: self.put(letter)
        def text(self):
            return ["".join(line).rstrip() for line in self.lines]

    def resize(file):
        fcntl.ioctl(file, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    process, terminal = pty.fork()
    if process == 0:
        resize(0)
        os.execve(command[0], command, dict(os.environ, **json.loads(environment)))
    screen, written, during, pending = Screen(), "", [], b""
    while True:
        try: chunk = os.read(terminal, 1 << 16)
        except OSError: break
        if not chunk: break
        pending += chunk
        # A letter of several bytes may come in two parts, and a code too; both end before the next drawing.
        if not pending.endswith((b"\n", b"\r", b"A", b"J")): 
            if select.select([terminal], [], [], 0.02)[0]: continue
        chunk, pending = pending.decode(), b""
        screen.feed(chunk)
        written += chunk
        # A worker that has said how far it is knows that Ctrl-C is not for it.
        sign = " % " if action in ("press", "press twice", "kill") else " 1 of 4"
        # Between two drawings: what is on its way was laid out for the size before.
        resizes = "x" in action
        isQuiet = not resizes or not select.select([terminal], [], [], 0.02)[0]
        if not during and isQuiet and any(sign in line for line in screen.text()):
            during = screen.text()
            if sign != " % ": open("go", "w").close()
            if action == "press": os.write(terminal, b"\x03")
            elif action == "press twice": os.write(terminal, b"\x03\x03")
            elif action == "kill": os.kill(process, signal.SIGTERM)
            elif action != "watch":
                columns, rows = map(int, action.split("x"))
                resize(terminal)
    _, status = os.waitpid(process, 0)
    print(json.dumps({"during": during, "end": screen.text(), "written": written,
        "exit": os.waitstatus_to_exitcode(status)}))
    """#

  private struct Seen {
    let during: [String]
    let end: [String]
    let written: String
    let exit: String
  }

  private func watch(
    _ arguments: [String],
    columns: Int = 100,
    rows: Int = 24,
    doing action: String = "watch",
    environment: String = #"{"TERM": "xterm", "NO_COLOR": ""}"#,
    of program: FilePath? = nil
  ) async throws -> Seen {
    let outcome = try await Program(at: "/usr/bin/python3").run(
      ["-c", Self.script, "\(columns)", "\(rows)", action, environment, (program ?? pipeline.path).string] + arguments,
      in: folder.path
    )
    try #require(outcome.errors == "")
    // The words are taken apart by the program that wrote them.
    func part(_ expression: String) async throws -> String {
      let code = "import json, sys; seen = json.loads(sys.argv[1]); print(\(expression), end='')"
      return try await Program(at: "/usr/bin/python3").run(["-c", code, outcome.output]).output
    }
    func lines(_ name: String) async throws -> [String] {
      try await part("'\\n'.join(seen['\(name)'])").split(separator: "\n").map(String.init)
    }
    return Seen(
      during: try await lines("during"),
      end: try await lines("end"),
      written: try await part("seen['written']"),
      exit: try await part("seen['exit']")
    )
  }

  private func plain(_ lines: [String]) -> [String] {
    lines.map { $0.replacing(/[0-9]+\.[0-9]{2} s/, with: "T s").replacing(/[0-9a-f]{12}/, with: "ADDRESS") }
  }

  /// A stage and a sweep of four points of which all but the first wait for the file `go`.
  ///
  /// - Parameters:
  ///   - isOpen: whether it is there from the beginning. Else the terminal makes it when the first point is done.
  ///   - ending: what the stage `diagram` does at last.
  private func write(isOpen: Bool = false, ending: String = "true") throws {
    let gate = "until [ -e \(folder.path)/go ]; do sleep 0.02; done"
    func stage(_ words: String) -> String {
      #"with: { run: [/bin/sh, -c, "\#(words); echo done > {outputs.o}"], sandbox: none, outputs: { o: o } }"#
    }
    try folder.write(
      """
      pipeline: slow
      title: Slow things
      stages:
        one: { kind: uv/fixed-points, with: { learning_rate: { values: [0.8] } } }
        points:
          kind: command
          matrix: { number: [1, 2, 3, 4] }
          \(stage("test ${{ matrix.number }} = 1 || \(gate)"))
        diagram: { kind: command, \(stage("\(gate); \(ending)")) }
      """,
      to: "slow.yaml"
    )
    if isOpen { try folder.write("", to: "go") }
  }

  /// A stage that says how far it is and is not done before somebody stops it.
  private func writeEndless() throws {
    try folder.write(
      """
      pipeline: slow
      title: Slow things
      stages:
        diagram:
          kind: uv/phase-diagram
          with: { learning_rate: { from: 0.1, to: 2, count: 3000 }, steps: 10000000 }
      """,
      to: "slow.yaml"
    )
  }

  private let record = [
    "slow: Slow things", "  one      done in T s  ADDRESS", "  diagram  done in T s  ADDRESS",
    "  points   done in T s  4 points: 4 computed", "6 stages: 6 computed, 0 cached in T s",
  ]

  @Test func `Bars follow what is at work, and nothing of them stays`() async throws {
    try write()
    let seen = try await watch(["run", "slow", "--jobs", "6"])
    #expect(seen.exit == "0")
    #expect(plain(seen.end).sorted() == record.sorted(), "\(seen.end)")
    #expect(seen.during.contains { $0.hasPrefix("  diagram  ") && $0.contains("─") }, "\(seen.during)")
    #expect(seen.during.contains { $0.hasPrefix("  points   ") && $0.contains(" of 4 ") })
    let sum = try #require(seen.during.last)
    #expect(sum.firstMatch(of: /^\ {2}[0-9] of 6 done · .*[0-9] running · 0:[0-9]{2}/) != nil, "\(sum)")
    #expect(seen.written.contains("\u{1b}[36m━"))
    #expect(!seen.written.contains("started"))
  }

  @Test(arguments: ["40x24", "30x5", "10x2", "200x50", "80x1"])
  func `A window that gets another size during the run leaves the same record`(size: String) async throws {
    try write()
    let seen = try await watch(["run", "slow", "--jobs", "6"], doing: size)
    #expect(seen.exit == "0")
    // Lines that stay are broken by the terminal where it is narrow.
    #expect(plain([seen.end.joined()])[0].filter { $0 != " " }.contains("━") == false, "\(seen.end)")
    #expect(!seen.end.contains { $0.contains("running") || $0.contains("─") }, "\(seen.end)")
    if !["30x5", "10x2"].contains(size) {
      #expect(plain(seen.end).first == record[0])
      // Where the line is broken its space is lost.
      let summary = /6stages:6computed,0cachedin[0-9.]+s/
      #expect(seen.end.joined().filter { $0 != " " }.contains(summary), "\(seen.end)")
    }
  }

  @Test(arguments: ["press", "press twice", "kill"])
  func `Ctrl-C and the signal to end leave the lines that stay`(how: String) async throws {
    try writeEndless()
    let seen = try await watch(["run", "slow", "--jobs", "1"], rows: 5, doing: how)
    #expect(seen.exit == "130")
    #expect(!seen.end.contains { $0.contains("running") || $0.contains("─") || $0.contains("━") }, "\(seen.end)")
    #expect(seen.end.first == record[0])
    #expect(seen.end.last?.hasPrefix("interrupted") == true)
    #expect(seen.end.last?.hasSuffix("the same command goes on from there") == true)
  }

  @Test func `A failure is printed in full above the bars`() async throws {
    // It fails once the bars have been seen.
    try write(ending: "echo too bad; exit 3")
    let seen = try await watch(["run", "slow", "--jobs", "6", "--keep-going"])
    #expect(seen.exit == "1")
    #expect(seen.end.contains { $0.hasPrefix("error: stage 'diagram': ") }, "\(seen.end)")
    #expect(seen.end.contains { $0.contains("too bad") }, "\(seen.end)")
    #expect(!seen.end.contains { $0.contains("running") || $0.contains("━") }, "\(seen.end)")
  }

  @Test func `NO_COLOR turns colours off, and a terminal that cannot draw gets plain lines`() async throws {
    try write()
    let plainBars = try await watch(["run", "slow"], environment: #"{"TERM": "xterm", "NO_COLOR": "1"}"#)
    #expect(plainBars.written.contains("━"))
    #expect(plainBars.written.firstMatch(of: /\u{1b}\[[0-9]*m/) == nil)
    for terminal in ["dumb", ""] {
      let seen = try await watch(["run", "slow", "--force"], environment: #"{"TERM": "\#(terminal)"}"#)
      #expect(!seen.written.contains("\u{1b}"))
      #expect(seen.written.contains("  one      started         uv/fixed-points: forced\r\n"))
    }
    let quiet = try await watch(["run", "slow", "--force", "--quiet"])
    #expect(quiet.written == "")
    let json = try await watch(["run", "slow", "--force", "--json"])
    #expect(!json.written.contains("\u{1b}"))
    #expect(json.end.allSatisfy { $0.hasPrefix("{") || $0.count == 100 || !$0.contains("━") })
  }

  @Test func `Bars are drawn beside a file, and not beside a program that may write to the terminal too`() async throws
  {
    try write()
    let toFile = try await watch(["-c", "\(pipeline.path) run slow > out"], of: "/bin/sh")
    #expect(toFile.written.contains("━"))
    #expect(toFile.end == [])
    let output = String(decoding: try readBytes(folder.path.appending("out")), as: UTF8.self)
    #expect(plain(output.split(separator: "\n").map(String.init)).sorted() == record.sorted())
    let toProgram = try await watch(["-c", "\(pipeline.path) run slow --force | tee out"], of: "/bin/sh")
    #expect(!toProgram.written.contains("━"))
    #expect(toProgram.end.contains { $0.hasPrefix("  diagram  started ") })
  }

  @Test func `A run with nothing to do draws nothing`() async throws {
    try write(isOpen: true)
    _ = try await watch(["run", "slow"])
    let seen = try await watch(["run", "slow"])
    #expect(!seen.written.contains("\u{1b}[36m"))
    #expect(plain(seen.end).last == "nothing to do: 6 stages up to date (T s)")
  }
}
