internal import CLibHDF5

/// A call that fills a buffer with values of a type; texts take their memory from where it is given.
typealias ReadingCall = (hid_t, UnsafeMutableRawPointer?, TextMemory?) throws(ArtifactError) -> herr_t

/// Reads the attributes of an object, without those that belong to the form of the file.
func readAttributes(
  of object: hid_t,
  _ path: String,
  budget: inout ReadingBudget
) throws(ArtifactError) -> [String: Attribute] {
  var attributes: [String: Attribute] = [:]
  let doing = "cannot read an attribute of \(path)"
  for name in try attributeNames(of: object, path) {
    try budget.spendObject(path)
    guard !NetCDF.isPlumbing(name) else { continue }
    try Artifact.expectName(name)
    let place = "\(path)@\(name)"
    let opened = H5Aopen(object, name, hid_t(H5P_DEFAULT))
    attributes[name] = try HDF5.with(opened, closing: H5Aclose, doing) { attribute throws(ArtifactError) in
      let shape = try HDF5.with(H5Aget_space(attribute), closing: H5Sclose, doing) { space throws(ArtifactError) in
        try readShape(space, place)
      }
      guard shape.count <= 1 else { throw ArtifactError("\(place) has rank \(shape.count)") }
      let values = try HDF5.with(H5Aget_type(attribute), closing: H5Tclose, doing) { type throws(ArtifactError) in
        try Values(type: type, shape, place, budget: &budget, managesTexts: false) { type, pointer, _ in
          H5Aread(attribute, type, pointer)
        }
      }
      return Attribute(values: values, isList: shape.count == 1)
    }
  }
  return attributes
}

/// The names of the attributes of an object.
private func attributeNames(of object: hid_t, _ path: String) throws(ArtifactError) -> [String] {
  var found: [String?] = []
  let status = withUnsafeMutablePointer(to: &found) { found in
    var place: hsize_t = 0
    return H5Aiterate2(
      object,
      H5_INDEX_NAME,
      H5_ITER_NATIVE,
      &place,
      { _, name, _, data in
        let text = name.flatMap { String(validatingCString: $0) }
        data?.assumingMemoryBound(to: [String?].self).pointee.append(text)
        return 0
      },
      found
    )
  }
  try HDF5.check(status, "cannot read the attributes of \(path)")
  var names: [String] = []
  for name in found {
    guard let name else { throw ArtifactError("\(path) has an attribute whose name is not UTF-8") }
    names.append(name)
  }
  return names
}

extension Attribute {
  /// The text of an attribute that belongs to the form of the file.
  static func text(of name: String, on object: hid_t, _ path: String) throws(ArtifactError) -> String {
    let place = "\(path)@\(name)"
    let doing = "cannot read \(place)"
    let opened = H5Aopen(object, name, hid_t(H5P_DEFAULT))
    return try HDF5.with(opened, closing: H5Aclose, doing) { attribute throws(ArtifactError) in
      let shape = try HDF5.with(H5Aget_space(attribute), closing: H5Sclose, doing) { space throws(ArtifactError) in
        try readShape(space, place)
      }
      let isText = try HDF5.with(H5Aget_type(attribute), closing: H5Tclose, doing) { type throws(ArtifactError) in
        try HDF5.isTrue(h5_is_text(type), doing)
      }
      guard shape.isEmpty, isText else { throw ArtifactError("\(place) is no text") }
      return try HDF5.withTextType { type throws(ArtifactError) in
        try readTexts(1, type, place, nil) { type, pointer, _ in H5Aread(attribute, type, pointer) }.first ?? ""
      }
    }
  }
}

