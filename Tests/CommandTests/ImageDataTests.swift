import Artifacts
import SystemPackage
import TestSupport
import Testing

/// `data/cifar10` and `data/mnist` read files of the environment, any of which can be missing or wrong.
@Suite struct ImageDataTests {
  private let folder: TemporaryFolder
  private let pipeline: Program
  /// Two black images of class 0.
  private let records = String(repeating: "\0", count: 2 * 3_073)

  init() throws {
    folder = try TemporaryFolder()
    pipeline = try Program(built: "pipeline")
  }

  private func write(_ text: String, batches: ClosedRange<Int> = 1...5) throws {
    for batch in batches { try folder.write(text, to: "data/cifar-10-batches-bin/data_batch_\(batch).bin") }
  }

  /// Runs the stage with a digest and PIPELINE_DATA as it is given.
  private func run(
    _ kind: String = "data/cifar10",
    _ with: String = "per_batch: 2",
    sha256: String,
    data: String = "data"
  ) async throws -> Program.Outcome {
    try folder.write(
      """
      pipeline: images
      stages:
        data: { kind: \(kind), with: { \(with), sha256: "\(sha256)" } }
      """,
      to: "images.yaml"
    )
    let variable = data == "unset" ? "unset PIPELINE_DATA;" : "export PIPELINE_DATA=\(data);"
    let command = "\(variable) exec \(pipeline.path) run images.yaml"
    return try await Program(at: "/bin/sh").run(["-c", command], in: folder.path)
  }

  /// The digest that a stage says it found.
  private func digest(_ kind: String, _ with: String, data: String = "data") async throws -> String {
    let outcome = try await run(kind, with, sha256: "abc", data: data)
    let found = try #require(outcome.errors.split(separator: "SHA-256 ").last?.prefix(64), "\(outcome.errors)")
    #expect(found.allSatisfy { $0.isHexDigit }, "\(outcome.errors)")
    return String(found)
  }

  /// The artifact of the stage with the digest that is right.
  private func artifact(_ kind: String, _ with: String, data: String = "data") async throws -> Artifact {
    let outcome = try await run(kind, with, sha256: digest(kind, with, data: data), data: data)
    try #require(outcome.status == 0, "\(outcome.errors)")
    let shown = try await pipeline.run(["show", "images/data"], in: folder.path)
    try #require(shown.status == 0, "\(shown.errors)")
    let address = try #require(shown.output.split(separator: "\n").first { $0.hasPrefix("address ") }?.suffix(64))
    return try Artifact(
      contentsOf: folder.path.appending("artifacts/objects/\(address.prefix(2))/\(address).h5").string
    )
  }

  /// An IDX file.
  private func idx(_ shape: [Int], _ elements: [UInt8]) -> [UInt8] {
    [0, 0, 8, UInt8(shape.count)] + shape.flatMap { [0, 0, UInt8($0 >> 8), UInt8($0 & 0xff)] } + elements
  }

  @Test(arguments: [
    ("data/mnist", "-", ""), ("data/mnist", ".", ""), ("data/mnist", "-", ".gz"), ("data/mnist", ".", ".gz"),
    ("data/MNIST/raw", "-", ""), ("data/MNIST", ".", ""), ("a b/mnist", "-", ".gz"),
  ])
  func `MNIST is read under all names that its copies have, packed in one member or several`(
    place: String,
    sign: String,
    suffix: String
  ) async throws {
    let pixels = idx([3, 28, 28], (0..<3 * 784).map { UInt8($0 % 251) })
    let labels = idx([3], [1, 9, 0])
    for (part, form, bytes) in [("images", "idx3", pixels), ("labels", "idx1", labels)] {
      let name = "\(place)/train-\(part)\(sign)\(form)-ubyte\(suffix)"
      guard suffix == ".gz" else {
        try folder.write(bytes, to: name)
        continue
      }
      try folder.write(Array(bytes[..<9]), to: "first")
      try folder.write(Array(bytes[9...]), to: "second")
      try folder.write("", to: name)
      let command = "(gzip < first; gzip < second; head -c 512 /dev/zero) > '\(name)'"
      let packed = try await Program(at: "/bin/sh").run(["-c", command], in: folder.path)
      try #require(packed.status == 0, "\(packed.errors)")
    }
    let root = place.split(separator: "/").first.map(String.init) ?? ""
    let image = try await artifact("data/mnist", "first: 3, standardize: none", data: "'\(root)'")
    #expect(image["label"]?.values == .int8([1, 9, 0]))
    #expect(image["input"]?.shape == [3, 784])
  }

