import Artifacts
import SystemPackage
import TestSupport
import Testing

/// HDF5 files of other programs, written by h5py and xarray, as artifacts.
@Suite struct ImportTests {
  private let folder: TemporaryFolder
  private let python = Program(at: "/usr/bin/python3")

  init() throws {
    folder = try TemporaryFolder()
  }

  /// Imports what lines of Python write into the open file `f`.
  private func imported(_ lines: String) async throws -> Artifact {
    let path = folder.path.appending("a.h5").string
    let body = lines.split(separator: "\n").map { "  \($0)\n" }.joined()
    let script = "import h5py, numpy as np\nwith h5py.File('\(path)', 'w') as f:\n\(body)"
    let outcome = try await python.run(["-W", "error", "-c", script], in: folder.path)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try Artifact(importing: path, named: "a.h5")
  }

  private func complaint(_ lines: String) async throws -> String {
    do {
      _ = try await imported(lines)
      return ""
    } catch let error as ArtifactError {
      return error.description
    }
  }

  @Test func `Dimensions without names have those of their lengths, so that arrays share them`() async throws {
    let artifact = try await imported("f['x'] = np.arange(3.)\nf['y'] = np.zeros((2, 3, 3))\nf['g/z'] = np.arange(2.)")
    #expect(artifact["x"]?.dimensions == ["length_3"])
    #expect(artifact["x"]?.values == .float64([0, 1, 2]))
    #expect(artifact["y"]?.dimensions == ["length_2", "length_3", "length_3_2"])
    #expect(artifact.groups["g"]?["z"]?.dimensions == ["length_2"])
  }

  @Test func `Labels and scales name dimensions, and an array named as one is its coordinate`() async throws {
    let artifact = try await imported(
      """
      f['step'] = np.arange(3)
      f['loss'] = np.zeros((2, 3), 'f4')
      f['loss'].dims[0].label = 'seed'
      f['loss'].dims[1].label = 'step'
      f['eta'] = [0.5, 1.0]
      f['eta'].make_scale()
      f['gain'] = [1.0, 2.0]
      f['gain'].dims[0].attach_scale(f['eta'])
      """
    )
    #expect(artifact["step"]?.dimensions == ["step"])
    #expect(artifact["loss"]?.dimensions == ["seed", "step"])
    #expect(artifact["loss"]?.values.typeName == "float32")
    #expect(artifact["gain"]?.dimensions == ["eta"])
    #expect(artifact["eta"]?.dimensions == ["eta"])
  }

  @Test func `Numbers become the type of artifacts that holds all of them`() async throws {
    let artifact = try await imported(
      """
      f['half'] = np.array([0.5, 65504.0], 'f2')
      f['big'] = np.array([1.5], '>f8')
      f['short'] = np.array([-32768], 'i2')
      f['byte'] = np.array([255], 'u1')
      f['word'] = np.array([65535], 'u2')
      f['unsigned'] = np.array([4294967295], 'u4')
      f['long'] = np.array([-9223372036854775808], '>i8')
      f['truth'] = np.array([True, False])
      f.attrs['flag'] = True
      f.attrs['count'] = np.uint16(7)
      """
    )
    #expect(artifact["half"]?.values == .float32([0.5, 65504]))
    #expect(artifact["big"]?.values == .float64([1.5]))
    #expect(artifact["short"]?.values == .int32([-32768]))
    #expect(artifact["byte"]?.values == .int32([255]))
    #expect(artifact["word"]?.values == .int32([65535]))
    #expect(artifact["unsigned"]?.values == .int64([4_294_967_295]))
    #expect(artifact["long"]?.values == .int64([.min]))
    #expect(artifact["truth"]?.values == .int8([1, 0]))
    #expect(artifact.attributes["flag"]?.values == .int8([1]))
    #expect(artifact.attributes["count"]?.values == .int32([7]))
  }

