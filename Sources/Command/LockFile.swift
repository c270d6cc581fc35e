import Configuration
import Execution
import Planning
import Reporting
import Store
import SystemPackage

/// The lock of a run: what `--locked` compares its results with, and `--update-lock` writes.
struct LockFile {
  let path: FilePath
  /// The actions of the run, when it is a part of the pipeline; the others of the lock are then left alone.
  let scope: Set<String>?

  /// The lock of a run, in the folder of the project's store: it is kept in git, wherever the results are.
  init(of run: RunName, in project: Project, scope: Set<String>?) {
    path = project.storePath.appending("locks").appending("\(run).lock")
    self.scope = scope
  }

  /// The lock as it is in the file.
  func read() throws -> Lock {
    guard let lock = try Lock(contentsOf: path) else {
      Terminal.complain("error: there is no lock \(path); --update-lock makes it")
      throw ExitStatus.checkFailed
    }
    return lock
  }

  /// Compares the results of a run with a lock file and reports all differences.
  func compare(_ summary: RunSummary, with lock: Lock, _ report: RunReport) throws {
    var expected = lock
    if let scope { expected.entries = expected.entries.filter { scope.contains($0.key) } }
    let differences = expected.differences(from: Lock(summary))
    guard !differences.isEmpty else { return }
    report.complain("error: the results are not those of \(path):")
    for (action, difference) in differences { report.complain("  \(action): \(difference)".printable) }
    report.complain("--update-lock accepts them")
    throw ExitStatus.checkFailed
  }

  /// Writes the results of a run down.
  ///
  /// - Returns: what to tell the user.
  func update(_ summary: RunSummary) throws -> String {
    var lock = Lock(summary)
    if scope != nil, let before = try Lock(contentsOf: path) {
      lock.entries.merge(before.entries) { new, _ in new }
    }
    // A file that git knows keeps its time when nothing changes.
    if let before = try? Lock(contentsOf: path), before == lock { return "the lock \(path) stays as it is" }
    try lock.write(to: path)
    return "the lock \(path) has \(lock.entries.count) actions now"
  }
}
