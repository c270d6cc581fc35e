internal import CLibHDF5

extension Artifact {
  /// The largest artifact that is read, in bytes of its values.
  public static let maximumBytes = ReadingBudget.maximum

  /// Reads an artifact.
  ///
  /// - Throws: what the library says, or what in the file is not of the form of an artifact.
  public init(contentsOf path: String) throws(ArtifactError) {
    self = try ArtifactReader.read(path, named: path, isForeign: false) { reader, root throws(ArtifactError) in
      try reader.artifact(of: root)
    }
  }

  /// Reads an HDF5 file of another program, which need not have the form of an artifact's file.
  ///
  /// Chunks and the library's own compression are read; numbers of other widths become the next wider type of artifacts,
  /// truth values `int8`; texts may have a fixed length. A dimension without a scale has the name of its label, and
  /// without that of its length: `length_1000`. A one-dimensional array named as a dimension is its coordinate. Packed
  /// numbers are decoded by the CF conventions (`PackedValues`).
  ///
  /// - Parameter name: what the file is called in messages.
  /// - Throws: what the library says, or what in the file an artifact cannot hold.
  public init(importing path: String, named name: String) throws(ArtifactError) {
    self = try ArtifactReader.read(path, named: name, isForeign: true) { reader, root throws(ArtifactError) in
      try reader.artifact(of: root)
    }
  }

  /// The address of the content that an artifact's file has: what is computed from the file alone, so that it shows
  /// whether the file was written as it should be. Arrays of numbers are read piece by piece and are not kept.
  ///
  /// - Throws: what the library says, or what in the file is not of the form of an artifact.
  public static func contentAddress(ofFile path: String) throws(ArtifactError) -> ContentDigest {
    try ArtifactReader.read(path, named: path, isForeign: false) { reader, root throws(ArtifactError) in
      ContentDigest(of: contentHeading + (try reader.contentText(of: root, from: path)))
    }
  }
}

/// A walk through an open file.
private final class ArtifactReader {
  /// A group, and where it stands.
  struct Place {
    let group: hid_t
    let path: String
    var depth = 0
  }

  /// An object of a group.
  enum Object {
    case group(Place)
    case array(hid_t)
  }

  private static let maximumDepth = 16
  private var budget: ReadingBudget
  /// The names of the objects that have been seen, by the reference to each.
  private var names: [hobj_ref_t: String] = [:]

  private init(_ budget: ReadingBudget) {
    self.budget = budget
  }

  /// Opens a file and hands its outermost group to `body`.
  static func read<Result>(
    _ path: String,
    named name: String,
    isForeign: Bool,
    _ body: (ArtifactReader, Place) throws(ArtifactError) -> Result
  ) throws(ArtifactError) -> Result {
    try HDF5.withFile(path, named: name) { file, root throws(ArtifactError) in
      var size: hsize_t = 0
      try HDF5.check(H5Fget_filesize(file, &size), "cannot read \(name)")
      let budget = ReadingBudget(fileSize: Int(clamping: size), isForeign: isForeign)
      return try ReadingMemory.limited(to: budget) { () throws(ArtifactError) in
        try body(ArtifactReader(budget), Place(group: root, path: name))
      }
    }
  }

  /// The artifact in a group.
  func artifact(of place: Place) throws(ArtifactError) -> Artifact {
    var artifact = Artifact(attributes: try readAttributes(of: place.group, place.path, budget: &budget))
    var arrays: [(name: String, array: ReadArray)] = []
    try eachObject(of: place) { name, path, object throws(ArtifactError) in
      switch object {
      case .group(let group): try artifact.add(self.artifact(of: group), as: name)
      case .array(let dataset):
        guard let array = try array(dataset, name, path, { reader throws(ArtifactError) in try reader.read() }) else {
          return
        }
        arrays.append((name, array))
      }
    }
    let known = Set(arrays.flatMap { $0.array.dimensions.compactMap { $0 } })
    for (name, array) in arrays { try artifact.add(array.variable(name, in: known), as: name) }
    return artifact
  }

