internal import Tensors

// MARK: - Primitives

extension Graph {
  /// x + y; here and below one number, one row or one column stands for all.
  public mutating func add(_ x: Value, _ y: Value) -> Value { elementwise(.add, x, y) }

  /// x - y.
  public mutating func subtract(_ x: Value, _ y: Value) -> Value { elementwise(.subtract, x, y) }

  /// x y, element by element.
  public mutating func multiply(_ x: Value, _ y: Value) -> Value { elementwise(.multiply, x, y) }

  /// x / y, element by element.
  public mutating func divide(_ x: Value, _ y: Value) -> Value { elementwise(.divide, x, y) }

  /// -x.
  public mutating func negate(_ x: Value) -> Value { elementwise(.negate, x) }

  /// √x.
  public mutating func squareRoot(_ x: Value) -> Value { elementwise(.squareRoot, x) }

  /// e^x.
  public mutating func exp(_ x: Value) -> Value { elementwise(.exp, x) }

  /// ln x.
  public mutating func log(_ x: Value) -> Value { elementwise(.log, x) }

  /// tanh x.
  public mutating func tanh(_ x: Value) -> Value { elementwise(.tanh, x) }

  /// The error function.
  public mutating func erf(_ x: Value) -> Value { elementwise(.erf, x) }

  /// 1 where x > y, else 0; its derivative is taken as 0.
  public mutating func greater(_ x: Value, _ y: Value) -> Value { elementwise(.greater, x, y) }

  /// 1 where x = y, else 0; its derivative is taken as 0.
  public mutating func equal(_ x: Value, _ y: Value) -> Value { elementwise(.equal, x, y) }

  /// y where `condition` is not 0, else z.
  public mutating func select(_ condition: Value, _ y: Value, _ z: Value) -> Value {
    elementwise(.select, condition, y, z)
  }

  /// The product of x or its transpose with y or its transpose.
  public mutating func matrixProduct(
    _ x: Value,
    _ y: Value,
    transposesLeft: Bool = false,
    transposesRight: Bool = false
  ) -> Value {
    let (left, right) = (shape(of: x), shape(of: y))
    let (rows, depth) = transposesLeft ? (left.columns, left.rows) : (left.rows, left.columns)
    let (height, columns) = transposesRight ? (right.columns, right.rows) : (right.rows, right.columns)
    precondition(depth == height, "the shapes \(left) and \(right) of a product do not fit")
    return record(
      .matrixProduct(transposesLeft: transposesLeft, transposesRight: transposesRight),
      [x, y],
      Shape(rows, columns)
    )
  }

  /// The sum of all elements.
  public mutating func sum(_ x: Value) -> Value { reduce(x, .sumOfAll) }

  /// The sum of each row, as a column.
  public mutating func sumOfRows(_ x: Value) -> Value { reduce(x, .sumOfRows) }

  /// The sum of each column, as a row.
  public mutating func sumOfColumns(_ x: Value) -> Value { reduce(x, .sumOfColumns) }

  /// The largest of each row, as a column. The derivative goes in equal parts to all that are largest.
  public mutating func maximumOfRows(_ x: Value) -> Value { reduce(x, .maximumOfRows) }

  /// One number, one row or one column repeated.
  public mutating func broadcast(_ x: Value, to shape: Shape) -> Value {
    let own = self.shape(of: x)
    precondition(
      (own.rows == 1 || own.rows == shape.rows) && (own.columns == 1 || own.columns == shape.columns),
      "\(own) cannot be repeated to \(shape)"
    )
    return record(.broadcast, [x], shape)
  }

  /// Sums over the directions in which `shape` was repeated: the adjoint of `broadcast`.
  mutating func sum(_ x: Value, to shape: Shape) -> Value {
    let own = self.shape(of: x)
    if own == shape { return x }
    if shape == .scalar { return sum(x) }
    return shape.rows == 1 ? sumOfColumns(x) : sumOfRows(x)
  }

  private mutating func reduce(_ x: Value, _ reduction: Reduction) -> Value {
    let own = shape(of: x)
    let result = reduction.shape(rows: own.rows, columns: own.columns)
    return record(.reduction(reduction), [x], Shape(result.rows, result.columns))
  }

  mutating func elementwise(_ operation: ElementwiseOperation, _ values: Value...) -> Value {
    let shapes = values.map { self.shape(of: $0) }
    let result = Shape(shapes.map(\.rows).max() ?? 1, shapes.map(\.columns).max() ?? 1)
    let operands = values.map { broadcast($0, to: result) }
    return record(.elementwise(operation), operands, result)
  }
}

// MARK: - Compositions

extension Graph {
  /// max(x, 0).
  public mutating func rectified(_ x: Value) -> Value {
    let zero = constant(0)
    return select(greater(x, zero), x, zero)
  }

  /// x Φ(x), with the distribution function Φ of the normal distribution: the exact form, not the one with tanh.
  public mutating func gaussianErrorLinear(_ x: Value) -> Value {
    let scaled = multiply(x, constant(0.5.squareRoot()))
    return multiply(multiply(constant(0.5), x), add(constant(1), erf(scaled)))
  }

  /// ln Σ e^x over each row, as a column; the largest is taken out so that nothing overflows.
  public mutating func logarithmOfSumOfExponentials(_ x: Value) -> Value {
    let largest = maximumOfRows(x)
    return add(largest, log(sumOfRows(exp(subtract(x, largest)))))
  }
}
