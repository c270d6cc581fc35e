import Configuration
import Foundation
import SystemPackage
import TestSupport
import Testing

/// What a program can see, and that nothing of it stays behind.
@Suite struct CommandKindProcessTests {
  private let experiment: ProgramExperiment
  /// Changes of the environment in which bubblewrap is not found.
  private static let withoutBubblewrap = ["PATH=/nowhere"]

  init() throws {
    experiment = try ProgramExperiment()
  }

  /// Whether bubblewrap works here, as the program finds out itself.
  private func hasSandbox() async throws -> Bool {
    let probe = try ProgramExperiment()
    let outcome = try await probe.runStage("run: [/bin/touch, a]\nsandbox: require\noutputs: { a: a }")
    if outcome.status != 0 {
      #expect(outcome.errors.contains("error: stage 'one': the stage requires a sandbox, and bubblewrap "))
    }
    print("sandbox: \(outcome.status == 0 ? "bubblewrap works here" : "not covered here: \(outcome.errors)")")
    return outcome.status == 0
  }

  private func sandbox(of stage: String) throws -> String {
    guard case .object(let provenance)? = try experiment.record(of: stage, in: "test")["provenance"],
      case .object(let command)? = provenance["command"], case .string(let sandbox)? = command["sandbox"],
      case .string(let executable)? = command["executable"], case .string(let digest)? = command["sha256"]
    else { return "" }
    #expect(executable.hasPrefix("/"))
    #expect(digest.count == 64)
    return sandbox
  }

  @Test func `The sandbox hides undeclared files, other processes, the machine's name and the network`() async throws {
    let isSandboxed = try await hasSandbox()
    try experiment.folder.write("secret", to: "secret.txt")
    let secret = experiment.folder.path.appending("secret.txt")
    let listener = try Listener()
    try experiment.folder.write(
      """
      import os, socket, sys
      def connects():
          try: socket.create_connection(('127.0.0.1', \(listener.port)), 2); return True
          except OSError: return False
      def writes(path):
          try: open(path, 'w'); return True
          except OSError: return False
      seen = [os.path.exists('\(secret)'), connects(), len([p for p in os.listdir('/proc') if p.isdigit()]) > 5,
              socket.gethostname() != 'stage', os.path.exists('\(NSHomeDirectory())')]
      print(*map(int, seen), file=open('seen.txt', 'w'))
      print(int(writes(os.environ['PLACE'])), int(writes(os.environ['TMPDIR'] + '/of-mine')), file=open('wrote.txt', 'w'))
      """,
      to: "scripts/look.py"
    )
    let with =
      "run: [/usr/bin/python3, scripts/look.py]\nfiles: [scripts/look.py]\n"
      + "outputs: { seen: seen.txt, wrote: wrote.txt }\n"
    if isSandboxed {
      let outcome = try await experiment.runStage(with + "environment: { PLACE: /usr/of-mine }")
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(try experiment.keptFile(of: "one", "seen.txt", in: "test") == "0 0 0 0 0\n")
      #expect(try experiment.keptFile(of: "one", "wrote.txt", in: "test") == "0 1\n")
      #expect(try sandbox(of: "one") == "bubblewrap")
    }
    let open = try await experiment.runStage(
      with + "sandbox: none\nenvironment: { PLACE: \(experiment.folder.path)/of-mine }"
    )
    #expect(open.status == 0, "\(open.errors)")
    #expect(try experiment.keptFile(of: "one", "seen.txt", in: "test").hasPrefix("1 1 "))
    #expect(try sandbox(of: "one") == "none: the stage asks for none")
    #expect(try experiment.keptFile(of: "one", "wrote.txt", in: "test") == "1 1\n")
  }

