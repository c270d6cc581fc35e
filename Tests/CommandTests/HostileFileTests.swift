import Artifacts
import Foundation
import SystemPackage
import TestSupport
import Testing

/// Artifact files with some bytes changed, read back by the program: it may refuse them, and may not crash.
@Suite struct HostileFileTests {
  /// How many files are tried; `make check-mutations` tries more.
  private let rounds = ProcessInfo.processInfo.environment["MUTATIONS"].flatMap { Int($0) }.map { $0 / 200 } ?? 300

  @Test func `A damaged artifact is refused or read, and never ends the program by a signal`() async throws {
    let folder = try TemporaryFolder()
    let pipeline = try Program(built: "pipeline")
    let path = folder.path.appending("a.h5")
    try sample().write(toFile: path.string)
    let bytes = try readBytes(path)
    var random = SplitMix64(seed: 2)
    var refused = 0
    for round in 0..<rounds {
      var changed = bytes
      for _ in 0..<(round % 4 + 1) {
        // The file is mostly zeros; what is not zero is structure.
        var place = Int.random(in: changed.indices, using: &random)
        while changed[place] == 0, Bool.random(using: &random) {
          place = Int.random(in: changed.indices, using: &random)
        }
        changed[place] = UInt8.random(in: 0...255, using: &random)
      }
      let file = try folder.write(changed, to: "changed.h5")
      let outcome = try await pipeline.run(["show", file.string])
      #expect([0, 2].contains(outcome.status), "round \(round): \(outcome)")
      if outcome.status == 0 {
        #expect(outcome.output.hasPrefix("file       \(file)\naddress    "))
      } else {
        refused += 1
        #expect(outcome.errors.hasPrefix("error: "))
        #expect(outcome.errors.hasSuffix("\n"))
      }
    }
    #expect(refused > rounds / 6, "the changes hit nothing")
  }

  @Test func `A file on which libhdf5 never ends is reported as damaged`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path.appending("a.h5")
    try sample().write(toFile: path.string)
    var bytes = try readBytes(path)
    // Where variable texts lie: a head of 16 bytes, then objects of an index, 6 other bytes and a size, padded to 8; the
    // index 0 is that of the space that is free, and a size of 0 lets the library stay where it is.
    let heap = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("GCOL".utf8)) })
    var object = heap + 16
    while bytes[object] != 0 {
      let size = (0..<8).reduce(0) { $0 | Int(bytes[object + 8 + $1]) << (8 * $1) }
      object += 16 + (size + 7) / 8 * 8
    }
    for index in 8..<16 { bytes[object + index] = 0 }
    let file = try folder.write(bytes, to: "changed.h5")
    let outcome = try await Program(built: "pipeline").run(["show", file.string])
    let message =
      "error: cannot read \(file): reading it takes longer than a file of its size should, so it may be damaged\n"
    #expect(outcome == .init(output: "", errors: message, status: 2))
  }

  private func sample() throws -> Artifact {
    var artifact = Artifact(attributes: ["title": .string("sample"), "list": .list(.float64([1, 2, 3]))])
    try artifact.add(try Variable(.float64([1, 2, 3]), over: [("x", 3)], units: "m", description: "d"), as: "x")
    try artifact.add(try Variable(.int32([1, 2, 3, 4, 5, 6]), over: [("y", 2), ("x", 3)]), as: "matrix")
    try artifact.add(try Variable(.string(["one", "two"]), over: [("y", 2)]), as: "texts")
    var group = Artifact()
    try group.add(try Variable(.int8([1]), units: "1"), as: "flag")
    try artifact.add(group, as: "group")
    return artifact
  }
}