/// The lengths of a data space.
func readShape(_ space: hid_t, _ path: String) throws(ArtifactError) -> [Int] {
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
  /// The bytes that an array takes in memory.
  static func bytes(_ shape: [Int], of size: Int, _ path: String) throws(ArtifactError) -> Int {
    guard !shape.contains(0) else { return 0 }
    var bytes = size
    for length in shape {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: length)
      guard !overflow else { throw ArtifactError("\(path) is too large") }
      bytes = product
    }
    return bytes
  }

  /// The name and the size of a type in a file that is one of an artifact's numbers, as they are written: of any other
  /// the values would be converted.
  static func numberType(_ type: hid_t, _ path: String) throws(ArtifactError) -> (name: String, size: Int)? {
    for (own, name, size) in [
      (h5_ieee_f64le(), "float64", 8), (h5_ieee_f32le(), "float32", 4), (h5_std_i64le(), "int64", 8),
      (h5_std_i32le(), "int32", 4), (h5_std_i8le(), "int8", 1),
    ] where try HDF5.isTrue(H5Tequal(type, own), "cannot read the type of \(path)") { return (name, size) }
    return nil
  }

  /// Reads the values of a type in the file through `call`.
  ///
  /// - Parameter managesTexts: whether `call` takes the memory of texts from where it is given; else the library's own
  ///   is freed.
  init(
    type: hid_t,
    _ shape: [Int],
    _ path: String,
    budget: inout ReadingBudget,
    managesTexts: Bool,
    _ call: ReadingCall
  ) throws(ArtifactError) {
    let size = H5Tget_size(type)
    guard size > 0 else { throw HDF5.failure("cannot read the type of \(path)") }
    let count = try Self.bytes(shape, of: 1, path)
    try budget.spend(Self.bytes(shape, of: size, path), path)
    switch try Self.numberType(type, path)?.name {
    case "float64": self = .float64(try readNumbers(count, 0, h5_native_double(), path, call))
    case "float32": self = .float32(try readNumbers(count, 0, h5_native_float(), path, call))
    case "int64": self = .int64(try readNumbers(count, 0, h5_native_int64(), path, call))
    case "int32": self = .int32(try readNumbers(count, 0, h5_native_int32(), path, call))
    case "int8": self = .int8(try readNumbers(count, 0, h5_native_int8(), path, call))
    default:
      if try HDF5.isTrue(h5_is_text(type), "cannot read the type of \(path)") {
        self = try Self.texts(count, path, &budget, managesTexts, call)
      } else if budget.isForeign {
        self = try Self.converted(type: type, size, count, path, &budget, managesTexts, call)
      } else {
        throw ArtifactError("\(path) has a type that artifacts do not use")
      }
    }
  }

  private static func texts(
    _ count: Int,
    type: hid_t? = nil,
    _ path: String,
    _ budget: inout ReadingBudget,
    _ managesMemory: Bool,
    _ call: ReadingCall
  ) throws(ArtifactError) -> Values {
    let memory = managesMemory ? TextMemory(budget.bytes) : nil
    let texts: [String]
    do throws(ArtifactError) {
      if let type {
        texts = try readTexts(count, type, path, memory, call)
      } else {
        texts = try HDF5.withTextType { type throws(ArtifactError) in try readTexts(count, type, path, memory, call) }
      }
    } catch {
      // The library only says that it has no memory.
      if memory?.isExceeded == true { try budget.spend(.max, path) }
      throw error
    }
    try budget.spend(texts.reduce(0) { $0 + $1.utf8.count }, path)
    return .string(texts)
  }

  /// The values of a type of another program, as the type of artifacts that holds all of them.
  private static func converted(
    type: hid_t,
    _ size: Int,
    _ count: Int,
    _ path: String,
    _ budget: inout ReadingBudget,
    _ managesTexts: Bool,
    _ call: ReadingCall
  ) throws(ArtifactError) -> Values {
    let kind = H5Tget_class(type)
    // Asked of a type that is no number, the library reports an error.
    let isSigned = kind == H5T_INTEGER && H5Tget_sign(type) == H5T_SGN_2
    switch (kind, isSigned, size) {
    case (H5T_FLOAT, _, ...4): return .float32(try readNumbers(count, 0, h5_native_float(), path, call))
    case (H5T_FLOAT, _, 8): return .float64(try readNumbers(count, 0, h5_native_double(), path, call))
    // Truth values are an enumeration of two words.
    case (H5T_INTEGER, true, 1), (H5T_ENUM, _, 1):
      return .int8(try readNumbers(count, 0, h5_native_int8(), path, call))
    case (H5T_INTEGER, _, ...2), (H5T_INTEGER, true, 4):
      try budget.spend(count * (4 - size), path)
      return .int32(try readNumbers(count, 0, h5_native_int32(), path, call))
    case (H5T_INTEGER, _, 4), (H5T_INTEGER, true, 8):
      try budget.spend(count * (8 - size), path)
      return .int64(try readNumbers(count, 0, h5_native_int64(), path, call))
    case (H5T_STRING, _, _):
      if try HDF5.isTrue(H5Tis_variable_str(type), "cannot read the type of \(path)") {
        return try texts(count, type: type, path, &budget, managesTexts, call)
      }
      return .string(try readFixedTexts(count, size, type, path, call))
    default:
      let hint = kind == H5T_COMPOUND ? "; write complex numbers as two arrays" : ""
      throw ArtifactError("\(path) has a type that artifacts do not hold (they hold numbers and texts)\(hint)")
    }
  }
}

