internal import Artifacts
public import Configuration
public import Planning

/// `scaled`: an array times a number.
public struct Scaled: StageKind {
  /// The array that is multiplied.
  public var variable = Located("")
  /// What it is multiplied by.
  public var factor = 2.0

  /// Twice an array without a name.
  public init() {}

  /// The parameters.
  public static let fields: [Field<Scaled>] = [
    .init("variable", \.variable, "The array that is multiplied.", required: true),
    .init("factor", \.factor, "What it is multiplied by.", limit: .positive),
  ]

  /// What the kind says of itself.
  public static let declaration = KindDeclaration(
    "scaled",
    "An array times a number.",
    inputs: .named([InputDeclaration("data", "The artifact with the array.")]),
    outputs: [OutputDeclaration("product", ["element"], "The products.")]
  )

  /// Checks, before anything runs, that the input makes the array.
  public func check(_ inputs: [String: InputKnowledge], _ diagnostics: inout Diagnostics) {
    guard let names = inputs["data"]?.outputs?.map(\.name), !names.contains(variable.value) else { return }
    diagnostics.report(
      "the input has no array '\(variable.value)'",
      at: variable.location,
      hints: Suggestion.hint(for: variable.value, among: names)
    )
  }

  /// Multiplies.
  public func run(_ context: StageContext) async throws -> StageResult {
    guard let values = try context.input("data")[variable.value]?.values.doubles else {
      throw StageFailure("'\(variable.value)' holds no numbers")
    }
    var builder = ResultBuilder(Self.declaration)
    try builder.set("product", values.map { $0 * factor })
    return try builder.finish()
  }
}
