import ArgumentParser
import Artifacts
import Configuration
import Reporting
import Store
import SystemPackage

/// `pipeline diff`.
struct DiffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compares two artifacts bit by bit, down to the first element that differs.",
    discussion: """
      Told are variables that one of them lacks, types, shapes, attributes, and for values how many differ, the first \
      that does, and the largest differences; floating-point numbers also in ulps, units of the last place. Where records \
      tell how both were made, so is what differs there. The exit code is 0 when the contents are equal and 3 when \
      they are not.

      Examples:
        pipeline diff 6ea3f1 77b012
        pipeline diff fig3/portrait old.h5
        pipeline diff fig4/orbit mine/orbit --json
      """
  )

  @Argument(help: "A file, an address or an action's key or their first digits (6 or more), or PIPELINE/STAGE.")
  var first: String

  @Argument(help: "The artifact to compare it with.")
  var second: String

  @Flag(name: .long, help: "Write JSON, on one line.")
  var json = false

  @OptionGroup var options: ArtifactOptions

  @Flag(help: .hidden)
  var inThisProcess = false

  /// One of the two.
  private struct Side {
    let file: FilePath
    let content: Artifact
    let address: ContentDigest
    let record: ActionRecord?

    init(_ name: String, _ options: ArtifactOptions) throws {
      let reference = try ArtifactReference(name, options)
      file = reference.file
      content = try Artifact(contentsOf: file.string)
      address = content.address
      record = reference.record ?? reference.store?.records(making: address).first
    }

    var json: JSONValue { ["file": .string(file.string), "address": .string(address.description)] }
  }

  func run() async throws {
    if inThisProcess { try compare() } else { try await Isolation.runAgain(reading: first, second) }
  }

  private func compare() throws {
    let sides = (try Side(first, options), try Side(second, options))
    let comparison = ArtifactComparison(sides.0.content, sides.1.content)
    let origins = sides.0.record.flatMap { first in
      sides.1.record.map { RecordComparison(first, $0) }
    }
    if json {
      let facts: JSONValue = [
        "first": sides.0.json,
        "second": sides.1.json,
        "equal": .boolean(comparison.isEqual),
        "equal_variables": .integer(comparison.equalVariables),
        "differences": comparison.json,
        "origins": origins?.json ?? .null,
      ]
      Terminal.say(facts.canonicalText)
    } else {
      for side in [sides.0, sides.1] { Terminal.say("\(side.address.short)  \(side.file)") }
      comparison.lines.forEach(Terminal.say)
      let count = "\(comparison.equalVariables) \(comparison.equalVariables == 1 ? "variable" : "variables")"
      Terminal.say(comparison.isEqual ? "equal: \(count)" : "equal besides: \(count)")
      if let origins, !origins.differences.isEmpty {
        Terminal.say("made differently:")
        origins.lines.forEach { Terminal.say("    \($0)") }
      }
    }
    if !comparison.isEqual { throw ExitStatus.checkFailed }
  }
}
