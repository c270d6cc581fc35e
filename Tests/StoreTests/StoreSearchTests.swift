import Artifacts
import Glibc
import Store
import SystemPackage
import TestSupport
import Testing

/// What a store that cannot be read in part says when something is looked up in it.
@Suite struct StoreSearchTests {
  private let folder: TemporaryFolder
  private let store: ArtifactStore
  private let keys = [ContentDigest(of: "one"), ContentDigest(of: "two")]
  private let address = ContentDigest(of: "a result")

  init() throws {
    folder = try TemporaryFolder()
    store = try ArtifactStore(at: folder.path.appending("artifacts"))
    for key in keys {
      var record = ActionRecord()
      record.key = key.description
      record.artifact.address = address.description
      record.artifact.file = address.description
      try store.write(record)
    }
  }

  private func replaceByFIFO(_ path: FilePath) {
    #expect(unlink(path.string) == 0)
    #expect(mkfifo(path.string, 0o644) == 0)
  }

  @Test func `Only a record that is not there is missing`() throws {
    #expect(try store.record(for: ContentDigest(of: "another")) == nil)
    replaceByFIFO(store.path(ofRecord: keys[0]))
    let error = #expect(throws: StoreError.self) { try store.record(for: keys[0]) }
    #expect(error?.description.hasSuffix("it is a FIFO, not a regular file") == true)
    #expect(throws: RecordError.missing) { try store.readRecord(for: ContentDigest(of: "another")) }
  }

  @Test func `A search finds what can be read, and fails if it finds nothing and something cannot be read`() throws {
    #expect(try store.records(making: address).count == 2)
    replaceByFIFO(store.path(ofRecord: keys[0]))
    #expect(try store.records(making: address).map(\.key) == [keys[1].description])
    replaceByFIFO(store.path(ofRecord: keys[1]))
    #expect(throws: StoreError.self) { try store.records(making: address) }
  }

  @Test func `A folder that is something else is no empty folder, and a stray file is no folder`() throws {
    try folder.write("notes of mine", to: "artifacts/actions/README")
    #expect(try store.keys() == keys.sorted())
    #expect(try store.allKeys() == keys.sorted())
    let shard = store.root.appending("actions").appending(String(keys[0].description.prefix(2)))
    #expect(rename(shard.string, shard.string + ".aside") == 0)
    #expect(mkfifo(shard.string, 0o644) == 0)
    #expect(throws: StoreError.self) { try store.keys() }
    #expect(throws: StoreError.self) { try store.allKeys() }
    #expect(throws: StoreError.self) { try store.keys(beginningWith: String(keys[0].description.prefix(8))) }
    #expect(throws: StoreError.self) { try store.record(for: keys[0]) }
  }

  @Test func `A file whose folder is a file is not known to be missing`() throws {
    try folder.write("x", to: "file")
    #expect(try FileState(at: folder.path.appending("other")) == nil)
    #expect(throws: StoreError.self) { try FileState(at: folder.path.appending("file/other")) }
  }
}
