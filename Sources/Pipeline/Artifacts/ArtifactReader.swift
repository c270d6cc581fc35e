internal import CLibHDF5

extension Artifact {
  /// The largest artifact that is read, in bytes of its values.
  public static let maximumBytes = 8 << 30
  private static let maximumDepth = 16

  /// Reads an artifact.
  ///
  /// - Throws: what the library says, or what in the file is not of the form of an artifact.
  public init(contentsOf path: String) throws(ArtifactError) {
    try self.init(file: path, named: path, isForeign: false)
  }

  /// Reads an HDF5 file of another program, which need not have the form of an artifact's file.
  ///
  /// Chunks and the library's own compression are read; numbers of other widths become the next wider type of artifacts,
  /// truth values `int8`; texts may have a fixed length. A dimension without a scale has the name of its label, and
  /// without that of its length: `length_1000`. A one-dimensional array named as a dimension is its coordinate.
  ///
  /// - Parameter name: what the file is called in messages.
  /// - Throws: what the library says, or what in the file an artifact cannot hold.
  public init(importing path: String, named name: String) throws(ArtifactError) {
    try self.init(file: path, named: name, isForeign: true)
  }

  private init(file: String, named name: String, isForeign: Bool) throws(ArtifactError) {
    HDF5.silence()
    let access = try HDF5.fileAccess()
    let handle = try HDF5Handle(H5Fopen(file, h5_read_only(), access.id), closing: H5Fclose, "cannot read \(name)")
    var size: hsize_t = 0
    try HDF5.check(H5Fget_filesize(handle.id, &size), "cannot read \(name)")
    let root = try HDF5Handle(H5Gopen2(handle.id, "/", hid_t(H5P_DEFAULT)), closing: H5Gclose, "cannot read \(name)")
    // What is compressed may be larger than its file.
    let bytes = isForeign ? Self.maximumBytes : min(Int(clamping: size), Self.maximumBytes)
    var budget = ReadingBudget(bytes: bytes, isForeign: isForeign)
    try self.init(group: root.id, path: name, depth: 0, budget: &budget)
  }

  private init(group: hid_t, path: String, depth: Int, budget: inout ReadingBudget) throws(ArtifactError) {
    guard depth < Self.maximumDepth else { throw ArtifactError("\(path): groups nested too deep") }
    self.init(attributes: try readAttributes(of: group, path, budget: &budget))
    var info = H5G_info_t()
    try HDF5.check(H5Gget_info(group, &info), "cannot list \(path)")
    var arrays: [(name: String, array: ReadArray)] = []
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
        if let array = try ReadArray(dataset: object.id, name, "\(path)/\(name)", budget: &budget) {
          arrays.append((name, array))
        }
      default:
        throw ArtifactError("\(path)/\(name) is neither an array nor a group")
      }
    }
    let names = Set(arrays.flatMap { $0.array.dimensions.compactMap { $0 } })
    for (name, array) in arrays { try add(array.variable(name, in: names), as: name) }
  }
}

/// What a file of its size can hold at most: a small file may not claim to be a large one, nor a group to hold itself.
private struct ReadingBudget {
  private(set) var bytes: Int
  /// Whether the file is one of another program.
  let isForeign: Bool

