import Artifacts
import SystemPackage
import TestSupport
import Testing

/// HDF5 files that claim to be larger than they are, that take long to read, or that are no files at all.
@Suite struct HostileArraysTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private var file: FilePath { folder.path.appending("a.h5") }

  private func write(_ lines: String) async throws {
    let body = lines.split(separator: "\n").map { "  \($0)\n" }.joined()
    let script = "import h5py, numpy as np\nwith h5py.File('\(file)', 'w') as f:\n\(body)"
    let outcome = try await Program(at: "/usr/bin/python3").run(["-c", script], in: folder.path)
    try #require(outcome.status == 0, "\(outcome.errors)")
  }

  @Test(arguments: [
    // Nothing is stored of it but the number that fills it.
    "f.create_dataset('a', (900_000_000,), 'f8', chunks=True, fillvalue=1.0)",
    "f.create_dataset('a', (900_000_000,), 'f8', fillvalue=1.0)",
    "d = f.create_dataset('a', (900_000_000,), 'f8', chunks=(1000,), compression='gzip'); d[:1000] = 0",
    "f.create_dataset('a', data=np.zeros(40_000_000), chunks=(40_000_000,), compression='gzip', compression_opts=9)",
    "f['a'] = np.zeros(30_000_000, 'i1'); f.create_dataset('b', (5 * 10**9,), 'i1', chunks=True)",
    // Each is small enough; all of them are not.
    "for i in range(40): f.create_dataset(f'a{i}', (10**6,), 'f8', chunks=True)",
    // Many texts that are one in the file.
    """
    t = f.create_dataset('t', (1,), h5py.string_dtype()); t[0] = 'x' * 1_000_000
    f.create_dataset('a', (3000,), 'S1000000', chunks=(1,), compression='gzip')
    """,
  ])
  func `A file that becomes many times its size in memory is refused`(lines: String) async throws {
    try await write(lines)
    let error = #expect(throws: ArtifactError.self) { try Artifact(importing: file.string, named: "a.h5") }
    #expect(error?.description.contains("take more than") == true, "\(error?.description ?? "")")
  }

  @Test func `What is compressed within reason is read`() async throws {
    try await write("f.create_dataset('a', data=np.zeros(10_000_000), chunks=True, compression='gzip')")
    #expect(try Artifact(importing: file.string, named: "a.h5")["a"]?.shape == [10_000_000])
  }

  @Test(arguments: [
    """
    layout = h5py.VirtualLayout((3,), 'f8'); layout[:] = h5py.VirtualSource('b.h5', 'x', shape=(3,))
    f.create_virtual_dataset('a', layout)
    """,
    "f.create_dataset('a', (3,), 'f8', external=[('/etc/passwd', 0, 24)])",
    """
    p = h5py.h5p.create(h5py.h5p.DATASET_CREATE); p.set_chunk((9,)); p.set_deflate(9); p.set_deflate(9)
    h5py.h5d.create(f.id, b'a', h5py.h5t.NATIVE_DOUBLE, h5py.h5s.create_simple((9,)), p)
    """,
  ])
  func `Arrays of other files, and those that are compressed twice, are refused`(lines: String) async throws {
    try await write(lines)
    let error = #expect(throws: ArtifactError.self) { try Artifact(importing: file.string, named: "a.h5") }
    #expect(error?.description == "a.h5/a is compressed by a filter other than gzip, or lies in another file")
  }

  @Test func `A text that claims to be longer than its file takes no memory`() async throws {
    try await write("f.attrs['a'] = 'x' * 12345")
    var bytes = try readBytes(file)
    // The length of a text stands before the place where it lies.
    let length: [UInt8] = [0x39, 0x30, 0, 0]
    let places = bytes.indices.dropLast(4).filter { Array(bytes[$0..<$0 + 4]) == length }
    try #require(!places.isEmpty)
    for place in places { bytes.replaceSubrange(place..<place + 4, with: [0, 0, 0, 0xf0]) }
    try folder.write(bytes, to: "a.h5")
    #expect(throws: ArtifactError.self) { try Artifact(importing: file.string, named: "a.h5") }
  }

  @Test func `A FIFO, a device and a folder are refused, and not waited for`() async throws {
    let made = try await Program(at: "/usr/bin/mkfifo").run([file.string])
    try #require(made.status == 0)
    for path in [file.string, "/dev/zero", folder.path.string] {
      let error = #expect(throws: ArtifactError.self) { try Artifact(contentsOf: path) }
      #expect(error?.description.hasPrefix("cannot read \(path): it is ") == true)
      #expect(error?.description.hasSuffix("not a regular file") == true, "\(error?.description ?? "")")
      #expect(throws: ArtifactError.self) { try Artifact(importing: path, named: "a.h5") }
      #expect(throws: ArtifactError.self) { try EmbeddedStatements.read(from: path) }
      #expect(throws: ArtifactError.self) { try EmbeddedStatements.write("x", into: path) }
    }
  }

  @Test func `Thousands of arrays that share a dimension take a time linear in their number`() async throws {
    func seconds(_ count: Int) async throws -> Double {
      try await write("for i in range(\(count)): f['v%d' % i] = [float(i)]")
      return try leastProcessorSeconds(of: 1) {
        let artifact = try Artifact(importing: file.string, named: "a.h5")
        try artifact.write(toFile: file.string)
        #expect(try Artifact(contentsOf: file.string) == artifact)
        #expect(artifact.variables.count == count)
        #expect(artifact["v1"]?.dimensions == ["length_1"])
      }
    }
    let few = try await seconds(500)
    // Sixteen times as many took 250 times as long when the time was quadratic.
    #expect(try await seconds(8000) < 64 * few + 1)
  }

  @Test func `An array of another group has the dimensions of the groups above it`() async throws {
    try await write(
      """
      f['step'] = [1.0, 2.0]
      f['step'].make_scale('step')
      f['g/loss'] = [3.0, 4.0]
      f['g/loss'].dims[0].attach_scale(f['step'])
      f['a/loss'] = [3.0, 4.0]
      f['z/own'] = [1.0, 2.0]
      f['z/own'].make_scale('own')
      f['a/loss'].dims[0].attach_scale(f['z/own'])
      """
    )
    let artifact = try Artifact(importing: file.string, named: "a.h5")
    #expect(artifact.groups["g"]?["loss"]?.dimensions == ["step"])
    #expect(artifact.groups["a"]?["loss"]?.dimensions == ["own"])
  }
}
