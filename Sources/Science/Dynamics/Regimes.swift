/// The four regimes of sharpness along training (paper, section 3), one for each step.
public enum Regime: Int, CaseIterable, Sendable {
  /// T1: the sharpness falls from its initial value.
  case earlyTransient
  /// T2: it stays near its minimum.
  case intermediateSaturation
  /// T3: it rises.
  case progressiveSharpening
  /// T4: it hovers about 2/η.
  case edgeOfStability
  /// None of them: training has settled, or diverged.
  case settled
}

extension Regime {
  /// The regime of each step of a sharpness series.
  ///
  /// The rule, which is ours (the paper labels the regimes by eye): T4 lasts from the first step with ηλ ≥ 2 that follows
  /// the minimum to the last such step, or to the end where what is left is no longer than the longest stay below the
  /// edge in between. Before it, or before the end if there is none, the minimum divides the fall
  /// (T1) from the rise (T3); steps around the minimum within `width` of the way from there to the higher of both ends
  /// are the saturation (T2). After T4, and once less than `width` / 10 of the rise is left, training has settled.
  public static func classify(_ sharpness: [Double], learningRate: Double, width: Double = 0.1) -> [Regime] {
    let finite = sharpness.prefix { $0.isFinite }
    var regimes = [Regime](repeating: .settled, count: sharpness.count)
    guard let first = finite.first else { return regimes }
    let edge = 2 / learningRate
    // The minimum is that of the stretch before the edge is reached for good from below.
    let minimumIndex = minimum(of: finite, edge)
    let minimum = finite[minimumIndex]
    let reach = finite.indices.first { $0 > minimumIndex && finite[$0] >= edge }
    let leave = reach.map { lastOfEdge(finite, from: $0, edge) }
    let end = reach ?? finite.endIndex
    let final = reach.map { finite[$0] } ?? finite[finite.endIndex - 1]
    let threshold = minimum + width * (max(first, final) - minimum)
    let saturationStart = (0...minimumIndex).last { finite[$0] > threshold }.map { $0 + 1 } ?? 0
    let saturationEnd = (minimumIndex..<end).first { finite[$0] > threshold } ?? end
    let settles =
      reach == nil
      ? (saturationEnd..<end).first { final - finite[$0] < width / 10 * (final - minimum) } ?? end : end
    for index in 0..<saturationStart { regimes[index] = .earlyTransient }
    for index in saturationStart..<saturationEnd { regimes[index] = .intermediateSaturation }
    for index in saturationEnd..<max(saturationEnd, settles) { regimes[index] = .progressiveSharpening }
    if let reach, let leave {
      for index in reach...leave { regimes[index] = .edgeOfStability }
    }
    return regimes
  }

  /// The last step of T4, which begins at `reach`.
  private static func lastOfEdge(_ sharpness: ArraySlice<Double>, from reach: Int, _ edge: Double) -> Int {
    var last = reach
    var longest = 0
    for index in reach..<sharpness.endIndex where sharpness[index] >= edge {
      longest = max(longest, index - last)
      last = index
    }
    return sharpness.endIndex - 1 - last <= longest ? sharpness.endIndex - 1 : last
  }

  /// The lowest step before the first climb over the edge; a start above the edge (a catapult) is part of the fall.
  private static func minimum(of sharpness: ArraySlice<Double>, _ edge: Double) -> Int {
    var lowest = 0
    for index in sharpness.indices {
      if sharpness[index] < sharpness[lowest] { lowest = index }
      if sharpness[lowest] < edge, sharpness[index] >= edge { break }
    }
    return lowest
  }
}