  init(bytes: Int, isForeign: Bool) {
    self.bytes = bytes
    self.isForeign = isForeign
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

/// An array as it stands in the file.
private struct ReadArray {
  let values: Values
  let shape: [Int]
  /// The names of the dimensions, as far as they have some.
  private(set) var dimensions: [String?] = []
  let attributes: [String: Attribute]

  /// Reads an array; nil for a dimension without coordinates.
  init?(dataset: hid_t, _ name: String, _ path: String, budget: inout ReadingBudget) throws(ArtifactError) {
    let isScale = H5DSis_scale(dataset) > 0
    if isScale {
      let scaleName = try readName("cannot read \(path)") { H5DSget_scale_name(dataset, $0, $1) }
      if scaleName.hasPrefix(NetCDF.bareDimension) { return nil }
    }
    // Other filters and virtual layouts load other code and other files, and so may external storage.
    guard (budget.isForeign ? h5_is_self_contained_dataset(dataset) : h5_is_plain_dataset(dataset)) > 0 else {
      throw ArtifactError(
        budget.isForeign
          ? "\(path) is compressed by a filter other than gzip, or lies in another file"
          : "\(path) is not laid out contiguously"
      )
    }
    let space = try HDF5Handle(H5Dget_space(dataset), closing: H5Sclose, "cannot read \(path)")
    shape = try readShape(space.id, path)
    let type = try HDF5Handle(H5Dget_type(dataset), closing: H5Tclose, "cannot read \(path)")
    values = try Values(type: type.id, shape, path, budget: &budget) { memoryType, pointer in
      H5Dread(dataset, memoryType, hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT), pointer)
    }
    attributes = try readAttributes(of: dataset, path, budget: &budget)
    for axis in shape.indices {
      var dimension = isScale ? name : try scaleName(of: dataset, axis: UInt32(axis), path)
      if dimension == nil {
        guard budget.isForeign else { throw ArtifactError("\(path): dimension \(axis) has no name") }
        let label = try readName("cannot read \(path)") { H5DSget_label(dataset, UInt32(axis), $0, $1) }
        dimension = label.isEmpty ? nil : label
      }
      dimensions.append(dimension)
    }
  }

  /// The array with a name for every dimension.
  ///
  /// - Parameter known: the names that dimensions of the group have.
  func variable(_ name: String, in known: Set<String>) throws(ArtifactError) -> Variable {
    var names: [String] = []
    for (dimension, length) in zip(dimensions, shape) {
      if let dimension {
        names.append(dimension)
      } else if shape.count == 1, known.contains(name) {
        names.append(name)
      } else {
        let count = names.count { $0 == "length_\(length)" || $0.hasPrefix("length_\(length)_") }
        names.append(count == 0 ? "length_\(length)" : "length_\(length)_\(count + 1)")
      }
    }
    var variable = try Variable(values, over: zip(names, shape).map { (name: $0, length: $1) })
    variable.attributes = attributes
    return variable
  }
}

/// The name of the dimension scale attached to an axis; nil if there is none.
private func scaleName(of dataset: hid_t, axis: UInt32, _ path: String) throws(ArtifactError) -> String? {
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
    return nil
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

extension Attribute {
  /// The text of an attribute that belongs to the form of the file.
  static func text(of name: String, on object: hid_t, _ path: String) throws(ArtifactError) -> String {
    let place = "\(path)@\(name)"
    let handle = try HDF5Handle(
      H5Aopen(object, name, hid_t(H5P_DEFAULT)),
      closing: H5Aclose,
      "cannot read \(place)"
    )
    let space = try HDF5Handle(H5Aget_space(handle.id), closing: H5Sclose, "cannot read \(place)")
    let type = try HDF5Handle(H5Aget_type(handle.id), closing: H5Tclose, "cannot read \(place)")
    guard try readShape(space.id, place).isEmpty, h5_is_text(type.id) > 0 else {
      throw ArtifactError("\(place) is no text")
    }
    let text = try HDF5.textType()
    return try readTexts(1, text.id, place) { H5Aread(handle.id, $0, $1) }.first ?? ""
  }
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
      let text = try HDF5.textType()
      self = .string(try readTexts(count, text.id, path, call))
    } else if budget.isForeign {
      self = try Self.converted(type: type, size, count, path, call)
    } else {
      H5Eclear2(hid_t(H5E_DEFAULT))
      throw ArtifactError("\(path) has a type that artifacts do not use")
    }
  }

  /// The values of a type of another program, as the type of artifacts that holds all of them.
  private static func converted(
    type: hid_t,
    _ size: Int,
    _ count: Int,
    _ path: String,
    _ call: (hid_t, UnsafeMutableRawPointer?) -> herr_t
  ) throws(ArtifactError) -> Values {
    let isSigned = H5Tget_sign(type) == H5T_SGN_2
    switch (H5Tget_class(type), isSigned, size) {
    case (H5T_FLOAT, _, ...4): return .float32(try read(count, 0, h5_native_float(), path, call))
    case (H5T_FLOAT, _, 8): return .float64(try read(count, 0, h5_native_double(), path, call))
    // Truth values are an enumeration of two words.
    case (H5T_INTEGER, true, 1), (H5T_ENUM, _, 1): return .int8(try read(count, 0, h5_native_int8(), path, call))
    case (H5T_INTEGER, _, ...2), (H5T_INTEGER, true, 4):
      return .int32(try read(count, 0, h5_native_int32(), path, call))
    case (H5T_INTEGER, _, 4), (H5T_INTEGER, true, 8):
      return .int64(try read(count, 0, h5_native_int64(), path, call))
    case (H5T_STRING, _, _) where H5Tis_variable_str(type) > 0: return .string(try readTexts(count, type, path, call))
    case (H5T_STRING, _, _): return .string(try readFixedTexts(count, size, type, path, call))
    default:
      H5Eclear2(hid_t(H5E_DEFAULT))
      let hint = H5Tget_class(type) == H5T_COMPOUND ? "; write complex numbers as two arrays" : ""
      throw ArtifactError("\(path) has a type that artifacts do not hold (they hold numbers and texts)\(hint)")
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
  _ type: hid_t,
  _ path: String,
  _ call: (hid_t, UnsafeMutableRawPointer?) -> herr_t
) throws(ArtifactError) -> [String] {
  let pointers = try read(count, UnsafeMutablePointer<CChar>?.none, type, path, call)
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

/// Reads texts of one length, which are filled up with zeros or blanks.
private func readFixedTexts(
  _ count: Int,
  _ size: Int,
  _ type: hid_t,
  _ path: String,
  _ call: (hid_t, UnsafeMutableRawPointer?) -> herr_t
) throws(ArtifactError) -> [String] {
  let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
  guard !overflow else { throw ArtifactError("\(path) is too large") }
  let all = try read(bytes, UInt8(0), type, path, call)
  let isBlankPadded = H5Tget_strpad(type) == H5T_STR_SPACEPAD
  var texts: [String] = []
  for start in stride(from: 0, to: bytes, by: size) {
    var own = all[start..<start + size].prefix { $0 != 0 }
    if isBlankPadded { while own.last == UInt8(ascii: " ") { own.removeLast() } }
    guard let text = String(validating: own, as: UTF8.self) else {
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
