internal import Artifacts
public import Configuration
internal import Dynamics
public import Planning

/// `correlation`: how two recorded series rise and fall together, before and after a third one exceeds a value.
public struct CorrelationStage: StageKind {
  /// One variable.
  public var x = Located("")
  /// The other.
  public var y = Located("")
  /// What divides the series in two.
  public var until: Threshold?
  /// With how few pairs there is a coefficient.
  public var least = 3

  /// A value that a variable exceeds at some time.
  public struct Threshold: Record {
    /// The variable.
    public var variable = Located("")
    /// The value.
    public var above = 0.0
    /// Whether a series in which it never does has no coefficients.
    public var isRequired = false

    /// No variable yet.
    public init() {}

    /// The keys of a limit.
    public static let fields: [Field<Threshold>] = [
      .init("variable", \.variable, "The variable, over the same dimensions.", required: true),
      .init("above", \.above, "The value that it exceeds.", required: true),
      .init("required", \.isRequired, "Whether coefficients are missing where it never does."),
    ]
  }

  /// Two series without names.
  public init() {}

  /// The parameters.
  public static let fields: [Field<CorrelationStage>] = [
    .init("x", \.x, "One variable; its last dimension is time.", required: true),
    .init("y", \.y, "The other, over the same dimensions.", required: true),
    .init(
      "until",
      \.until,
      "The series are divided where this variable first exceeds this value: { variable: eta_sharpness, above: 1.9 }."
    ),
    .init("least", \.least, "With fewer pairs of values a coefficient is missing.", limit: .within(2...1_000_000)),
  ]

  /// What the kind says of itself.
  public static let declaration = KindDeclaration(
    "correlation",
    "Pearson's and Spearman's coefficients of two recorded series, before and after a third one exceeds a value.",
    discussion: """
      Pearson's coefficient is that of the values, Spearman's that of their ranks, of which equal values share the mean. \
      Pairs of which a value is missing or infinite are left out; of a constant series there is no coefficient. The first \
      part ends before the first time at which the variable of 'until' exceeds its value, and is the whole where it never \
      does (unless that is 'required'), or there is none; the second part begins with that time. All dimensions but the \
      last are kept, so a sweep has a coefficient for each of its points.

      pearson, spearman, count: of the first part. With 'until' also pearson_after, spearman_after, count_after: of the \
      second, and reached: whether there is one.
      """,
    inputs: .named([InputDeclaration("series", "The artifact with the recorded series.")]),
    outputs: nil
  )

  /// Coefficients over the dimensions that are left, and their coordinates.
  public func outputs(of inputs: [String: InputKnowledge]) -> [OutputDeclaration]? {
    guard let known = inputs["series"]?.outputs, let series = known.first(where: { $0.name == x.value }) else {
      return nil
    }
    let left = Array(series.dimensions.dropLast())
    return declared(over: left) + known.filter { left.contains($0.name) && $0.dimensions == [$0.name] }
  }

  /// The arrays that are made.
  private func declared(over dimensions: [String]) -> [OutputDeclaration] {
    let what = "\(y.value) with \(x.value)"
    let parts = until.map { limit in
      let event = "\(limit.variable.value) exceeds \(JSONValue.number(limit.above).canonicalText)"
      return [("", "before \(event)"), ("_after", "once \(event)")]
    }
    let coefficients = (parts ?? [("", "over all of the time")]).flatMap { suffix, when in
      [
        OutputDeclaration("pearson\(suffix)", dimensions, "Pearson's coefficient of \(what), \(when)."),
        OutputDeclaration("spearman\(suffix)", dimensions, "Spearman's coefficient of \(what), \(when)."),
        OutputDeclaration("count\(suffix)", dimensions, "The number of pairs of values of \(what), \(when)."),
      ]
    }
    guard let limit = until else { return coefficients }
    let reached = OutputDeclaration(
      "reached",
      dimensions,
      unit: nil,
      "Whether \(limit.variable.value) exceeds \(JSONValue.number(limit.above).canonicalText):",
      meanings: ["never", "at-some-time"]
    )
    return coefficients + [reached]
  }

  /// Checks that the variables are there and run over the same dimensions.
  public func check(_ inputs: [String: InputKnowledge], _ diagnostics: inout Diagnostics) {
    guard let input = inputs["series"] else { return }
    let names = [x, y] + (until.map { [$0.variable] } ?? [])
    for name in names { input.checkVariable(name, isSeries: true, &diagnostics) }
    guard diagnostics.isEmpty, let outputs = input.outputs else { return }
    func dimensions(_ name: Located<String>) -> [String]? { outputs.first { $0.name == name.value }?.dimensions }
    guard let first = dimensions(x) else { return }
    for name in names.dropFirst() {
      guard let own = dimensions(name), own != first else { continue }
      diagnostics.report(
        "'\(name.value)' runs along \(own.joined(separator: ", ")), and '\(x.value)' along \(first.joined(separator: ", "))",
        at: name.location
      )
    }
  }

  /// Computes the coefficients.
  public func run(_ context: StageContext) async throws -> StageResult {
    let input = try context.input("series")
    let (first, second) = (try RecordedSeries(input, x.value), try RecordedSeries(input, y.value))
    let third = try until.map { try RecordedSeries(input, $0.variable.value) }
    let frame = try input.required(x.value)
    for name in [y.value] + (until.map { [$0.variable.value] } ?? []) {
      let other = try input.required(name)
      guard other.dimensions == frame.dimensions, other.shape == frame.shape else {
        throw StageFailure("'\(name)' and '\(x.value)' run along different dimensions")
      }
    }
    let dimensions = Array(frame.dimensions.dropLast())
    let parts = first.series.indices.map { index in
      Halves(
        first.series[index],
        second.series[index],
        divided: third?.series[index],
        until,
        least: least
      )
    }
    var builder = ResultBuilder(Self.declaration, outputs: declared(over: dimensions))
    let lengths = Array(frame.shape.dropLast())
    func set(_ suffix: String, _ part: (Halves) -> Correlation) throws {
      try builder.set("pearson\(suffix)", parts.map { part($0).pearson }, shape: lengths)
      try builder.set("spearman\(suffix)", parts.map { part($0).spearman }, shape: lengths)
      try builder.set("count\(suffix)", parts.map { Double(part($0).count) }, shape: lengths)
    }
    try set("") { $0.before }
    if until != nil {
      try set("_after") { $0.after }
      try builder.set("reached", .int8(parts.map { $0.isReached ? 1 : 0 }), shape: lengths)
    }
    var result = try builder.finish().artifact
    try result.addCoordinates(dimensions, of: input)
    return StageResult(result)
  }
}

/// The correlation before and after a third series first exceeds a value.
private struct Halves {
  let before: Correlation
  let after: Correlation
  let isReached: Bool

  init(_ x: [Double], _ y: [Double], divided third: [Double]?, _ until: CorrelationStage.Threshold?, least: Int) {
    let reached = until.flatMap { until in third?.firstIndex { $0 > until.above } }
    let end = reached ?? x.count
    let first = reached == nil && until?.isRequired == true ? 0..<0 : 0..<end
    before = Correlation(x[first], y[first], least: least)
    after = Correlation(x[end...], y[end...], least: least)
    isReached = reached != nil
  }
}