  @Test func `Where there is no bubblewrap, auto goes without and says so in the record, and require fails`()
    async throws
  {
    let with = "run: [/bin/touch, a]\noutputs: { a: a }\n"
    let auto = try await experiment.runStage(with, variables: Self.withoutBubblewrap)
    #expect(auto.status == 0, "\(auto.errors)")
    #expect(try sandbox(of: "one") == "none: bubblewrap is not installed")
    let require = try await experiment.runStage(with + "sandbox: require", variables: Self.withoutBubblewrap)
    #expect(require.status == 1)
    #expect(require.errors.contains("the stage requires a sandbox, and bubblewrap is not installed"))
  }

  @Test func `A bubblewrap that does not work counts as none, and the reason is reported`() async throws {
    let fake = try experiment.folder.write("#!/bin/sh\necho 'bwrap: no permission' >&2\nexit 1\n", to: "fake/bwrap")
    #expect(chmod(fake.string, 0o755) == 0)
    let variables = ["PATH=\(fake.removingLastComponent())"]
    let with = "run: [/bin/touch, a]\noutputs: { a: a }\n"
    #expect(try await experiment.runStage(with, variables: variables).status == 0)
    #expect(try sandbox(of: "one") == "none: bubblewrap does not work here: bwrap: no permission")
    let require = try await experiment.runStage(with + "sandbox: require", variables: variables)
    #expect(
      require.errors.contains("the stage requires a sandbox, and bubblewrap does not work here: bwrap: no permission")
    )
  }

  @Test(arguments: [true, false])
  func `The folder and the environment are clean, with a sandbox or without`(sandboxed: Bool) async throws {
    try experiment.folder.write("x", to: "scripts/deep/a.txt")
    let outcome = try await experiment.runStage(
      "run: [/bin/sh, -c, 'all=$(find . | sort); printf %s \"$all\" > out/list.txt; env | sort | cut -d= -f1 > names.txt; cat > standard-input.txt']\n"
        + "files: [scripts/deep/a.txt]\nenvironment: { MINE: x }\n"
        + "outputs: { list: out/list.txt, names: names.txt, input: standard-input.txt }\n",
      variables: ["SECRET=1"] + (sandboxed ? [] : Self.withoutBubblewrap)
    )
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      try experiment.keptFile(of: "one", "list.txt", in: "test")
        == ".\n./out\n./scripts\n./scripts/deep\n./scripts/deep/a.txt"
    )
    #expect(
      try experiment.keptFile(of: "one", "names.txt", in: "test").split(separator: "\n") == [
        "HOME", "LANG", "LC_ALL", "MINE", "OMP_NUM_THREADS", "PATH", "PWD", "PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED",
        "SOURCE_DATE_EPOCH", "TMPDIR", "TZ",
      ]
    )
    #expect(try experiment.keptFile(of: "one", "standard-input.txt", in: "test") == "")
  }

  @Test func `A tool outside of the system is seen if it is declared`() async throws {
    let tools = try TemporaryFolder()
    let tool = try tools.write("#!/bin/sh\necho made > \"$1\"\n", to: "bin/make-it")
    #expect(chmod(tool.string, 0o755) == 0)
    let declared = try await experiment.runStage(
      "run: [\"{tools.mine}/bin/make-it\", \"{outputs.a}\"]\ntools: { mine: \(tools.path) }\noutputs: { a: a.txt }"
    )
    #expect(declared.status == 0, "\(declared.errors)")
    #expect(try experiment.keptFile(of: "one", "a.txt", in: "test") == "made\n")
    let own = try experiment.folder.write("#!/bin/sh\necho own > \"$1\"\n", to: "venv/bin/make-it")
    #expect(chmod(own.string, 0o755) == 0)
    let relative = try await experiment.runStage(
      "run: [\"{tools.mine}/bin/make-it\", \"{outputs.a}\"]\ntools: { mine: venv }\noutputs: { a: a.txt }"
    )
    #expect(relative.status == 0, "\(relative.errors)")
    #expect(try experiment.keptFile(of: "one", "a.txt", in: "test") == "own\n")
    guard try await hasSandbox() else { return }
    let hidden = try await experiment.runStage("run: [\(tool), \"{outputs.a}\"]\noutputs: { a: a.txt }")
    #expect(hidden.errors.contains("the sandbox hides '\(tool)': declare its folder under 'tools'"), "\(hidden.errors)")
  }

  enum Death: CaseIterable {
    case interrupted
    case workerKilled
  }

  @Test(arguments: Death.allCases, [true, false])
  func `Nothing of a program is left when the run is interrupted or the worker is killed`(
    death: Death,
    sandboxed: Bool
  ) async throws {
    // Names that no other process on this machine has.
    let seconds = "\(Int.random(in: 100_000_000...999_999_999))"
    let pipelineName = "p\(seconds)"
    try experiment.folder.write(
      """
      pipeline: \(pipelineName)
      stages:
        one:
          kind: command
          with:
            run: [/bin/sh, -c, "sleep \(seconds).5 & sleep \(seconds)"]
            outputs: { a: a }
      """,
      to: "\(pipelineName).yaml"
    )
    let environment = Program(at: "/usr/bin/env")
    let arguments = (sandboxed ? [] : Self.withoutBubblewrap) + [experiment.pipeline.path.string, "run", pipelineName]
    let folder = experiment.folder.path
    async let running = environment.run(arguments, in: folder)
    #expect(try await eventually { Processes.named("sleep", with: seconds).count == 2 })
    let runner = try #require(Processes.named("pipeline", with: pipelineName).first)
    switch death {
    case .interrupted: kill(runner, SIGINT)
    case .workerKilled: for worker in Processes.children(of: runner) { kill(worker, SIGKILL) }
    }
    let outcome = try await running
    #expect(outcome.status == (death == .interrupted ? 130 : 1), "\(outcome)")
    #expect(try await eventually { Processes.named("sleep", with: seconds).isEmpty })
  }

  @Test func `What a program leaves running ends with it`() async throws {
    let seconds = "\(Int.random(in: 100_000_000...999_999_999))"
    let outcome = try await experiment.runStage(
      "run: [/bin/sh, -c, 'sleep \(seconds) > /dev/null 2>&1 & touch a']\noutputs: { a: a }",
      variables: Self.withoutBubblewrap
    )
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try await eventually { Processes.named("sleep", with: seconds).isEmpty })
  }

  /// Whether something comes to hold. The limit is for a machine that hangs and no measure of anything.
  private func eventually(_ holds: () -> Bool) async throws -> Bool {
    for _ in 0..<3000 {
      if holds() { return true }
      try await Task.sleep(for: .milliseconds(20))
    }
    return false
  }
}

