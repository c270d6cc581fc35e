public import Artifacts
internal import Planning
public import Store

/// Recorded results, where they are made again to be compared. Whoever needs one is given the recorded one, whatever
/// comes out now: each action is run on equal inputs, and a difference is its own.
public struct Replay: Sendable {
  /// The recorded results, by the name of the action, or by whatever stands for one that no action of the run makes.
  let results: [String: ContentDigest]
  /// Where they are; nil where they are known by their addresses alone. This store is only read.
  private let origin: ArtifactStore?
  private let records: [ContentDigest: ActionRecord]

  /// A replay.
  ///
  /// - Parameters:
  ///   - results: the recorded results, also of actions that are not run.
  ///   - records: the records of the actions that made them.
  public init(
    _ results: [String: ContentDigest],
    records: some Sequence<ActionRecord>,
    from origin: ArtifactStore?
  ) {
    self.results = results
    self.origin = origin
    let made = records.compactMap { record in ContentDigest(record.artifact.address).map { ($0, record) } }
    self.records = Dictionary(made) { first, _ in first }
  }

  /// Sees to it that a store has the inputs of an action: those that came out as recorded are there, the others are
  /// brought from where they are recorded.
  ///
  /// - Returns: what is lacking; nil if all are there.
  @concurrent func provide(_ inputs: [String: Source<ContentDigest>], in store: ArtifactStore) async -> String? {
    for (name, source) in inputs.sorted(by: { $0.key < $1.key }) {
      for address in Set(source.references).sorted() {
        do throws(StoreError) {
          guard let record = records[address] else {
            guard try FileSystem.kind(of: store.path(of: address)) == nil else { continue }
            return "no record names the result \(address.short), its input '\(name)'"
          }
          for object in [record.artifact] + record.parts.values {
            guard try FileSystem.kind(of: store.path(of: object)) == nil else { continue }
            guard let origin else { return "its input '\(name)' came out otherwise, and the recorded one is not here" }
            try store.copy(object, from: origin)
          }
        } catch {
          return "its input '\(name)' cannot be had: \(error)"
        }
      }
    }
    return nil
  }
}