private func readNumbers<Element>(
  _ count: Int,
  _ zero: Element,
  _ memoryType: hid_t,
  _ path: String,
  _ call: ReadingCall,
  memory: TextMemory? = nil
) throws(ArtifactError) -> [Element] {
  var values = [Element](repeating: zero, count: count)
  guard count > 0 else { return values }
  let outcome = values.withUnsafeMutableBytes { buffer in
    Result { () throws(ArtifactError) in try call(memoryType, buffer.baseAddress, memory) }
  }
  try HDF5.check(outcome.get(), "cannot read \(path)")
  return values
}

/// Reads texts of any length.
///
/// - Parameter memory: where the texts of an array lie; those of an attribute are the library's to free.
private func readTexts(
  _ count: Int,
  _ type: hid_t,
  _ path: String,
  _ memory: TextMemory?,
  _ call: ReadingCall
) throws(ArtifactError) -> [String] {
  let pointers = try readNumbers(count, UnsafeMutablePointer<CChar>?.none, type, path, call, memory: memory)
  return try withExtendedLifetime(memory) { () throws(ArtifactError) in
    // The library hands out an empty text as no text.
    let texts = pointers.map { pointer in if let pointer { String(validatingCString: pointer) } else { "" } }
    if memory == nil {
      for pointer in pointers { try HDF5.check(H5free_memory(pointer), "cannot read \(path)") }
    }
    let valid = texts.compactMap { $0 }
    guard valid.count == count else { throw ArtifactError("\(path) holds a text that is not UTF-8") }
    return valid
  }
}

/// Reads texts of one length, which are filled up with zeros or blanks.
private func readFixedTexts(
  _ count: Int,
  _ size: Int,
  _ type: hid_t,
  _ path: String,
  _ call: ReadingCall
) throws(ArtifactError) -> [String] {
  let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
  guard !overflow else { throw ArtifactError("\(path) is too large") }
  let all = try readNumbers(bytes, UInt8(0), type, path, call)
  let padding = H5Tget_strpad(type)
  guard padding != H5T_STR_ERROR else { throw HDF5.failure("cannot read the type of \(path)") }
  var texts: [String] = []
  for start in stride(from: 0, to: bytes, by: size) {
    var own = all[start..<start + size].prefix { $0 != 0 }
    if padding == H5T_STR_SPACEPAD { while own.last == UInt8(ascii: " ") { own.removeLast() } }
    guard let text = String(validating: own, as: UTF8.self) else {
      throw ArtifactError("\(path) holds a text that is not UTF-8")
    }
    texts.append(text)
  }
  return texts
}

/// Reads a name through a call that fills a buffer and returns the name's length.
func readName(
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
