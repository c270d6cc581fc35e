internal import CKernels

/// Memory for the matrices of a computation, allocated once; the operations on it allocate nothing, but for projections
/// on more rows than before.
public final class Arena {
  /// The type of every number in it.
  public let precision: Precision
  /// How many numbers it holds.
  public let count: Int
  /// The threads that compute.
  public let workers: Workers

  private let memory: Memory
  private let products: Memory
  private let chains: Memory
  private var sums: Memory

  /// Room for `count` numbers, all zero.
  public init(count: Int, precision: Precision, workers: Workers) {
    precondition(count >= 0)
    self.precision = precision
    self.count = count
    self.workers = workers
    memory = Memory(bytes: count * precision.width)
    products = Memory(bytes: workers.count * kernel_matrix_product_workspace(precision.kernel))
    chains = Memory(bytes: workers.count * kernel_chain_workspace())
    sums = Memory(bytes: kernel_sum_workspace(count))
  }

  /// The bytes that an arena takes beside its numbers once matrices were multiplied in it.
  public static func workspace(precision: Precision, threads: Int) -> Int {
    threads * (kernel_matrix_product_workspace(precision.kernel) + kernel_chain_workspace())
  }

  var productWorkspace: UnsafeMutableRawPointer { products.start }
  var chainWorkspace: UnsafeMutableRawPointer { chains.start }

  /// Room for sums. It grows with the largest use: what a projection needs follows from its rows as well.
  func sums(bytes: Int) -> UnsafeMutablePointer<Double> {
    if bytes > sums.bytes { sums = Memory(bytes: max(bytes, 2 * sums.bytes)) }
    return sums.start.assumingMemoryBound(to: Double.self)
  }

  /// Numbers begin at multiples of this many, so that rows of vectors do not straddle cache lines.
  public static let alignment = 16

  /// Where a matrix begins.
  func pointer(_ matrix: Matrix) -> UnsafeMutableRawPointer {
    precondition(matrix.offset >= 0 && matrix.offset + matrix.count <= count, "\(matrix) lies outside the arena")
    return memory.start + matrix.offset * precision.width
  }
}

/// A matrix in an arena, row by row.
public struct Matrix: Sendable, Hashable {
  /// The number of its first element in the arena.
  public var offset: Int
  /// The number of rows.
  public var rows: Int
  /// The number of columns.
  public var columns: Int

  /// A matrix from where it lies and how large it is.
  public init(offset: Int, rows: Int, columns: Int) {
    precondition(rows >= 0 && columns >= 0)
    self.offset = offset
    self.rows = rows
    self.columns = columns
  }

  /// The number of elements.
  public var count: Int { rows * columns }
}

// MARK: - Values

extension Arena {
  /// Sets the elements of a matrix, rounded to the arena's precision.
  public func write(_ values: [Double], to matrix: Matrix) {
    precondition(values.count == matrix.count, "\(values.count) values for \(matrix.count) elements")
    let memory = pointer(matrix)
    switch precision {
    case .float64:
      values.withUnsafeBytes {
        memory.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(memory), byteCount: $0.count)
      }
    case .float32:
      let elements = memory.assumingMemoryBound(to: Float.self)
      values.withUnsafeBufferPointer { values in
        for index in 0..<values.count { elements[index] = Float(values[index]) }
      }
    }
  }

  /// The elements of a matrix.
  public func read(_ matrix: Matrix) -> [Double] {
    let memory = UnsafeRawPointer(pointer(matrix))
    return [Double](unsafeUninitializedCapacity: matrix.count) { values, count in
      switch precision {
      case .float64:
        let elements = memory.assumingMemoryBound(to: Double.self)
        for index in 0..<matrix.count { values[index] = elements[index] }
      case .float32:
        let elements = memory.assumingMemoryBound(to: Float.self)
        for index in 0..<matrix.count { values[index] = Double(elements[index]) }
      }
      count = matrix.count
    }
  }

  /// The only element of a matrix of one.
  public func scalar(_ matrix: Matrix) -> Double {
    precondition(matrix.count == 1, "\(matrix) is not one number")
    let memory = UnsafeRawPointer(pointer(matrix))
    return precision == .float64 ? memory.load(as: Double.self) : Double(memory.load(as: Float.self))
  }
}
