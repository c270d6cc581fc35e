internal import CLibHDF5

extension Artifact {
  /// Writes the artifact as HDF5 in the form of netCDF-4: dimension scales, no timestamps, contiguous layout. The
  /// same artifact gives the same bytes under one version of libhdf5.
  ///
  /// - Throws: what the library says; the file may then be incomplete.
  public func write(to path: String) throws(ArtifactError) {
    HDF5.silence()
    let creation = try HDF5Handle(H5Pcreate(h5_file_create_class()), closing: H5Pclose, "creating a file")
    try HDF5.check(H5Pset_obj_track_times(creation.id, false), "turning timestamps off")
    let access = try HDF5.fileAccess()
    try HDF5.check(
      H5Pset_libver_bounds(access.id, H5F_LIBVER_V18, H5F_LIBVER_V110),
      "fixing the version of the format"
    )
    let file = try HDF5Handle(
      H5Fcreate(path, h5_truncate(), creation.id, access.id),
      closing: H5Fclose,
      "cannot create \(path)"
    )
    try write(into: file.id)
    try file.closeFile("cannot write \(path)")
  }

  private func write(into group: hid_t) throws(ArtifactError) {
    for (name, attribute) in attributes.sorted(by: { $0.key < $1.key }) {
      try attribute.write(name, on: group)
    }
    // Coordinates first: the others refer to them.
    for (name, length) in dimensions {
      if let coordinate = variables[name] {
        let dataset = try coordinate.write(name, into: group)
        try HDF5.check(H5DSset_scale(dataset.id, name), "making '\(name)' a dimension")
      } else {
        try Self.writeBareDimension(name, length, into: group)
      }
    }
    for (name, variable) in variables.sorted(by: { $0.key < $1.key }) where variable.dimensions != [name] {
      let dataset = try variable.write(name, into: group)
      for (axis, dimension) in variable.dimensions.enumerated() {
        let scale = try HDF5Handle(
          H5Dopen2(group, dimension, hid_t(H5P_DEFAULT)),
          closing: H5Dclose,
          "opening the dimension '\(dimension)'"
        )
        try HDF5.check(
          H5DSattach_scale(dataset.id, scale.id, UInt32(axis)),
          "giving '\(name)' the dimension '\(dimension)'"
        )
      }
    }
    for (name, child) in groups.sorted(by: { $0.key < $1.key }) {
      let creation = try HDF5Handle(H5Pcreate(h5_group_create_class()), closing: H5Pclose, "creating a group")
      try HDF5.check(H5Pset_obj_track_times(creation.id, false), "turning timestamps off")
      let handle = try HDF5Handle(
        H5Gcreate2(group, name, hid_t(H5P_DEFAULT), creation.id, hid_t(H5P_DEFAULT)),
        closing: H5Gclose,
        "creating the group '\(name)'"
      )
      try child.write(into: handle.id)
    }
  }

  /// A dimension without coordinates, as netCDF-4 writes it: a scale whose name says that it holds no values.
  private static func writeBareDimension(_ name: String, _ length: Int, into group: hid_t) throws(ArtifactError) {
    let dataset = try makeDataset(name, h5_ieee_f32le(), [length], into: group)
    let digits = String(length)
    let padded = String(repeating: " ", count: max(0, 10 - digits.count)) + digits
    try HDF5.check(
      H5DSset_scale(dataset.id, NetCDF.bareDimension + padded),
      "making '\(name)' a dimension"
    )
  }
}

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

extension Variable {
  fileprivate func write(_ name: String, into group: hid_t) throws(ArtifactError) -> HDF5Handle {
    let type = try values.fileType()
    let dataset = try makeDataset(name, type.id, shape, into: group)
    if values.count > 0 {
      try values.transfer("writing '\(name)'") { memoryType, pointer in
        H5Dwrite(dataset.id, memoryType, hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT), pointer)
      }
    }
    for (attributeName, attribute) in attributes.sorted(by: { $0.key < $1.key }) {
      try attribute.write(attributeName, on: dataset.id)
    }
    return dataset
  }
}

extension Attribute {
  fileprivate func write(_ name: String, on object: hid_t) throws(ArtifactError) {
    try Artifact.expectName(name)
    guard !NetCDF.isPlumbing(name) else { throw ArtifactError("'\(name)' is reserved by the file format") }
    try writePlumbing(name, on: object)
  }