  @Test func `Images with the requested digest are read, and another digest is reported`() async throws {
    try write(records)
    let wrong = try await run(sha256: "abc")
    #expect(wrong.status == 1)
    #expect(wrong.errors.contains("and abc is asked for"), "\(wrong.errors)")
    let found = try #require(wrong.errors.split(separator: "SHA-256 ").last?.prefix(64))
    #expect(try await run(sha256: String(found)).status == 0)
    // Another image under the same digest is not taken for it.
    try write(String(records.dropLast()) + "\u{1}", batches: 3...3)
    let changed = try await run(sha256: String(found).uppercased())
    #expect(changed.status == 1)
  }

  @Test(arguments: [
    ("data", "", "CIFAR-10 is not in PIPELINE_DATA (data): 'pipeline data fetch cifar10' gets it"),
    (
      "", "",
      "PIPELINE_DATA, which names the folder of the data sets, is not set. 'pipeline data fetch cifar10 --to FOLDER'"
    ),
    ("unset", "", "is not set. 'pipeline data fetch cifar10 --to FOLDER' gets it; then set PIPELINE_DATA to FOLDER"),
    ("data", String(repeating: "\0", count: 3_000), "has 3000 bytes, which are no whole records of 3073"),
    ("data", String(repeating: "\0", count: 3_073), "has 1 images, and 2 are asked for"),
    ("data", String(repeating: "\u{b}", count: 2 * 3_073), "image 0 has the class 11"),
  ])
  func `What is missing or wrong is said once, with what to do`(data: String, text: String, message: String)
    async throws
  {
    if !text.isEmpty { try write(text) }
    let outcome = try await run(sha256: "abc", data: data)
    #expect(outcome.status == 1)
    #expect(outcome.errors.split(separator: message).count == 2, "\(outcome.errors)")
  }

  @Test func `A missing MNIST has the command that gets it`() async throws {
    let outcome = try await run("data/mnist", "first: 2", sha256: "abc")
    #expect(outcome.errors.contains("MNIST is not in PIPELINE_DATA (data): 'pipeline data fetch mnist' gets it"))
  }

  @Test func `A file of the release that is missing is named`() async throws {
    try write(records, batches: 1...4)
    let outcome = try await run(sha256: "abc")
    #expect(outcome.errors.contains("data/cifar-10-batches-bin/data_batch_5.bin is missing"), "\(outcome.errors)")
  }

  @Test func `Something else in the place of a file does not make a stage wait or fill the memory`() async throws {
    try write(records, batches: 2...5)
    let script = "mkfifo data/cifar-10-batches-bin/data_batch_1.bin"
    #expect(try await Program(at: "/bin/sh").run(["-c", script], in: folder.path).status == 0)
    #expect(try await run(sha256: "abc").errors.contains("data_batch_1.bin cannot be read, or is no file of images"))
    let large =
      "rm data/cifar-10-batches-bin/data_batch_1.bin; truncate -s 1T data/cifar-10-batches-bin/data_batch_1.bin"
    #expect(try await Program(at: "/bin/sh").run(["-c", large], in: folder.path).status == 0)
    #expect(try await run(sha256: "abc").errors.contains("data_batch_1.bin cannot be read, or is no file of images"))
  }

  /// Writes three images for each batch in both releases of CIFAR-10: into `binary/` and `python/`.
  private func writeBothReleases() async throws {
    let script = """
      import os, pickle, random
      import numpy
      random.seed(3)
      os.makedirs("binary/cifar-10-batches-bin"); os.makedirs("python/cifar-10-batches-py")
      for name in ["data_batch_%d" % batch for batch in range(1, 6)] + ["test_batch"]:
          labels = [(7 * image + len(name) + random.randrange(2)) % 10 for image in range(12)]
          data = numpy.array([[random.randrange(256) for _ in range(3072)] for _ in labels], numpy.uint8)
          with open("binary/cifar-10-batches-bin/" + name + ".bin", "wb") as file:
              for label, pixels in zip(labels, data): file.write(bytes([label]) + pixels.tobytes())
          with open("python/cifar-10-batches-py/" + name, "wb") as file:
              pickle.dump({b"labels": labels, b"data": data, b"batch_label": b"x", b"filenames": [b"y"] * 12}, file, 2)
      """
    let outcome = try await Program(at: "/usr/bin/python3").run(["-c", script], in: folder.path)
    try #require(outcome.status == 0, "\(outcome.errors)")
  }

