import Processes
import SystemPackage
import TestSupport
import Testing

/// What the system allows this process, and how many workers follow from it.
@Suite struct LimitTests {
  @Test(arguments: [
    (60, 200, 20, 17), (60, 256, 20, 24), (256, 1024, 20, 120), (256, 1 << 16, 20, 256), (4, 64, 20, 0), (1, 70, 20, 1),
  ])
  func `A low limit on open files bounds the number of workers`(asked: Int, limit: UInt, inUse: Int, workers: Int) {
    #expect(OpenFiles.workers(asked: asked, limit: limit, inUse: inUse) == workers)
  }

  @Test func `A low limit on processes bounds the number of workers`() {
    #expect(ProcessCount.workers(asked: 8, limit: 12, inUse: 4) == 0)
    #expect(ProcessCount.workers(asked: 8, limit: 100, inUse: 4) == 5)
    #expect(ProcessCount.workers(asked: 8, limit: 100_000, inUse: 4) == 8)
    #expect(ProcessCount.workers(asked: 8, limit: .max, inUse: Int.max) == 8)
  }

  @Test func `The memory of a container is that of the tightest group around the process`() throws {
    let folder = try TemporaryFolder()
    try folder.write("max\n", to: "memory.max")
    try folder.write("4000000\n", to: "a/memory.max")
    try folder.write("max\n", to: "a/b/memory.max")
    try folder.write("9000000\n", to: "memory/c/memory.limit_in_bytes")
    let root = folder.path.string
    #expect(MemoryLimit.bytes(of: 5_000_000, groups: "0::/a/b\n", at: root) == 4_000_000)
    #expect(MemoryLimit.bytes(of: 3_000_000, groups: "0::/a/b\n", at: root) == 3_000_000)
    #expect(MemoryLimit.bytes(of: 5_000_000, groups: "0::/elsewhere\n", at: root) == 5_000_000)
    #expect(MemoryLimit.bytes(of: 10_000_000, groups: "7:cpu,memory:/c\n6:pids:/a\n", at: root) == 9_000_000)
    #expect(MemoryLimit.bytes(of: 10_000_000, groups: "", at: root) == 10_000_000)
  }
}
