import ArgumentParser
import Configuration
import Downloads
import Reporting
import Stages
import Store
import SystemPackage

/// `pipeline data list`.
struct DataListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists the known data sets, their terms, and where they are."
  )

  @Option(name: .customLong("in"), help: "The folder of the data sets (default: PIPELINE_DATA).")
  var folder: String?

  @Flag(name: .long, help: "Write JSON, on one line.")
  var json = false

  func run() throws {
    let folder = folder == nil && ImageSet.root == nil ? nil : try DataCommand.folder(folder, option: "--in")
    let others = folder.map(Self.otherCopies) ?? []
    if json { return Terminal.sayJSON(describe(folder, others)) }
    for release in DataRelease.all {
      Terminal.say("\(release.name): \(release.summary)")
      Terminal.say("  licence: \(release.licence)")
      Terminal.say("  source:  \(release.page)")
      let place = folder.flatMap { Self.place(of: release, in: $0) }
      let hint = "no; 'pipeline data fetch \(release.name)' gets it (\(ShortNumber.bytes(release.size)))"
      Terminal.say("  here:    \(place?.string ?? hint)")
    }
    for copy in others { Terminal.say("also here: \(copy.set.title) in \(copy.folder)") }
    if folder == nil { Terminal.say("PIPELINE_DATA is not set: it names the folder in which data sets are looked for") }
  }

  private static func place(of release: DataRelease, in folder: FilePath) -> FilePath? {
    let place = folder.appending(release.folder)
    return FileSystem.isFolder(place) ? place : nil
  }

  /// Copies in folders of other names than the releases'.
  private static func otherCopies(in folder: FilePath) -> [ImageCopy] {
    let places = Set(DataRelease.all.map { folder.appending($0.folder).string })
    return ImageSet.allCases.flatMap { $0.copies(in: folder.string) }.filter { !places.contains($0.folder) }
  }

  private func describe(_ folder: FilePath?, _ others: [ImageCopy]) -> JSONValue {
    [
      "folder": folder.map { .string($0.string) } ?? .null,
      "sets": .array(
        DataRelease.all.map { release in
          let place = folder.flatMap { Self.place(of: release, in: $0) }
          return [
            "name": .string(release.name), "summary": .string(release.summary), "licence": .string(release.licence),
            "page": .string(release.page), "bytes": .integer(release.size),
            "path": place.map { .string($0.string) } ?? .null,
          ]
        }
      ),
      "other_copies": .array(others.map { ["set": .string($0.set.rawValue), "path": .string($0.folder)] }),
    ]
  }
}
