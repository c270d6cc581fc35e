import Audit
import Configuration
import Provenance
import Stages
import Store
import SystemPackage

extension StatedFile {
  /// The files from outside that an action was made from, each with the places at which its stage would look for it.
  static func all(of action: AuditedAction) -> [StatedFile] {
    images(of: action) + programData(of: action)
  }

  /// The files that the statement names: those of image sets.
  private static func images(of action: AuditedAction) -> [StatedFile] {
    guard !action.data.isEmpty else { return [] }
    let copies = ImageSet.root.map { root in ImageSet.allCases.flatMap { $0.copies(in: root) } } ?? []
    let paths = copies.flatMap { copy in ImageCopy.Split.allCases.flatMap { copy.batches($0).flatMap(\.paths) } }
    return action.data.compactMap { data in
      guard let digest = data.digest["sha256"] else { return nil }
      let places = paths.map { FilePath($0) }.filter { $0.lastComponent?.string == data.name }
      return StatedFile(data.name, sha256: digest, places: places)
    }
  }

  /// The data of a program of the user's own, which stand with their paths and digests in its parameters.
  private static func programData(of action: AuditedAction) -> [StatedFile] {
    guard action.record.kind == "command", case .object(let parameters) = action.record.parameters,
      case .object(let data)? = parameters["data"]
    else { return [] }
    return data.sorted { $0.key < $1.key }.compactMap { name, value in
      guard case .object(let members) = value, case .string(let path)? = members["path"],
        case .string(let digest)? = members["sha256"]
      else { return nil }
      let place = ProjectFolder(".").dataPath(path)
      return StatedFile(path, sha256: digest.lowercased(), places: place.map { [$0] } ?? [])
    }
  }
}