  /// The part of the canonical content that stands for a group.
  func contentText(of place: Place, from file: String) throws(ArtifactError) -> String {
    let attributes = try readAttributes(of: place.group, place.path, budget: &budget)
    var arrays: [String: String] = [:]
    var groups: [String: String] = [:]
    try eachObject(of: place) { name, path, object throws(ArtifactError) in
      switch object {
      case .group(let group): groups[name] = try contentText(of: group, from: file)
      case .array(let dataset):
        guard
          let array = try array(dataset, name, path, { reader throws(ArtifactError) in try reader.digest(from: file) })
        else { return }
        arrays[name] = try array.contentText(path)
      }
    }
    return Artifact.contentText(arrays: arrays, attributes: attributes, groups: groups)
  }

  // MARK: Objects

  /// Opens each object of a group, in the order of their names.
  private func eachObject(
    of place: Place,
    _ take: (_ name: String, _ path: String, Object) throws(ArtifactError) -> Void
  ) throws(ArtifactError) {
    guard place.depth < Self.maximumDepth else { throw ArtifactError("\(place.path): groups nested too deep") }
    let links = try self.links(of: place)
    // Scales are looked up by their references: the library would search the file for the name of each.
    for name in links { names[try reference(to: name, in: place)] = name }
    for name in links {
      let path = "\(place.path)/\(name)"
      let opened = H5Oopen(place.group, name, hid_t(H5P_DEFAULT))
      try HDF5.with(opened, closing: H5Oclose, "cannot read \(path)") { object throws(ArtifactError) in
        switch H5Iget_type(object) {
        case H5I_GROUP: try take(name, path, .group(Place(group: object, path: path, depth: place.depth + 1)))
        case H5I_DATASET: try take(name, path, .array(object))
        default: throw ArtifactError("\(path) is neither an array nor a group")
        }
      }
    }
  }

  /// The names in a group, sorted. A soft or external link would let a file name another one, and is refused.
  private func links(of place: Place) throws(ArtifactError) -> [String] {
    var found: [(name: String?, isHard: Bool)] = []
    let status = withUnsafeMutablePointer(to: &found) { found in
      h5_each_link(
        place.group,
        { name, isHard, data in
          let text = name.flatMap { String(validatingCString: $0) }
          data?.assumingMemoryBound(to: [(name: String?, isHard: Bool)].self).pointee.append((text, isHard != 0))
          return 0
        },
        found
      )
    }
    try HDF5.check(status, "cannot list \(place.path)")
    var names: [String] = []
    for link in found {
      try budget.spendObject(place.path)
      guard let name = link.name else { throw ArtifactError("\(place.path) holds a name that is not UTF-8") }
      guard link.isHard else { throw ArtifactError("\(place.path)/\(name) is a link") }
      names.append(name)
    }
    return names.sorted()
  }

  private func reference(to name: String, in place: Place) throws(ArtifactError) -> hobj_ref_t {
    var reference: hobj_ref_t = 0
    try HDF5.check(
      H5Rcreate(&reference, place.group, name, H5R_OBJECT, -1),
      "cannot read \(place.path)/\(name)"
    )
    return reference
  }

  // MARK: Arrays

  /// Reads an array; nil for a dimension without coordinates.
  private func array(
    _ dataset: hid_t,
    _ name: String,
    _ path: String,
    _ take: (inout DatasetReader) throws(ArtifactError) -> ReadArray.Content
  ) throws(ArtifactError) -> ReadArray? {
    let isScale = try HDF5.isTrue(H5DSis_scale(dataset), "cannot read \(path)")
    if isScale {
      let scaleName = try readName("cannot read \(path)") { H5DSget_scale_name(dataset, $0, $1) }
      if scaleName.hasPrefix(NetCDF.bareDimension) { return nil }
    }
    // Other filters and virtual layouts load other code and other files, and so may external storage.
    let isReadable = budget.isForeign ? h5_is_self_contained_dataset(dataset) : h5_is_plain_dataset(dataset)
    guard try HDF5.isTrue(isReadable, "cannot read \(path)") else {
      throw ArtifactError(
        budget.isForeign
          ? "\(path) is compressed by a filter other than gzip, or lies in another file"
          : "\(path) is not laid out contiguously"
      )
    }
    let doing = "cannot read \(path)"
    let shape = try HDF5.with(H5Dget_space(dataset), closing: H5Sclose, doing) { space throws(ArtifactError) in
      try readShape(space, path)
    }
    var width = 0
    let content = try HDF5.with(H5Dget_type(dataset), closing: H5Tclose, doing) { type throws(ArtifactError) in
      width = H5Tget_size(type)
      var reader = DatasetReader(dataset: dataset, type: type, shape: shape, path: path, budget: budget)
      defer { budget = reader.budget }
      return try take(&reader)
    }
    var array = ReadArray(content: content, shape: shape, width: width)
    array.attributes = try readAttributes(of: dataset, path, budget: &budget)
    array.dimensions = isScale ? shape.map { _ in name } : try dimensions(of: dataset, shape.count, path)
    if budget.isForeign { try array.unpack(path) }
    return array
  }

