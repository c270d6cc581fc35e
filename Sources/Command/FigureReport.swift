import Configuration
import Execution
import Planning
import Reporting
import Store
import SystemPackage

/// Publishes the figures of a run and reports which files are new, unchanged or not written.
struct FigureReport {
  let run: RunName
  let store: ArtifactStore
  let report: RunReport

  /// The outcome of publishing.
  struct Answer {
    /// The published files.
    var files: [FilePath] = []
    /// Their folder, relative to the store; empty if there are no figures.
    var text = ""
    /// Whether there are notes beyond that.
    var hasNotes = false
    /// Whether every file was published.
    var isWhole = true
  }

  /// Publishes what the stages of a run made.
  func publish(_ pipeline: Pipeline, _ summary: RunSummary) async throws -> Answer {
    let folder = FigureFolder(of: run, in: store)
    var names = try PublishedNames(of: pipeline)
    var requests: [(action: Action, request: FigurePublisher.Request)] = []
    var published: [String] = []
    var result = Answer()
    for action in pipeline.actions {
      guard let record = summary.drawn[action.name], !record.files.isEmpty, summary.keys[action.name] != nil
      else { continue }
      let answer = names.names(for: record.files.keys, of: action)
      for note in answer.notes { report.say("note: \(note)", isNeeded: true) }
      if !answer.notes.isEmpty { result.hasNotes = true }
      requests.append((action, .init(record, as: answer, isNew: summary.computed.contains(action.name))))
    }
    let publisher = FigurePublisher(
      to: folder,
      store: store,
      executable: "/proc/self/exe",
      arguments: ["publishing-worker", store.root.string]
    )
    for ((action, _), outcomes) in zip(requests, await publisher.publish(requests.map(\.request))) {
      switch outcomes {
      case .success(let outcomes):
        tell(outcomes, in: folder)
        if outcomes.values.contains(.kept) { result.hasNotes = true }
        published += outcomes.keys.sorted()
      case .failure(let error):
        report.complain("error: the files of '\(action.name)': \(error)".printable)
        result.isWhole = false
      }
    }
    guard !published.isEmpty else { return result }
    result.files = published.map { folder.path.appending($0) }
    let difference = run.difference.map { " (\($0))" } ?? ""
    let rest = "\(difference): " + published.joined(separator: " ")
    result.text = "figures/\(run)" + rest
    report.say("figures in \(folder.path)" + rest, figures: published, in: folder.path.string)
    return result
  }

  private func tell(_ outcomes: [String: FigureFolder.Outcome], in folder: FigureFolder) {
    for (name, outcome) in outcomes.sorted(by: { $0.key < $1.key }) {
      switch outcome {
      case .kept: report.say("note: \(folder.path)/\(name) was edited by hand and is left as it is", isNeeded: true)
      case .movedAside(let aside):
        report.say("note: the edited \(folder.path)/\(name) is now \(aside)", isNeeded: true)
      case .unchanged, .written: break
      }
    }
  }
}
