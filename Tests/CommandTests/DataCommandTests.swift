import SystemPackage
import TestSupport
import Testing

@Suite struct DataCommandTests {
  private let folder: TemporaryFolder
  private let pipeline: Program

  init() throws {
    folder = try TemporaryFolder()
    pipeline = try Program(built: "pipeline")
  }

  /// Calls `pipeline data`.
  private func data(_ arguments: String, variable: String? = nil) async throws -> Program.Outcome {
    let set = variable.map { "export PIPELINE_DATA=\($0)" } ?? "unset PIPELINE_DATA"
    return try await Program(at: "/bin/sh").run(
      ["-c", "\(set); exec \(pipeline.path) data \(arguments)"],
      in: folder.path
    )
  }

  @Test func `The list shows the description of every set, its terms, and whether it is downloaded`() async throws {
    let nowhere = try await data("list")
    #expect(nowhere.status == 0)
    for name in ["cifar10", "cifar10-python", "mnist"] {
      #expect(nowhere.output.contains("\n  here:    no; 'pipeline data fetch \(name)' gets it ("), "\(nowhere.output)")
    }
    #expect(nowhere.output.contains("licence: CC BY-SA 3.0"))
    #expect(
      nowhere.output.hasSuffix("PIPELINE_DATA is not set: it names the folder in which data sets are looked for\n")
    )
    try folder.write("", to: "sets/cifar-10-batches-bin/data_batch_1.bin")
    try folder.write("", to: "sets/cifar10-5k/data_batch_1.bin")
    let here = try await data("list", variable: "sets")
    #expect(here.output.contains("\n  here:    \(folder.path)/sets/cifar-10-batches-bin\n"), "\(here.output)")
    #expect(here.output.hasSuffix("also here: CIFAR-10 in \(folder.path)/sets/cifar10-5k\n"), "\(here.output)")
    let json = try await data("list --json --in sets")
    #expect(json.output.contains(#""other_copies":[{"path":"\#(folder.path)/sets/cifar10-5k","set":"cifar10"}]"#))
  }

  @Test(arguments: [
    ("fetch cifar10", 2, "PIPELINE_DATA, which names the folder of the data sets, is not set"),
    ("check", 2, "or name the folder: --in FOLDER"),
    ("fetch cifar --to here", 2, "there is no data set 'cifar'\n      = did you mean 'cifar10'?"),
    ("fetch mnist --to here --from ftp://x/", 2, "--from takes an address that begins with"),
    ("fetch", 2, "Missing expected argument"),
  ])
  func `What a call lacks is said`(arguments: String, status: Int, message: String) async throws {
    for variable in [nil, ""] {
      let outcome = try await data(arguments, variable: variable)
      #expect(outcome.status == status, "\(outcome.errors)")
      #expect(outcome.errors.contains(message), "\(outcome.errors)")
    }
    #expect(folder.files() == [])
  }

  @Test func `A mirror with other bytes is refused with exit code 3, and nothing is left`() async throws {
    // As many bytes as the smallest file of the set has.
    for name in ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"] {
      try folder.write([UInt8](repeating: 1, count: 9_912_422), to: "served/\(name)-ubyte.gz")
    }
    let outcome = try await FileServer.serve(folder.path.appending("served")) { server in
      try await data("fetch mnist --to sets --from \(server.address)")
    }
    #expect(outcome.status == 3, "\(outcome.errors)")
    #expect(outcome.errors.contains("error: train-images-idx3-ubyte.gz could not be got"))
    #expect(outcome.errors.contains("440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609 is pinned"))
    #expect(folder.files(below: "sets") == [])
  }

  @Test func `A set that nobody has is exit code 1`() async throws {
    let outcome = try await data("fetch cifar10 --to sets --from http://127.0.0.1:9/")
    #expect(outcome.status == 1)
    #expect(
      outcome.errors.hasPrefix(
        "error: cifar-10-binary.tar.gz could not be got\n  http://127.0.0.1:9/cifar-10-binary.tar.gz: (7) "
      )
    )
  }

  @Test func `Ctrl-C stops a download cleanly, and what has come is kept`() async throws {
    try folder.write([UInt8](repeating: 1, count: 9_912_422), to: "served/train-images-idx3-ubyte.gz")
    let outcome = try await FileServer.serve(folder.path.appending("served"), .stalls) { server in
      // The first line that a file that is no terminal gets is the one at which the signal is sent.
      let script = "exec 2>&1; exec \(pipeline.path) data fetch mnist --to sets --from \(server.address)"
      let outcome = try await Program(at: "/bin/sh").run(
        ["-c", script],
        in: folder.path,
        sending: 2,
        toGroup: true,
        onceOutputHas: "train-images"
      )
      // The brackets keep the search from finding itself.
      let left = try await Program(at: "/bin/sh").run(["-c", "pgrep -f '[c]url.*\(server.address)'"])
      #expect(left.output == "")
      return outcome
    }
    #expect(outcome.status == 130)
    #expect(outcome.output.contains("interrupted; what has come is in"), "\(outcome.output)")
    #expect(folder.files(below: "sets") == ["sets/mnist.download/train-images-idx3-ubyte.gz.partial"])
  }

  private func writeBatches(_ place: String, label: UInt8 = 3) throws {
    let names = (1...5).map { "data_batch_\($0).bin" } + ["test_batch.bin"]
    for name in names { try folder.write([label] + [UInt8](repeating: 9, count: 3_072), to: "\(place)/\(name)") }
  }

  @Test func `A check reads every file and compares it with the list of digests beside it`() async throws {
    try writeBatches("sets/cifar10")
    let bare = try await data("check", variable: "sets")
    #expect(bare.output == "\(folder.path)/sets/cifar10: CIFAR-10, 6 images, no digests to compare with\n")
    #expect(bare.status == 0)
    _ = try await Program(at: "/bin/sh").run(["-c", "cd sets/cifar10; sha256sum *.bin > SHA256SUMS"], in: folder.path)
    let listed = try await data("check --in sets")
    #expect(listed.output == "\(folder.path)/sets/cifar10: CIFAR-10, 6 images, 6 files with the right SHA-256\n")
    try folder.write([3] + [UInt8](repeating: 8, count: 3_072), to: "sets/cifar10/data_batch_4.bin")
    let changed = try await data("check --in sets")
    #expect(changed.status == 3)
    #expect(
      changed.output.contains("wrong: \(folder.path)/sets/cifar10/data_batch_4.bin has the SHA-256"),
      "\(changed.output)"
    )
    try folder.write([10] + [UInt8](repeating: 9, count: 3_072), to: "sets/cifar10/data_batch_4.bin")
    let invalid = try await data("check --in sets --json")
    #expect(invalid.status == 3)
    #expect(invalid.output.contains("data_batch_4.bin is no CIFAR-10: image 0 has the class 10"), "\(invalid.output)")
    try folder.write("nonsense\n", to: "sets/cifar10/SHA256SUMS")
    #expect(try await data("check --in sets").output.contains("SHA256SUMS has a line that is no digest and name"))
  }

  @Test func `A folder of a release has the digests of the release, whatever a list says`() async throws {
    try writeBatches("sets/cifar-10-batches-bin")
    _ = try await Program(at: "/bin/sh").run(
      ["-c", "cd sets/cifar-10-batches-bin; sha256sum *.bin > SHA256SUMS"],
      in: folder.path
    )
    let outcome = try await data("check cifar10 --in sets")
    #expect(outcome.status == 3)
    #expect(
      outcome.output.contains(
        "data_batch_1.bin, and the release has cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"
      ),
      "\(outcome.output)"
    )
    let missing = try await data("check mnist --in sets")
    #expect(missing.status == 3)
    #expect(missing.output == "wrong: mnist is not in \(folder.path)/sets; 'pipeline data fetch mnist' gets it\n")
    let nothing = try await data("check --in elsewhere")
    #expect(nothing.status == 0)
    #expect(nothing.output.hasPrefix("no data sets in "))
  }
}
