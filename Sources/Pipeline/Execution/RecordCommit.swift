internal import Artifacts
internal import Configuration
internal import Planning
internal import Provenance
internal import Store

/// The runner's side of a result: checks that what a worker hands over is of the action that it was given, signs the
/// statement, and writes the record.
///
/// Workers run code of the user, so none of them holds the signing key.
struct RecordCommit: Sendable {
  let store: ArtifactStore
  /// The key with which statements are signed; nil if they are not.
  let key: SigningKey?
  /// The folder of the links to logs.
  let logFolder: String

  /// A result whose record is written.
  struct Result: Sendable {
    let record: ActionRecord
    let address: ContentDigest
    /// What is to be noted of the result once it is durable; empty if it is.
    let notes: [String]
  }

  /// Takes in a result. It waits for the disk, so it runs outside of the coordinator.
  @concurrent func accept(_ report: WorkReport, of order: WorkOrder) async throws -> Result {
    guard let text = report.record else { throw StageFailure("the worker gave no record") }
    var diagnostics = Diagnostics()
    let json = try JSONValue(reading: text, name: "record")
    guard var record = ActionRecord.decode(Node(json), &diagnostics) else { throw diagnostics }
    let statement = try check(record, of: order)
    if let key { record.statement = try record.statement.map { try key.envelope(of: $0) } }
    StageLog(of: statement, in: store)?.link(as: order.stage, of: logFolder, in: store)
    StageLog.removeFailure(of: order, in: store)
    // The record comes last: whoever sees it finds the objects and the log in place.
    try store.write(record, isDurable: report.isDurable)
    guard let address = ContentDigest(record.artifact.address) else { throw StageFailure("the record has no address") }
    let notes = store.notes(of: record)
    if report.isDurable { store.note(notes) }
    return Result(record: record, address: address, notes: report.isDurable ? [] : notes)
  }

  /// Checks that a record and its statement are of the action that was ordered, and name what is in the store.
  private func check(_ record: ActionRecord, of order: WorkOrder) throws -> Statement {
    let isOrdered =
      record.key == order.key && record.kind == order.kind && record.parameters == order.parameters
      && record.inputs == order.inputs && record.code == order.code
    guard isOrdered else { throw StageFailure("the worker gave the record of another action") }
    let found = try UnverifiedStatement(reading: record.statement ?? "")
    let statement = found.statement
    let differences = statement.disagreements(with: record, keyIsDigest: true)
    guard found.envelope == nil, statement.pipeline == order.pipeline, statement.stage == order.stage,
      differences.isEmpty
    else {
      let detail = differences.isEmpty ? "" : ": " + differences.joined(separator: ", ")
      throw StageFailure("the worker gave the statement of another action" + detail)
    }
    for object in record.objects where try FileState(at: store.path(of: object))?.size != object.bytes {
      throw StageFailure("the worker did not store \(store.path(of: object))")
    }
    if let log = StageLog(of: statement, in: store), try FileSystem.kind(of: log.path) == nil {
      throw StageFailure("the worker did not store \(log.path)")
    }
    return statement
  }
}
