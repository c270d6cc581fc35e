import Foundation
import Glibc
import Processes
import SystemPackage
import TestSupport
import Testing

/// What is found out about a process and its descendants.
@Suite struct ProcessTreeTests {
  /// Runs a program in the background for as long as `body` takes.
  private func running(_ words: [String], _ body: (pid_t) async -> Void) async throws {
    let process = Process()
    process.executableURL = URL(filePath: words[0])
    process.arguments = Array(words.dropFirst())
    try process.run()
    defer {
      ProcessTree(of: process.processIdentifier).kill()
      process.waitUntilExit()
    }
    await body(process.processIdentifier)
  }

  /// Whether something comes to hold. The limit is for a machine that hangs and no measure of anything.
  private func eventually(_ holds: () -> Bool) async -> Bool {
    for _ in 0..<3000 {
      if holds() { return true }
      // Nobody cancels a test.
      try? await Task.sleep(for: .milliseconds(20))
    }
    return false
  }

  @Test func `Memory that only an open file without a name holds is counted`() async throws {
    let script = """
      import os, time
      file = os.memfd_create("held")
      os.write(file, bytes(200 << 20))
      time.sleep(1000)
      """
    try await running(["/usr/bin/python3", "-c", script]) { process in
      #expect(await eventually { ProcessTree(of: process).memory(beyond: 200 << 20) != nil })
      #expect(ProcessTree(of: process).memory(beyond: 300 << 20) == nil)
    }
  }

  @Test func `Memory that several processes share is counted once`() async throws {
    let script = """
      import mmap, os, time
      shared = mmap.mmap(-1, 100 << 20)
      shared.write(bytes(100 << 20))
      for _ in range(4):
          if os.fork() == 0:
              shared.seek(0); total = len(shared.read()); time.sleep(1000)
      time.sleep(1000)
      """
    try await running(["/usr/bin/python3", "-c", script]) { process in
      #expect(await eventually { ProcessTree(of: process).numbers.count == 5 })
      #expect(await eventually { ProcessTree(of: process).memory(beyond: 90 << 20) != nil })
      #expect(ProcessTree(of: process).memory(beyond: 1 << 30) == nil)
    }
  }

  @Test func `Killing a tree leaves none of it, however fast it starts processes`() async throws {
    let mark = "\(Int.random(in: 100_000_000...999_999_999))"
    let script = "while :; do sleep \(mark) & done"
    try await running(["/bin/sh", "-c", script]) { process in
      #expect(await eventually { ProcessTree(of: process).numbers.count > 20 })
      ProcessTree(of: process).kill()
      #expect(await eventually { !Self.isThere(mark) })
    }
  }

  /// Whether a process that has not ended has this word.
  private static func isThere(_ word: String) -> Bool {
    ProcessFile.names(in: "/proc").contains { ProcessFile.text(at: "/proc/\($0)/cmdline").contains("sleep\0\(word)") }
  }
}
