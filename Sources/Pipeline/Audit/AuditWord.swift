/// What an audit may find, by the word that machines read. `Documentation/audit.md` has a line for each.
public enum AuditWord: String, Sendable, CaseIterable {
  // Objects.
  case damaged, missing, unreadable, unreferenced, misplaced
  case wrongAddress = "wrong-address"
  case wrongContent = "wrong-content"
  case otherBytes = "other-bytes"
  // Records and statements.
  case unreadableRecord = "unreadable-record"
  case misplacedRecord = "misplaced-record"
  case wrongKey = "wrong-key"
  case unreadableStatement = "unreadable-statement"
  case statementDisagrees = "statement-disagrees"
  case notSigned = "not-signed"
  case noStatement = "no-statement"
  // The chain down to data and seeds.
  case openEnd = "open-end"
  case wrongMaker = "wrong-maker"
  case unknownMaker = "unknown-maker"
  case dataUnpinned = "data-unpinned"
  case dataWithoutSource = "data-without-source"
  // What lies around the store.
  case dataChanged = "data-changed"
  case dataAbsent = "data-absent"
  case codeChanged = "code-changed"
  case unknownKind = "unknown-kind"
  case lockDiffers = "lock-differs"
  case unreadableLock = "unreadable-lock"
  case lockUnchecked = "lock-unchecked"
  case logChanged = "log-changed"
  case logMissing = "log-missing"
  case claimEdited = "claim-edited"
  // Figures, and files from anywhere.
  case figureChanged = "figure-changed"
  case figureMissing = "figure-missing"
  case figureEdited = "figure-edited"
  case unknownFigure = "unknown-figure"
  case embeddedDisagrees = "embedded-disagrees"
  case otherRun = "other-run"
  case fileChanged = "file-changed"
  case unknownFile = "unknown-file"
}

extension AuditWord {
  /// Whether something does not hold.
  public enum Severity: String, Sendable {
    /// Something does not hold.
    case error
    /// Something is worth knowing, and is in order.
    case note
  }

  /// Whether this is something that does not hold.
  public var severity: Severity { facts.severity }
  /// What it means, as a sentence without its full stop.
  public var meaning: String { facts.meaning }
  /// What to do, likewise.
  public var remedy: String { facts.remedy }

  private var facts: (severity: Severity, meaning: String, remedy: String) {
    switch self {
    case .damaged, .missing, .unreadable, .unreferenced, .misplaced, .wrongAddress, .wrongContent, .otherBytes:
      objectFacts
    case .unreadableRecord, .misplacedRecord, .wrongKey, .unreadableStatement, .statementDisagrees, .notSigned,
      .noStatement:
      recordFacts
    case .openEnd, .wrongMaker, .unknownMaker, .dataUnpinned, .dataWithoutSource: chainFacts
    case .dataChanged, .dataAbsent, .codeChanged, .unknownKind: originFacts
    case .lockDiffers, .unreadableLock, .lockUnchecked, .logChanged, .logMissing, .claimEdited: keptFacts
    case .figureChanged, .figureMissing, .figureEdited, .unknownFigure, .embeddedDisagrees, .otherRun, .fileChanged,
      .unknownFile:
      figureFacts
    }
  }

  private var objectFacts: (Severity, String, String) {
    switch self {
    case .damaged:
      (
        .error, "the bytes of the file are not those of its record",
        "'pipeline run --deep' moves it aside and makes it again"
      )
    case .missing:
      (.error, "the result is not there any more", "'pipeline run' makes it again where a pipeline needs it")
    case .unreadable: (.error, "whether it is whole is not known", "look at its permissions and at the disk")
    case .wrongAddress:
      (
        .error, "the record names a file by something other than the digest of its bytes",
        "remove the record and run again"
      )
    case .wrongContent:
      (
        .error, "the content does not give the address: the object or its record is damaged or was changed",
        "remove the record and the object, and run again"
      )
    case .unreferenced: (.note, "nobody can say how it was made", "'pipeline gc' removes such objects")
    case .misplaced: (.note, "it is never looked for under that name", "move it away")
    default: (.note, "the same content, written by another version of libhdf5", "nothing")
    }
  }

