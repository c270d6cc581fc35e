import Datasets

enum Samples {
  /// A file of the binary release in which pixel p of record r is (r + p) mod 251, and the label r mod 10.
  static func binary(records: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for record in 0..<records {
      bytes.append(UInt8(record % 10))
      for pixel in 0..<CIFAR10.pixelCount { bytes.append(UInt8((record + pixel) % 251)) }
    }
    return bytes
  }

  /// Images of four pixels, all of which have the value of the label.
  static func images(_ labels: [UInt8]) -> LabelledImages {
    LabelledImages(pixelCount: 4, labels: labels, pixels: labels.flatMap { [$0, $0, $0, $0] })
  }
}
