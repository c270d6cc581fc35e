import Artifacts
import Foundation

/// Small artifacts of the kinds that figures are drawn from.
enum Toys {
  /// A field, fixed points with labels, and a region.
  static func portrait() throws -> Artifact {
    var result = Artifact(attributes: ["kind": .string("toy/portrait")])
    let xs = (0..<25).map { -3 + 6 * Double($0) / 24 }
    let ys = (0..<21).map { 8 * Double($0) / 20 }
    func step(_ x: Double, _ y: Double) -> (Double, Double) {
      (x * (-y + 0.12 * x * (x + 2)), 0.12 * x * (-4 * (x + 2) + x * y))
    }
    let field = ys.flatMap { y in xs.map { x in step(x, y) } }
    func unit(_ v: (Double, Double)) -> (Double, Double) {
      let norm = (v.0 * v.0 + v.1 * v.1).squareRoot()
      return norm > 0 ? (v.0 / norm, v.1 / norm) : (.nan, .nan)
    }
    try result.add(Variable(.float64(xs), over: [("residual", 25)]), as: "residual")
    try result.add(Variable(.float64(ys), over: [("trace", 21)], units: "1"), as: "trace")
    let grid = [(name: "trace", length: 21), (name: "residual", length: 25)]
    try result.add(Variable(.float64(field.map { unit($0).0 }), over: grid), as: "field_residual")
    try result.add(Variable(.float64(field.map { unit($0).1 }), over: grid), as: "field_trace")
    let points = [(name: "fixed_point", length: 4)]
    try result.add(Variable(.float64([0, 0, -2, 1.2]), over: points), as: "fixed_point_residual")
    try result.add(Variable(.float64([1, 4, 0.02, 5]), over: points), as: "fixed_point_trace")
    var stability = try Variable(.int8([0, 1, 0, 1]), over: points)
    stability.attributes["flag_values"] = .list(.int8([0, 1]))
    stability.attributes["flag_meanings"] = .string("stable unstable")
    try result.add(stability, as: "fixed_point_stability")
    let boundary = (0...60).map { -3 + 6 * Double($0) / 60 }
    let edge = [(name: "edge", length: 63)]
    try result.add(Variable(.float64(boundary + [3, -3]), over: edge), as: "boundary_x")
    try result.add(Variable(.float64(boundary.map { abs($0 + 2) * 0.5 } + [0, 0]), over: edge), as: "boundary_y")
    let curve = (0..<120).map { 0.2 + 0.0235 * Double($0) }
    let null = [(name: "curve", length: 120)]
    try result.add(Variable(.float64(curve), over: null), as: "nullcline_x")
    try result.add(Variable(.float64(curve.map { 4 * ($0 + 2) / $0 }), over: null), as: "nullcline_y")
    var path: [(Double, Double)] = [(2.5, 7)]
    for _ in 0..<400 {
      let last = path[path.count - 1]
      let v = step(last.0, last.1)
      path.append((last.0 + 0.02 * v.0, last.1 + 0.02 * v.1))
    }
    let time = [(name: "step", length: path.count)]
    try result.add(Variable(.float64(path.map(\.0)), over: time), as: "path_residual")
    try result.add(Variable(.float64(path.map(\.1)), over: time), as: "path_trace")
    return result
  }

  /// Loss and sharpness of some runs, at several learning rates.
  static func runs(steps: Int = 400) throws -> Artifact {
    let rates = [0.05, 0.1, 0.2, 0.4, 0.8]
    var result = Artifact(attributes: ["kind": .string("toy/runs")])
    try result.add(Variable(.float64(rates), over: [("learning_rate", 5)]), as: "learning_rate")
    try result.add(Variable(.int64((0..<steps).map { Int64($0) }), over: [("step", steps)]), as: "step")
    var loss: [Double] = []
    var sharpness: [Double] = []
    for rate in rates {
      var value = 2.0
      var curvature = 1.0
      for step in 0..<steps {
        let wave = Double(step % 2) * 2 - 1
        loss.append(value * (1 + 0.2 * wave * (1 - curvature * rate / 2)))
        sharpness.append(curvature + 0.05 * wave * curvature * Double(step) / Double(steps))
        value *= 1 - 0.03 * rate
        curvature += 0.04 * (2 / rate - curvature) * rate
      }
    }
    let over = [(name: "learning_rate", length: 5), (name: "step", length: steps)]
    try result.add(Variable(.float64(loss), over: over), as: "loss")
    try result.add(Variable(.float64(sharpness), over: over), as: "sharpness")
    try result.add(Variable(.float64(rates.map { 2 / $0 }), over: [("learning_rate", 5)]), as: "edge")
    return result
  }

  /// The density of the logistic map's attractor and its Lyapunov exponent.
  static func bifurcation(size: Int) throws -> Artifact {
    let ratios = (0..<size).map { 2.9 + 1.1 * Double($0) / Double(size - 1) }
    let values = (0..<size).map { (Double($0) + 0.5) / Double(size) }
    var density = [Double](repeating: 0, count: size * size)
    var exponents: [Double] = []
    for (column, ratio) in ratios.enumerated() {
      var x = 0.3
      var sum = 0.0
      for step in 0..<2000 {
        x = ratio * x * (1 - x)
        guard step >= 500 else { continue }
        density[min(size - 1, Int(x * Double(size))) * size + column] += 1
        sum += log(abs(ratio * (1 - 2 * x)))
      }
      exponents.append(max(sum / 1500, -1.5))
    }
    var result = Artifact(attributes: ["kind": .string("toy/bifurcation")])
    try result.add(Variable(.float64(ratios), over: [("ratio", size)]), as: "ratio")
    try result.add(Variable(.float64(values), over: [("value", size)]), as: "value")
    try result.add(Variable(.float64(density), over: [("value", size), ("ratio", size)]), as: "density")
    try result.add(Variable(.float64(exponents), over: [("ratio", size)]), as: "exponent")
    return result
  }
}
