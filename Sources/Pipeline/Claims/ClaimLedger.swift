public import Artifacts
public import Configuration
public import Planning
public import Store
internal import SystemPackage

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
  ]
}

extension Source<ContentDigest> {
  /// The address of one result, or the digest of the axes and addresses of a sweep.
  public var digest: String {
    if case .one(let address) = self { address.description } else { ContentDigest(of: json.canonicalText).description }
  }
}

/// What became of the claims of a pipeline: `claims/NAME.json` of the store, and `claims.json` in the folder of a run.
///
/// It holds no time and no machine: equal results and claims give equal bytes. A verdict is taken from it, and not found
/// again, for as long as the claim and the results are the same.
public struct ClaimLedger: Record, Equatable {
  /// The claims, in the order of the pipeline file.
  public var claims: [CheckedClaim] = []
  /// The version of this form.
  private var version = 1

  /// No claims.
  public init() {}

  /// These claims.
  public init(_ claims: [CheckedClaim]) {
    self.claims = claims
  }

  /// The members.
  public static let fields: [Field<ClaimLedger>] = [
    .init("pipeline claims", \.version, "The version of this form.", limit: .within(1...1), required: true),
    .init("claims", \.claims, "The claims, in the order of the pipeline file.", required: true),
  ]

  /// What is kept of a run's name (`fig3`, `fig3.quick`); nothing where there is no such file, or not in this form.
  public init(of run: String, in store: ArtifactStore) {
    self.init()
    guard let bytes = try? FileSystem.read(Self.path(of: run, in: store), limit: 1 << 28),
      let text = String(validating: bytes, as: UTF8.self), let json = try? JSONValue(reading: text, name: "claims")
    else { return }
    var told = Diagnostics()
    self = Self.decode(Node(json), &told) ?? ClaimLedger()
  }

  /// Keeps it, unless that is what is kept already.
  public func write(as run: String, in store: ArtifactStore) throws(StoreError) {
    guard ClaimLedger(of: run, in: store) != self else { return }
    let path = Self.path(of: run, in: store)
    try FileSystem.createFolder(path.removingLastComponent())
    try store.writeAtomically(Array(text.utf8), to: path)
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
  public var text: String { json.indentedText + "\n" }

  private static func path(of run: String, in store: ArtifactStore) -> FilePath {
    store.root.appending("claims").appending("\(run).json")
  }
}
