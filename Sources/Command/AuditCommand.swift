import ArgumentParser
import Artifacts
import Audit
import Configuration
import FoundationEssentials
import Provenance
import Reporting
import Store
import SystemPackage

/// `pipeline audit`.
struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Checks that every result, and all that is told of it, is as it was made.",
    discussion: """
      Of the whole store, of what pipelines reach, or of the chain behind a file or an address: the bytes of every object \
      are hashed and compared with the record's SHA-256; keys must be the digests of what they stand for, statements must \
      say what the records say, and what a result was made from must be the result of another record, down to data with \
      digests and to seeds. Data files, logs and published figures must have the bytes that are stated, and the results \
      must be those of the locks. With --deep the content of every artifact is read too, and must give its address.

      A line is told of each finding: what it means, and what to do. An error is something that does not hold: the exit \
      code is then 3. A note is worth knowing and in order. Nothing is changed. Documentation/audit.md has all words.

      With --require-signed-by, each statement must have a signature of one of these keys: one that has none, and a record \
      without a statement, do not hold. Who can write to a store can write a statement that agrees with a result of his \
      own: it is the signature that says whose it is.

      With --sha256sums nothing is hashed: the digests of the records are written as lines that 'sha256sum --check' reads.

      Examples:
        pipeline audit
        pipeline audit fig3 fig4 --require-signed-by laboratory.pub
        pipeline audit ~/slides/route-to-chaos.png --store artifacts
        pipeline audit 6ea3f1
        pipeline audit --all --format junit --output audit.xml
        pipeline audit --sha256sums | sha256sum --check --quiet
      """
  )

  /// A form of the report.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json, markdown, junit
  }

  @Argument(
    help: ArgumentHelp(
      """
      Pipelines (with each of their profiles), files (also renamed and moved), addresses, keys or PIPELINE/STAGE \
      (default: the whole store).
      """,
      valueName: "name"
    )
  )
  var names: [String] = []

  @Flag(name: .long, help: "The whole store, as without names.")
  var all = false

  @Flag(name: .long, help: "Read the content of every artifact, and compare it with its address.")
  var deep = false

  @Option(name: .long, help: ArgumentHelp("A public key in PEM that must have signed (repeatable).", valueName: "key"))
  var requireSignedBy: [String] = []

  @Flag(name: .customLong("sha256sums"), help: "Write a list for sha256sum, with paths from this folder.")
  var writesSums = false

  @Option(name: .long, help: "The form of the report: text, json (on one line), markdown or junit.")
  var format: Format?

  @Flag(name: .long, help: "The same as --format json.")
  var json = false

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("Write the report into this file; the text is told as well.", valueName: "file")
  )
  var output: String?

  @OptionGroup var options: ArtifactOptions

  func validate() throws {
    if all, !names.isEmpty { throw ValidationError("--all and names exclude each other") }
    if json, format.map({ $0 != .json }) == true { throw ValidationError("--json and --format exclude each other") }
    guard writesSums else { return }
    if json || format != nil { throw ValidationError("--sha256sums and --json or --format exclude each other") }
    if !requireSignedBy.isEmpty || deep {
      throw ValidationError("--sha256sums checks nothing: no signatures and no contents")
    }
  }

  func run() async throws {
    try await Interruption.ending(after: { AuditRequest.removeWorkFolders() }, audit)
  }

  @Sendable private func audit() async throws {
    let found = try names.map { try AuditTarget.Name($0) }
    var request = try await AuditTarget(found, options).request
    request.isDeep = deep
    request.signers = try requireSignedBy.map { try PublicKey(named: $0) }
    if writesSums { return try writeSums(request) }
    let report = try await AuditReport(request)
    try tell(report)
    if !report.errors.isEmpty { throw ExitStatus.checkFailed }
  }

  private func tell(_ report: AuditReport) throws {
    let format = json ? .json : format ?? .text
    let text =
      switch format {
      case .text: AuditText(report).lines.joined(separator: "\n") + "\n"
      case .json: report.json.canonicalText + "\n"
      case .markdown: report.markdown
      case .junit: report.junit.text
      }
    if let output {
      do {
        try OutputDestination(output).write(text)
      } catch {
        throw Diagnostics(Diagnostic("\(error)", at: nil))
      }
      AuditText(report).lines.forEach(Terminal.say)
    } else {
      format == .json ? Terminal.sayJSON(report.json) : Terminal.sayText(String(text.dropLast()))
    }
  }

  private func writeSums(_ request: AuditRequest) throws {
    guard let store = request.store else { return }
    let folder = FilePath(FileManager.default.currentDirectoryPath)
    let objects = ObjectAudit(of: request.keys, in: store)
    for entry in objects.entries.compactMap(\.first) { Terminal.say(entry.checksumLine(from: folder)) }
    let problems = (request.findings + objects.unread).filter { $0.word.severity == .error }
    // A list that lacks objects looks like a whole one.
    for finding in problems { Terminal.complain(finding.line) }
    if !problems.isEmpty { throw ExitStatus.checkFailed }
  }
}
