internal import Tensors

/// How the variances of the initial weights and the multipliers of the layers depend on the width.
///
/// A layer computes m W x with W ~ N(0, v). Where v m² is the same, so is the network at the start; the larger m is, the
/// faster gradient descent moves the layer.
public enum Parameterization: Sendable, Hashable {
  /// SP: v = σ_w²/fan-in, the readout's 1/fan-in; m = 1.
  case standard
  /// NTP: v = 1 and m = √(σ_w²/fan-in), the readout's √(1/fan-in).
  case neuralTangent
  /// μP: `interpolated(1)`. The same learning rate serves all widths.
  case maximalUpdate
  /// From one like SP (s = 0) to μP (s = 1), as in the authors' code. With width n and d inputs: the first layer
  /// v = σ_w²/n^s, m = √(n^s/d); hidden layers v = σ_w²/n, m = 1; the readout v = 1/n, m = 1/√(n^s).
  ///
  /// The authors divide the inputs by √d; here that is in the first layer's multiplier. So s = 0 is SP but for the first
  /// layer, which is as in NTP with σ_w² in the variance.
  case interpolated(Double)

  /// The scales of the layers, the first to the readout.
  ///
  /// - Parameter fanIns: the number of inputs of each layer; of all but the first, the width.
  func scales(fanIns: [Int], weightVariance: Double) -> [LayerScale] {
    let readout = fanIns.count - 1
    return fanIns.enumerated().map { layer, fanIn in
      let size = Double(fanIn)
      // The readout starts with variance 1 whatever the others have.
      let variance = layer == readout ? 1 : weightVariance
      switch self {
      case .standard: return LayerScale(variance: variance / size, multiplier: 1)
      case .neuralTangent: return LayerScale(variance: 1, multiplier: (variance / size).squareRoot())
      case .maximalUpdate, .interpolated:
        let power = widthPower(Double(fanIns[readout]))
        if layer == 0 { return LayerScale(variance: variance / power, multiplier: (power / size).squareRoot()) }
        return LayerScale(variance: variance / size, multiplier: layer == readout ? 1 / power.squareRoot() : 1)
      }
    }
  }

  /// n^s.
  private func widthPower(_ width: Double) -> Double {
    guard case .interpolated(let exponent) = self, exponent != 1 else { return width }
    return Elementary.exp(exponent * Elementary.log(width))
  }
}

/// The variance of a layer's initial weights and its multiplier.
struct LayerScale: Sendable, Hashable {
  var variance: Double
  var multiplier: Double
}
