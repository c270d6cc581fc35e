internal import CLibHDF5

extension Artifact {
  /// Writes the artifact as HDF5 in the form of netCDF-4: dimension scales, no timestamps, contiguous layout. The
  /// same artifact gives the same bytes under one version of libhdf5.
  ///
  /// - Throws: what the library says; the file may then be incomplete.
  public func write(toFile path: String) throws(ArtifactError) {
    let doing = "cannot write \(path)"
    try HDF5.prepare()
    try Self.withCreation(h5_file_create_class()) { creation throws(ArtifactError) in
      try HDF5.withFileAccess(isForWriting: true) { access throws(ArtifactError) in
        let file = H5Fcreate(path, h5_truncate(), creation, access)
        try HDF5.with(file, closing: H5Fclose, doing) { file throws(ArtifactError) in
          try write(into: file)
        }
      }
    }
  }

  /// Calls `body` with how a file, a group or an array is created: without timestamps.
  fileprivate static func withCreation<Result>(
    _ kind: hid_t,
    _ body: (hid_t) throws(ArtifactError) -> Result
  ) throws(ArtifactError) -> Result {
    let doing = "turning timestamps off"
    return try HDF5.with(H5Pcreate(kind), closing: H5Pclose, doing) { creation throws(ArtifactError) in
      try HDF5.check(H5Pset_obj_track_times(creation, false), doing)
      return try body(creation)
    }
  }

  private func write(into group: hid_t) throws(ArtifactError) {
    for (name, attribute) in attributes.sorted(by: { $0.key < $1.key }) {
      try attribute.write(name, on: group)
    }
    // Coordinates first: the others refer to them.
    var scales: [String: DimensionScale] = [:]
    for (name, length) in dimensions {
      let reference: hobj_ref_t
      if let coordinate = variables[name] {
        reference = try coordinate.write(name, into: group) { dataset throws(ArtifactError) in
          try HDF5.check(H5DSset_scale(dataset, name), "making '\(name)' a dimension")
        }
      } else {
        reference = try Self.writeBareDimension(name, length, into: group)
      }
      scales[name] = DimensionScale(reference)
    }
    for (name, variable) in variables.sorted(by: { $0.key < $1.key }) where variable.dimensions != [name] {
      let own = variable.dimensions.compactMap { scales[$0]?.reference }
      let reference = try variable.write(name, into: group) { dataset throws(ArtifactError) in
        try DimensionScale.write(own, asThoseOf: dataset, named: name)
      }
      for (axis, dimension) in variable.dimensions.enumerated() { scales[dimension]?.add(reference, axis: axis) }
    }
    for (name, scale) in scales.sorted(by: { $0.key < $1.key }) {
      let doing = "opening the dimension '\(name)'"
      try HDF5.with(
        H5Dopen2(group, name, hid_t(H5P_DEFAULT)),
        closing: H5Dclose,
        doing
      ) { dataset throws(ArtifactError) in
        try scale.writeUsers(to: dataset, named: name)
      }
    }
    for (name, child) in groups.sorted(by: { $0.key < $1.key }) {
      try Self.withCreation(h5_group_create_class()) { creation throws(ArtifactError) in
        let made = H5Gcreate2(group, name, hid_t(H5P_DEFAULT), creation, hid_t(H5P_DEFAULT))
        try HDF5.with(made, closing: H5Gclose, "writing the group '\(name)'") { made throws(ArtifactError) in
          try child.write(into: made)
        }
      }
    }
  }

  /// A dimension without coordinates, as netCDF-4 writes it: a scale whose name says that it holds no values.
  private static func writeBareDimension(
    _ name: String,
    _ length: Int,
    into group: hid_t
  ) throws(ArtifactError) -> hobj_ref_t {
    let digits = String(length)
    let padded = String(repeating: " ", count: max(0, 10 - digits.count)) + digits
    return try withDataset(name, h5_ieee_f32le(), [length], into: group) { dataset throws(ArtifactError) in
      try HDF5.check(
        H5DSset_scale(dataset, NetCDF.bareDimension + padded),
        "making '\(name)' a dimension"
      )
      return try DimensionScale.reference(to: dataset, named: name)
    }
  }

