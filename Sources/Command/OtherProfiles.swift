import Planning
import Stages
import Store

/// The profiles of a pipeline in which results are recorded, for whoever asks for one with other values.
struct OtherProfiles {
  private let made: [(profile: String?, actions: Set<String>)]

  /// Looks at no profile and at each of a pipeline's profiles, but for the one that was chosen.
  init(of project: Project, in store: ArtifactStore, except chosen: Pipeline.Choices) {
    let all = (try? project.everyChoice()) ?? []
    made = all.filter { $0.profile != chosen.profile || !chosen.settings.isEmpty }.compactMap { choices in
      // In another profile the file may have a mistake.
      guard let pipeline = try? project.pipeline(choices, .all) else { return nil }
      return (choices.profile, Set(store.known(of: pipeline).records.keys))
    }
  }

  /// In which of them an action is recorded, and what to do; nil if in none.
  func hint(for action: String) -> String? {
    let found = made.filter { $0.actions.contains(action) }.map(\.profile)
    guard !found.isEmpty else { return nil }
    let profiles = found.compactMap { $0 }
    guard let first = profiles.first, !found.contains(nil) else {
      return "made with the values of the file alone: without --profile and --set"
    }
    let all = profiles.count == 1 ? "profile" : "profiles"
    return "made in the \(all) \(profiles.joined(separator: ", ")): give --profile \(first)"
  }
}
