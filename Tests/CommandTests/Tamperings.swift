import Artifacts
import Configuration
import Foundation
import Glibc
import SystemPackage
import TestSupport
import Testing

/// Something that may be done to a store, and what an audit must call it.
struct Tampering: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// The words of the errors.
  let words: Set<String>
  /// What else is said in the call.
  let options: [String]
  let apply: @Sendable (TamperedStore) throws -> Void

  init(
    _ description: String,
    _ words: Set<String>,
    _ options: [String] = [],
    _ apply: @escaping @Sendable (TamperedStore) throws -> Void
  ) {
    (testDescription, self.words, self.options, self.apply) = (description, words, options, apply)
  }

  private static let signed = ["--require-signed-by", "mine.pem.pub"]
  private static let claims = "artifacts/claims/bench.json"
  private static let lock = "artifacts/locks/bench.lock"

  static let all = objects + records + statements + surroundings + figures

  static let objects: [Tampering] = [
    .init("the first byte of an object", ["damaged"]) { try $0.flip($0.object("runs"), at: 0) },
    .init("a byte in the middle of an object", ["damaged"]) { try $0.flip($0.object("runs"), at: 0.5) },
    .init("the last byte of an object", ["damaged"]) { try $0.flip($0.object("runs"), at: 1) },
    .init("an object of a picture", ["damaged"]) { try $0.flip($0.object("figure", file: "loss.png"), at: 0.5) },
    .init("an object that is cut", ["damaged"]) { store in
      let file = try store.object("one")
      try store.put(Array(store.bytes(file).dropLast()), file)
    },
    .init("an object that is empty", ["damaged"]) { try $0.put([], $0.object("one")) },
    .init("an object with a byte more", ["damaged"]) { store in
      let file = try store.object("one")
      try store.put(store.bytes(file) + [0], file)
    },
    .init("an object with other bytes of the same size and time", ["damaged"]) { store in
      let file = store.folder.path.appending(try store.object("two"))
      var times = [timespec](repeating: timespec(), count: 2)
      let before = try file.stat()
      (times[0], times[1]) = (before.st_atim, before.st_mtim)
      var bytes = try readBytes(file)
      bytes[bytes.count / 3] ^= 0x10
      let descriptor = try FileDescriptor.open(file, .writeOnly)
      _ = try descriptor.closeAfter { try descriptor.writeAll(bytes) }
      #expect(utimensat(AT_FDCWD, file.string, times, 0) == 0)
      let after = try file.stat()
      #expect(after.size == before.size && after.st_mtim.tv_nsec == before.st_mtim.tv_nsec)
    },
    .init("an object that is removed", ["missing"]) { $0.remove(try $0.object("both")) },
    .init("two objects that are swapped", ["damaged"]) { try $0.swap($0.object("one"), $0.object("two")) },
    .init("a size in a record", ["damaged"]) { store in
      guard case .object(let artifact) = try store.artifact("both"), case .number(let bytes)? = artifact["bytes"] else {
        throw Errno.invalidArgument
      }
      try store.editRecordText("both", "\"bytes\":\(Int(bytes))", "\"bytes\":\(Int(bytes) + 1)")
    },
  ]

  static let records: [Tampering] = [
    .init("a record that is removed", ["open-end"]) { $0.remove(try $0.recordFile("one")) },
    .init("a record that is cut", ["unreadable-record"]) { store in
      try store.edit(store.recordFile("both")) { String($0.prefix(200)) }
    },
    .init("a record that is no JSON", ["unreadable-record"]) { try $0.put(Array("{".utf8), $0.recordFile("both")) },
    .init("a parameter in a record", ["wrong-key", "statement-disagrees"]) {
      try $0.editRecordText("runs", "\"steps\":20", "\"steps\":21")
    },
    .init("the kind in a record", ["wrong-key", "statement-disagrees"]) {
      try $0.editRecordText("runs", "\"kind\":\"uv/trajectories\"", "\"kind\":\"uv/somewhere\"")
    },
    .init("the code in a record", ["wrong-key", "statement-disagrees"]) { store in
      try store.editRecord("both") { $0["code"] = "00000000000000000000000000000000" }
    },
    .init("the inputs in a record", ["wrong-key", "statement-disagrees"]) { store in
      try store.editRecord("both") { record in
        guard case .object(var inputs)? = record["inputs"] else { throw Errno.invalidArgument }
        (inputs["a"], inputs["b"]) = (inputs["b"], inputs["a"])
        record["inputs"] = .object(inputs)
      }
    },
    .init("a record without provenance", ["statement-disagrees"], signed) { store in
      try store.editRecord("runs") { $0["provenance"] = .object([:]) }
    },
    .init("another machine in a record", ["statement-disagrees"], signed) { store in
      try store.editRecord("runs") { record in
        guard case .object(var provenance)? = record["provenance"] else { throw Errno.invalidArgument }
        provenance["machine"] = .object(["host": "elsewhere"])
        record["provenance"] = .object(provenance)
      }
    },
    .init("two records that are swapped", ["misplaced-record", "open-end"]) {
      try $0.swap($0.recordFile("one"), $0.recordFile("two"))
    },
    .init("two records' artifacts that are swapped", ["statement-disagrees", "wrong-maker", "lock-differs"]) { store in
      let (one, two) = (try store.artifact("one"), try store.artifact("two"))
      try store.editRecord("one") { $0["artifact"] = two }
      try store.editRecord("two") { $0["artifact"] = one }
    },
    .init("the same with forged statements", ["wrong-maker", "lock-differs"]) { store in
      let (one, two) = (try store.artifact("one"), try store.artifact("two"))
      try store.giveArtifact("one", two, .none)
      try store.giveArtifact("two", one, .none)
    },
    .init("a stale record, signed when it was right", ["wrong-maker", "open-end", "lock-differs"]) { store in
      try store.giveArtifact("one", store.artifact("count"), .renewed)
    },
    .init("a file of a result under another name than its digest", ["wrong-address"]) { store in
      let name = String(repeating: "cd", count: 32)
      try store.put(store.bytes(store.object("figure", file: "loss.gp")), "artifacts/objects/cd/\(name).gp")
      try store.editRecord("figure") { record in
        guard case .object(var files)? = record["files"], case .object(var object)? = files["loss.gp"] else {
          throw Errno.invalidArgument
        }
        object["address"] = .string(name)
        files["loss.gp"] = .object(object)
        record["files"] = .object(files)
      }
    },
    .init("a forged object with record and statement", ["wrong-content", "lock-differs"], ["--deep"]) { store in
      try store.giveArtifact("both", store.storeForged(7), .none)
    },
  ]

  static let statements: [Tampering] = [
    .init("a statement that is no statement", ["unreadable-statement"]) { store in
      try store.editRecord("both") { $0["statement"] = "{}" }
    },
    .init("a parameter in a statement", ["statement-disagrees"]) { store in
      try store.forge("runs", .kept, { $0.replacing("\"steps\":20", with: "\"steps\":21") })
    },
    .init("the time in a statement", ["statement-disagrees"]) { store in
      try store.forge("both", .none, { $0.replacing("\"startedOn\":\"2", with: "\"startedOn\":\"3") })
    },
    .init("the artifact in a statement", ["statement-disagrees"]) { store in
      try store.forge("both", .none) { text in
        guard case .object(let artifact) = try store.artifact("both"), case .string(let file)? = artifact["file"] else {
          throw Errno.invalidArgument
        }
        return text.replacing(file, with: String(file.reversed()))
      }
    },
    .init("the digest of data in a statement", ["statement-disagrees", "data-changed"]) { store in
      let file = "data/cifar-10-batches-bin/data_batch_1.bin"
      let digest = ContentDigest(of: try store.bytes(file)).description
      try store.forge("images", .none, { $0.replacing(digest, with: String(digest.reversed())) })
    },
    .init("the statement of another action", ["statement-disagrees"]) { store in
      let other = try store.record("two")["statement"]
      try store.editRecord("one") { $0["statement"] = other }
    },
    .init("a signature of other content", ["not-signed"], signed) { store in
      try store.forge("both", .kept, { $0.replacing("\"exitStatus\":0", with: "\"exitStatus\":1") })
    },
    .init("a signature with a bit turned over", ["not-signed"], signed) { store in
      try store.editRecord("both") { record in
        guard case .string(let text)? = record["statement"], let place = text.range(of: "\"sig\":\"") else {
          throw Errno.invalidArgument
        }
        var letters = Array(text)
        let index = text.distance(from: text.startIndex, to: place.upperBound) + 10
        letters[index] = letters[index] == "A" ? "B" : "A"
        record["statement"] = .string(String(letters))
      }
    },
    .init("a signature that is taken away", ["not-signed"], signed) { try $0.forge("both", .none, { $0 }) },
    .init("a statement that is taken away", ["not-signed"], signed) { store in
      try store.editRecord("both") { $0["statement"] = nil }
    },
    .init("another key than the one that is asked for", ["not-signed"], ["--require-signed-by", "other.pem.pub"]) { _ in
    },
    .init(
      "a forged statement with agreeing digests",
      ["wrong-maker", "open-end", "lock-differs", "not-signed"],
      signed
    ) {
      try $0.giveArtifact("one", $0.artifact("count"), .none)
    },
  ]

  static let surroundings: [Tampering] = [
    .init("a bit of an image", ["data-changed"]) { try $0.flip("data/cifar-10-batches-bin/data_batch_3.bin", at: 0.5) },
    .init("a replaced data file", ["data-changed"]) { try $0.put(Array("a,b\n1,3\n".utf8), "data/table.csv") },
    .init("a cut log", ["log-changed"]) { store in
      let log = try store.log("count")
      try store.put(Array(store.bytes(log).dropLast()), log)
    },
    .init("an edited log", ["log-changed"]) { try $0.put(Array("9\n".utf8), $0.log("count")) },
    .init("an edited log of a record without provenance", ["log-changed", "statement-disagrees"], signed) { store in
      try store.put(Array("9\n".utf8), store.log("count"))
      try store.editRecord("count") { $0["provenance"] = .object([:]) }
    },
    .init("an edited verdict", ["claim-edited"]) {
      try $0.edit(claims) { $0.replacing("\"holds\"", with: "\"fails\"") }
    },
    .init("an edited finding", ["claim-edited"]) {
      try $0.edit(claims) { $0.replacing("\"found\": \"", with: "\"found\": \"9") }
    },
    .init("an address in a lock", ["lock-differs"]) { store in
      guard case .object(let artifact) = try store.artifact("two"), case .string(let address)? = artifact["address"]
      else {
        throw Errno.invalidArgument
      }
      try store.edit(lock) { $0.replacing(address, with: String(address.reversed())) }
    },
    .init("a key in a lock", ["lock-differs"]) { store in
      let key = try store.key("two")
      try store.edit(lock) { $0.replacing(key, with: String(key.reversed())) }
    },
    .init("a name in a lock", ["lock-differs"]) { try $0.edit(lock) { $0.replacing("\ntwo ", with: "\ntwi ") } },
    .init("a line that a lock lacks", ["lock-differs"]) { store in
      try store.edit(lock) { $0.split(separator: "\n").dropLast().map { $0 + "\n" }.joined() }
    },
    .init("a lock that is cut", ["unreadable-lock"]) { try $0.edit(lock) { String($0.dropLast(30)) } },
    .init("a lock with a line twice", ["unreadable-lock"]) { try $0.edit(lock) { $0 + $0 } },
  ]

  static let figures: [Tampering] = [
    .init("a bit of a PNG", ["figure-changed"]) { try $0.flip(figure("loss.png"), at: 0.6) },
    .init("the identity of a PNG", ["figure-changed"]) { store in
      var bytes = try store.bytes(figure("loss.png"))
      let place = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("PipelineIdentity".utf8)) })
      bytes[place + 40] ^= 1
      try store.put(bytes, figure("loss.png"))
    },
    .init("a bit of a PDF", ["figure-changed"]) { try $0.flip(figure("loss.pdf"), at: 0.3) },
    .init("a bit of an SVG", ["figure-changed"]) { try $0.flip(figure("loss.svg"), at: 0.9) },
    .init("the script of a figure", ["figure-changed"]) { try $0.edit(figure("loss.gp")) { $0 + "\n" } },
    .init("the numbers of a figure", ["figure-changed"]) { try $0.flip(figure("loss.dat"), at: 0.5) },
    .init("the first byte of a figure's HDF5", ["figure-changed"]) { try $0.flip(figure("loss.h5"), at: 0) },
    .init("a byte in a figure's HDF5", ["figure-changed"]) { try $0.flip(figure("loss.h5"), in: "unset multiplot") },
    .init("the statements in a figure's HDF5", ["embedded-disagrees"]) {
      try $0.editEmbedded("\"exitStatus\":0")
    },
    .init("the same where no note was kept", ["embedded-disagrees"]) { store in
      store.remove("artifacts/latest/bench.exports")
      try store.editEmbedded("\"exitStatus\":0")
    },
    .init("a byte in a figure's HDF5 where no note was kept", ["figure-changed"]) { store in
      store.remove("artifacts/latest/bench.exports")
      try store.flip(figure("loss.h5"), in: "unset multiplot")
    },
    .init("two pictures that are swapped", ["figure-changed"]) { try $0.swap(figure("loss.png"), figure("trace.png")) },
    .init("a picture from elsewhere", ["file-changed"], ["moved.png"]) { store in
      try store.put(store.bytes(figure("loss.png")), "moved.png")
      try store.flip("moved.png", at: 0.6)
    },
    .init("an HDF5 file from elsewhere", ["file-changed"], ["moved.h5"]) { store in
      try store.put(store.bytes(figure("loss.h5")), "moved.h5")
      try store.flip("moved.h5", in: "unset multiplot")
    },
    .init("a file that nobody made", ["unknown-file"], ["data/table.csv"]) { _ in },
  ]

  private static func figure(_ name: String) -> String { "\(TamperedStore.figures)/\(name)" }
}

extension TamperedStore {
  /// Changes the last letter of a text in the statements that the HDF5 file of a figure carries.
  ///
  /// They are signed, so that what is changed stands in their payload.
  func editEmbedded(_ text: String) throws {
    let file = folder.path.appending("\(Self.figures)/loss.h5").string
    let bundle = try #require(try EmbeddedStatements.read(from: file))
    let statement = try statement("runs")
    let line = try #require(bundle.split(separator: "\n").first { $0.contains(Self.base64(statement)) })
    let forged = statement.replacing(text, with: String(text.dropLast()) + "1")
    let changed = bundle.replacing(line, with: line.replacing(Self.base64(statement), with: Self.base64(forged)))
    #expect(changed != bundle)
    // As the program writes it: the object with other statements in it.
    try put(bytes(object("figure")), "\(Self.figures)/loss.h5")
    try EmbeddedStatements.write(changed, into: file)
  }
}
