/// The variances of six kinds of independent, normal noise: three for the residual (x) and three for the trace (y).
///
/// States are measured with noise of one variance; the true states are disturbed at each step by noise of one variance and
/// by noise in proportion to the step.
struct NoiseVariances {
  var measured, additive, proportional: SIMD2<Double>

  static func combined(
    _ left: NoiseVariances,
    _ right: NoiseVariances,
    _ combine: (SIMD2<Double>, SIMD2<Double>) -> SIMD2<Double>
  ) -> NoiseVariances {
    NoiseVariances(
      measured: combine(left.measured, right.measured),
      additive: combine(left.additive, right.additive),
      proportional: combine(left.proportional, right.proportional)
    )
  }
}

/// The steps of a UV model linearized about states near the measured ones: what they miss is, to first order,
/// J e_t − e_{t+1} − p_t, with the noise of the measurements e and of the steps p.
///
/// So errors of consecutive steps are correlated, because each measured state enters two of them, and so are the errors of
/// a step and its regressors. Both follow from the Jacobians J, and nothing else is assumed of the covariance.
struct NoisySteps {
  /// The Jacobian of each step.
  var jacobians: [Block] = []
  /// The derivatives of each step by κ² and by κ²y, as the columns.
  var regressors: [Block] = []
  /// The squares of each step's length in each variable.
  var squares: [SIMD2<Double>] = []
  /// What each step misses.
  var errors: [SIMD2<Double>] = []
  /// Whether each step begins where the one before it ended.
  let follows: [Bool]

  init(follows: [Bool]) { self.follows = follows }

  /// The noise of the states that these errors of the steps add up to: Bᵀv, where the rows of B are (J, −1). For each step
  /// its part at the step's beginning, and what is left at the end of a stretch.
  func statewise(_ vector: [SIMD2<Double>]) -> (starts: [SIMD2<Double>], ends: [SIMD2<Double>?]) {
    var starts: [SIMD2<Double>] = []
    var ends: [SIMD2<Double>?] = []
    for step in vector.indices {
      let own = jacobians[step].transposed * vector[step]
      starts.append(follows[step] ? own - vector[step - 1] : own)
      ends.append(step + 1 < vector.count && follows[step + 1] ? nil : -vector[step])
    }
    return (starts, ends)
  }

  /// The covariance of the errors.
  func covariance(_ noise: NoiseVariances) -> BlockTridiagonal {
    let measured = Block(diagonal: noise.measured)
    var diagonal: [Block] = []
    var left: [Block] = []
    for (step, jacobian) in jacobians.enumerated() {
      let ofStep = Block(diagonal: noise.measured + noise.additive + noise.proportional * squares[step])
      diagonal.append(jacobian * measured * jacobian.transposed + ofStep)
      left.append(follows[step] ? -(jacobian * measured) : .zero)
    }
    return BlockTridiagonal(diagonal: diagonal, left: left)
  }

  /// uᵀVᵢv for the derivative Vᵢ of the covariance by each variance.
  func products(_ left: [SIMD2<Double>], _ right: [SIMD2<Double>]) -> NoiseVariances {
    var sums = NoiseVariances(measured: SIMD2(0, 0), additive: SIMD2(0, 0), proportional: SIMD2(0, 0))
    let (u, v) = (statewise(left), statewise(right))
    for step in left.indices {
      sums.measured += u.starts[step] * v.starts[step]
      if let end = u.ends[step], let other = v.ends[step] { sums.measured += end * other }
      let product = left[step] * right[step]
      sums.additive += product
      sums.proportional += squares[step] * product
    }
    return sums
  }

  /// The trace of V⁻¹Vᵢ for each variance.
  func traces(_ covariance: BlockTridiagonal) -> NoiseVariances {
    var sums = NoiseVariances(measured: SIMD2(0, 0), additive: SIMD2(0, 0), proportional: SIMD2(0, 0))
    let inverse = covariance.inverseBlocks()
    for step in jacobians.indices {
      let turned = jacobians[step].transposed
      var block = turned * inverse.diagonal[step] * jacobians[step]
      if follows[step] {
        let beside = turned * inverse.left[step]
        block = block + inverse.diagonal[step - 1] - beside - beside.transposed
      }
      sums.measured += block.diagonal
      let isEnd = step + 1 == jacobians.count || !follows[step + 1]
      if isEnd { sums.measured += inverse.diagonal[step].diagonal }
      sums.additive += inverse.diagonal[step].diagonal
      sums.proportional += squares[step] * inverse.diagonal[step].diagonal
    }
    return sums
  }
}
