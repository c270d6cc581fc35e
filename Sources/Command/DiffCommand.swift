import ArgumentParser
import Artifacts
import Configuration
import Execution
import Reporting
import Store
import SystemPackage

/// `pipeline diff`.
struct DiffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compare two artifacts, runs or lock files.",
    discussion: """
      Of two artifacts, lists missing variables and different types, shapes and attributes. Of values it shows how many \
      differ, the first that differs, and the largest differences, for floating-point numbers also in ulps (units in the \
      last place). If both have records, it also shows what differs in how they were made. The exit code is 0 if the \
      contents are equal and 3 if they are not.

      Of two runs or lock files, lists the actions that only one has, those with another key and why (kind, parameters, \
      inputs, code), and those with another result. The first \(ResultsComparison.mostOpened) of these are compared as \
      above, with --json all of them. A run is named by its folder in artifacts/runs/, or as NAME@latest, the one before \
      it as NAME@latest-1.

      Examples:
        pipeline diff 6ea3f1 77b012
        pipeline diff fig3/portrait old.h5
        pipeline diff fig4/orbit mine/orbit --json
        pipeline diff fig3@latest-1 fig3@latest
        pipeline diff fig3.lock old.lock
      """
  )

  @Argument(
    help: """
      A file, an address or an action's key or their first digits (6 or more), or PIPELINE/STAGE; or a run or a lock.
      """
  )
  var first: String

  @Argument(help: "What to compare it with.")
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
      ReadingTime.limit(for: [file])
      content = try Artifact(contentsOf: file.string)
      address = content.address
      record = try reference.record ?? reference.store?.records(making: address).first
    }

    var json: JSONValue { ["file": .string(file.string), "address": .string(address.description)] }
  }

  func run() async throws {
    guard inThisProcess else { return try await Isolation.runAgain(reading: first, second) }
    switch (try ResultsReference(first, options), try ResultsReference(second, options)) {
    case (let old?, let new?): try compare(old, new)
    case (nil, nil): try compareArtifacts()
    case (let old, _):
      throw Diagnostics(
        Diagnostic(
          "'\(old == nil ? second : first)' is a run or a lock, and '\(old == nil ? first : second)' is not",
          at: nil,
          hints: "a run or a lock is compared with another"
        )
      )
    }
  }

  private func compare(_ old: ResultsReference, _ new: ResultsReference) throws {
    let comparison = ResultsComparison(.init(old.results, in: old.store), .init(new.results, in: new.store))
    if json {
      guard case .object(var facts) = try comparison.json() else { return }
      facts["first"] = old.json
      facts["second"] = new.json
      Terminal.sayJSON(JSONValue.object(facts))
    } else {
      for side in [old, new] { Terminal.say("\(side.results.entries.count) actions  \(side.file)") }
      try comparison.lines().forEach(Terminal.say)
    }
    if !comparison.isEqual { throw ExitStatus.checkFailed }
  }

  private func compareArtifacts() throws {
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
      Terminal.sayJSON(facts)
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
