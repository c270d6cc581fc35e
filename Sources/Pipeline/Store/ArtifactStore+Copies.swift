internal import Artifacts
public import SystemPackage

extension ArtifactStore {
  /// Copies an object to a file outside of the store's objects, piece by piece, so that `destination` holds all of it or
  /// what it held before. An object that is damaged is moved aside, so that the next run makes it anew.
  public func copy(_ object: ObjectRecord, to destination: FilePath, isDurable: Bool = true) throws(StoreError) {
    let source = path(of: object)
    // A copy for elsewhere begins there: another file system cannot be renamed to, and the store may only be read.
    let isWithin = FileSystem.absolute(destination).starts(with: FileSystem.absolute(root))
    let temporary = isWithin ? scratchPath("file") : FilePath("\(destination).\(FileSystem.randomName).tmp")
    let digest: ContentDigest
    do {
      digest = try ContentDigest.copying(
        source,
        to: temporary,
        permissions: FileSystem.newFilePermissions
      )
    } catch {
      FileSystem.remove(temporary)
      throw StoreError("cannot copy \(source) to \(destination): \(error)")
    }
    guard digest.description == object.file else {
      FileSystem.remove(temporary)
      throw moveAside(source, because: "its bytes are \(digest.short)")
    }
    do throws(StoreError) {
      if isDurable { try FileSystem.synchronize(temporary) }
      try FileSystem.move(temporary, to: destination, isDurable: isDurable)
    } catch {
      FileSystem.remove(temporary)
      throw error
    }
  }
}
