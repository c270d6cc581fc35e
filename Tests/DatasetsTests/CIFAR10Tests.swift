import Datasets
import Testing

@Suite struct CIFAR10Tests {
  @Test func `The records of a binary file are read in order`() throws {
    let images = try CIFAR10.images(binary: Samples.binary(records: 3))
    #expect(images.count == 3)
    #expect(images.labels == [0, 1, 2])
    #expect(images.pixels.count == 3 * 3_072)
    #expect(Array(images.pixels(of: 1).prefix(3)) == [1, 2, 3])
    #expect(images.record(2) == Array(Samples.binary(records: 3).suffix(3_073)))
    #expect(try CIFAR10.images(binary: []).count == 0)
  }

  @Test func `What is no CIFAR-10 is refused with what is wrong`() {
    #expect(throws: DatasetError("has 3074 bytes, which are no whole records of 3073")) {
      try CIFAR10.images(binary: [UInt8](repeating: 0, count: 3_074))
    }
    var broken = Samples.binary(records: 2)
    broken[3_073] = 10
    #expect(throws: DatasetError("is no CIFAR-10: image 1 has the class 10")) { try CIFAR10.images(binary: broken) }
  }
}
