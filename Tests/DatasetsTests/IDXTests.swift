import Datasets
import TestSupport
import Testing

@Suite struct IDXTests {
  private func header(_ lengths: [UInt32]) -> [UInt8] {
    var bytes: [UInt8] = [0, 0, 8, UInt8(lengths.count)]
    for length in lengths {
      for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: length >> shift)) }
    }
    return bytes
  }

  @Test func `Lengths and elements are read`() throws {
    let array = try IDX(header([2, 3]) + [1, 2, 3, 4, 5, 6])
    #expect(array.shape == [2, 3])
    #expect(array.elements == [1, 2, 3, 4, 5, 6])
    #expect(try IDX(header([]) + [7]).elements == [7])
    #expect(try IDX(header([0, 28, 28])).elements == [])
  }

  @Test func `Images and labels of MNIST belong together`() throws {
    let pixels = (0..<2 * 784).map { UInt8($0 % 256) }
    let read = try MNIST.pixels(idx: header([2, 28, 28]) + pixels)
    let images = try MNIST.images(pixels: read, labels: MNIST.labels(idx: header([2]) + [7, 3]))
    #expect(images.labels == [7, 3])
    #expect(images.pixels == pixels)
    #expect(throws: DatasetError("has 1 labels, and there are 2 images")) {
      try MNIST.images(pixels: read, labels: [1])
    }
    #expect(throws: DatasetError("is no MNIST: image 1 has the class 10")) {
      try MNIST.labels(idx: header([2]) + [0, 10])
    }
    #expect(throws: DatasetError("is no MNIST: its shape is [1, 28, 27], and images have 28 by 28 pixels")) {
      try MNIST.pixels(idx: header([1, 28, 27]) + [UInt8](repeating: 0, count: 28 * 27))
    }
    #expect(throws: DatasetError("is no MNIST: its shape is [1, 1], and labels are a list")) {
      try MNIST.labels(idx: header([1, 1]) + [0])
    }
  }

  @Test func `A file that lies about its size is refused before anything is made of it`() {
    #expect(throws: DatasetError("is no IDX file")) { try IDX([]) }
    #expect(throws: DatasetError("is no IDX file")) { try IDX([1, 0, 8, 0]) }
    #expect(throws: DatasetError("has elements of type 13, which are no bytes")) { try IDX([0, 0, 13, 1, 0, 0, 0, 0]) }
    #expect(throws: DatasetError("ends within its 255 lengths, after 4 bytes")) { try IDX([0, 0, 8, 255]) }
    #expect(throws: DatasetError("has lengths whose product is beyond any file")) {
      try IDX(header([.max, .max, .max]))
    }
    #expect(throws: DatasetError("has 2 elements, and its lengths say 4294967295")) {
      try IDX(header([.max]) + [1, 2])
    }
    #expect(throws: DatasetError("has 1 elements, and its lengths say 0")) { try IDX(header([0]) + [1]) }
  }

  @Test func `No damage to a file does more than to make it an error or other numbers`() {
    let file = header([3, 28, 28]) + [UInt8](repeating: 5, count: 3 * 784)
    var random = SplitMix64(seed: 2)
    for _ in 0..<5_000 {
      var damaged = Array(file.prefix(Int.random(in: 0...file.count, using: &random)))
      for _ in 0..<3 where !damaged.isEmpty {
        let place = Int.random(in: 0..<min(damaged.count, 20), using: &random)
        damaged[place] = UInt8.random(in: 0...255, using: &random)
      }
      if let array = try? IDX(damaged) { #expect(array.elements.count == array.shape.reduce(1, *)) }
    }
  }
}
