import Artifacts
import Downloads
import Store
import Synchronization
import SystemPackage
import TestSupport
import Testing

@Suite struct ReleaseFetcherTests {
  private let folder: TemporaryFolder
  private var data: FilePath { folder.path.appending("data") }
  private let first = (0..<150_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
  private let second = Array("two".utf8)

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(first, to: "served/one")
    try folder.write(second, to: "served/two")
  }

  private func served(_ name: String) throws -> [UInt8] { try readBytes(folder.path.appending("served/\(name)")) }

  /// A set of two files, each of which is a download.
  private func files(at addresses: [String]) -> DataRelease {
    let downloads = [("one", first), ("two", second)].map { name, bytes in
      Download(
        name: name,
        size: bytes.count,
        digest: ContentDigest(of: bytes),
        addresses: addresses.map { $0 + name },
        content: .file
      )
    }
    return release(downloads)
  }

  private func release(_ downloads: [Download]) -> DataRelease {
    DataRelease(name: "set", summary: "", licence: "", page: "", folder: "set", downloads: downloads)
  }

  /// A set of one archive that tar and gzip make; beside the files that are wanted it has others.
  private func archive(at address: String, files: [String] = ["one", "two"]) async throws -> DataRelease {
    let script = """
      mkdir set && cp served/one served/two set && echo no > set/other && ln -s /etc/passwd set/link
      tar --create --gzip --file served/set.tar.gz set
      """
    let outcome = try await Program(at: "/bin/sh").run(["-c", script], in: folder.path)
    try #require(outcome.status == 0, "\(outcome.errors)")
    let bytes = try served("set.tar.gz")
    return release([
      Download(
        name: "set.tar.gz",
        size: bytes.count,
        digest: ContentDigest(of: bytes),
        addresses: [address + "set.tar.gz"],
        content: .archive(folder: "set", files: files)
      )
    ])
  }

  /// Fetches, and gives the requests that the server saw beside the outcome.
  private func fetch(
    _ fault: FileServer.Fault = .none,
    from mirror: Bool = false,
    _ release: (String) async throws -> DataRelease
  ) async throws -> (outcome: ReleaseFetcher.Outcome, requests: [String]) {
    let outcome = try await FileServer.serve(folder.path.appending("served"), fault) { server in
      try await ReleaseFetcher(release(server.address), into: data, from: mirror ? server.address : nil).fetch { _ in }
    }
    return (outcome, try requests())
  }

  private func requests() throws -> [String] {
    guard FileSystem.exists(folder.path.appending("served/requests")) else { return [] }
    return String(decoding: try served("requests"), as: UTF8.self).split(separator: "\n").map(String.init)
  }

  private func expectWhole() async throws {
    #expect(folder.files(below: "data") == ["data/set/SHA256SUMS", "data/set/one", "data/set/two"])
    #expect(try readBytes(data.appending("set/one")) == first)
    #expect(try readBytes(data.appending("set/two")) == second)
    let sums = try await Program(at: "/usr/bin/sha256sum").run(["--check", "SHA256SUMS"], in: data.appending("set"))
    #expect(sums.output == "one: OK\ntwo: OK\n")
  }

  private func complaint(_ body: () async throws -> Void) async -> DownloadError? {
    do {
      try await body()
      return nil
    } catch let error as DownloadError {
      return error
    } catch {
      Issue.record(error)
      return nil
    }
  }

  @Test func `A set of files appears whole, with a list that sha256sum reads, and is got once`() async throws {
    let seen = Mutex<[ReleaseFetcher.Progress]>([])
    let outcome = try await FileServer.serve(folder.path.appending("served")) { server in
      try await ReleaseFetcher(files(at: [server.address]), into: data).fetch { progress in
        seen.withLock { $0.append(progress) }
      }
    }
    #expect(outcome == .fetched)
    try await expectWhole()
    let progress = seen.withLock { $0 }.filter { $0.name == "one" }
    #expect(progress.map(\.received) == progress.map(\.received).sorted())
    #expect(progress.last?.received == first.count && progress.allSatisfy { $0.size == first.count })
    // No server any more.
    let again = try await ReleaseFetcher(files(at: ["http://127.0.0.1:9/"]), into: data).fetch { _ in }
    #expect(again == .present)
  }

  @Test func `Of an archive only the files of the set are written`() async throws {
    #expect(try await fetch { try await archive(at: $0) }.outcome == .fetched)
    try await expectWhole()
  }

  @Test func `A file at an address of this machine is taken too`() async throws {
    let release = files(at: ["http://127.0.0.1:9/"])
    let outcome = try await ReleaseFetcher(release, into: data, from: "file://\(folder.path)/served/").fetch { _ in }
    #expect(outcome == .fetched)
    try await expectWhole()
  }

