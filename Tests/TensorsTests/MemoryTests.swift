import CKernels
import Foundation
import Testing

/// Memory for arenas.
@Suite struct MemoryTests {
  /// The bytes of address space that this process has.
  private var mapped: Int {
    get throws {
      let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
      return (text.split(separator: " ").first.flatMap { Int($0) } ?? 0) * sysconf(Int32(_SC_PAGESIZE))
    }
  }

  @Test(arguments: [1, 5_000, 2 << 20, (2 << 20) + 1, (3 << 20) + 4_097])
  func `Memory that is given back is no longer mapped`(bytes: Int) throws {
    let before = try mapped
    // What would be left each time adds up to more than anything else does meanwhile.
    for _ in 0..<40_000 {
      let memory = kernel_allocate(bytes)
      #expect(memory != nil)
      kernel_free(memory, bytes)
    }
    #expect(try mapped - before < 1 << 30)
  }

  @Test func `More memory than can be addressed is refused`() {
    #expect(kernel_allocate(Int.max) == nil)
    #expect(kernel_allocate(-1) == nil)
  }
}
