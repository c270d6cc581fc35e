import Glibc
import SystemPackage
import TestSupport
import Testing

/// What a program sees in the sandbox. It is looked at and never tried: who is root could harm the machine.
@Suite struct SandboxTests {
  private let experiment: ProgramExperiment

  init() throws {
    experiment = try ProgramExperiment()
  }

  /// What a script prints in the sandbox; nil where bubblewrap does not work.
  private func look(_ script: String, _ with: String = "") async throws -> String? {
    try experiment.folder.write(script, to: "look.sh")
    let outcome = try await experiment.runStage(
      "run: [/bin/sh, look.sh]\nfiles: [look.sh]\nsandbox: require\noutputs: { a: a.txt }\n\(with)"
    )
    if outcome.errors.contains("the stage requires a sandbox, and bubblewrap ") { return nil }
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try experiment.keptFile(of: "one", "a.txt", in: "test")
  }

  @Test func `Nothing of the kernel's settings can be written, also by root`() async throws {
    let paths = [
      "/proc/sys", "/proc/sys/kernel/hostname", "/proc/sys/vm/overcommit_memory", "/proc/sysrq-trigger", "/proc/irq",
      "/proc/bus", "/proc/self/oom_score_adj", "/proc", "/sys", "/dev", "/etc", "/usr", "/",
    ]
    let script = "for file in \(paths.joined(separator: " ")); do test -w $file && echo $file; done > a.txt; true"
    guard let writable = try await look(script) else { return }
    #expect(writable == "")
    let mounts = try await look("cat /proc/self/mountinfo > a.txt")
    let settings = mounts?.split(separator: "\n").first { $0.contains(" /proc/sys ") }
    #expect(settings?.contains(" /proc/sys ro,") == true, "\(mounts ?? "")")
  }

  @Test func `Passwords, keys and folders of people are not there, and what programs need is`() async throws {
    let hidden = [
      "/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/sudoers", "/etc/ssh", "/etc/ssl/private", "/etc/machine-id",
      "/root", "/home", "/run", "/var", "/sys", "/proc/1/root/etc/shadow",
    ]
    let script = """
      { for file in \(hidden.joined(separator: " ")); do test -e $file && echo $file; done
      wc -l < /etc/passwd; id -u -n
      for file in /etc/ld.so.cache /etc/nsswitch.conf /dev/null /dev/urandom /dev/shm; do test -r $file || echo no $file; done
      test -w /dev/shm && test -w /tmp && test -w . && echo rest
      } > a.txt
      """
    guard let seen = try await look(script) else { return }
    #expect(seen == (getuid() == 0 ? "2\nroot\nrest\n" : "3\nstage\nrest\n"))
  }

  @Test func `An interpreter that links lead out of the system's folders is seen, and nothing beside it`() async throws
  {
    guard try await look("echo > a.txt") != nil else { return }
    let tools = try TemporaryFolder()
    let script =
      "#!/bin/sh\ncat \(tools.path)/py/lib/word > $1; test -e \(tools.path)/secret && echo seen >> $1; true\n"
    let interpreter = try tools.write(script, to: "py/bin/real")
    #expect(chmod(interpreter.string, 0o755) == 0)
    try tools.write("of the interpreter", to: "py/lib/word")
    try tools.write("secret", to: "secret")
    let link = try experiment.folder.write("", to: "venv/bin/tool")
    #expect(unlink(link.string) == 0 && symlink(interpreter.string, link.string) == 0)
    let outcome = try await experiment.runStage(
      "run: [\"{tools.venv}/bin/tool\", \"{outputs.a}\"]\ntools: { venv: venv }\noutputs: { a: a.txt }"
    )
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try experiment.keptFile(of: "one", "a.txt", in: "test") == "of the interpreter")
  }

  @Test func `Files in /dev/shm count for the memory limit`() async throws {
    guard try await look("echo > a.txt") != nil else { return }
    try experiment.folder.write(
      """
      pipeline: test
      stages:
        one:
          kind: command
          resources: { memory: 150 MiB }
          with:
            run: [/bin/sh, -c, 'head -c 300M /dev/zero > /dev/shm/file; sleep 1000']
            sandbox: require
            outputs: { a: a }
      """,
      to: "test.yaml"
    )
    let outcome = try await experiment.run("run", "test")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("of memory, and its 'resources' allow 150 MiB"), "\(outcome.errors)")
  }

  @Test func `A stage sees nothing of one before it, however deep that one's folders were`() async throws {
    let deep = """
      import os
      for _ in range(60):
          os.mkdir('d' * 200); os.chdir('d' * 200)
      open('left', 'w').close()
      """
    try experiment.folder.write(deep, to: "deep.py")
    try experiment.folder.write(
      """
      pipeline: test
      stages:
        one:
          kind: command
          with:
            run: [/bin/sh, -c, '/usr/bin/python3 deep.py; touch a']
            files: [deep.py]
            outputs: { a: a }
        two:
          kind: command
          inputs: { one: one }
          with: { run: [/bin/sh, -c, 'ls -A > list.txt'], outputs: { list: list.txt } }
      """,
      to: "test.yaml"
    )
    let outcome = try await experiment.run("run", "test", "-j", "1")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try experiment.keptFile(of: "two", "list.txt", in: "test") == "inputs\nlist.txt\n")
  }
}
