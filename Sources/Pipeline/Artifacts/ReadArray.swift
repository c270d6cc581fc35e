/// An array as it stands in a file.
struct ReadArray {
  /// Its values, or what stands for them.
  enum Content {
    /// The values.
    case values(Values)
    /// The digest of values that were not kept, and their type.
    case digest(ContentDigest, type: String)
  }

  /// Its values, or what stands for them.
  var content: Content
  /// The lengths of its dimensions.
  let shape: [Int]
  /// The names of the dimensions, as far as they have some.
  var dimensions: [String?] = []
  /// Its attributes.
  var attributes: [String: Attribute] = [:]
  /// The bytes of a value in the file.
  let width: Int

  /// An array without names and attributes.
  init(content: Content, shape: [Int], width: Int) {
    self.content = content
    self.shape = shape
    self.width = width
  }

  /// Decodes packed numbers.
  ///
  /// - Parameter path: what the array is called in messages.
  mutating func unpack(_ path: String) throws(ArtifactError) {
    guard PackedValues.isPacked(attributes), case .values(let values) = content,
      let decoded = try PackedValues(path, attributes, width: width).decoded(values)
    else { return }
    content = .values(decoded)
    attributes = PackedValues.rest(of: attributes)
  }

  /// The array with a name for every dimension.
  ///
  /// - Parameter known: the names that dimensions of the group have.
  func variable(_ name: String, in known: Set<String>) throws(ArtifactError) -> Variable {
    guard case .values(let values) = content else { throw ArtifactError("'\(name)' was not read") }
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

  /// The part of the canonical content that stands for the array.
  func contentText(_ path: String) throws(ArtifactError) -> String {
    var names: [String] = []
    for dimension in dimensions {
      guard let dimension else { throw ArtifactError("\(path): a dimension has no name") }
      names.append(dimension)
    }
    let (digest, type) =
      switch content {
      case .values(let values): (values.digest, values.typeName)
      case .digest(let digest, let type): (digest, type)
      }
    return Variable.contentText(attributes, names, shape, type: type, digest)
  }
}
