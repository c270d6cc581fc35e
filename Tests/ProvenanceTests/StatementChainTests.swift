import Artifacts
import Configuration
import Planning
import Provenance
import Store
import SystemPackage
import TestSupport
import Testing

@Suite struct StatementChainTests {
  @Test func `A chain has each action once, and is closed when all statements are there`() async throws {
    let sample = try Sample()
    let root = try await sample.record("root")
    let left = try await sample.record("left", from: ["a": .one(try root.address)], makers: [root])
    let right = try await sample.record("right", from: ["a": .one(try root.address)], makers: [root])
    let axis = SweepAxis("n", [.init("n", [1, 2, 3].map { .number($0) })])
    let stack = Source.stack(axes: [axis], members: [try left.address, nil, try right.address])
    let top = try await sample.record(
      "top",
      from: ["s": stack, "r": .one(try root.address)],
      makers: [left, right, root]
    )
    let chain = StatementChain(from: top.key, in: try StatementSource(sample.store))
    #expect(chain.gaps == [])
    #expect(chain.links.first?.key == top.key)
    #expect(Set(chain.links.map(\.key)) == Set([root, left, right, top].map(\.key)))
    #expect(chain.links.count == 4)
    #expect(chain.maker(of: right.artifact.address) == right.key)
    let link = try chain[top.key].orThrow()
    #expect(link.member(of: "s", at: ["n": 2]) == right.artifact.address)
    #expect(link.member(of: "s", at: ["n": 1]) == nil)
    #expect(link.member(of: "s", at: [:]) == nil)
    #expect(link.member(of: "r", at: [:]) == root.artifact.address)
    #expect(link.inputs.map(\.name) == ["r", "s[0]", "s[2]"])

    // The same from the statements alone, as a file carries them.
    let carried = StatementChain(from: top.key, in: try StatementSource(nil, bundle: chain.bundle))
    #expect(carried.links.map(\.key).sorted() == chain.links.map(\.key).sorted())
    #expect(carried.gaps == [])
    #expect(carried.bundle == chain.bundle)
    #expect(try carried[top.key].orThrow().member(of: "s", at: ["n": 0]) == left.artifact.address)

    let short = StatementChain(from: top.key, in: try StatementSource(sample.store), most: 1)
    #expect(short.gaps == [.notFollowed(count: 1)])
  }

  @Test func `Missing links are reported`() async throws {
    let sample = try Sample()
    let gone = try await sample.record("gone")
    var old = try await sample.record("old", from: ["g": .one(try gone.address)], makers: [gone])
    let top = try await sample.record("top", from: ["o": .one(try old.address)], makers: [old])
    old.statement = nil
    try sample.store.write(old)
    FileSystem.remove(sample.store.path(ofRecord: try ContentDigest(gone.key).orThrow()))
    let chain = StatementChain(from: top.key, in: try StatementSource(sample.store))
    #expect(chain.gaps == [.noStatement(key: old.key), .noRecord(address: gone.artifact.address, key: nil)])
    var broken = old
    broken.statement = "{}"
    try sample.store.write(broken)
    let unreadable = StatementChain(from: broken.key, in: try StatementSource(sample.store))
    guard case .unreadable(broken.key, let reason)? = unreadable.gaps.first else {
      throw StatementError("\(unreadable.gaps)")
    }
    #expect(reason.contains("_type"))
    #expect(throws: StatementError.self) { try StatementSource(nil, bundle: "{}\n") }
  }

  @Test func `A record without a key of the maker is found by what it made`() async throws {
    let sample = try Sample()
    let root = try await sample.record("root")
    let top = try await sample.record("top", from: ["r": .one(try root.address)])
    let chain = StatementChain(from: top.key, in: try StatementSource(sample.store))
    #expect(chain.gaps == [])
    #expect(chain.links.map(\.key) == [top.key, root.key])
  }
}
