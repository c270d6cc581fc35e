public import Planning

/// What a run of a pipeline is called where its pictures and its lock are kept: `fig3`, `fig3.quick` with the profile
/// `quick`, and `fig3.custom` or `fig3.quick.custom` with other values set. They show other things, and do not take each
/// other's place.
public struct RunName: Sendable, Hashable, CustomStringConvertible {
  /// The name of the pipeline.
  public let pipeline: String
  /// The profile, if any.
  public let profile: String?
  /// Whether other values were set.
  public let isCustom: Bool

  /// The name of a run.
  public init(_ pipeline: String, profile: String? = nil, isCustom: Bool = false) {
    self.pipeline = pipeline
    self.profile = profile
    self.isCustom = isCustom
  }

  /// The name of a run with these choices.
  public init(_ pipeline: String, _ choices: Pipeline.Choices) {
    self.init(pipeline, profile: choices.profile, isCustom: !choices.settings.isEmpty)
  }

  /// The name, which may stand in a path. A pipeline's name has no full stop, so that none is taken for another.
  public var description: String {
    pipeline + (profile.map { ".\($0.asFileName)" } ?? "") + (isCustom ? ".custom" : "")
  }

  /// What makes the run another than the plain one, for people; nil for the plain one.
  public var difference: String? {
    let parts = [profile.map { "profile \($0)" }, isCustom ? "values set by hand" : nil].compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }
}
