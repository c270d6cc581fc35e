/// A plain value of a pickle.
public enum PickleValue: Sendable, Equatable {
  /// None.
  case none
  /// True or False.
  case boolean(Bool)
  /// A whole number of at most 64 bits.
  case integer(Int)
  /// Bytes, or a text of Python 2, which is the same.
  case bytes(ArraySlice<UInt8>)
  /// A Unicode text.
  case text(String)
  /// A tuple.
  case tuple([PickleValue])
  /// A list.
  case list([PickleValue])
  /// A dictionary whose keys are texts or bytes.
  case dictionary([String: PickleValue])
  /// An array of numpy.
  indirect case array(PickledArray)
}

/// An array of unsigned bytes of numpy.
public struct PickledArray: Sendable, Equatable {
  /// The lengths of the dimensions, outermost first.
  public let shape: [Int]
  /// Whether the first index runs fastest in memory, as in Fortran, and not the last.
  let isColumnMajor: Bool
  /// The elements as they lie in memory.
  let elements: ArraySlice<UInt8>

  /// An array from its parts; nil when there are more or fewer elements than the shape says.
  init?(shape: [Int], isColumnMajor: Bool, elements: ArraySlice<UInt8>) {
    var count = 1
    for length in shape {
      let (product, isTooLarge) = count.multipliedReportingOverflow(by: length)
      guard length >= 0, !isTooLarge else { return nil }
      count = product
    }
    guard count == elements.count else { return nil }
    self.shape = shape
    self.isColumnMajor = isColumnMajor
    self.elements = elements
  }

  /// The elements with the last index running fastest.
  ///
  /// - Precondition: the array has two dimensions.
  var rowMajorBytes: [UInt8] {
    precondition(shape.count == 2)
    guard isColumnMajor else { return Array(elements) }
    let (rows, columns) = (shape[0], shape[1])
    let first = elements.startIndex
    var bytes: [UInt8] = []
    bytes.reserveCapacity(elements.count)
    for row in 0..<rows {
      for column in 0..<columns { bytes.append(elements[first + column * rows + row]) }
    }
    return bytes
  }
}
