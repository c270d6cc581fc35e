internal import Artifacts
internal import Execution
internal import Provenance
internal import Store
internal import SystemPackage

/// An HDF5 file of a result outside of `objects/`, such as the one beside a figure: whether it is the store's object with
/// statements in it, and whether these are those of the records.
struct EmbeddedAudit {
  private(set) var findings: [AuditFinding] = []
  /// The key of the action whose result it is.
  private(set) var key: String?
  private let place: String
  private let known: KnownActions

  /// - Parameters:
  ///   - changed: the word for a file that is another one.
  init(
    _ content: FileContent,
    at place: String,
    _ known: KnownActions,
    changed: AuditWord
  ) {
    self.place = place
    self.known = known
    let name = look(at: content.statements ?? "")
    func find(_ word: AuditWord, _ detail: String) {
      findings.append(AuditFinding(word, at: place, of: name, detail))
    }
    if let failure = content.failure {
      find(changed, "it cannot be read: \(failure)")
    } else if let stated, stated.address != content.address {
      find(
        changed,
        "its content is \(content.address?.prefix(12) ?? ""), and its statement names \(stated.address.prefix(12))"
      )
    } else if content.isWhole == false, !isObjectDamaged(content) {
      let isOtherLibrary = stated?.library.map { !$0.hasSuffix("@\(content.library ?? "")") } ?? false
      find(isOtherLibrary ? .otherBytes : changed, "its bytes are not those of the object with these statements in it")
    }
  }

  /// The address and the library that the first statement names.
  private var stated: (address: String, library: String?)?

  private func isObjectDamaged(_ content: FileContent) -> Bool {
    guard let address = content.address.flatMap({ ContentDigest($0) }), let store = known.store else { return false }
    return known.damaged.contains(store.path(of: address).string)
  }

  /// Checks the statements and returns the action of the first one.
  private mutating func look(at bundle: String) -> ActionName? {
    guard !bundle.isEmpty else { return nil }
    var first: ActionName?
    for line in bundle.split(separator: "\n").map(String.init) {
      let look = StatementLook(line, known.signers)
      let statement = look.statement
      let name = statement?.key.map { ActionName(key: $0, pipeline: statement?.pipeline, stage: statement?.stage) }
      if first == nil, let name {
        first = name
        key = name.key
        if let address = statement?.address { stated = (address, statement?.hdf5) }
      }
      let record: ActionRecord?
      do throws(StoreError) {
        record = try name.flatMap { name throws(StoreError) in try known.record(for: name.key) }
      } catch {
        findings.append(AuditFinding(.unreadableRecord, at: place, of: name, "what it says of itself: \(error)"))
        continue
      }
      // The record's own statement is looked at by itself.
      if let text = record?.statement, text == line { continue }
      let own = look.findings(
        for: record,
        at: place,
        of: name,
        disagreement: .embeddedDisagrees,
        isOfAnyRun: true
      )
      findings += own
      guard own.isEmpty, let statement, let record, let text = record.statement, let name else { continue }
      let latest = (try? UnverifiedStatement(reading: text))?.statement
      // If the record's own statement was changed, the finding is about the record.
      guard let latest, latest.disagreements(with: record).isEmpty else { continue }
      // What was made again since then has a later statement in its record.
      if latest.started > statement.started {
        findings.append(AuditFinding(.otherRun, at: place, of: name, "its statement is of an earlier run"))
      } else {
        let detail = "its statement is not the one of the record, and not of an earlier run"
        findings.append(AuditFinding(.embeddedDisagrees, at: place, of: name, detail))
      }
    }
    lookForGaps(bundle, first)
    return first
  }

  /// The chain must go down to data and seeds by what the file carries, or by what the store has.
  private mutating func lookForGaps(_ bundle: String, _ first: ActionName?) {
    // A bundle with a line that is no statement is reported where the line is read.
    guard let first, let source = try? StatementSource(known.store, bundle: bundle) else { return }
    for gap in StatementChain(from: first.key, in: source).gaps {
      let finding: (word: AuditWord, detail: String)
      switch gap {
      case .noRecord(let address, let key):
        let maker = key.map { " of action \($0.prefix(12))" } ?? ""
        finding = (.openEnd, "it carries no statement\(maker) of how \(address.prefix(12)) was made")
      case .unreadableRecord(_, _, let reason):
        finding = (.unreadableRecord, "how it was made is not known: \(reason)")
      case .noStatement, .unreadable, .notFollowed: continue
      }
      findings.append(AuditFinding(finding.word, at: place, of: first, finding.detail))
    }
  }
}

/// What an audit has found out when it comes to files outside of the store's folders.
struct KnownActions: Sendable {
  let store: ArtifactStore?
  /// The keys of which one must have signed.
  let signers: [PublicKey]
  /// The objects that are not as they were made.
  let damaged: Set<String>

  /// The record of an action; nil only if the store has no file for it.
  ///
  /// - Throws: if it cannot be read.
  func record(for key: String) throws(StoreError) -> ActionRecord? {
    guard let key = ContentDigest(key) else { return nil }
    return try store?.record(for: key)
  }
}
