/// An array of bytes in the IDX format, in which MNIST comes: two zeros, the type of the elements, the number of
/// dimensions, the lengths as 32-bit numbers with the high byte first, the elements.
public struct IDX: Sendable, Equatable {
  /// The lengths of the dimensions, outermost first.
  public let shape: [Int]
  /// The elements in row-major order.
  public let elements: [UInt8]

  /// The word for unsigned bytes; the format knows others, which no set of images uses.
  private static let byteType: UInt8 = 8

  /// Reads a file.
  public init(_ file: [UInt8]) throws(DatasetError) {
    guard file.count >= 4, file[0] == 0, file[1] == 0 else { throw DatasetError("is no IDX file") }
    guard file[2] == Self.byteType else { throw DatasetError("has elements of type \(file[2]), which are no bytes") }
    let rank = Int(file[3])
    let start = 4 + 4 * rank
    guard file.count >= start else { throw DatasetError("ends within its \(rank) lengths, after \(file.count) bytes") }
    shape = (0..<rank).map { axis in
      file[4 + 4 * axis..<8 + 4 * axis].reduce(0) { $0 << 8 | Int($1) }
    }
    var count = 1
    for length in shape {
      let (product, isTooLarge) = count.multipliedReportingOverflow(by: length)
      guard !isTooLarge else { throw DatasetError("has lengths whose product is beyond any file") }
      count = product
    }
    guard file.count - start == count else {
      throw DatasetError("has \(file.count - start) elements, and its lengths say \(count)")
    }
    elements = Array(file[start...])
  }
}
