internal import Tensors

/// Targets of synthetic regressions.
public enum SyntheticTargets {
  /// Independent standard normal numbers.
  public static func noise(count: Int, outputs: Int, seed: UInt64) -> [Double] {
    var random = RandomStream(seed: seed, "targets")
    return random.normals(count * outputs)
  }

  /// A linear teacher: for each output a random direction of length 1.
  ///
  /// - Returns: the weights, input after input.
  public static func linearTeacher(dimension: Int, outputs: Int, seed: UInt64) -> [Double] {
    var random = RandomStream(seed: seed, "linear teacher")
    var weights = [Double](repeating: 0, count: dimension * outputs)
    for output in 0..<outputs {
      let direction = random.normals(dimension)
      let length = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for (input, value) in direction.enumerated() { weights[input * outputs + output] = value / length }
    }
    return weights
  }

  /// What a linear teacher says of inputs, example after example.
  public static func linear(_ inputs: [Double], dimension: Int, weights: [Double]) -> [Double] {
    let outputs = weights.count / dimension
    return stride(from: 0, to: inputs.count, by: dimension).flatMap { start in
      (0..<outputs).map { output in
        var sum = 0.0
        for input in 0..<dimension { sum += inputs[start + input] * weights[input * outputs + output] }
        return sum
      }
    }
  }

  /// The weights of a fully connected teacher, layer after layer, each input by input: normal with variance σ²/fan-in,
  /// those of the readout 1/fan-in.
  ///
  /// They have streams of random numbers of their own: a network that is trained from the same seed does not start as its
  /// teacher.
  ///
  /// - Parameters:
  ///   - layers: the numbers of inputs and outputs of each layer, the readout last.
  public static func teacherWeights(layers: [(inputs: Int, outputs: Int)], variance: Double, seed: UInt64) -> [Double] {
    layers.enumerated().flatMap { index, layer in
      var random = RandomStream(seed: seed, "layer \(index + 1) of the teacher")
      let share = index == layers.count - 1 ? 1 : variance
      return random.normals(layer.inputs * layer.outputs, deviation: (share / Double(layer.inputs)).squareRoot())
    }
  }
}
