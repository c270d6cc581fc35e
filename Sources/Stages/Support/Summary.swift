internal import Artifacts

/// What the values of an array are like, for each index of the dimensions that are left.
struct Summary {
  struct Cell {
    var count = 0.0
    var mean = 0.0
    /// The sum of squared differences from the mean (Welford's recurrence, which does not cancel).
    var squares = 0.0
    var least = Double.infinity
    var greatest = -Double.infinity

    mutating func add(_ value: Double) {
      count += 1
      let difference = value - mean
      mean += difference / count
      squares += difference * (value - mean)
      least = min(least, value)
      greatest = max(greatest, value)
    }
  }

  struct Statistic {
    let name: String
    let title: String
    let value: @Sendable (Cell) -> Double
  }

  static let statistics: [Statistic] = [
    Statistic(name: "mean", title: "Mean") { $0.count > 0 ? $0.mean : .nan },
    Statistic(name: "standard_deviation", title: "Standard deviation") {
      $0.count > 1 ? ($0.squares / ($0.count - 1)).squareRoot() : .nan
    },
    Statistic(name: "least", title: "Least value") { $0.count > 0 ? $0.least : .nan },
    Statistic(name: "greatest", title: "Greatest value") { $0.count > 0 ? $0.greatest : .nan },
    Statistic(name: "count", title: "Number of values") { $0.count },
  ]

  let dimensions: [(name: String, length: Int)]
  private(set) var cells: [Cell]

  /// Nil for texts.
  init?(of variable: Variable, over gone: [String]) {
    guard let values = variable.values.doubles else { return nil }
    let all = zip(variable.dimensions, variable.shape).map { (name: $0, length: $1) }
    dimensions = all.filter { !gone.contains($0.name) }
    cells = [Cell](repeating: Cell(), count: dimensions.reduce(1) { $0 * $1.length })
    for (value, cell) in zip(values, variable.cells(over: gone)) where value.isFinite { cells[cell].add(value) }
  }
}

extension Variable {
  /// For each value the number of its cell: which index it has along the dimensions that are left without `gone`.
  func cells(over gone: [String]) -> [Int] {
    let all = zip(dimensions, shape).map { (isGone: gone.contains($0), length: $1) }
    return (0..<values.count).map { place in
      var (rest, cell, stride) = (place, 0, 1)
      for dimension in all.reversed() {
        let index = rest % dimension.length
        rest /= dimension.length
        guard !dimension.isGone else { continue }
        cell += index * stride
        stride *= dimension.length
      }
      return cell
    }
  }
}
