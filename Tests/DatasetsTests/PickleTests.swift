import Datasets
import SystemPackage
import TestSupport
import Testing

@Suite struct PickleTests {
  private static let count = 30

  /// Writes a batch in the layout of the real release (strings of Python 2, modules of numpy 1), as Python 3 and the
  /// numpy of today write it with protocol 2, and with the array in the order of Fortran; reads each by Python itself.
  private static let script = """
    import io, pickle, struct, sys
    import numpy

    class Writer(pickle._Pickler):
        # As Python 2 did: bytes are strings, and numpy's modules have the names of its first version.
        dispatch = dict(pickle._Pickler.dispatch)

        def save_bytes(self, value):
            if len(value) < 256:
                self.write(b"U" + bytes([len(value)]) + value)
            else:
                self.write(b"T" + struct.pack("<i", len(value)) + value)
            self.memoize(value)

        def save_str(self, value):
            self.save_bytes(value.encode("latin1"))

        def save_global(self, value, name=None):
            names = {"_reconstruct": "numpy.core.multiarray", "ndarray": "numpy", "dtype": "numpy"}
            name = getattr(value, "__name__", name)
            self.write(b"c" + names[name].encode() + b"\\n" + name.encode() + b"\\n")
            self.memoize(value)

        def save_type(self, value):
            self.save_global(value)

        dispatch[bytes] = save_bytes
        dispatch[str] = save_str
        dispatch[type] = save_type

    count = int(sys.argv[1])
    data = numpy.array([[(record + pixel) % 251 for pixel in range(3072)] for record in range(count)], numpy.uint8)
    batch = {
        b"batch_label": b"training batch 1 of 5",
        b"labels": [record % 10 for record in range(count)],
        b"data": data,
        b"filenames": [b"leptodactylus_pentadactylus_s_%06d.png" % record for record in range(count)],
    }
    with open("release", "wb") as file:
        Writer(file, 2).dump(batch)
    with open("python3", "wb") as file:
        pickle.dump(batch, file, 2)
    with open("fortran", "wb") as file:
        Writer(file, 2).dump({**batch, b"data": numpy.asfortranarray(data)})
    for name in ["release", "python3", "fortran"]:
        with open(name, "rb") as file:
            again = pickle.load(file, encoding="bytes")
        assert again[b"labels"] == batch[b"labels"] and (again[b"data"] == data).all(), name
    """

  private static func file(_ name: String, count: Int = count) async throws -> [UInt8] {
    let folder = try TemporaryFolder()
    let outcome = try await Program(at: "/usr/bin/python3").run(["-c", script, "\(count)"], in: folder.path)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return try readBytes(folder.path.appending(name))
  }

  @Test(arguments: ["release", "python3", "fortran"])
  func `A pickled batch gives the images of the binary one`(name: String) async throws {
    let images = try await CIFAR10.images(pickle: Self.file(name))
    #expect(try images == CIFAR10.images(binary: Samples.binary(records: Self.count)))
  }

  @Test func `A batch of as many images as the release has is read`() async throws {
    let images = try await CIFAR10.images(pickle: Self.file("release", count: 10_000))
    #expect(try images == CIFAR10.images(binary: Samples.binary(records: 10_000)))
  }

  @Test func `Every cut of a file is an error`() async throws {
    let file = try await Self.file("release")
    var lengths = Array(0..<1_000)
    lengths += stride(from: 1_000, to: file.count, by: 997)
    for length in lengths {
      #expect(throws: DatasetError.self) { try CIFAR10.images(pickle: Array(file.prefix(length))) }
    }
    #expect(throws: DatasetError.self) { try CIFAR10.images(pickle: file + [0]) }
  }

