internal import CLibHDF5

/// What netCDF-4 adds to HDF5 by convention.
enum NetCDF {
  /// How the name of a dimension without coordinates begins.
  static let bareDimension = "This is a netCDF dimension but not a netCDF variable."
  private static let scaleAttributes: Set = ["CLASS", "NAME", "DIMENSION_LIST", "DIMENSION_LABELS", "REFERENCE_LIST"]
  private static let ownPrefixes = ["_Netcdf4", "_NC", "_nc3", "_pipeline"]

  /// Whether an attribute of this name belongs to the form of the file and not to its content: those of dimension
  /// scales, and those that begin as netCDF-4's own and this program's do. `Documentation/artifact-format.md` states the same rule.
  static func isPlumbing(_ name: String) -> Bool {
    scaleAttributes.contains(name) || ownPrefixes.contains { name.hasPrefix($0) }
  }
}

/// A dimension scale, and the axes that it belongs to.
///
/// The library's own `H5DSattach_scale` reads and rewrites the list of a scale's users for each of them: thousands of
/// arrays that share a dimension would take a time quadratic in their number. These attributes are written at once, in
/// the form that the specification of dimension scales gives.
struct DimensionScale {
  /// A reference to the scale.
  let reference: hobj_ref_t
  /// A reference and an axis for each user.
  private var users: [(array: hobj_ref_t, axis: Int)] = []

  /// A scale that no array has yet.
  init(_ reference: hobj_ref_t) {
    self.reference = reference
  }

  /// Adds an axis of an array.
  mutating func add(_ array: hobj_ref_t, axis: Int) {
    users.append((array, axis))
  }

  /// A reference to an open array.
  static func reference(to dataset: hid_t, named name: String) throws(ArtifactError) -> hobj_ref_t {
    var reference: hobj_ref_t = 0
    try HDF5.check(H5Rcreate(&reference, dataset, ".", H5R_OBJECT, -1), "referring to '\(name)'")
    return reference
  }

  /// Writes which scale each axis of an array has: `DIMENSION_LIST`, for each axis a list of one reference.
  static func write(_ scales: [hobj_ref_t], asThoseOf dataset: hid_t, named name: String) throws(ArtifactError) {
    guard !scales.isEmpty else { return }
    let doing = "giving '\(name)' its dimensions"
    try HDF5.with(H5Tvlen_create(h5_object_reference()), closing: H5Tclose, doing) { type throws(ArtifactError) in
      try withAttribute("DIMENSION_LIST", type, [scales.count], on: dataset) { attribute throws(ArtifactError) in
        var references = scales
        let status = references.withUnsafeMutableBufferPointer { references in
          let lists = references.indices.map { axis in hvl_t(len: 1, p: references.baseAddress.map { $0 + axis }) }
          return lists.withUnsafeBytes { H5Awrite(attribute, type, $0.baseAddress) }
        }
        try HDF5.check(status, doing)
      }
    }
  }

  /// Writes which axes have this scale: `REFERENCE_LIST`, for each a reference to the array and the number of the axis.
  func writeUsers(to scale: hid_t, named name: String) throws(ArtifactError) {
    guard !users.isEmpty else { return }
    let doing = "listing what has the dimension '\(name)'"
    // The reference, and the axis as a little-endian int32 with padding behind it that is zero.
    let entries = users.flatMap { [UInt64($0.array), UInt64($0.axis)] }
    try HDF5.with(H5Tcreate(H5T_COMPOUND, 16), closing: H5Tclose, doing) { type throws(ArtifactError) in
      try HDF5.check(H5Tinsert(type, "dataset", 0, h5_object_reference()), doing)
      try HDF5.check(H5Tinsert(type, "dimension", 8, h5_std_i32le()), doing)
      try withAttribute("REFERENCE_LIST", type, [users.count], on: scale) { attribute throws(ArtifactError) in
        try HDF5.check(entries.withUnsafeBytes { H5Awrite(attribute, type, $0.baseAddress) }, doing)
      }
    }
  }
}