/// The processes of this machine, from `/proc`.
enum Processes {
  /// Those whose program has this name and one of whose words begins with `word`.
  static func named(_ program: String, with word: String) -> [pid_t] {
    all.filter { process in
      guard let line = try? Data(contentsOf: URL(filePath: "/proc/\(process)/cmdline")) else { return false }
      let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      return words.first.map { FilePath($0).lastComponent?.string } == program
        && words.dropFirst().contains { $0.hasPrefix(word) }
    }
  }

  static func children(of parent: pid_t) -> [pid_t] {
    all.filter { process in
      guard let stat = try? String(contentsOf: URL(filePath: "/proc/\(process)/stat"), encoding: .utf8),
        let rest = stat.split(separator: ")").last
      else { return false }
      return rest.split(separator: " ").dropFirst().first.flatMap { pid_t($0) } == parent
    }
  }

  private static var all: [pid_t] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { pid_t($0) }
  }
}

/// A server on this machine that nobody speaks to.
private final class Listener: Sendable {
  let port: Int
  private let socket: Int32

  init() throws {
    let made = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard made >= 0 else { throw Errno(rawValue: errno) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutableBytes(of: &address) { bytes in
      guard let pointer = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return Int32(-1) }
      guard bind(made, pointer, size) == 0, listen(made, 8) == 0 else { return Int32(-1) }
      return getsockname(made, pointer, &size)
    }
    guard status == 0 else { throw Errno(rawValue: errno) }
    socket = made
    port = Int(UInt16(bigEndian: address.sin_port))
  }

  deinit {
    close(socket)
  }
}
