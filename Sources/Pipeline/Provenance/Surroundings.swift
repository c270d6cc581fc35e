internal import Artifacts
internal import CLinux
internal import Configuration
internal import Glibc
internal import Store
public import SystemPackage

/// The program and the machine as far as statements tell of them: found out once for a process.
public struct Surroundings: Sendable {
  /// The program's name and version.
  let program: String
  /// The program, as a URI.
  let builder: String
  /// The program, the compiler and the libraries.
  let tools: [ResourceDescriptor]
  /// The machine.
  let machine: [String: JSONValue]

  /// What there is to know.
  ///
  /// - Parameters:
  ///   - program: the name and the version, separated by a space.
  ///   - executable: the file of the program.
  ///   - vectors: the vector instructions that it uses.
  public init(program: String, executable: FilePath = "/proc/self/exe", vectors: String?) {
    self.program = program
    builder = Statement.builder(of: program)
    let digest = (try? FileSystem.digest(of: executable)).map { ["sha256": $0.description] }
    tools = [
      ResourceDescriptor("program", uri: builder, digest: digest ?? [:]),
      ResourceDescriptor(
        "compiler",
        uri: Self.package("swift", Self.swift),
        annotations: ["clang": .string(Self.clang)]
      ),
      ResourceDescriptor("libhdf5", uri: Self.package("hdf5", HDF5Library.version)),
      ResourceDescriptor("libyaml", uri: Self.package("libyaml", YAMLParser.libraryVersion)),
      ResourceDescriptor("libc", uri: Self.package("glibc", String(cString: gnu_get_libc_version()))),
    ]
    var machine: [String: JSONValue] = [
      "architecture": .string(Machine.architecture),
      "host": .string(Machine.host),
      "system": .string("\(Machine.system) \(Machine.release)"),
    ]
    if let model = Machine.processor { machine["processor"] = .string(model) }
    if let vectors { machine["vectors"] = .string(vectors) }
    self.machine = machine
  }

  private static func package(_ name: String, _ version: String) -> String { "pkg:generic/\(name)@\(version)" }

  /// The version of the language's compiler, as far as a program can be asked: the clang in it says the rest.
  private static let swift: String = {
    #if compiler(>=6.4)
      "6.4"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }()

  private static let clang = String(cString: compiler_version())
}