  @Test(arguments: ["release", "python3"])
  func `No damage to a file does more than to make it an error or other images`(name: String) async throws {
    let file = try await Self.file(name, count: 2)
    var random = SplitMix64(seed: 1)
    var read = 0
    for _ in 0..<20_000 {
      var damaged = file
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        // Most bytes are pixels, whose damage is not seen: the others stand before and behind.
        let isEdge = Bool.random(using: &random)
        let place = isEdge ? Int.random(in: 0..<400, using: &random) : Int.random(in: 0..<file.count, using: &random)
        let index = Bool.random(using: &random) ? place : file.count - 1 - place
        switch Int.random(in: 0..<3, using: &random) {
        case 0: damaged[min(index, damaged.count - 1)] = UInt8.random(in: 0...255, using: &random)
        case 1: damaged.remove(at: min(index, damaged.count - 1))
        default: damaged.insert(UInt8.random(in: 0...255, using: &random), at: min(index, damaged.count))
        }
      }
      if let images = try? CIFAR10.images(pickle: damaged) {
        read += 1
        #expect(images.pixels.count == images.count * 3_072)
      }
    }
    #expect(read > 0 && read < 20_000)
  }

  // MARK: - Files that mean harm

  private func complaint(_ bytes: [UInt8]) -> String {
    do {
      _ = try CIFAR10.images(pickle: bytes)
      return ""
    } catch {
      return error.description
    }
  }

  private func pickle(_ text: String) -> [UInt8] { [0x80, 2] + Array(text.utf8) }

  @Test(arguments: [
    ("cos\nsystem\n(U\u{4}truetR.", "it would call 'os system', at byte 2"),
    ("cbuiltins\neval\n.", "it would call 'builtins eval', at byte 2"),
    ("c_codecs\ndecode\n.", "it would call '_codecs decode', at byte 2"),
    ("}U\u{1}acnumpy\nload\ns.", "it would call 'numpy load', at byte 6"),
    ("c\u{1b}[2J\n\n.", "it would call '?[2J ', at byte 2"),
    ("(dp0\n.", "it has the instruction 0x64, at byte 3"),
    ("ios\nsystem\n.", "it has the instruction 0x69, at byte 2"),
    ("(U\u{4}trueos\nsystem\n.", "it has the instruction 0x6f, at byte 9"),
    ("K\u{1}2.", "it has the instruction 0x32, at byte 4"),
  ])
  func `An instruction that no batch has is reported with its place and not executed`(text: String, message: String) {
    #expect(complaint(pickle(text)) == "is no pickle that is read here: \(message)")
  }

  @Test(arguments: [
    ("U", "it ends too early, at byte 2"), ("T\u{1}", "it ends too early, at byte 2"),
    ("T\u{7f}\u{7f}\u{7f}\u{7f}a.", "it ends too early, at byte 2"),
    ("X\u{7f}\u{7f}\u{7f}\u{7f}a.", "it ends too early, at byte 2"),
    ("", "it ends too early, at byte 2"), (".", "it ends with something else than one value, at byte 2"),
    ("NN.", "it ends with something else than one value, at byte 4"),
    ("(N.", "it ends with something else than one value, at byte 4"),
    ("cnumpy\nndarray\n.", "it ends with something else than one value, at byte 17"),
    ("N.N", "it goes on for 1 bytes behind its end, at byte 4"),
    ("t.", "it closes what it has not opened, at byte 2"), ("a.", "it takes more than there is, at byte 2"),
    ("NNa.", "it adds to what is no list, at byte 4"),
    ("}NNs.", "it ends with something else than one value, at byte 6"),
    ("h\u{0}.", "it recalls 0, which it has not remembered, at byte 2"),
    ("q\u{0}.", "it remembers what is not there, at byte 2"),
    ("NR.", "it takes more than there is, at byte 3"), ("NNR.", "it calls what is no function, at byte 4"),
    ("NNb.", "it takes something else for a tuple, at byte 4"),
    (
      "cnumpy\ndtype\n(U\u{2}u2K\u{0}K\u{1}tR.",
      "it calls 'numpy dtype' with other arguments than for bytes, at byte 25"
    ),
  ])
  func `An inconsistent file is reported with the place`(text: String, message: String) {
    #expect(complaint(pickle(text)) == "is no pickle that is read here: \(message)")
  }

  @Test func `Depth, sharing and length are bounded`() {
    let deep = pickle(String(repeating: "(", count: 100_000))
    #expect(complaint(deep).hasSuffix("it is nested too deeply, at byte 10"))
    let tuples = pickle("N") + [UInt8](repeating: 0x85, count: 100_000) + Array(".".utf8)
    #expect(complaint(tuples).hasSuffix("it is nested too deeply, at byte 11"))
    // Ten tuples, each of three times the one before: a pickle's way to a billion of elements.
    let shared = pickle("Nq\u{0}h\u{0}h\u{0}") + [0x87] + Array("q\u{1}h\u{1}.".utf8)
    #expect(complaint(shared).hasSuffix("it uses a list, a tuple or an array twice, at byte 12"))
    let endless = pickle("]" + String(repeating: "Na", count: 200_000))
    #expect(complaint(endless).contains("it has more than 200000 instructions"))
    // A text of a hundred kilobytes that is to become bytes a thousand times.
    let long = Array("X".utf8) + [0xa0, 0x86, 1, 0] + [UInt8](repeating: 97, count: 100_000) + Array("q\u{0}".utf8)
    let encode = "c_codecs\nencode\nh\u{0}X\u{6}\0\0\0latin1\u{86}R".replacing("\u{86}", with: "")
    var bomb = pickle("(") + long
    for _ in 0..<1_000 {
      bomb += Array(encode.utf8.dropLast()) + [0x86] + Array("R".utf8)
    }
    #expect(complaint(bomb + Array("t.".utf8)).contains("it uses long texts twice"))
  }

  @Test func `An array whose shape is another than its bytes is refused`() async throws {
    let file = try await Self.file("release", count: 2)
    // (2, 3072): BININT1 2, BININT2 3072.
    let place = try #require(file.indices.dropLast(5).first { Array(file[$0..<$0 + 5]) == [0x4b, 2, 0x4d, 0, 12] })
    var damaged = file
    damaged[place + 1] = 3
    #expect(complaint(damaged).contains("an array has 6144 elements, and its shape is another"))
    damaged = file
    damaged.replaceSubrange(place..<place + 2, with: [0x4a, 0xff, 0xff, 0xff, 0xff])
    #expect(complaint(damaged).contains("an array has 6144 elements, and its shape is another"))
    damaged.replaceSubrange(place..<place + 5, with: [0x8a, 8, 0, 0, 0, 0, 0, 0, 0, 0x40])
    #expect(complaint(damaged).contains("an array has 6144 elements, and its shape is another"))
  }

  @Test(arguments: [
    ("N.", "the pickle holds no dictionary"), ("}.", "its 'data' are no array of images of 3072 bytes"),
    ("}U\u{4}dataNs.", "its 'data' are no array of images of 3072 bytes"),
  ])
  func `A pickle of something else is no CIFAR-10`(text: String, message: String) {
    #expect(complaint(pickle(text)) == "is no CIFAR-10: \(message)")
  }
}