  @Test func `Texts of every form are texts`() async throws {
    let artifact = try await imported(
      """
      f['fixed'] = np.array([b'one', b'three'])
      f['ascii'] = np.array(['a', 'bc'], dtype=h5py.string_dtype('ascii'))
      f['unicode'] = np.array(['η', ''], dtype=h5py.string_dtype())
      f['padded'] = np.array(['ab'], dtype=h5py.string_dtype('utf-8', 5))
      f.attrs['fixed'] = np.bytes_('word')
      """
    )
    #expect(artifact["fixed"]?.values == .string(["one", "three"]))
    #expect(artifact["ascii"]?.values == .string(["a", "bc"]))
    #expect(artifact["unicode"]?.values == .string(["η", ""]))
    #expect(artifact["padded"]?.values == .string(["ab"]))
    #expect(artifact.attributes["fixed"]?.text == "word")
  }

  @Test func `Chunks, compression and timestamps do not matter to the address`() async throws {
    let plain = try await imported("f['x'] = np.arange(1000.)")
    let other = try await imported(
      "f.create_dataset('x', data=np.arange(1000.), chunks=(7,), maxshape=(None,), compression='gzip', shuffle=True, "
        + "fletcher32=True, track_times=True)"
    )
    #expect(plain.address == other.address)
    let path = folder.path.appending("b.h5").string
    try other.write(toFile: path)
    #expect(try Artifact(contentsOf: path).address == plain.address)
  }

  @Test func `A data set that xarray writes is imported with its labels`() async throws {
    let path = folder.path.appending("x.nc").string
    let script = """
      import numpy as np, xarray as xr
      xr.Dataset({'loss': (('seed', 'step'), np.ones((2, 3)), {'units': '1'}), 'name': (('seed',), ['a', 'b'])},
                 coords={'step': [0, 10, 20]}, attrs={'title': 'T'}).to_netcdf('\(path)', engine='h5netcdf')
      """
    let outcome = try await python.run(["-c", script])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let artifact = try Artifact(importing: path, named: "x.nc")
    #expect(artifact["loss"]?.dimensions == ["seed", "step"])
    #expect(artifact["loss"]?.units == "1")
    #expect(artifact["step"]?.values == .int64([0, 10, 20]))
    #expect(artifact["name"]?.values == .string(["a", "b"]))
    #expect(artifact.attributes["title"]?.text == "T")
  }

  @Test(arguments: [
    (
      "f['z'] = [1j]",
      "a.h5/z has a type that artifacts do not hold (they hold numbers and texts); write complex numbers"
    ),
    ("f['u'] = np.array([1], 'u8')", "a.h5/u has a type that artifacts do not hold"),
    ("f['x'] = [1.0]\nf['y'] = h5py.SoftLink('/x')", "a.h5/y is a link"),
    ("f['y'] = h5py.ExternalLink('/etc/passwd', '/x')", "a.h5/y is a link"),
    (
      "f.create_dataset('x', data=[1.0], external='raw.bin')",
      "a.h5/x is compressed by a filter other than gzip, or lies in"
    ),
    (
      "f.create_dataset('x', data=np.arange(9.), compression='lzf')", "a.h5/x is compressed by a filter other than gzip"
    ),
    ("f['two words'] = 1.0", "'two words' is not a name of letters"),
    ("f['x'] = h5py.Empty('f')", "a.h5/x has no shape"),
    ("f.attrs['m'] = np.zeros((2, 2))", "a.h5@m has rank 2"),
    (
      "f['x'] = np.zeros((2, 3))\nf['x'].dims[0].label = 'n'\nf['y'] = np.zeros(3)\nf['y'].dims[0].label = 'n'",
      "dimension 'n' has length 3 in 'y' and 2 in 'x'"
    ),
  ])
  func `What an artifact cannot hold is refused by name`(lines: String, message: String) async throws {
    let complaint = try await complaint(lines)
    #expect(complaint.hasPrefix(message), "\(complaint)")
  }
}
