import Artifacts
import SystemPackage
import TestSupport
import Testing

/// Packed numbers of netCDF files, which mean other numbers than those that are stored.
@Suite struct PackedValuesTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  /// The array `a` with these values and attributes, as it is imported.
  private func imported(_ values: String, _ attributes: String) async throws -> Variable? {
    let path = folder.path.appending("a.nc").string
    let script = """
      import h5py, numpy as np
      with h5py.File('\(path)', 'w') as f:
        f['a'] = \(values)
        for name, value in dict(\(attributes)).items(): f['a'].attrs[name] = value
      """
    let outcome = try await Program(at: "/usr/bin/python3").run(["-c", script], in: folder.path)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return try Artifact(importing: path, named: "a.nc")["a"]
  }

  private func texts(_ variable: Variable?) -> [String] {
    variable?.values.doubles?.map { $0.isNaN ? "missing" : "\($0)" } ?? []
  }

  @Test(arguments: [
    (
      "np.array([10, 20, -9999], 'i2')", "scale_factor=0.1, _FillValue=np.int16(-9999)", ["1.0", "2.0", "missing"],
      "float64"
    ),
    (
      "np.array([1, 2, 3], 'i2')", "add_offset=100.0, missing_value=np.int16(2)", ["101.0", "missing", "103.0"],
      "float64"
    ),
    ("np.array([1, 2, 3], 'i4')", "_FillValue=np.int32(-1)", ["1.0", "2.0", "3.0"], "int32"),
    ("np.array([1, -1, 3], 'i4')", "_FillValue=np.int32(-1)", ["1.0", "missing", "3.0"], "float64"),
    ("np.array([1e20, 3], 'f4')", "missing_value=np.float32(1e20)", ["missing", "3.0"], "float32"),
    ("np.array([1e20, 3], 'f4')", "missing_value=1e20", ["missing", "3.0"], "float32"),
    ("np.array([0.5, 7.0, -7.0])", "valid_range=[0.0, 1.0]", ["0.5", "missing", "missing"], "float64"),
    ("np.array([0.5, 7.0, -7.0])", "valid_min=0.0", ["0.5", "7.0", "missing"], "float64"),
    ("np.array([1, 5, 9], 'i1')", "valid_max=np.int8(5), scale_factor=2.0", ["2.0", "10.0", "missing"], "float64"),
    ("np.array([1, 5, 9], 'i1')", "valid_max=12.0, scale_factor=2.0", ["2.0", "10.0", "missing"], "float64"),
    ("np.array([-1, 5], 'i1')", "_Unsigned='true'", ["255.0", "5.0"], "int32"),
    ("np.array([-1, 5], 'i2')", "_Unsigned='true'", ["65535.0", "5.0"], "int32"),
    (
      "np.array([-2, 5, -1], 'i4')", "_Unsigned='true', _FillValue=np.int32(-1)", ["4294967294.0", "5.0", "missing"],
      "float64"
    ),
    ("np.array([-1, 5], 'i1')", "_Unsigned='false'", ["-1.0", "5.0"], "int8"),
    ("np.array([1.0, np.nan])", "_FillValue=np.nan", ["1.0", "missing"], "float64"),
    ("np.array([1.0, np.inf])", "_FillValue=-1.0", ["1.0", "inf"], "float64"),
  ])
  func `Packed numbers are decoded by the CF conventions`(
    values: String,
    attributes: String,
    expected: [String],
    type: String
  ) async throws {
    let variable = try await imported(values, attributes + ", units='m'")
    #expect(texts(variable) == expected)
    #expect(variable?.values.typeName == type)
    #expect(variable?.attributes.keys.sorted() == ["units"], "attributes that were decoded are removed")
  }

  @Test(arguments: [
    ("np.array([1])", "scale_factor='two'", "a.nc/a@scale_factor is not a number"),
    ("np.array([1])", "add_offset=[1.0, 2.0]", "a.nc/a@add_offset is not one number"),
    ("np.array([1])", "valid_range=[1.0]", "a.nc/a@valid_range is not two numbers"),
    ("np.array([1], 'i1')", "_Unsigned='perhaps'", "a.nc/a@_Unsigned is neither 'true' nor 'false'"),
    ("np.array([-1], 'i8')", "_Unsigned='true'", "a.nc/a holds the unsigned number 18446744073709551615, beyond int64"),
    (
      "np.array([-1, 2**53 + 1])", "_FillValue=-1",
      "a.nc/a has missing values, for which its numbers become doubles, and 9007199254740993 is beyond 2^53"
    ),
  ])
  func `Packing that the conventions do not know is refused by name`(
    values: String,
    attributes: String,
    message: String
  ) async throws {
    let error = await #expect(throws: ArtifactError.self) { try await imported(values, attributes) }
    #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
  }

  @Test func `Texts and the attributes of groups are left alone`() async throws {
    let variable = try await imported("np.array([b'x'])", "_FillValue='y'")
    #expect(variable?.values == .string(["x"]))
    #expect(variable?.attributes["_FillValue"]?.text == "y")
  }
}
