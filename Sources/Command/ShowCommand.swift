import ArgumentParser
import Artifacts
import Configuration
import Execution
import Reporting
import Store
import SystemPackage

/// `pipeline show`.
struct ShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Shows what is in an artifact and where it came from.",
    discussion: """
      The address is computed from the content and not taken from the file's name; where the two differ the file was \
      changed, and the exit code is 3. The origin comes from the records of the store that the file lies in.

      Examples:
        pipeline show fig3/portrait
        pipeline show fig4/orbit --profile quick
        pipeline show 6ea3f1
        pipeline show artifacts/figures/fig3/fig3.h5
        pipeline show fig4/collapse --variable trace --at case=0 --at learning_rate=1
        pipeline show fig4/orbit --variable "flip[level=2]"
      """
  )

  @Argument(help: "A file, an address or its first digits (6 or more), or PIPELINE/STAGE.")
  var artifact: String

  @Option(
    name: .long,
    help: "Show the values of this variable, as a plot: 'name', 'group/name', or some of them, 'trace[case=low]'."
  )
  var variable: String?

  @Option(
    name: .customLong("at"),
    help: ArgumentHelp(
      "Fix a dimension of the variable at an index; a negative one counts from the end.",
      valueName: "dimension=index"
    )
  )
  var places: [String] = []

  @Flag(name: .long, help: "Write JSON, on one line.")
  var json = false

  @OptionGroup var options: ArtifactOptions

  @Flag(help: .hidden)
  var inThisProcess = false

  func validate() throws {
    _ = try indices()
    if variable == nil, !places.isEmpty { throw ValidationError("--at is for --variable") }
  }

  private func indices() throws -> [String: Int] {
    var indices: [String: Int] = [:]
    for place in places {
      let parts = place.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, let index = Int(parts[1]) else {
        throw ValidationError("--at takes dimension=index, and got '\(place)'")
      }
      indices[String(parts[0])] = index
    }
    return indices
  }

  func run() async throws {
    if inThisProcess { try show() } else { try await Isolation.runAgain(reading: artifact) }
  }

  private func show() throws {
    let reference = try ArtifactReference(artifact, options)
    ReadingTime.limit(for: [reference.file])
    let content = try Artifact(contentsOf: reference.file.string)
    let address = content.address
    let records = try reference.record.map { [$0] } ?? reference.store?.records(making: address) ?? []
    let selection = try variable.map { try VariableSelection($0, of: content, at: try indices()) }
    let isChanged = ContentDigest(reference.file.stem ?? "").map { $0 != address } ?? false
    if json {
      say(reference, address, records, isChanged, selection?.json ?? ArtifactDescription(content).json)
    } else {
      Terminal.say("file       \(reference.file)")
      Terminal.say("address    \(address)")
      OriginDescription(records).lines(width: Terminal.columns).forEach(Terminal.say)
      Terminal.say("")
      let lines = selection?.lines(width: Terminal.columns)
      (lines ?? ArtifactDescription(content).lines(width: Terminal.columns)).forEach(Terminal.say)
    }
    if isChanged {
      Terminal.complain("error: \(reference.file) is damaged or was changed: its content is not what its name says")
      throw ExitStatus.checkFailed
    }
  }

  private func say(
    _ reference: ArtifactReference,
    _ address: ContentDigest,
    _ records: [ActionRecord],
    _ isChanged: Bool,
    _ content: JSONValue
  ) {
    let facts: JSONValue = [
      "file": .string(reference.file.string),
      "address": .string(address.description),
      "changed": .boolean(isChanged),
      "records": OriginDescription(records).json,
      variable == nil ? "content" : "variable": content,
    ]
    Terminal.sayJSON(facts)
  }
}
