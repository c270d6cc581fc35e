import Configuration
import Planning
import Stages
import Store

/// The results that pipelines reach: those that a run of each of them, with each of its profiles, would find known.
enum ReachedResults {
  /// The records, by key.
  ///
  /// - Throws: also for a pipeline with a mistake: what it reaches is not known.
  static func records(of pipelines: [String], in store: ArtifactStore) throws -> [String: ActionRecord] {
    var reached: [String: ActionRecord] = [:]
    for name in pipelines {
      let project = try Project(finding: name)
      for choices in try choices(of: project) {
        for record in store.known(of: try project.pipeline(choices, .all)).values { reached[record.key] = record }
      }
    }
    return reached
  }

  /// No profile, and each of a pipeline's profiles.
  static func choices(of project: Project) throws -> [Pipeline.Choices] {
    ([nil] + (try project.profiles())).map { profile in
      var choices = Pipeline.Choices()
      choices.profile = profile
      return choices
    }
  }
}