  /// The names of the dimensions of an array, as far as they have some.
  private func dimensions(of dataset: hid_t, _ rank: Int, _ path: String) throws(ArtifactError) -> [String?] {
    let doing = "cannot read \(path)"
    var names: [String?] = []
    let scales = try self.scales(of: dataset, rank, path)
    for axis in 0..<rank {
      if let scale = scales[axis] {
        names.append(scale)
        continue
      }
      guard budget.isForeign else { throw ArtifactError("\(path): dimension \(axis) has no name") }
      let label = try readName(doing) { H5DSget_label(dataset, UInt32(axis), $0, $1) }
      names.append(label.isEmpty ? nil : label)
    }
    return names
  }

  /// The name of the first scale of each axis, as `DIMENSION_LIST` has them.
  private func scales(of dataset: hid_t, _ rank: Int, _ path: String) throws(ArtifactError) -> [String?] {
    let doing = "cannot read the dimensions of \(path)"
    let none = [String?](repeating: nil, count: rank)
    guard rank > 0, try HDF5.isTrue(H5Aexists(dataset, "DIMENSION_LIST"), doing) else { return none }
    let opened = H5Aopen(dataset, "DIMENSION_LIST", hid_t(H5P_DEFAULT))
    return try HDF5.with(opened, closing: H5Aclose, doing) { attribute throws(ArtifactError) in
      // Anything else under this name says nothing of dimensions.
      let isList = try HDF5.with(H5Aget_type(attribute), closing: H5Tclose, doing) { type throws(ArtifactError) in
        try HDF5.isTrue(h5_is_reference_list(type), doing)
      }
      guard isList else { return none }
      let type = H5Tvlen_create(h5_object_reference())
      return try HDF5.with(type, closing: H5Tclose, doing) { type throws(ArtifactError) in
        try HDF5.with(H5Aget_space(attribute), closing: H5Sclose, doing) { space throws(ArtifactError) in
          guard try readShape(space, path) == [rank] else { throw ArtifactError("\(doing): they are not \(rank)") }
          var lists = [hvl_t](repeating: hvl_t(), count: rank)
          try HDF5.check(lists.withUnsafeMutableBytes { H5Aread(attribute, type, $0.baseAddress) }, doing)
          let references = lists.map { list in
            list.len > 0 ? list.p.map { $0.loadUnaligned(as: hobj_ref_t.self) } : nil
          }
          let status = lists.withUnsafeMutableBytes { H5Dvlen_reclaim(type, space, hid_t(H5P_DEFAULT), $0.baseAddress) }
          try HDF5.check(status, doing)
          var names = none
          for (axis, reference) in references.enumerated() {
            names[axis] = try reference.map { reference throws(ArtifactError) in
              try name(of: reference, in: dataset, path)
            }
          }
          return names
        }
      }
    }
  }

  /// The last part of the name of the object that a reference stands for.
  private func name(of reference: hobj_ref_t, in dataset: hid_t, _ path: String) throws(ArtifactError) -> String {
    if let name = names[reference] { return name }
    let doing = "cannot read a dimension of \(path)"
    var reference = reference
    let full = try HDF5.with(
      h5_dereference(dataset, &reference),
      closing: H5Oclose,
      doing
    ) { object throws(ArtifactError) in
      try readName(doing) { H5Iget_name(object, $0, $1) }
    }
    let name = String(full.split(separator: "/").last ?? "")
    names[reference] = name
    return name
  }
}
