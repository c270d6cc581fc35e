import Artifacts
import Configuration
import Foundation
import Planning
import Store
import TestSupport
import Testing

/// The decision of garbage collection against an oracle: after random histories of runs, edits, upgrades, crashes and
/// collections, some of which fail at one of their moves, a run must find everything that it would have found without
/// them, and no record may name what was moved.
@Suite struct GarbageCollectionModelTests {
  /// How many histories are tried; `make check-gc` tries a million.
  private let histories = ProcessInfo.processInfo.environment["GC_HISTORIES"].flatMap { Int($0) } ?? 2000

  @Test func `Whatever happened before, garbage collection takes nothing that a run would reuse`() async throws {
    let counts = try await withThrowingTaskGroup { group in
      let parts = 8
      for part in 0..<parts {
        group.addTask {
          var (removed, stopped) = (0, 0)
          for seed in stride(from: part, to: histories, by: parts) {
            var world = GarbageWorld(seed: UInt64(seed))
            for _ in 0..<14 {
              world.step()
              if let violation = world.violation {
                Issue.record("history \(seed): \(violation)\n\(world.story.joined(separator: "\n"))")
                return (removed, stopped)
              }
            }
            removed += world.removed
            stopped += world.stopped
          }
          return (removed, stopped)
        }
      }
      return try await group.reduce((0, 0)) { ($0.0 + $1.0, $0.1 + $1.1) }
    }
    // A collection that keeps everything would hold all promises, and if no error stopped one, nothing would be said of errors.
    #expect(counts.0 > histories / 2)
    #expect(counts.1 > histories / 50)
  }

  @Test func `Records that name one another in a circle all go, and the last maker of what others name goes last`() {
    let addresses = (0..<2).map { ContentDigest(of: "address \($0)") }
    func record(_ number: Int, from input: Int?, making output: Int) -> StoredRecord {
      StoredRecord(
        key: ContentDigest(of: "key \(number)"),
        shape: ActionShape(
          Action(name: "s", kind: "k", parameters: [:], inputs: [:], fingerprint: "\(number)", location: nil)
        ),
        inputs: input.map { ["i": .one(addresses[$0])] } ?? [:],
        address: addresses[output],
        objects: ["\(addresses[output]).h5"],
        bytes: 100,
        written: Double(number)
      )
    }
    // The second makes 1 of 0, the third 0 of 1.
    let records = [record(0, from: nil, making: 0), record(1, from: 0, making: 1), record(2, from: 1, making: 0)]
    let garbage = GarbageCollection(
      Dictionary(uniqueKeysWithValues: records.map { ($0.key, $0) }),
      [:],
      .init(),
      .init(leastAge: 3600, now: 1e6)
    )
    var moved: [ContentDigest] = []
    let stayed = garbage.carryOut { record in
      moved.append(record.key)
      return true
    } object: { _ in
    }
    #expect(stayed.isEmpty)
    #expect(moved == records.reversed().map(\.key))
  }

  @Test func `What a record needs that turns out to be in use stays with it`() {
    var world = GarbageWorld(seed: 1, chainOf: 4)
    #expect(world.recordCount == 4)
    // The second of the chain is in use, so the first stays, from which it was computed; the third and the fourth go.
    #expect(world.collect(keeping: 1) == 2)
    #expect(world.recordCount == 2)
    #expect(world.violation == nil)
  }
}
