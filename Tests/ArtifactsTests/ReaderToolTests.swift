import Artifacts
import SystemPackage
import TestSupport
import Testing

/// The tools that people open artifacts with: h5py, h5dump and xarray read the labels, and a script computes the address.
@Suite struct ReaderToolTests {
  private let folder: TemporaryFolder
  private let python = Program(at: "/usr/bin/python3")

  init() throws {
    folder = try TemporaryFolder()
  }

  private func file(_ artifact: Artifact) throws -> String {
    let path = folder.path.appending("a.h5").string
    try artifact.write(toFile: path)
    return path
  }

  /// The repository: three folders above this file.
  private var repository: FilePath {
    FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
  }

  @Test func `The test vector's address and content are as documented`() throws {
    let text = String(decoding: try readBytes(repository.appending("Documentation/artifact-format.md")), as: UTF8.self)
    let vector = try testVector()
    #expect(text.contains(vector.canonicalContent.replacing("pipeline artifact 1\n", with: "")))
    #expect(text.contains("`\(vector.address)`"))
  }

  @Test func `The documented script computes the same addresses`() async throws {
    let script = repository.appending("Documentation/artifact_address.py").string
    for artifact in [try testVector(), try everything(), Artifact()] {
      let outcome = try await python.run([script, try file(artifact)])
      #expect(outcome.errors == "")
      #expect(outcome == .init(output: "\(artifact.address)\n", errors: "", status: 0))
    }
  }

  @Test func `Attributes of the file's form are no content, to the reader, the writer and the script alike`()
    async throws
  {
    let names = [
      "CLASS", "NAME", "DIMENSION_LIST", "DIMENSION_LABELS", "REFERENCE_LIST", "_Netcdf4Dimid", "_Netcdf4Coordinates",
      "_Netcdf4Other", "_NCProperties", "_NC", "_nc3_strict", "_nc3", "_pipeline_statements", "_pipeline",
    ]
    let content = ["_Nc", "_netcdf4", "class", "NAMES", "x_NC", "pipeline_x"]
    let path = try file(try testVector())
    let add = "import sys, h5py\nwith h5py.File(sys.argv[1], 'a') as f:\n  for n in sys.argv[2:]: f.attrs[n] = 'x'\n"
    #expect(try await python.run(["-c", add, path] + names).status == 0)
    #expect(try Artifact(contentsOf: path).address == testVector().address)
    let script = repository.appending("Documentation/artifact_address.py").string
    #expect(try await python.run([script, path]).output == "\(try testVector().address)\n")
    for name in names {
      #expect(throws: ArtifactError.self) {
        try Artifact(attributes: [name: .string("x")]).write(toFile: folder.path.appending("b.h5").string)
      }
    }
    // What only looks like it is content.
    #expect(try await python.run(["-c", add, path] + content).status == 0)
    let read = try Artifact(contentsOf: path)
    #expect(Set(read.attributes.keys) == Set(content + ["title"]))
    #expect(try await python.run([script, path]).output == "\(read.address)\n")
  }

  @Test func `h5dump shows names, values and attributes`() async throws {
    let outcome = try await Program(at: "/usr/bin/h5dump").run(["-d", "/matrix", try file(try everything())])
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    #expect(outcome.output.contains("H5T_IEEE_F64LE"))
    #expect(outcome.output.contains("DATASPACE  SIMPLE { ( 2, 3 ) / ( 2, 3 ) }"))
    #expect(outcome.output.contains("\"m s-1\""))
    #expect(outcome.output.contains("(0,0): 1, -0, nan,"))
  }

  @Test func `xarray shows dimensions, coordinates, units and descriptions`() async throws {
    let script = """
      import sys, xarray
      data = xarray.open_dataset(sys.argv[1], engine="h5netcdf")
      print(sorted(data.sizes.items()), sorted(data.coords), data.title)
      for name in ["matrix", "eta", "scalar", "labels", "empty"]:
          array = data[name]
          print(name, array.dims, array.dtype, array.attrs.get("units"), array.attrs.get("long_name"))
      print(data.matrix.sel(eta=0.2).values, data.texts.values[1], float(data.scalar), data.labels.flag_meanings)
      inner = xarray.open_dataset(sys.argv[1], engine="h5netcdf", group="inner")
      print(inner.runs.dims, inner.eta.values)
      """
    let outcome = try await python.run(["-c", script, try file(try everything())])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      outcome.output == """
        [('eta', 3), ('none', 0), ('step', 2)] ['eta'] Everything, with ünïcödé 😀
        matrix ('step', 'eta') float64 m s-1 a matrix
        eta ('eta',) float64 1 learning rate
        scalar () float64 1 a single value
        labels ('step',) int8 None regime
        empty ('none', 'eta') float64 None None
        [-0.e+000  5.e-324] ünï 2.5 calm wild
        ('eta', 'run') [1. 2.]

        """
    )
  }
}