  /// Creates an array, hands it to `body`, and closes it.
  fileprivate static func withDataset<Result>(
    _ name: String,
    _ type: hid_t,
    _ shape: [Int],
    into group: hid_t,
    _ body: (hid_t) throws(ArtifactError) -> Result
  ) throws(ArtifactError) -> Result {
    try withCreation(h5_dataset_create_class()) { creation throws(ArtifactError) in
      try withSpace(shape) { space throws(ArtifactError) in
        let made = H5Dcreate2(group, name, type, space, hid_t(H5P_DEFAULT), creation, hid_t(H5P_DEFAULT))
        return try HDF5.with(made, closing: H5Dclose, "writing the array '\(name)'", body)
      }
    }
  }
}

extension Variable {
  /// Writes the array, and what belongs to its form.
  ///
  /// - Returns: a reference to it.
  fileprivate func write(
    _ name: String,
    into group: hid_t,
    form: (hid_t) throws(ArtifactError) -> Void
  ) throws(ArtifactError) -> hobj_ref_t {
    try values.withFileType { type throws(ArtifactError) in
      try Artifact.withDataset(name, type, shape, into: group) { dataset throws(ArtifactError) in
        if values.count > 0 {
          try values.transfer("writing '\(name)'") { memoryType, pointer in
            H5Dwrite(dataset, memoryType, hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT), pointer)
          }
        }
        for (attributeName, attribute) in attributes.sorted(by: { $0.key < $1.key }) {
          try attribute.write(attributeName, on: dataset)
        }
        try form(dataset)
        return try DimensionScale.reference(to: dataset, named: name)
      }
    }
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
    try values.withFileType { type throws(ArtifactError) in
      try withAttribute(name, type, isList ? [values.count] : [], on: object) { attribute throws(ArtifactError) in
        guard values.count > 0 else { return }
        try values.transfer("writing the attribute '\(name)'") { memoryType, pointer in
          H5Awrite(attribute, memoryType, pointer)
        }
      }
    }
  }
}

extension Values {
  /// Calls `body` with the type in the file, which is the same on every machine.
  fileprivate func withFileType<Result>(
    _ body: (hid_t) throws(ArtifactError) -> Result
  ) throws(ArtifactError) -> Result {
    let type: hid_t
    switch self {
    case .string: return try HDF5.withTextType(body)
    case .float64: type = h5_ieee_f64le()
    case .float32: type = h5_ieee_f32le()
    case .int64: type = h5_std_i64le()
    case .int32: type = h5_std_i32le()
    case .int8: type = h5_std_i8le()
    }
    return try body(type)
  }

  /// Hands the values to a call of the library, with their type in memory.
  fileprivate func transfer(
    _ doing: String,
    _ call: (hid_t, UnsafeRawPointer?) -> herr_t
  ) throws(ArtifactError) {
    guard case .string(let texts) = self else {
      let type = memoryType
      return try HDF5.check(withNumberBytes { call(type, $0.baseAddress) }, doing)
    }
    // The library wants an array of C strings; all of them stay alive in one buffer.
    var offsets: [Int] = []
    var buffer: [CChar] = []
    for text in texts {
      guard !text.utf8.contains(0) else { throw ArtifactError("\(doing): a text holds a zero byte") }
      offsets.append(buffer.count)
      buffer.append(contentsOf: text.utf8CString)
    }
    try HDF5.withTextType { type throws(ArtifactError) in
      let status = buffer.withUnsafeBufferPointer { characters in
        let pointers = offsets.map { offset in characters.baseAddress.map { $0 + offset } }
        return pointers.withUnsafeBytes { call(type, $0.baseAddress) }
      }
      try HDF5.check(status, doing)
    }
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

/// Calls `body` with the form of an array of this shape.
func withSpace<Result>(
  _ shape: [Int],
  _ body: (hid_t) throws(ArtifactError) -> Result
) throws(ArtifactError) -> Result {
  let made =
    shape.isEmpty ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(shape.count), shape.map { hsize_t($0) }, nil)
  return try HDF5.with(made, closing: H5Sclose, "creating a data space", body)
}

/// Creates an attribute, hands it to `body`, and closes it.
func withAttribute<Result>(
  _ name: String,
  _ type: hid_t,
  _ shape: [Int],
  on object: hid_t,
  _ body: (hid_t) throws(ArtifactError) -> Result
) throws(ArtifactError) -> Result {
  try withSpace(shape) { space throws(ArtifactError) in
    let made = H5Acreate2(object, name, type, space, hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT))
    return try HDF5.with(made, closing: H5Aclose, "writing the attribute '\(name)'", body)
  }
}
