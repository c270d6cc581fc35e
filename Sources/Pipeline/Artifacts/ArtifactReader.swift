internal import CLibHDF5

extension Artifact {
  /// The largest artifact that is read, in bytes of its values.
  public static let maximumBytes = 8 << 30
  private static let maximumDepth = 16

  /// Reads an artifact.
  ///
  /// - Throws: what the library says, or what in the file is not of the form of an artifact.
  public init(contentsOf path: String) throws(ArtifactError) {
    HDF5.silence()
    let access = try HDF5.fileAccess()
    let file = try HDF5Handle(
      H5Fopen(path, h5_read_only(), access.id),
      closing: H5Fclose,
      "cannot read \(path)"
    )
    var size: hsize_t = 0
    try HDF5.check(H5Fget_filesize(file.id, &size), "cannot read \(path)")
    let root = try HDF5Handle(
      H5Gopen2(file.id, "/", hid_t(H5P_DEFAULT)),
      closing: H5Gclose,
      "cannot read \(path)"
    )
    var budget = ReadingBudget(bytes: min(Int(clamping: size), Self.maximumBytes))
    try self.init(group: root.id, path: path, depth: 0, budget: &budget)
  }

  private init(group: hid_t, path: String, depth: Int, budget: inout ReadingBudget) throws(ArtifactError) {
    guard depth < Self.maximumDepth else { throw ArtifactError("\(path): groups nested too deep") }
    self.init(attributes: try readAttributes(of: group, path, budget: &budget))
    var info = H5G_info_t()
    try HDF5.check(H5Gget_info(group, &info), "cannot list \(path)")
    for index in 0..<info.nlinks {
      try budget.spendObject(path)
      let name = try readName("cannot list \(path)") { buffer, size in
        H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, index, buffer, size, hid_t(H5P_DEFAULT))
      }
      // A soft or external link would let a file name another one.
      let isHard = h5_is_hard_link(group, name)
      try HDF5.check(isHard, "cannot read \(path)/\(name)")
      guard isHard > 0 else { throw ArtifactError("\(path)/\(name) is a link") }
      let object = try HDF5Handle(
        H5Oopen(group, name, hid_t(H5P_DEFAULT)),
        closing: H5Oclose,
        "cannot read \(path)/\(name)"
      )
      switch H5Iget_type(object.id) {
      case H5I_GROUP:
        try add(
          Artifact(group: object.id, path: "\(path)/\(name)", depth: depth + 1, budget: &budget),
          as: name
        )
      case H5I_DATASET:
        if let variable = try Variable(dataset: object.id, name, "\(path)/\(name)", budget: &budget) {
          try add(variable, as: name)
        }
      default:
        throw ArtifactError("\(path)/\(name) is neither an array nor a group")
      }
    }
  }
}

/// What a file of its size can hold at most: a small file may not claim to be a large one, nor a group to hold itself.
private struct ReadingBudget {
  private(set) var bytes: Int

  init(bytes: Int) {
    self.bytes = bytes
  }

  mutating func spend(_ amount: Int, _ path: String) throws(ArtifactError) {
    guard amount <= bytes else { throw ArtifactError("\(path): the file claims to hold more than it has room for") }
    bytes -= amount
  }

  /// Every array, group and attribute takes at least this much.
  mutating func spendObject(_ path: String) throws(ArtifactError) {
    try spend(24, path)
  }
}

