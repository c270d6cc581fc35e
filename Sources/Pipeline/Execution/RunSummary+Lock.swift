internal import Artifacts
public import Store

extension Lock {
  /// The results of a run, as far as it came.
  public init(_ summary: RunSummary) {
    self.init()
    for (name, key) in summary.keys {
      entries[name] = summary.addresses[name].map { Entry(key: key, address: $0) }
    }
  }
}