  /// Writes an attribute of any name.
  func writePlumbing(_ name: String, on object: hid_t) throws(ArtifactError) {
    let type = try values.fileType()
    let space = try makeSpace(isList ? [values.count] : [])
    let attribute = try HDF5Handle(
      H5Acreate2(object, name, type.id, space.id, hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT)),
      closing: H5Aclose,
      "creating the attribute '\(name)'"
    )
    guard values.count > 0 else { return }
    try values.transfer("writing the attribute '\(name)'") { memoryType, pointer in
      H5Awrite(attribute.id, memoryType, pointer)
    }
  }
}

extension Values {
  /// The type in the file, which is the same on every machine.
  fileprivate func fileType() throws(ArtifactError) -> HDF5Handle {
    if case .string = self { return try HDF5.textType() }
    let type =
      switch self {
      case .float32: h5_ieee_f32le()
      case .int64: h5_std_i64le()
      case .int32: h5_std_i32le()
      case .int8: h5_std_i8le()
      default: h5_ieee_f64le()
      }
    return try HDF5Handle(H5Tcopy(type), closing: H5Tclose, "choosing a type")
  }

  /// Hands the values to a call of the library, with their type in memory.
  fileprivate func transfer(
    _ doing: String,
    _ call: (hid_t, UnsafeRawPointer?) -> herr_t
  ) throws(ArtifactError) {
    let status: herr_t
    if case .string(let texts) = self {
      let type = try HDF5.textType()
      // The library wants an array of C strings; all of them stay alive in one buffer.
      var offsets: [Int] = []
      var buffer: [CChar] = []
      for text in texts {
        guard !text.utf8.contains(0) else { throw ArtifactError("\(doing): a text holds a zero byte") }
        offsets.append(buffer.count)
        buffer.append(contentsOf: text.utf8CString)
      }
      status = buffer.withUnsafeBufferPointer { characters in
        let pointers = offsets.map { offset in characters.baseAddress.map { $0 + offset } }
        return pointers.withUnsafeBytes { call(type.id, $0.baseAddress) }
      }
    } else {
      let type = memoryType
      status = withNumberBytes { call(type, $0.baseAddress) }
    }
    try HDF5.check(status, doing)
  }

  private var memoryType: hid_t {
    switch self {
    case .float32: h5_native_float()
    case .int64: h5_native_int64()
    case .int32: h5_native_int32()
    case .int8: h5_native_int8()
    default: h5_native_double()
    }
  }
}

extension HDF5 {
  /// How files are opened: without the library's locks. The store renames whole files, so that nobody reads one that is
  /// written; the locks fail on some network file systems, and a process that is being started holds on to them.
  static func fileAccess() throws(ArtifactError) -> HDF5Handle {
    let access = try HDF5Handle(H5Pcreate(h5_file_access_class()), closing: H5Pclose, "choosing how to open a file")
    try check(H5Pset_file_locking(access.id, false, true), "turning file locks off")
    return access
  }

  /// UTF-8 texts of any length.
  static func textType() throws(ArtifactError) -> HDF5Handle {
    let type = try HDF5Handle(H5Tcopy(h5_c_string()), closing: H5Tclose, "choosing a type")
    try check(H5Tset_size(type.id, h5_variable_length()), "choosing a type")
    try check(H5Tset_cset(type.id, H5T_CSET_UTF8), "choosing a type")
    return type
  }
}

private func makeSpace(_ shape: [Int]) throws(ArtifactError) -> HDF5Handle {
  guard !shape.isEmpty else {
    return try HDF5Handle(H5Screate(H5S_SCALAR), closing: H5Sclose, "creating a data space")
  }
  let lengths = shape.map { hsize_t($0) }
  return try HDF5Handle(
    H5Screate_simple(Int32(shape.count), lengths, nil),
    closing: H5Sclose,
    "creating a data space"
  )
}

private func makeDataset(
  _ name: String,
  _ type: hid_t,
  _ shape: [Int],
  into group: hid_t
) throws(ArtifactError) -> HDF5Handle {
  let creation = try HDF5Handle(H5Pcreate(h5_dataset_create_class()), closing: H5Pclose, "creating an array")
  try HDF5.check(H5Pset_obj_track_times(creation.id, false), "turning timestamps off")
  let space = try makeSpace(shape)
  return try HDF5Handle(
    H5Dcreate2(group, name, type, space.id, hid_t(H5P_DEFAULT), creation.id, hid_t(H5P_DEFAULT)),
    closing: H5Dclose,
    "creating the array '\(name)'"
  )
}
