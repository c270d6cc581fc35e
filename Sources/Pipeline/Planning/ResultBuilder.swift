public import Artifacts

/// Puts the arrays of a result together under the labels that the kind declares.
public struct ResultBuilder {
  private let declaration: KindDeclaration
  private let outputs: [OutputDeclaration]
  private var artifact: Artifact

  /// A builder for a result of the declared kind; of its arrays these, if the parameters decide which there are.
  public init(_ declaration: KindDeclaration, outputs: [OutputDeclaration]? = nil) {
    self.declaration = declaration
    self.outputs = outputs ?? declaration.outputs ?? []
    artifact = Artifact(attributes: ["kind": .string(declaration.name), "title": .string(declaration.summary)])
  }

  /// States something of the whole result, such as how it was made.
  public mutating func set(attribute name: String, _ text: String) {
    artifact.attributes[name] = .string(text)
  }

  /// Sets a single number.
  public mutating func set(_ name: String, _ value: Double) throws {
    try set(name, .float64([value]), shape: [])
  }

  /// Sets a one-dimensional array of numbers.
  public mutating func set(_ name: String, _ values: [Double]) throws {
    try set(name, .float64(values), shape: [values.count])
  }

  /// Sets an array of numbers with the lengths of its declared dimensions.
  public mutating func set(_ name: String, _ values: [Double], shape: [Int]) throws {
    try set(name, .float64(values), shape: shape)
  }

  /// Sets an array with the lengths of its declared dimensions.
  public mutating func set(_ name: String, _ values: Values, shape: [Int]) throws {
    guard let output = outputs.first(where: { $0.name == name }) else {
      throw StageFailure("\(declaration.name) does not declare the output '\(name)'")
    }
    guard output.dimensions.count == shape.count else {
      throw StageFailure("'\(name)' has \(shape.count) dimensions, and \(output.dimensions) are declared")
    }
    var variable = try Variable(
      values,
      over: zip(output.dimensions, shape).map { (name: $0, length: $1) },
      units: output.unit,
      description: output.title
    )
    if !output.meanings.isEmpty {
      variable.attributes["flag_values"] = .list(.int8(output.meanings.indices.map { Int8(clamping: $0) }))
      variable.attributes["flag_meanings"] = .string(output.meanings.joined(separator: " "))
    }
    try artifact.add(variable, as: name)
  }

  /// Sets an attribute of the whole artifact.
  public mutating func note(_ name: String, _ fact: String) {
    artifact.attributes[name] = .string(fact)
  }

  /// The result, once every array that is not optional is there.
  public func finish() throws(StageFailure) -> StageResult {
    for output in outputs where !output.isOptional && artifact[output.name] == nil {
      throw StageFailure("\(declaration.name) declares the output '\(output.name)' and did not make it")
    }
    return StageResult(artifact)
  }
}
