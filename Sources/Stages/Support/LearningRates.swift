public import Configuration
internal import Dynamics
public import Planning

/// Learning rates, given as they are or in units of what the model makes of them.
public struct LearningRates: Record, Equatable {
  /// The values.
  public var range = ValueRange()
  /// Their unit.
  public var unit = Unit.critical

  /// What a learning rate is measured in.
  public enum Unit: String, Choice {
    /// η itself.
    case absolute
    /// η/η_c, with η_c = 1/(κy).
    case critical
    /// ηλ of the start.
    case trace
    /// ηλ_H of the start.
    case sharpness
  }

  /// No learning rates yet.
  public init() {}

  /// The keys of a range, and the unit.
  public static let fields: [Field<LearningRates>] = [
    .init("from", \.range.from, "The first value."),
    .init("to", \.range.to, "The last value."),
    .init("count", \.range.count, "The number of values.", limit: .ifPresent(.within(1...1_000_000))),
    .init("spacing", \.range.spacing, "Equal differences (linear) or equal ratios (log)."),
    .init("values", \.range.values, "The values, listed instead of from, to and count."),
    .init(
      "relative_to",
      \.unit,
      "The unit: the critical learning rate 1/(kappa y), 1/trace or 1/sharpness of the start, or absolute."
    ),
  ]

  /// `[a, b]` or a number for `{ values: [a, b] }`.
  public static func expandShorthand(_ node: Node) -> Node? { ValueRange.expandShorthand(node) }

  /// A list, or a number.
  public static var shorthand: ValueShape? { ValueRange.shorthand }

  /// Those of the range.
  public func inconsistencies() -> [Inconsistency] {
    var found = range.inconsistencies()
    if !range.all.allSatisfy({ $0 > 0 }), found.isEmpty {
      found.append(Inconsistency(range.values.isEmpty ? "from" : "values", "learning rates are positive"))
    }
    return found
  }

  /// For stages without a start: units that need one.
  func inconsistenciesWithoutStart(_ field: String) -> [Inconsistency] {
    [Unit.absolute, .critical].contains(unit)
      ? [] : [Inconsistency(field, "there is no start here whose \(unit.rawValue) could be the unit")]
  }

  /// η for each value, for a model alone.
  ///
  /// - Precondition: the unit needs no start.
  func absolute(_ model: UVModel) -> [Double] {
    precondition([.absolute, .critical].contains(unit), "a unit that needs a start")
    return absolute(model, start: model.state(output: 0, trace: 1))
  }

  /// η for each value, for a model and its start.
  func absolute(_ model: UVModel, start: UVModel.State) -> [Double] {
    let scale =
      switch unit {
      case .absolute: 1.0
      case .critical: model.criticalLearningRate
      case .trace: 1 / start.trace
      case .sharpness: 1 / model.sharpness(start)
      }
    return range.all.map { $0 * scale }
  }
}

/// A model in function space as a mapping `{ kappa: 1, target: 2 }`.
public struct ModelParameters: Record, Equatable {
  /// κ = |x|/√n_eff.
  public var kappa = 1.0
  /// The target y.
  public var target = 2.0

  /// κ = 1 and y = 2.
  public init() {}

  /// The keys of a model.
  public static let fields: [Field<ModelParameters>] = [
    .init(
      "kappa",
      \.kappa,
      "|x| / sqrt(n_eff), the length of the input over the root of the effective width.",
      limit: .positive
    ),
    .init("target", \.target, "The target y.", limit: .positive),
  ]

  var model: UVModel { UVModel(kappa: kappa, target: target) }
}
