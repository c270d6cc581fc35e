public import Artifacts
public import Configuration
public import Planning
public import Store
public import SystemPackage

/// A claim with what became of it, and of which results that is said.
public struct CheckedClaim: Record, Equatable {
  /// What is claimed.
  public var name = ""
  /// Of which values.
  public var subject = ""
  /// What they must be.
  public var expected = ""
  /// Where it is written.
  public var location: String?
  /// What the verdict follows from: the digest of the claim without its name, and of the addresses. Nil where these are
  /// not known.
  public var key: String?
  /// The addresses of the results that it speaks of, by stage; of a sweep the digest of the addresses of all its points.
  public var stages: [String: String] = [:]
  /// What was found.
  public var finding = Finding()
  /// The digest of all other members, in a file: whoever edits a verdict there leaves a seal that does not fit.
  private var seal: String?

  /// A claim of nothing.
  public init() {}

  /// A claim of which nothing was found yet.
  public init(_ entry: ClaimList.Entry) {
    name = entry.claim.name.value
    subject = entry.claim.subject
    expected = entry.claim.expectation
    location = entry.location?.description
  }

  /// A claim of these results, of which nothing was found yet.
  public init(_ entry: ClaimList.Entry, of stages: [String: String]) {
    self.init(entry)
    self.stages = stages
    var claim = entry.claim.json
    if case .object(var members) = claim {
      // Under another name the same is claimed.
      members["name"] = nil
      members["when"] = nil
      claim = .object(members)
    }
    // The number is raised when the meaning of a claim changes.
    let content: JSONValue = ["pipeline claim": .number(1), "claim": claim, "stages": stages.json]
    key = ContentDigest(of: content.canonicalText).description
  }

  /// The members.
  public static let fields: [Field<CheckedClaim>] = [
    .init("name", \.name, "What is claimed.", required: true),
    .init("value", \.subject, "Of which values.", required: true),
    .init("expected", \.expected, "What they must be.", required: true),
    .init("location", \.location, "Where it is written."),
    .init("key", \.key, "What the verdict follows from."),
    .init("stages", \.stages, "The addresses of the results that it speaks of, of a sweep one digest of them all."),
    .init("finding", \.finding, "What was found.", required: true),
    .init("seal", \.seal, "The digest of the other members."),
  ]

  /// The claim with its seal, to be written to a file.
  fileprivate var sealed: CheckedClaim {
    var claim = self
    claim.seal = properSeal
    return claim
  }

  /// The claim without its seal, as it was found.
  fileprivate var unsealed: CheckedClaim {
    var claim = self
    claim.seal = nil
    return claim
  }

  fileprivate var isSealed: Bool { seal == properSeal }

  private var properSeal: String {
    let content: JSONValue = ["pipeline verdict": .number(1), "claim": unsealed.json]
    return ContentDigest(of: content.canonicalText).description
  }
}

extension Source<ContentDigest> {
  /// The address of one result, or the digest of the axes and addresses of a sweep.
  public var digest: String {
    if case .one(let address) = self { address.description } else { ContentDigest(of: json.canonicalText).description }
  }
}

/// What became of the claims of a pipeline: `claims/NAME.json` of the store, and `claims.json` in the folder of a run.
///
/// It holds no time and no machine: equal results and claims give equal bytes. A run evaluates each claim whose results
/// are there, and takes from it only what was found of results that are not. An entry that was edited is not believed.
public struct ClaimLedger: Record, Equatable {
  /// The claims, in the order of the pipeline file.
  public var claims: [CheckedClaim] = []
  /// The version of this form.
  private var version = 2

  /// No claims.
  public init() {}

  /// These claims.
  public init(_ claims: [CheckedClaim]) {
    self.claims = claims
  }

  /// The members.
  public static let fields: [Field<ClaimLedger>] = [
    .init("pipeline claims", \.version, "The version of this form.", limit: .within(2...2), required: true),
    .init("claims", \.claims, "The claims, in the order of the pipeline file.", required: true),
  ]

  /// What is kept of a run's name (`fig3`, `fig3.quick`), without the entries that were edited; nothing where there is no
  /// such file, or not in this form.
  public init(of run: String, in store: ArtifactStore) {
    // Whatever is wrong with the file, the claims are evaluated again.
    let ledger = (try? Self.read(Self.path(of: run, in: store))) ?? ClaimLedger()
    self.init(ledger.claims.filter(\.isSealed).map(\.unsealed))
  }

  private static func read(_ path: FilePath) throws -> ClaimLedger? {
    let bytes = try FileSystem.read(path, limit: 1 << 28)
    let json = try JSONValue(reading: String(decoding: bytes, as: UTF8.self), name: "claims")
    var ignored = Diagnostics()
    return decode(Node(json), &ignored)
  }

  /// The names of the claims of a file whose verdicts were edited. A file of the version before this one has no seals;
  /// nobody believes it, and it accuses nobody.
  ///
  /// - Throws: also when the file does not have this form.
  public static func editedClaims(at path: FilePath) throws -> [String] {
    let bytes = try FileSystem.read(path, limit: 1 << 28)
    let json = try JSONValue(reading: String(decoding: bytes, as: UTF8.self), name: "claims")
    if case .object(let members) = json, members["pipeline claims"] == .number(1) { return [] }
    var diagnostics = Diagnostics()
    guard let ledger = decode(Node(json), &diagnostics) else { throw diagnostics }
    return ledger.claims.filter { !$0.isSealed }.map(\.name)
  }

  /// Keeps it, unless that is what is kept already.
  public func write(as run: String, in store: ArtifactStore) throws(StoreError) {
    let path = Self.path(of: run, in: store)
    let bytes = Array(text.utf8)
    if let kept = try? FileSystem.read(path, limit: bytes.count), kept == bytes { return }
    try FileSystem.createFolder(path.removingLastComponent())
    try store.writeAtomically(bytes, to: path)
  }

  /// What was found of a claim of these results before; nil where no value was compared: a file that could not be read
  /// may be whole again.
  public func finding(for key: String?) -> Finding? {
    guard let key else { return nil }
    return claims.first { $0.key == key && ($0.finding.verdict == .holds || $0.finding.values > 0) }?.finding
  }

  /// What was found before of a claim that says the same, whatever the results were.
  public func claim(saying claim: CheckedClaim) -> CheckedClaim? {
    claims.first { $0.name == claim.name && $0.subject == claim.subject && $0.expected == claim.expected }
  }

  /// The text of the file.
  public var text: String { sealedJSON.indentedText + "\n" }

  /// The content of the file, in which each claim has its seal.
  public var sealedJSON: JSONValue {
    var sealed = self
    sealed.claims = claims.map(\.sealed)
    return sealed.json
  }

  /// Where it is kept.
  public static func path(of run: String, in store: ArtifactStore) -> FilePath {
    store.root.appending("claims").appending("\(run).json")
  }
}
