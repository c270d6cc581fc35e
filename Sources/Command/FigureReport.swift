import Execution
import Planning
import Reporting
import Store
import SystemPackage

/// Puts the pictures of a run where a person looks for them, and tells what became of them.
struct FigureReport {
  let run: RunName
  let store: ArtifactStore
  let report: RunReport

  /// Publishes what the stages of a run made.
  ///
  /// - Returns: whether every file could be put there.
  func publish(_ pipeline: Pipeline, _ summary: RunSummary) throws -> Bool {
    let folder = FigureFolder(of: run, in: store)
    var names = try PublishedNames(of: pipeline)
    var published: [String] = []
    var isWhole = true
    for action in pipeline.actions {
      guard let record = record(of: action, summary), !record.files.isEmpty else { continue }
      let answer = names.names(for: record.files.keys, of: action)
      for note in answer.notes { report.say("note: \(note)", isNeeded: true) }
      do throws(StoreError) {
        let isNew = summary.computed.contains(action.name)
        let outcomes = try folder.publish(record, as: answer, isNew: isNew)
        tell(outcomes, in: folder)
        published += outcomes.keys.sorted()
      } catch {
        report.complain("error: the files of '\(action.name)': \(error)")
        isWhole = false
      }
    }
    if !published.isEmpty {
      let difference = run.difference.map { " (\($0))" } ?? ""
      let line = "figures in \(folder.path)\(difference): " + published.joined(separator: " ")
      report.say(line, figures: published, in: folder.path.string)
    }
    return isWhole
  }

  /// The record of an action that is done. One that was known and has no files is not read again.
  private func record(of action: Action, _ summary: RunSummary) -> ActionRecord? {
    guard summary.computed.contains(action.name) else {
      return summary.keys[action.name] == nil ? nil : summary.drawn[action.name]
    }
    return summary.keys[action.name].flatMap { store.record(for: $0) }
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
