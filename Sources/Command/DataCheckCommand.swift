import ArgumentParser
import Artifacts
import Configuration
import Downloads
import Planning
import Reporting
import Stages
import Store
import SystemPackage

/// `pipeline data check`.
struct DataCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check the files of all downloaded data sets.",
    discussion: """
      Reads every file as a stage does and compares its SHA-256 with that of the release and with the list SHA256SUMS in \
      its folder, if there is one. Reports every mismatch and then exits with 3.
      """
  )

  @Argument(help: "Only these sets, which must be there: cifar10, cifar10-python, mnist (default: all that is there).")
  var sets: [String] = []

  @Option(name: .customLong("in"), help: "The folder of the data sets (default: PIPELINE_DATA).")
  var folder: String?

  @Flag(name: .long, help: "Write JSON, on one line.")
  var json = false

  func run() throws {
    let folder = try DataCommand.folder(folder, option: "--in")
    let releases = try sets.map { try DataCommand.release(called: $0) }
    var copies = ImageSet.allCases.flatMap { $0.copies(in: folder.string) }
    var findings: [String] = []
    if !releases.isEmpty {
      let places = releases.map { folder.appending($0.folder).string }
      copies = copies.filter { places.contains($0.folder) }
      for (release, place) in zip(releases, places) where !copies.contains(where: { $0.folder == place }) {
        findings.append("\(release.name) is not in \(folder); 'pipeline data fetch \(release.name)' gets it")
      }
    }
    let checks = copies.map { DataCheck($0, in: folder) }
    findings += checks.flatMap(\.findings)
    if json {
      Terminal.sayJSON(Self.describe(checks, findings))
    } else {
      for check in checks where check.findings.isEmpty { Terminal.say(check.summary) }
      for finding in findings { Terminal.say("wrong: \(finding)") }
      if checks.isEmpty, findings.isEmpty {
        Terminal.say("no data sets in \(folder); 'pipeline data list' lists those that can be downloaded")
      }
    }
    if !findings.isEmpty { throw ExitStatus.checkFailed }
  }

  private static func describe(_ checks: [DataCheck], _ findings: [String]) -> JSONValue {
    [
      "copies": .array(
        checks.map {
          [
            "set": .string($0.copy.set.rawValue), "path": .string($0.copy.folder), "images": .integer($0.imageCount),
            "files_compared": .integer($0.comparedCount),
          ]
        }
      ),
      "findings": .array(findings.map { .string($0) }),
    ]
  }
}

/// What a look at all files of a copy of a data set finds.
struct DataCheck {
  let copy: ImageCopy
  /// What does not hold.
  private(set) var findings: [String] = []
  /// How many images could be read.
  private(set) var imageCount = 0
  /// How many files have a digest to be compared with.
  private(set) var comparedCount = 0

  init(_ copy: ImageCopy, in folder: FilePath) {
    self.copy = copy
    readImages()
    compareDigests(DataRelease.all.first { folder.appending($0.folder).string == copy.folder })
  }

  var summary: String {
    let compared =
      comparedCount == 0
      ? "no digests to compare with" : "\(comparedCount) file\(comparedCount == 1 ? "" : "s") with the right SHA-256"
    return "\(copy.folder): \(copy.set.title), \(imageCount) images, \(compared)"
  }

  private mutating func readImages() {
    for split in ImageCopy.Split.allCases {
      for batch in copy.batches(split) {
        do {
          imageCount += try copy.imageCount(of: batch)
        } catch {
          findings.append(error.description)
        }
      }
    }
  }

  private mutating func compareDigests(_ release: DataRelease?) {
    var expected = release?.fileDigests ?? [:]
    let list = FilePath(copy.folder).appending("SHA256SUMS")
    if FileSystem.exists(list) {
      do {
        let text = String(decoding: try FileSystem.read(list, limit: 1 << 20), as: UTF8.self)
        for line in text.split(whereSeparator: \.isNewline) { try take(line, of: list, into: &expected) }
      } catch {
        findings.append(String(describing: error))
      }
    }
    for (name, digest) in expected.sorted(by: { $0.key < $1.key }) {
      let file = FilePath(copy.folder).appending(name)
      // Whoever unpacks the files of MNIST has them without what they were packed as.
      guard FileSystem.exists(file) || !name.hasSuffix(".gz") else { continue }
      do {
        let found = try FileSystem.digest(of: file)
        comparedCount += 1
        if found != digest { findings.append("\(file) has the SHA-256 \(found), and should have \(digest)") }
      } catch {
        findings.append(error.description)
      }
    }
  }

  /// Takes in a line as sha256sum writes it. A list that says something else of a file than the release is wrong.
  private mutating func take(
    _ line: Substring,
    of list: FilePath,
    into expected: inout [String: ContentDigest]
  ) throws {
    let name = String(line.dropFirst(66))
    guard let digest = ContentDigest(String(line.prefix(64))), !name.isEmpty, !name.contains("/"), name != ".." else {
      throw StoreError("\(list) has a line that is no digest and name of a file in its folder")
    }
    if let pinned = expected[name], pinned != digest {
      findings.append("\(list) says \(digest) of \(name), and the release has \(pinned)")
    }
    expected[name] = expected[name] ?? digest
  }
}
