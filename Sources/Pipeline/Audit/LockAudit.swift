internal import Artifacts
internal import Configuration
internal import Execution
internal import Provenance
public import Store
public import SystemPackage

/// A lock file with the cached results of its pipeline.
public struct AuditedLock: Sendable {
  /// The file.
  public var path: FilePath
  /// The results that the pipeline has, by the action's name, and the names of all its actions; nil where its file is not
  /// here or has mistakes.
  public var pipeline: (results: Lock, actions: Set<String>)?

  /// A lock.
  public init(_ path: FilePath, pipeline: (results: Lock, actions: Set<String>)?) {
    self.path = path
    self.pipeline = pipeline
  }
}

/// Whether the results are those that were accepted.
struct LockAudit {
  private(set) var findings: [AuditFinding] = []
  /// How many locks were read.
  private(set) var count = 0

  init(_ locks: [AuditedLock], _ actions: [AuditedAction]) {
    let known = Dictionary(actions.map { ($0.record.key, $0) }) { first, _ in first }
    for lock in locks {
      let place = lock.path.string
      do {
        guard let expected = try Lock(contentsOf: lock.path) else { continue }
        count += 1
        if let (results, names) = lock.pipeline {
          compare(expected, with: results, names, known, at: place)
        } else {
          compare(expected, with: known, at: place)
        }
      } catch let error as StoreError {
        findings.append(AuditFinding(.unreadable, at: place, error.description))
      } catch let diagnostics as Diagnostics {
        for diagnostic in diagnostics.all {
          findings.append(AuditFinding(.unreadableLock, at: place, diagnostic.message))
        }
      } catch {
        findings.append(AuditFinding(.unreadableLock, at: place, String(describing: error)))
      }
    }
  }

  /// With what a run of the pipeline would find known.
  private mutating func compare(
    _ expected: Lock,
    with results: Lock,
    _ names: Set<String>,
    _ known: [String: AuditedAction],
    at place: String
  ) {
    var lacking = 0
    for (name, difference) in expected.differences(from: results) {
      if case .missing = difference, names.contains(name) {
        lacking += 1
        continue
      }
      let action = results.entries[name].flatMap { known[$0.key.description]?.name }
      findings.append(AuditFinding(.lockDiffers, at: place, of: action, "'\(name)': \(difference)"))
    }
    tell(lacking, of: expected, at: place, "have no result of the code, the file and the values of now")
  }

  /// With the records of the keys that it names, where that is all there is.
  private mutating func compare(_ expected: Lock, with known: [String: AuditedAction], at place: String) {
    var lacking = 0
    for (name, entry) in expected.entries.sorted(by: { $0.key < $1.key }) {
      guard let action = known[entry.key.description] else {
        lacking += 1
        continue
      }
      guard action.record.artifact.address != entry.address.description else { continue }
      let detail = "its result is \(action.record.artifact.address.prefix(12)), and the lock has \(entry.address.short)"
      findings.append(AuditFinding(.lockDiffers, at: place, of: action.name, "'\(name)': \(detail)"))
    }
    tell(lacking, of: expected, at: place, "have no record here, and the pipeline file is not here or has mistakes")
  }

  private mutating func tell(_ lacking: Int, of lock: Lock, at place: String, _ reason: String) {
    guard lacking > 0 else { return }
    findings.append(
      AuditFinding(.lockUnchecked, at: place, "\(lacking) of its \(lock.entries.count) actions \(reason)")
    )
  }
}