  @Test(arguments: [
    "per_batch: 2", "first: 30, standardize: feature", "per_class: 2, standardize: none", "split: test, per_batch: 9",
  ])
  func `Both releases of CIFAR-10 give the same bytes`(with: String) async throws {
    try await writeBothReleases()
    let binary = try await artifact("data/cifar10", with, data: "binary")
    #expect(try await digest("data/cifar10", with, data: "python") == digest("data/cifar10", with, data: "binary"))
    _ = try await Program(at: "/bin/rm").run(["-r", "artifacts"], in: folder.path)
    let python = try await artifact("data/cifar10", with, data: "python")
    #expect(python.address == binary.address)
    #expect(python == binary)
  }

  @Test func `What was done is stated in the artifact, and done`() async throws {
    try await writeBothReleases()
    let balanced = try await artifact("data/cifar10", "per_class: 2, standardize: feature", data: "binary")
    #expect(
      balanced.attributes["subset"] == .string("the first 2 training images of each class, in the order of the set")
    )
    #expect(
      balanced.attributes["standardization"]
        == .string("each pixel has mean 0 and deviation 1 over the images that were taken")
    )
    let labels = try #require(balanced["label"]?.values.doubles)
    for label in 0..<10 { #expect(labels.count { $0 == Double(label) } == 2) }
    #expect(labels != labels.sorted())
    let values = try #require(balanced["input"]?.values.doubles)
    for pixel in stride(from: 0, to: 3_072, by: 97) {
      let column = (0..<20).map { values[$0 * 3_072 + pixel] }
      #expect((column.reduce(0, +) / 20).magnitude < 1e-6)
      #expect((column.reduce(0) { $0 + $1 * $1 } / 20 - 1).magnitude < 1e-5)
    }
    let too = try await run("data/cifar10", "per_class: 50", sha256: "abc", data: "binary")
    #expect(too.errors.contains("images of the class 'airplane', and 50 are asked for"), "\(too.errors)")
  }

  @Test func `MNIST is read packed and unpacked`() async throws {
    let script = """
      import gzip, os, struct
      os.makedirs("packed/mnist"); os.makedirs("plain/MNIST/raw")
      for stem, count in [("train", 5), ("t10k", 3)]:
          images = struct.pack(">4i", 2051, count, 28, 28) + bytes(i * 7 % 256 for i in range(count * 784))
          labels = struct.pack(">2i", 2049, count) + bytes(i * 3 % 10 for i in range(count))
          for name, data in [("images-idx3", images), ("labels-idx1", labels)]:
              path = stem + "-" + name + "-ubyte"
              with open("plain/MNIST/raw/" + path, "wb") as file: file.write(data)
              with gzip.open("packed/mnist/" + path + ".gz", "wb") as file: file.write(data)
      """
    let outcome = try await Program(at: "/usr/bin/python3").run(["-c", script], in: folder.path)
    try #require(outcome.status == 0, "\(outcome.errors)")
    let packed = try await artifact("data/mnist", "first: 5, standardize: none", data: "packed")
    #expect(packed["label"]?.values == .int8([0, 3, 6, 9, 2]))
    #expect(packed["input"]?.shape == [5, 784])
    #expect(packed["input"]?.values.doubles?.prefix(2) == [0, Double(Float(7.0 / 255))])
    _ = try await Program(at: "/bin/rm").run(["-r", "artifacts"], in: folder.path)
    let plain = try await artifact("data/mnist", "first: 5, standardize: none", data: "plain")
    #expect(plain == packed)
    let test = try await artifact("data/mnist", "first: 3, split: test", data: "packed")
    #expect(test.attributes["subset"] == .string("the first 3 test images"))
    let check = try await pipeline.run(["data", "check", "--in", "plain"], in: folder.path)
    #expect(check.status == 0, "\(check.output)")
    #expect(check.output.contains("MNIST, 8 images, no digests to compare with"), "\(check.output)")
    try folder.write([0x1f, 0x8b, 0, 0], to: "packed/mnist/train-images-idx3-ubyte.gz")
    let damaged = try await run("data/mnist", "first: 2", sha256: "abc", data: "packed")
    #expect(damaged.errors.contains("train-images-idx3-ubyte.gz is damaged, or no gzip file"), "\(damaged.errors)")
  }
}
