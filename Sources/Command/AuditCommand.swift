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
    abstract: "Check results, records and signatures for damage or tampering.",
    discussion: """
      Checks the whole store, what pipelines reach, or the chain behind a file or an address. The bytes of every object \
      must have the SHA-256 of its record, keys must be the digests of what they stand for, statements must agree with \
      their records, and every input must be the result of another record, down to data with digests and to seeds. Data \
      files, logs and published figures must have the stated bytes, and the results must be those of the lock files. With \
      --deep the content of every artifact is also read and compared with its address.

      Each finding is one line that says what it means and what to do. Errors set the exit code to 3; notes do not. \
      Nothing is changed. Documentation/audit.md lists all findings.

      With --require-signed-by, each statement must be signed with one of these keys; unsigned statements and records \
      without a statement are errors. Anyone who can write to a store can write a statement that agrees with a forged \
      result: only the signature says whose it is.

      With --sha256sums nothing is hashed: the recorded digests are written as lines that 'sha256sum --check' reads.

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

  @Flag(name: .long, help: "Check the whole store (the default without names).")
  var all = false

  @Flag(name: .long, help: "Also read the content of every artifact and compare it with its address.")
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
    help: ArgumentHelp("Write the report to this file as well as the text to standard output.", valueName: "file")
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
