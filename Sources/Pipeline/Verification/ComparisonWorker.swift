internal import Artifacts
internal import Configuration
internal import Execution
internal import Planning
internal import Store
internal import SystemPackage

/// Two artifacts to be compared, as a line of JSON.
struct ComparisonOrder: Record {
  /// The file of the recorded artifact.
  var recorded = ""
  /// Its address.
  var address = ""
  /// The file of the one that was made again.
  var remade = ""
  /// The tolerances, by the path of the array.
  var tolerances: [String: Tolerance] = [:]

  static let fields: [Field<ComparisonOrder>] = [
    .init("recorded", \.recorded, "The file of the recorded artifact.", required: true),
    .init("address", \.address, "Its address.", required: true),
    .init("remade", \.remade, "The file of the one that was made again.", required: true),
    .init("tolerances", \.tolerances, "The tolerances."),
  ]
}

/// How two artifacts agree, as a line of JSON.
struct ComparisonAnswer: Record {
  var agreement = Agreement.notComparable
  var headline = ""
  var details: [String] = []
  var differences: JSONValue = .null

  static let fields: [Field<ComparisonAnswer>] = [
    .init("agreement", \.agreement, "How far they agree.", required: true),
    .init("headline", \.headline, "The difference in one line."),
    .init("details", \.details, "More of it."),
    .init("differences", \.differences, "All differences."),
  ]

  init() {}

  init(_ agreement: Agreement, _ headline: String) {
    (self.agreement, self.headline) = (agreement, headline)
  }

  /// Whatever the recorded result is, it has another address; only a tolerance leaves it open how far they are apart.
  init(notShown why: String, within tolerances: [String: Tolerance]) {
    let headline = "it has another address, and the recorded result \(why)"
    self.init(tolerances.isEmpty ? .different : .notComparable, headline)
  }

  init(_ comparison: HeldComparison) {
    self.init(comparison.agreement, comparison.headline)
    details = comparison.details
    differences = comparison.json
  }
}

/// The process that compares artifacts: the library that reads HDF5 may crash over one that was damaged. It takes pairs
/// on its standard input, one a line, and answers each with a line.
public struct ComparisonWorker: Sendable {
  /// A worker.
  public init() {}

  /// Serves until standard input ends.
  public func serve() throws {
    try IsolatedProcess.serve { line in
      let answer: ComparisonAnswer
      do {
        let order = try ComparisonOrder(line: line)
        ReadingTime.limit(for: [FilePath(order.recorded), FilePath(order.remade)])
        answer = try compare(order)
      } catch {
        answer = ComparisonAnswer(.notComparable, "it could not be compared: \(error)")
      }
      return answer.line
    }
  }

  private func compare(_ order: ComparisonOrder) throws -> ComparisonAnswer {
    func notShown(_ why: String) -> ComparisonAnswer { ComparisonAnswer(notShown: why, within: order.tolerances) }
    guard FileSystem.exists(FilePath(order.recorded)) else { return notShown("is not here to be compared") }
    let recorded: Artifact
    do throws(ArtifactError) {
      recorded = try Artifact(contentsOf: order.recorded)
    } catch {
      return notShown("cannot be read: \(error)")
    }
    guard recorded.address.description == order.address else {
      return notShown("is not the content that its name says")
    }
    let remade = try Artifact(contentsOf: order.remade)
    return ComparisonAnswer(HeldComparison(recorded, remade, within: order.tolerances))
  }
}
