internal import Artifacts
internal import Planning
internal import Provenance
internal import Store
internal import SystemPackage

/// Whether what results were made from was made by somebody, down to data with digests and to seeds, which are parameters.
struct ChainAudit {
  private(set) var findings: [AuditFinding] = []

  /// - Parameters:
  ///   - isWhole: whether these are all actions of the store; else others are looked up in it.
  ///   - unread: the keys of the actions of which it is found already that their records cannot be read.
  init(_ actions: [AuditedAction], in store: ArtifactStore, isWhole: Bool, unread: [String] = []) {
    let unread = Set(unread)
    var made: [String: String] = [:]
    var results: [String: String] = [:]
    for action in actions {
      made[action.record.artifact.address] = action.record.key
      results[action.record.key] = action.record.artifact.address
    }
    func isMade(_ address: ContentDigest) throws(StoreError) -> Bool {
      if made[address.description] != nil { return true }
      return isWhole ? false : try !store.records(making: address).isEmpty
    }
    func result(of key: String) throws(StoreError) -> String? {
      if let known = results[key] { return known }
      guard !isWhole, !unread.contains(key), let key = ContentDigest(key) else { return nil }
      return try store.record(for: key)?.artifact.address
    }
    for action in actions {
      let place = ContentDigest(action.record.key).map { store.path(ofRecord: $0).string } ?? ""
      func find(_ word: AuditWord, _ detail: String) {
        findings.append(AuditFinding(word, at: place, of: action.name, detail))
      }
      for (name, source) in action.record.inputs.sorted(by: { $0.key < $1.key }) {
        for address in source.references {
          do throws(StoreError) {
            guard try !isMade(address) else { continue }
            find(.openEnd, "input '\(name)' is \(address.short), and no record says how that was made")
          } catch {
            find(.unreadableRecord, "how input '\(name)', \(address.short), was made is not known: \(error)")
          }
        }
      }
      for input in action.inputs {
        guard let key = input.key else { continue }
        let found: String?
        do throws(StoreError) {
          found = try result(of: key)
        } catch {
          find(.unreadableRecord, "the record of action \(key.prefix(12)), which made input '\(input.name)': \(error)")
          continue
        }
        guard let address = found else {
          if made[input.address] != nil {
            find(.unknownMaker, "action \(key.prefix(12)), which made input '\(input.name)', has no record")
          }
          continue
        }
        if address != input.address {
          let detail = "input '\(input.name)' is stated to be \(input.address.prefix(12)) by action \(key.prefix(12)), "
          find(.wrongMaker, detail + "which by its record made \(address.prefix(12))")
        }
      }
      for data in action.data {
        if data.digest["sha256"] == nil {
          find(.dataUnpinned, "the data file '\(data.name)' is stated without a digest")
        }
        if data.downloadLocation == nil {
          find(.dataWithoutSource, "where the data file '\(data.name)' is to be had is not stated")
        }
      }
    }
  }
}