  @Test func `A connection that breaks is gone on with where it broke`() async throws {
    let requests = try await fetch(.cuts) { files(at: [$0]) }.requests
    try await expectWhole()
    #expect(
      requests == [
        "/one None", "/one bytes=40000-", "/one bytes=80000-", "/one bytes=120000-", "/two None",
      ]
    )
  }

  @Test func `A server that cannot begin in the middle is asked for all again`() async throws {
    let requests = try await fetch(.cutsOnceWithoutRanges) { files(at: [$0]) }.requests
    try await expectWhole()
    #expect(requests == ["/one None", "/one bytes=40000-", "/one None", "/two None"])
  }

  @Test func `What an earlier attempt left is gone on with, unless it is of another file`() async throws {
    try folder.write(Array(first.prefix(100_000)), to: "data/set.download/one.partial")
    let requests = try await fetch { files(at: [$0]) }.requests
    try await expectWhole()
    #expect(requests.first == "/one bytes=100000-")

    let other = try ReleaseFetcherTests()
    try other.folder.write([UInt8](repeating: 0, count: 100_000), to: "data/set.download/one.partial")
    let again = try await other.fetch { other.files(at: [$0]) }.requests
    try await other.expectWhole()
    #expect(again == ["/one bytes=100000-", "/one None", "/two None"])

    let longer = try ReleaseFetcherTests()
    try longer.folder.write(longer.first + [1], to: "data/set.download/one.partial")
    #expect(try await longer.fetch { longer.files(at: [$0]) }.requests == ["/one None", "/two None"])
    try await longer.expectWhole()
  }

  @Test func `The next mirror is asked when one has nothing, or is gone`() async throws {
    let requests = try await fetch { files(at: ["http://127.0.0.1:9/", $0 + "nowhere/", $0]) }.requests
    try await expectWhole()
    #expect(requests == ["/one None", "/two None"])
  }

  @Test(arguments: [
    (FileServer.Fault.otherBytes, "gives other bytes: their SHA-256 is", true),
    (.tooLong, "has more than 150000 bytes", false),
  ])
  func `Other bytes than those that are pinned are never taken`(
    fault: FileServer.Fault,
    message: String,
    isMismatch: Bool
  )
    async throws
  {
    for mirror in [false, true] {
      let error = await complaint { _ = try await fetch(fault, from: mirror) { files(at: [$0]) } }
      #expect(error?.description.contains(message) == true, "\(String(describing: error))")
      #expect(error?.isMismatch == isMismatch)
      #expect(!FileSystem.exists(data.appending("set")))
      #expect(folder.files(below: "data") == [])
    }
  }

  @Test func `A file that is too short or missing is reported for each address`() async throws {
    let error = await complaint {
      _ = try await fetch { address in
        try folder.write(Array(first.prefix(1_000)), to: "served/short/one")
        return files(at: [address + "nowhere/", address + "short/", "http://127.0.0.1:9/"])
      }
    }
    let text = try #require(error?.description)
    #expect(text.contains("one could not be got\n"))
    #expect(text.contains("nowhere/one: (22) The requested URL returned error: 404"), "\(text)")
    #expect(text.contains("short/one: has 1000 bytes instead of 150000"))
    #expect(text.contains("http://127.0.0.1:9/one: (7) "))
  }

  @Test func `An archive that lacks a file of the set leaves nothing under its name`() async throws {
    let error = await complaint { _ = try await fetch { try await archive(at: $0, files: ["one", "two", "three"]) } }
    #expect(error?.description == "set.tar.gz lacks three")
    #expect(!FileSystem.exists(data.appending("set")))
  }

  /// A download of which some bytes have come, and no more will, while `body` runs; it is cancelled then.
  private func whileItStalls(_ body: (ReleaseFetcher) async throws -> Void) async throws {
    try await FileServer.serve(folder.path.appending("served"), .stalls) { server in
      let fetcher = ReleaseFetcher(files(at: [server.address]), into: data)
      let (stream, begun) = AsyncStream.makeStream(of: Void.self)
      let task = Task { try await fetcher.fetch { _ in begun.yield() } }
      for await _ in stream { break }
      try await body(fetcher)
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
    }
  }

  @Test func `A download that is cancelled keeps what has come and goes on from there`() async throws {
    try await whileItStalls { _ in }
    #expect(folder.files(below: "data") == ["data/set.download/one.partial"])
    let kept = try #require(FileSystem.size(of: data.appending("set.download/one.partial")))
    #expect(kept > 0 && kept <= 40_000)
    #expect(try await fetch { files(at: [$0]) }.requests == ["/one None", "/one bytes=\(kept)-", "/two None"])
    try await expectWhole()
  }

  @Test func `Two at once do not get into each other's way`() async throws {
    try await whileItStalls { fetcher in
      let error = await complaint { _ = try await fetcher.fetch { _ in } }
      #expect(error?.description.contains("another process is at it") == true)
    }
    #expect(try await fetch { files(at: [$0]) }.outcome == .fetched)
    try await expectWhole()
  }

  @Test func `A folder that is there and not whole is left alone`() async throws {
    try folder.write("mine", to: "data/set/one")
    let error = await complaint { _ = try await fetch { files(at: [$0]) } }
    #expect(error?.description == "\(data)/set is there already, without two: move it away and fetch again")
    #expect(folder.files(below: "data") == ["data/set/one"])
  }
}