  private var recordFacts: (Severity, String, String) {
    switch self {
    case .unreadableRecord:
      (
        .error, "how the result was made is not known",
        "look at its permissions and at the disk; if it is damaged, remove it, and 'pipeline run' makes the result again"
      )
    case .misplacedRecord:
      (
        .error, "the file lies under the key of another action",
        "remove the file; 'pipeline run' makes the result again"
      )
    case .wrongKey:
      (
        .error, "the key does not follow from kind, parameters, inputs and code: the record is damaged or was changed",
        "remove the record; 'pipeline run' makes the result again"
      )
    case .unreadableStatement:
      (.error, "nothing is stated of how the result was made", "'pipeline run --force' states it anew")
    case .statementDisagrees:
      (
        .error, "the record or its statement is damaged or was changed",
        "remove the record; 'pipeline run' makes the result again"
      )
    case .notSigned:
      (
        .error, "nobody whom you trust has stated this",
        "ask its maker for the signature, or run again with a key that you trust"
      )
    default:
      (.note, "it was made by a version that wrote none, or it was taken away", "'pipeline run --force' writes one")
    }
  }

  private var chainFacts: (Severity, String, String) {
    switch self {
    case .openEnd:
      (.error, "the chain does not go down to data and seeds", "'pipeline run' makes what is lacking again")
    case .wrongMaker:
      (
        .error, "the two records do not belong together: one is older, damaged or was replaced",
        "'pipeline run --force' of the earlier stage shows which is right"
      )
    case .unknownMaker: (.note, "another action made the same content", "nothing")
    case .dataUnpinned:
      (.error, "which bytes were read is not known", "'pipeline run --force' of the stage states them")
    default: (.note, "whoever has no copy does not learn where to get one", "nothing")
    }
  }

  private var originFacts: (Severity, String, String) {
    switch self {
    case .dataChanged:
      (
        .error, "a run would now read other data than the result was made from",
        "put the stated file back; 'pipeline data check' shows more"
      )
    case .dataAbsent: (.note, "its bytes were not compared", "set PIPELINE_DATA, or put the file back, to compare it")
    case .codeChanged: (.note, "a run now would make the result again", "'pipeline plan' shows what would run")
    default: (.note, "its results cannot be made again with this version", "use the version that made them")
    }
  }

  private var keptFacts: (Severity, String, String) {
    switch self {
    case .lockDiffers:
      (.error, "the results are not those that were accepted", "find out which is right; 'run --update-lock' accepts")
    case .unreadableLock: (.error, "what was accepted is not known", "take the file from git again")
    case .lockUnchecked:
      (.note, "these lines of the lock were not compared", "'pipeline run --locked' makes the results")
    case .logChanged:
      (
        .error, "the log is not the one that the stage wrote",
        "'pipeline run --force' of the stage writes it anew"
      )
    case .claimEdited:
      (.error, "a verdict was edited after a run had found it", "'pipeline run' evaluates the claim again")
    default: (.note, "what the stage wrote cannot be read any more", "nothing")
    }
  }

  private var figureFacts: (Severity, String, String) {
    switch self {
    case .figureChanged:
      (.error, "the file differs from the one that was published", "remove it; 'pipeline run' puts it there again")
    case .figureMissing: (.note, "a published file was removed", "'pipeline run' puts it there again")
    case .figureEdited:
      (.note, "the program kept a file that differed from the published one", "remove it if nobody needs it")
    case .unknownFigure: (.note, "no record here names it", "nothing, if you know it")
    case .embeddedDisagrees:
      (
        .error, "the statements in the file are damaged or were changed",
        "remove the file; 'pipeline run' puts it there again"
      )
    case .otherRun:
      (
        .note, "the file comes from another run of the same action",
        "nothing; 'pipeline run --force' of the figure renews it"
      )
    case .fileChanged:
      (
        .error, "the file differs from the one that was made",
        "take a whole copy; the store's own is under figures/ or objects/"
      )
    default: (.error, "no record here says how it was made", "name the store that has its record with '--store'")
    }
  }
}
