public import Store
public import SystemPackage

/// Where files for people are written: an output folder, or a folder in one.
public protocol OutputPlace {
  /// Where a file is written until the whole folder is put in its place; its folder is made.
  func path(of name: String) throws(StoreError) -> FilePath
  /// Whether there is such a file already.
  func has(_ name: String) -> Bool
}

extension OutputPlace {
  /// Writes a file.
  public func write(_ bytes: [UInt8], to name: String) throws(StoreError) {
    try FileSystem.writeAtomically(bytes, to: path(of: name), isDurable: false)
  }

  /// Writes a file.
  public func write(_ text: String, to name: String) throws(StoreError) {
    try write(Array(text.utf8), to: name)
  }
}

/// An output folder, or a folder in one, which appears together with the others or not at all.
public struct OutputPart: OutputPlace {
  private let folder: OutputFolder
  private let prefix: String

  /// The folder with a name; nil for all of the output folder.
  public init(_ name: String?, of folder: OutputFolder) {
    self.folder = folder
    prefix = name.map { "\($0)/" } ?? ""
  }

  /// Where a file of the part is written.
  public func path(of name: String) throws(StoreError) -> FilePath { try folder.path(of: prefix + name) }

  /// Whether there is such a file in it already.
  public func has(_ name: String) -> Bool { folder.has(prefix + name) }
}