extension Variable {
  /// Reads an array; nil for a dimension without coordinates.
  fileprivate init?(
    dataset: hid_t,
    _ name: String,
    _ path: String,
    budget: inout ReadingBudget
  ) throws(ArtifactError) {
    let isScale = H5DSis_scale(dataset) > 0
    if isScale {
      let scaleName = try readName("cannot read \(path)") { H5DSget_scale_name(dataset, $0, $1) }
      if scaleName.hasPrefix(NetCDF.bareDimension) { return nil }
    }
    // Filters and virtual layouts load other code and other files, and so may external storage.
    guard h5_is_plain_dataset(dataset) > 0 else { throw ArtifactError("\(path) is not laid out contiguously") }
    let space = try HDF5Handle(H5Dget_space(dataset), closing: H5Sclose, "cannot read \(path)")
    let shape = try readShape(space.id, path)
    let type = try HDF5Handle(H5Dget_type(dataset), closing: H5Tclose, "cannot read \(path)")
    let values = try Values(type: type.id, shape, path, budget: &budget) { memoryType, pointer in
      H5Dread(dataset, memoryType, hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT), pointer)
    }
    var dimensions: [(name: String, length: Int)] = []
    for (axis, length) in shape.enumerated() {
      let dimension = isScale ? name : try scaleName(of: dataset, axis: UInt32(axis), path)
      dimensions.append((dimension, length))
    }
    try self.init(values, over: dimensions)
    attributes = try readAttributes(of: dataset, path, budget: &budget)
  }
}

/// The name of the dimension scale attached to an axis.
private func scaleName(of dataset: hid_t, axis: UInt32, _ path: String) throws(ArtifactError) -> String {
  var scale: hid_t = -1
  let status = withUnsafeMutablePointer(to: &scale) { pointer in
    H5DSiterate_scales(
      dataset,
      axis,
      nil,
      { _, _, found, data in
        // The identifier is only lent to the callback: a second reference outlives it.
        data?.assumingMemoryBound(to: hid_t.self).pointee = found
        H5Iinc_ref(found)
        return 1
      },
      pointer
    )
  }
  guard status > 0, scale >= 0 else {
    H5Eclear2(hid_t(H5E_DEFAULT))
    throw ArtifactError("\(path): dimension \(axis) has no name")
  }
  let handle = try HDF5Handle(scale, closing: H5Oclose, path)
  let full = try readName("cannot read \(path)") { H5Iget_name(handle.id, $0, $1) }
  return String(full.split(separator: "/").last ?? "")
}

private func readAttributes(
  of object: hid_t,
  _ path: String,
  budget: inout ReadingBudget
) throws(ArtifactError) -> [String: Attribute] {
  var attributes: [String: Attribute] = [:]
  let count = H5Aget_num_attrs(object)
  guard count >= 0 else { throw HDF5.failure("cannot read the attributes of \(path)") }
  for index in 0..<UInt64(count) {
    try budget.spendObject(path)
    let handle = try HDF5Handle(
      H5Aopen_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, index, hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT)),
      closing: H5Aclose,
      "cannot read an attribute of \(path)"
    )
    let name = try readName("cannot read an attribute of \(path)") { H5Aget_name(handle.id, $1, $0) }
    guard !NetCDF.isPlumbing(name) else { continue }
    try Artifact.expectName(name)
    let place = "\(path)@\(name)"
    let space = try HDF5Handle(H5Aget_space(handle.id), closing: H5Sclose, "cannot read \(place)")
    let shape = try readShape(space.id, place)
    guard shape.count <= 1 else { throw ArtifactError("\(place) has rank \(shape.count)") }
    let type = try HDF5Handle(H5Aget_type(handle.id), closing: H5Tclose, "cannot read \(place)")
    let values = try Values(type: type.id, shape, place, budget: &budget) { H5Aread(handle.id, $0, $1) }
    attributes[name] = Attribute(values: values, isList: shape.count == 1)
  }
  return attributes
}

private func readShape(_ space: hid_t, _ path: String) throws(ArtifactError) -> [Int] {
  // A null space, which holds nothing at all, is not a single value.
  guard [H5S_SCALAR, H5S_SIMPLE].contains(H5Sget_simple_extent_type(space)) else {
    throw ArtifactError("\(path) has no shape")
  }
  let rank = Int(H5Sget_simple_extent_ndims(space))
  guard (0...Artifact.maximumRank).contains(rank) else { throw ArtifactError("\(path) has rank \(rank)") }
  var lengths = [hsize_t](repeating: 0, count: rank)
  try HDF5.check(H5Sget_simple_extent_dims(space, &lengths, nil), "cannot read \(path)")
  let shape = lengths.compactMap { Int(exactly: $0) }
  guard shape.count == rank else { throw ArtifactError("\(path) is too large") }
  return shape
}

