internal import Artifacts
package import Configuration
internal import Planning
internal import Store

/// One action for a worker, as a line of JSON on its standard input.
struct WorkOrder: Record {
  var key = ""
  var pipeline = ""
  var stage = ""
  var kind = ""
  var parameters: JSONValue = [:]
  var inputs: [String: Source<ContentDigest>] = [:]
  var code = ""
  var threads = 1
  /// Where the stage is declared in the pipeline file, as `line:column`.
  var position: String?
  /// For each result among the inputs the key of the action that made it.
  var makers: [String: String] = [:]
  /// Whether it is computed from the beginning, whatever checkpoints there are.
  var isFresh = false
  /// The file to which programs of the stage print. The runner has it whatever becomes of the worker.
  var log = ""

  static let fields: [Field<WorkOrder>] = [
    .init("key", \.key, "The key of the action.", required: true),
    .init("pipeline", \.pipeline, "The name of the pipeline.", required: true),
    .init("stage", \.stage, "The name of the stage.", required: true),
    .init("kind", \.kind, "The kind of the stage.", required: true),
    .init("parameters", \.parameters, "The parameters.", required: true),
    .init("inputs", \.inputs, "The addresses of the inputs.", required: true),
    .init("code", \.code, "The digest of the code.", required: true),
    .init("threads", \.threads, "How many threads may be used.", limit: .positive, required: true),
    .init("position", \.position, "Where the stage is declared in the pipeline file."),
    .init("makers", \.makers, "For each result among the inputs the key of the action that made it."),
    .init("is_fresh", \.isFresh, "Whether it is computed from the beginning."),
    .init("log", \.log, "The file to which programs of the stage print.", required: true),
  ]

  init() {}

  init(_ task: Plan.Task, pipeline: String, threads: Int, makers: [String: String], isFresh: Bool, log: String) {
    key = task.key.description
    self.pipeline = pipeline
    stage = task.action.name
    kind = task.action.kind
    parameters = task.action.parameters
    inputs = task.addresses
    code = task.action.fingerprint
    self.threads = threads
    position = task.action.location.map { "\($0.start.line):\($0.start.column)" }
    self.makers = makers
    self.isFresh = isFresh
    self.log = log
  }
}

/// What a worker says, as a line of JSON on its standard output: that it took the order, some progress, then how it
/// ended.
struct WorkReport: Record {
  /// How far the work is, from 0 to 1.
  var fraction = 0.0
  /// What is being done, or what went wrong.
  var message = ""
  /// How the work ended; nil while it goes on.
  var outcome: Outcome?
  /// The record of the result with an unsigned statement, as JSON text, once all objects are stored.
  var record: String?
  /// Whether the objects outlast a power cut.
  var isDurable = false

  enum Outcome: String, Choice {
    case done
    case failed
  }

  static let fields: [Field<WorkReport>] = [
    .init("fraction", \.fraction, "How far the work is.", limit: .within(0...1)),
    .init("message", \.message, "What is being done, or what went wrong."),
    .init("outcome", \.outcome, "How the work ended."),
    .init("record", \.record, "The record of the result with an unsigned statement."),
    .init("is_durable", \.isDurable, "Whether the objects outlast a power cut."),
  ]

  init() {}

  init(fraction: Double, _ message: String) {
    // A stage's own arithmetic must not be able to break the line; the comparison is false for what is no number.
    self.fraction = fraction >= 0 ? min(fraction, 1) : 0
    self.message = message
  }

  init(failure message: String) {
    outcome = .failed
    self.message = message
  }

  init(_ record: ActionRecord, isDurable: Bool) {
    outcome = .done
    fraction = 1
    self.record = record.json.canonicalText
    self.isDurable = isDurable
  }
}

extension Record {
  /// One line of JSON.
  package var line: String { json.canonicalText + "\n" }

  /// Reads one line of JSON.
  package init(line: String) throws(Diagnostics) {
    let json = try JSONValue(reading: line, name: "message")
    var diagnostics = Diagnostics()
    guard let value = Self.decode(Node(json), &diagnostics) else { throw diagnostics }
    self = value
  }
}
