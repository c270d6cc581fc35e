import Artifacts
import SystemPackage
import TestSupport
import Testing

@Suite struct ArtifactFileTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func path(_ name: String) -> String { folder.path.appending(name).string }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch {
      return "\(error)".replacing(folder.path.string, with: "FOLDER")
    }
  }

  @Test func `What is written is read back`() throws {
    let artifact = try everything()
    try artifact.write(toFile: path("a.h5"))
    let copy = try Artifact(contentsOf: path("a.h5"))
    // NaN is not equal to itself, so the canonical content is compared: it holds every name and every value.
    #expect(copy.canonicalContent == artifact.canonicalContent)
    #expect(copy["texts"]?.values == .string(["", "ünï", "a\nb"]))
    #expect(copy["matrix"]?.units == "m s-1")
    #expect(copy["matrix"]?.dimensions == ["step", "eta"])
    #expect(copy["empty"]?.shape == [0, 3])
    #expect(copy["step"] == nil)
  }

  @Test func `The same artifact gives the same bytes, in whatever order it was put together`() async throws {
    let first = try everything()
    var second = Artifact(attributes: first.attributes)
    for (name, group) in first.groups { try second.add(group, as: name) }
    for (name, variable) in first.variables.sorted(by: { $0.key > $1.key }) { try second.add(variable, as: name) }
    try first.write(toFile: path("a.h5"))
    // Times in a file have seconds: let one pass, so that a timestamp would show.
    try await Task.sleep(for: .seconds(1.1))
    try second.write(toFile: path("b.h5"))
    #expect(first.address == second.address)
    #expect(try readBytes(FilePath(path("a.h5"))) == readBytes(FilePath(path("b.h5"))))
  }

  @Test(arguments: ["CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", "", "a b", "a/b"])
  func `An attribute that the file format reserves, or that is no name, is not written`(name: String) {
    let artifact = Artifact(attributes: [name: .string("x")])
    #expect(message { try artifact.write(toFile: path("a.h5")) } != "no error")
  }

  @Test func `A text with a zero byte is not written`() {
    let artifact = Artifact(attributes: ["a": .string("x\0y")])
    #expect(
      message { try artifact.write(toFile: path("a.h5")) } == "writing the attribute 'a': a text holds a zero byte"
    )
  }

  @Test func `A file that cannot be made or read says why`() throws {
    #expect(
      message { try Artifact().write(toFile: path("no/a.h5")) }.hasPrefix("cannot write FOLDER/no/a.h5: ")
    )
    #expect(message { _ = try Artifact(contentsOf: path("none.h5")) }.contains("No such file or directory"))
    try folder.write("not HDF5 at all", to: "text.h5")
    #expect(message { _ = try Artifact(contentsOf: path("text.h5")) }.hasPrefix("cannot read FOLDER/text.h5: "))
    try folder.write("", to: "empty.h5")
    #expect(message { _ = try Artifact(contentsOf: path("empty.h5")) }.hasPrefix("cannot read FOLDER/empty.h5: "))
  }

  @Test func `A file that was cut short is refused`() throws {
    try everything().write(toFile: path("a.h5"))
    let bytes = try readBytes(FilePath(path("a.h5")))
    for count in stride(from: 0, to: bytes.count, by: 4_999) {
      try folder.write(Array(bytes[..<count]), to: "cut.h5")
      #expect(message { _ = try Artifact(contentsOf: path("cut.h5")) }.hasPrefix("cannot read FOLDER/cut.h5"))
    }
  }
}

/// Files that are HDF5 but no artifacts, made by h5py.
@Suite struct ForeignFileTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  @Test(arguments: [
    ("f['a'] = h5py.SoftLink('/b')", "/a is a link"),
    ("f['a'] = h5py.ExternalLink('/etc/passwd', '/')", "/a is a link"),
    ("f['a'] = numpy.array([(1, 2.0)], 'i4,f8')", "/a has a type that artifacts do not use"),
    ("f['a'] = numpy.uint64(7)", "/a has a type that artifacts do not use"),
    ("f.create_dataset('a', data=[1.0], dtype='>f8')", "/a has a type that artifacts do not use"),
    ("f.create_dataset('a', data=[1.0], dtype='f2')", "/a has a type that artifacts do not use"),
    ("f['a'] = numpy.bytes_('fixed')", "/a has a type that artifacts do not use"),
    ("f['a'] = numpy.dtype('f8')", "/a is neither an array nor a group"),
    ("f['a'] = h5py.Empty('f8')", "/a has no shape"),
    ("f['a'] = numpy.zeros(3)", "/a: dimension 0 has no name"),
    ("f['a'] = numpy.zeros([1] * 9)", "/a has rank 9"),
    ("f['a b'] = 1.0", "'a b' is not a name of letters, digits and _.+- that begins with a letter"),
    ("f.attrs['a b'] = 1.0", "'a b' is not a name of letters, digits and _.+- that begins with a letter"),
    ("f.attrs['a'] = numpy.zeros((2, 2))", "@a has rank 2"),
    ("f.create_dataset('a', data=numpy.zeros(9), compression='gzip')", "/a is not laid out contiguously"),
    ("f.create_dataset('a', (1,), 'f8', external=[('/etc/passwd', 0, 8)])", "/a is not laid out contiguously"),
    ("f['a'] = numpy.zeros(2); f['a'].make_scale('a'); f['g/a'] = 1.0; f['g/g'] = f['g']", "nested too deep"),
    ("f.create_dataset('a', (10**12,), 'f8')", "/a: the file claims to hold more than it has room for"),
    (
      "g = f.create_group('g'); [g.__setitem__(n, g) for n in 'abcdefgh']",
      "the file claims to hold more than it has room for"
    ),
    (
      "g = f.create_group('g')\n    for i in range(9): h = g; g = g.create_group('g'); h['h'] = g",
      "the file claims to hold more than it has room for"
    ),
  ])
  func `What artifacts do not use is refused`(code: String, message: String) async throws {
    let file = folder.path.appending("a.h5")
    let script = "import h5py, numpy\nwith h5py.File('\(file)', 'w') as f:\n    \(code)\n"
    let made = try await Program(at: "/usr/bin/python3").run(["-c", script])
    try #require(made.status == 0, "\(made.errors)")
    let error = #expect(throws: ArtifactError.self) { try Artifact(contentsOf: file.string) }
    #expect(error?.description.hasSuffix(message) == true, "\(error?.description ?? "")")
  }
}