extension Values {
  /// Reads the values of a type in the file through `call`, which fills a buffer.
  fileprivate init(
    type: hid_t,
    _ shape: [Int],
    _ path: String,
    budget: inout ReadingBudget,
    _ call: (hid_t, UnsafeMutableRawPointer?) -> herr_t
  ) throws(ArtifactError) {
    let size = max(1, H5Tget_size(type))
    var bytes = shape.contains(0) ? 0 : size
    for length in shape where bytes > 0 {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: length)
      guard !overflow else { throw ArtifactError("\(path) is too large") }
      bytes = product
    }
    try budget.spend(bytes, path)
    let count = bytes / size
    // Exactly the types that are written: of any other the values would be converted.
    if H5Tequal(type, h5_ieee_f64le()) > 0 {
      self = .float64(try read(count, 0, h5_native_double(), path, call))
    } else if H5Tequal(type, h5_ieee_f32le()) > 0 {
      self = .float32(try read(count, 0, h5_native_float(), path, call))
    } else if H5Tequal(type, h5_std_i64le()) > 0 {
      self = .int64(try read(count, 0, h5_native_int64(), path, call))
    } else if H5Tequal(type, h5_std_i32le()) > 0 {
      self = .int32(try read(count, 0, h5_native_int32(), path, call))
    } else if H5Tequal(type, h5_std_i8le()) > 0 {
      self = .int8(try read(count, 0, h5_native_int8(), path, call))
    } else if h5_is_text(type) > 0 {
      self = .string(try readTexts(count, path, call))
    } else {
      H5Eclear2(hid_t(H5E_DEFAULT))
      throw ArtifactError("\(path) has a type that artifacts do not use")
    }
  }
}

private func read<Element>(
  _ count: Int,
  _ zero: Element,
  _ memoryType: hid_t,
  _ path: String,
  _ call: (hid_t, UnsafeMutableRawPointer?) -> herr_t
) throws(ArtifactError) -> [Element] {
  var values = [Element](repeating: zero, count: count)
  guard count > 0 else { return values }
  let status = values.withUnsafeMutableBytes { call(memoryType, $0.baseAddress) }
  try HDF5.check(status, "cannot read \(path)")
  return values
}

private func readTexts(
  _ count: Int,
  _ path: String,
  _ call: (hid_t, UnsafeMutableRawPointer?) -> herr_t
) throws(ArtifactError) -> [String] {
  let type = try HDF5.textType()
  let pointers = try read(count, UnsafeMutablePointer<CChar>?.none, type.id, path, call)
  defer {
    for pointer in pointers { H5free_memory(pointer) }
  }
  var texts: [String] = []
  for pointer in pointers {
    // The library hands out an empty text as no text.
    let text = if let pointer { String(validatingCString: pointer) } else { "" }
    guard let text else {
      throw ArtifactError("\(path) holds a text that is not UTF-8")
    }
    texts.append(text)
  }
  return texts
}

/// Reads a name through a call that fills a buffer and returns the name's length.
private func readName(
  _ doing: String,
  _ call: (UnsafeMutablePointer<CChar>?, Int) -> Int
) throws(ArtifactError) -> String {
  let length = call(nil, 0)
  guard length >= 0, length < 1 << 16 else { throw HDF5.failure(doing) }
  var buffer = [CChar](repeating: 0, count: length + 1)
  guard call(&buffer, length + 1) >= 0,
    let name = buffer.withUnsafeBufferPointer({ $0.baseAddress.flatMap(String.init(validatingCString:)) })
  else { throw HDF5.failure(doing) }
  return name
}
