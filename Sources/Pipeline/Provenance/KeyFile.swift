internal import FoundationEssentials
internal import Glibc
internal import Store
public import SystemPackage

/// Where keys are kept: a private key in a file that only its owner may read, the public one beside it under `NAME.pub`.
public enum KeyFile {
  /// The variable of the environment that names the file of a key.
  public static let variable = "PIPELINE_KEY"

  /// Where a user's key is unless another place is named: `pipeline/key.pem` in the folder of settings.
  public static var standardPath: FilePath? {
    let environment = ProcessInfo.processInfo.environment
    if let folder = environment["XDG_CONFIG_HOME"], FilePath(folder).isAbsolute {
      return FilePath(folder).appending("pipeline").appending("key.pem")
    }
    guard let home = environment["HOME"], FilePath(home).isAbsolute else { return nil }
    return FilePath(home).appending(".config").appending("pipeline").appending("key.pem")
  }

  /// The key with which runs sign: that of the environment's `PIPELINE_KEY`, else the user's, if there is one.
  public static var chosen: FilePath? {
    if let named = ProcessInfo.processInfo.environment[variable], !named.isEmpty { return FilePath(named) }
    return standardPath.flatMap { FileSystem.exists($0) ? $0 : nil }
  }

  /// Where the public half of a key is.
  public static func publicPath(of path: FilePath) -> FilePath { FilePath("\(path).pub") }

  /// Makes a new key.
  ///
  /// - Throws: if there is one already, since its signatures could no longer be checked.
  public static func make(at path: FilePath) throws -> PublicKey {
    let key = SigningKey()
    let folder = path.removingLastComponent()
    if !folder.isEmpty { try FileSystem.createFolder(folder) }
    let publicPath = publicPath(of: path)
    for file in [path, publicPath] where FileSystem.exists(file) {
      throw StatementError("there is a key in \(file) already; what it has signed is verified with it")
    }
    try write(key.pem, to: path, permissions: .ownerReadWrite)
    try write(key.publicKey.pem, to: publicPath, permissions: [.ownerReadWrite, .groupRead, .otherRead])
    return key.publicKey
  }

  private static func write(_ text: String, to path: FilePath, permissions: FilePermissions) throws {
    let file: FileDescriptor
    do {
      // With its permissions from the beginning, and in place of nothing.
      file = try FileDescriptor.open(
        path,
        .writeOnly,
        options: [.create, .exclusiveCreate],
        permissions: permissions
      )
    } catch let reason as Errno {
      throw StoreError("cannot create \(path)", reason)
    }
    _ = try file.closeAfter { try file.writeAll(text.utf8) }
    try FileSystem.synchronize(path)
  }

  /// Reads a private key.
  ///
  /// - Throws: also when others may read it: whose signature it makes would not be known.
  public static func signingKey(at path: FilePath) throws -> SigningKey {
    let text = try text(of: path)
    if let mode = (try? path.stat())?.permissions, !mode.isDisjoint(with: .groupAndOthers) {
      throw StatementError("others than its owner may read or write the key \(path); 'chmod 600' ends that")
    }
    do throws(StatementError) {
      return try SigningKey(pem: text)
    } catch {
      throw StatementError("\(path): \(error)")
    }
  }

  /// Reads a public key, also from the file of a private one.
  public static func publicKey(at path: FilePath) throws -> PublicKey {
    let text = try text(of: path)
    do throws(StatementError) {
      return text.contains("PRIVATE KEY") ? try SigningKey(pem: text).publicKey : try PublicKey(pem: text)
    } catch {
      throw StatementError("\(path): \(error)")
    }
  }

  private static func text(of path: FilePath) throws -> String {
    guard !FileSystem.isFolder(path) else { throw StatementError("\(path) is a folder and no key") }
    let bytes = try FileSystem.read(path, limit: 1 << 14)
    guard bytes.count <= 1 << 14, let text = String(validating: bytes, as: UTF8.self) else {
      throw StatementError("\(path) is no key in PEM")
    }
    return text
  }
}

extension FilePermissions {
  fileprivate static let groupAndOthers: FilePermissions = [.groupReadWriteExecute, .otherReadWriteExecute]
}
