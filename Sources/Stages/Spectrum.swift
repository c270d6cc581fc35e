internal import Artifacts
public import Configuration
internal import Dynamics
public import Planning

/// `spectrum`: the power spectrum of recorded series.
public struct Spectrum: StageKind {
  /// The variable.
  public var variable = Located("")
  /// Values at the beginning that are left out.
  public var skip = 0
  /// The length of a segment.
  public var segment = 1_024
  /// Between which frequencies the slope is fitted.
  public var slope = Band()
  /// From which frequency on power counts as near one half.
  public var near = 0.45

  /// A band of frequencies.
  public struct Band: Record, Equatable {
    /// The lowest frequency.
    public var from = 0.003
    /// The highest frequency.
    public var to = 0.1

    /// From 0.003 to 0.1.
    public init() {}

    /// The keys of a band.
    public static let fields: [Field<Band>] = [
      .init("from", \.from, "The lowest frequency.", unit: "cycles per step", limit: .within(0...0.5)),
      .init("to", \.to, "The highest frequency.", unit: "cycles per step", limit: .within(0...0.5)),
    ]

    /// A band turned around.
    public func inconsistencies() -> [Inconsistency] {
      from < to ? [] : [Inconsistency("to", "the band ends before it begins")]
    }
  }

  /// Segments of 1024 values.
  public init() {}

  /// The parameters.
  public static let fields: [Field<Spectrum>] = [
    .init("variable", \.variable, "The variable; its last dimension is time.", required: true),
    .init("skip", \.skip, "Values at the beginning that are left out.", unit: "steps", limit: .nonNegative),
    .init(
      "segment",
      \.segment,
      "The length of a segment.",
      unit: "steps",
      limit: Limit<Int>(
        "a power of two between 8 and 1048576",
        bounds: .init(["enum": .array((3...20).map { .integer(1 << $0) })])
      ) { (8...1_048_576).contains($0) && $0 & ($0 - 1) == 0 }
    ),
    .init("slope", \.slope, "Between which frequencies the slope is fitted."),
    .init(
      "near",
      \.near,
      "From which frequency on power counts as near one half.",
      unit: "cycles per step",
      limit: .within(0...0.5)
    ),
  ]

  /// The declaration of the kind.
  public static let declaration = KindDeclaration(
    "spectrum",
    "The power spectrum of recorded series: mean removed, Hann window, mean over half-overlapping segments.",
    discussion: """
      The density is one-sided; its sum over frequencies divided by the segment's length is the variance. The band is that \
      of the chi-squared distribution, for each frequency by itself. The slope is that of log power against log frequency by \
      least squares. Only the mean of the series is removed: a series must be stationary, which 'drift' measures. A series with \
      missing values has a missing spectrum.
      """,
    inputs: .named([InputDeclaration("series", "The artifact with the recorded series.")]),
    outputs: [
      .init("series", ["series"], unit: nil, "Where in the input each series stands."),
      .init("frequency", ["frequency"], unit: "cycles per step", "The frequency."),
      .init("power", ["series", "frequency"], "The power density."),
      .init("power_low", ["series", "frequency"], "The lower bound of its 95 % confidence band."),
      .init("power_high", ["series", "frequency"], "The upper bound."),
      .init("degrees_of_freedom", [], "Those of the power; at frequencies 0 and 1/2 half as many."),
      .init("slope", ["series"], "The slope of log power against log frequency."),
      .init("slope_error", ["series"], "Its standard error, by the jackknife over segments; missing for one segment."),
      .init("share_near_half", ["series"], "The share of the power near frequency one half."),
      .init(
        "peak_at_half",
        ["series"],
        "The power at frequency one half over the median of that at 0.30 to 0.45; about 1 for noise."
      ),
      .init(
        "drift",
        ["series"],
        "The range of the means of the series' four quarters over the standard deviation within a quarter."
      ),
      .init("segments", [], "The number of segments."),
    ]
  )

  /// Checks that the variable is there, and long enough as far as its length is known.
  public func check(_ inputs: [String: InputKnowledge], _ diagnostics: inout Diagnostics) {
    guard let input = inputs["series"] else { return }
    input.checkVariable(variable, isSeries: true, &diagnostics)
    guard let time = input.outputs?.first(where: { $0.name == variable.value })?.dimensions.last,
      let length = input.lengths[time], length - skip < segment
    else { return }
    diagnostics.report(
      Self.shortage(of: max(0, length - skip), after: skip, segment),
      at: variable.location,
      hints: "'\(variable.value)' of stage '\(input.stage)' has \(length) values along '\(time)'"
    )
  }

  private static func shortage(of length: Int, after skip: Int, _ segment: Int) -> String {
    "\(length) values are left after skipping \(skip), fewer than a segment of \(segment)"
  }

  /// Computes the spectra.
  public func run(_ context: StageContext) async throws -> StageResult {
    let recorded = try RecordedSeries(try context.input("series"), variable.value)
    let length = max(0, (recorded.series.first?.count ?? 0) - skip)
    guard length >= segment else {
      throw StageFailure(Self.shortage(of: length, after: skip, segment))
    }
    let series = recorded.series.map { Array($0.dropFirst(skip)) }
    let spectra = series.enumerated().map { index, values in
      defer { context.report(StageProgress(Double(index + 1) / Double(series.count))) }
      return PowerSpectrum(values, segmentLength: segment)
    }
    guard let first = spectra.first else { throw StageFailure("'\(variable.value)' has no series") }
    var builder = ResultBuilder(Self.declaration)
    let shape = [spectra.count, first.frequency.count]
    let slopes = spectra.map { $0.slope(in: slope.from...slope.to) }
    let bands = spectra.map(\.band)
    try builder.set("series", .string(recorded.labels), shape: [spectra.count])
    try builder.set("frequency", first.frequency)
    try builder.set("power", spectra.flatMap(\.power), shape: shape)
    try builder.set("power_low", bands.flatMap(\.low), shape: shape)
    try builder.set("power_high", bands.flatMap(\.high), shape: shape)
    try builder.set("degrees_of_freedom", first.degreesOfFreedom)
    try builder.set("slope", slopes.map(\.value))
    try builder.set("slope_error", slopes.map(\.standardError))
    try builder.set("share_near_half", spectra.map { $0.share(above: near) })
    try builder.set("peak_at_half", spectra.map(\.peakAtHalf))
    try builder.set("drift", series.map(PowerSpectrum.drift))
    try builder.set("segments", Double(first.segments))
    return try builder.finish()
  }
}
