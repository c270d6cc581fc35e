import CPeak
import Glibc
import Tensors

/// Times one matrix product for each line that it reads, and answers with seconds; for a line `peak`, with
/// double-precision operations a second. So another program can take turns with it.
///
/// usage: matrix-benchmark THREADS        then lines `PRECISION ROWS COLUMNS DEPTH TRANSPOSES-A TRANSPOSES-B`, 0 or 1
@main
struct MatrixProductBenchmark {
  static func main() async throws {
    let threads = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1
    let workers = Workers(threads: threads)
    var products: [String: Product] = [:]
    while let line = readLine() {
      if line == "peak" {
        print(try await peak(threads: threads))
      } else if let product = products[line] ?? Product(line, workers) {
        products[line] = product
        print(product.seconds())
      } else {
        print("not understood: \(line)")
      }
      fflush(nil)
    }
  }

  private static func peak(threads: Int) async throws -> Double {
    let start = ContinuousClock.now
    let operations = try await Parallel.map(threads, piece: 1, threads: threads) { _ in
      var sink = 0.0
      return peak_run(20_000_000, &sink)
    }
    return operations.reduce(0, +) / (start.duration(to: .now) / .seconds(1))
  }
}

/// A product with random operands, ready to be made again.
private struct Product {
  private let arena: Arena
  private let a: Factor
  private let b: Factor
  private let c: Matrix

  init?(_ line: String, _ workers: Workers) {
    let words = line.split(separator: " ")
    guard words.count == 6, let precision = Precision(rawValue: String(words[0])) else { return nil }
    let numbers = words.dropFirst().compactMap { Int($0) }
    guard numbers.count == 5 else { return nil }
    let (rows, columns, depth) = (numbers[0], numbers[1], numbers[2])
    let (transposesA, transposesB) = (numbers[3] == 1, numbers[4] == 1)
    let room = { (count: Int) in (count + Arena.alignment - 1) / Arena.alignment * Arena.alignment }
    let (first, second) = (room(rows * depth), room(depth * columns))
    arena = Arena(count: first + second + rows * columns, precision: precision, workers: workers)
    a = Factor(
      Matrix(offset: 0, rows: transposesA ? depth : rows, columns: transposesA ? rows : depth),
      isTransposed: transposesA
    )
    b = Factor(
      Matrix(offset: first, rows: transposesB ? columns : depth, columns: transposesB ? depth : columns),
      isTransposed: transposesB
    )
    c = Matrix(offset: first + second, rows: rows, columns: columns)
    var random = RandomStream(seed: 1, "benchmark")
    for matrix in [a.matrix, b.matrix] { arena.write(random.normals(matrix.count), to: matrix) }
  }

  func seconds() -> Double {
    let start = ContinuousClock.now
    arena.multiply(a, b, into: c)
    return start.duration(to: .now) / .seconds(1)
  }
}
