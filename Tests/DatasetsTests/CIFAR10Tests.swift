import Datasets
import Testing

@Suite struct CIFAR10Tests {
  /// A file of records in which pixel p of record r is (r + p) mod 251, and the label r mod 10.
  private func file(records: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for record in 0..<records {
      bytes.append(UInt8(record % 10))
      for pixel in 0..<CIFAR10.pixelCount { bytes.append(UInt8((record + pixel) % 251)) }
    }
    return bytes
  }

  @Test func `The first records of each file are read in order`() throws {
    var images = CIFAR10()
    try images.append(first: 2, of: file(records: 3))
    try images.append(first: 3, of: file(records: 3))
    #expect(images.count == 5)
    #expect(images.labels == [0, 1, 0, 1, 2])
    #expect(images.pixels.count == 5 * 3_072)
    #expect(Array(images.pixels.prefix(3)) == [0, 1, 2])
    #expect(images.pixels[4 * 3_072] == 2)
  }

  @Test func `What is no CIFAR-10 is refused with what is wrong`() {
    var images = CIFAR10()
    #expect(throws: CIFAR10.Failure.partialRecord(bytes: 3_074)) {
      try images.append(first: 1, of: [UInt8](repeating: 0, count: 3_074))
    }
    #expect(throws: CIFAR10.Failure.tooFew(records: 2)) { try images.append(first: 3, of: file(records: 2)) }
    #expect(throws: CIFAR10.Failure.tooFew(records: 0)) { try images.append(first: 1, of: []) }
    var broken = file(records: 2)
    broken[3_073] = 10
    #expect(throws: CIFAR10.Failure.badLabel(10, record: 1)) { try images.append(first: 2, of: broken) }
  }

  @Test func `Images are standardised one by one, and one of a single colour is zero`() throws {
    var images = CIFAR10()
    try images.append(first: 2, of: file(records: 2))
    try images.append(first: 1, of: [3] + [UInt8](repeating: 77, count: 3_072))
    let values = images.standardized
    for image in 0..<2 {
      let pixels = values[image * 3_072..<(image + 1) * 3_072]
      let mean = pixels.reduce(0, +) / 3_072
      let square = pixels.reduce(0) { $0 + $1 * $1 } / 3_072
      #expect(mean.magnitude < 1e-14)
      #expect((square - 1).magnitude < 1e-13)
    }
    #expect(values.suffix(3_072).allSatisfy { $0 == 0 })
  }
}
