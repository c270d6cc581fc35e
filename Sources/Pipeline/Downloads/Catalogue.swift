internal import Artifacts

extension DataRelease {
  /// The releases that are known.
  public static let all = [cifar10, cifar10Python, mnist]

  private static let cifarPage = "https://www.cs.toronto.edu/~kriz/cifar.html"
  private static let cifarLicence =
    "none stated; the authors ask to cite Krizhevsky, Learning Multiple Layers of"
    + " Features from Tiny Images, 2009"

  private static let cifar10 = DataRelease(
    name: "cifar10",
    summary: "CIFAR-10, 60,000 colour images of 32x32 pixels in ten classes: the binary release",
    licence: cifarLicence,
    page: cifarPage,
    folder: "cifar-10-batches-bin",
    downloads: [
      Download(
        name: "cifar-10-binary.tar.gz",
        size: 170_052_171,
        digest: pinned("c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"),
        addresses: [
          "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
          "https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10/cifar-10-binary.tar.gz",
        ],
        content: .archive(
          folder: "cifar-10-batches-bin",
          files: (1...5).map { "data_batch_\($0).bin" } + ["test_batch.bin", "batches.meta.txt"]
        )
      )
    ],
    digests: [
      "data_batch_1.bin": pinned("cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"),
      "data_batch_2.bin": pinned("a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"),
      "data_batch_3.bin": pinned("bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"),
      "data_batch_4.bin": pinned("014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"),
      "data_batch_5.bin": pinned("755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"),
      "test_batch.bin": pinned("8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b"),
    ]
  )

  private static let cifar10Python = DataRelease(
    name: "cifar10-python",
    summary: "CIFAR-10: the Python release, with the same images",
    licence: cifarLicence,
    page: cifarPage,
    folder: "cifar-10-batches-py",
    downloads: [
      Download(
        name: "cifar-10-python.tar.gz",
        size: 170_498_071,
        digest: pinned("6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"),
        addresses: ["https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"],
        content: .archive(
          folder: "cifar-10-batches-py",
          files: (1...5).map { "data_batch_\($0)" } + ["test_batch", "batches.meta"]
        )
      )
    ]
  )

  private static let mnist = DataRelease(
    name: "mnist",
    summary: "MNIST, 70,000 grey images of handwritten digits, 28x28 pixels",
    licence: "CC BY-SA 3.0 (Y. LeCun, C. Cortes)",
    page: "http://yann.lecun.com/exdb/mnist/",
    folder: "mnist",
    downloads: [
      mnistFile(
        "train-images-idx3-ubyte.gz",
        9_912_422,
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"
      ),
      mnistFile(
        "train-labels-idx1-ubyte.gz",
        28_881,
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"
      ),
      mnistFile(
        "t10k-images-idx3-ubyte.gz",
        1_648_877,
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"
      ),
      mnistFile(
        "t10k-labels-idx1-ubyte.gz",
        4_542,
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"
      ),
    ]
  )

  private static func mnistFile(_ name: String, _ size: Int, _ digest: String) -> Download {
    let folders = [
      "https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ]
    return Download(
      name: name,
      size: size,
      digest: pinned(digest),
      addresses: folders.map { $0 + name },
      content: .file
    )
  }

  private static func pinned(_ digits: String) -> ContentDigest {
    guard let digest = ContentDigest(digits) else { preconditionFailure("a digest has 64 digits") }
    return digest
  }
}
