import Audit
import Configuration
import Planning
import Provenance
import Stages
import Store
import SystemPackage

extension StatedFile {
  /// The files from outside that an action's statement names, each with the places at which its stage would look for it.
  static func all(of action: AuditedAction) -> [StatedFile] {
    guard !action.data.isEmpty else { return [] }
    let isOfProgram = StageKinds.all[action.record.kind]?.declaration.runsPrograms == true
    let images = isOfProgram ? [] : imagePaths
    return action.data.compactMap { data in
      guard let digest = data.digest["sha256"] else { return nil }
      guard isOfProgram else {
        return StatedFile(
          data.name,
          sha256: digest,
          places: images.filter { $0.lastComponent?.string == data.name }
        )
      }
      // The file of a program of the user's own is stated with the path that the pipeline names.
      let path = data.downloadLocation ?? data.name
      return StatedFile(path, sha256: digest, places: [ProjectFolder(".").dataPath(path)].compactMap { $0 })
    }
  }

  /// The files of all copies of the sets of images that are here.
  private static var imagePaths: [FilePath] {
    guard let root = ImageSet.root else { return [] }
    let copies = ImageSet.allCases.flatMap { $0.copies(in: root) }
    return copies.flatMap { copy in ImageCopy.Split.allCases.flatMap { copy.batches($0).flatMap(\.paths) } }
      .map { FilePath($0) }
  }
}
