public import Configuration

/// The documentation of a kind of stage, from its declaration.
public struct KindDocumentation {
  let kind: any StageKind.Type

  /// The documentation of `kind`.
  public init(_ kind: any StageKind.Type) {
    self.kind = kind
  }

  /// The documentation as plain text.
  public var text: String {
    let declaration = kind.declaration
    var lines = [declaration.name, "", declaration.summary]
    if !declaration.discussion.isEmpty { lines += ["", declaration.discussion] }
    lines += ["", "inputs:"]
    switch declaration.inputs {
    case .free: lines.append("  any number, under names of your choice")
    case .named(let inputs) where inputs.isEmpty: lines.append("  none")
    case .named(let inputs): lines += inputs.map { "  \($0.name): \($0.help)" }
    }
    lines += ["", "with:"]
    if case .record(let fields) = kind.shape { lines += Self.describe(fields) }
    lines += ["", "arrays of the result:"]
    for output in declaration.outputs ?? [] {
      let dimensions = output.dimensions.isEmpty ? "" : "[\(output.dimensions.joined(separator: ", "))]"
      let unit = output.unit.map { " (\($0))" } ?? ""
      let meanings = output.meanings.enumerated().map { "\($0.offset) \($0.element)" }.joined(separator: ", ")
      lines.append(
        "  \(output.name)\(dimensions)\(unit): \(output.summary)" + (meanings.isEmpty ? "" : " \(meanings).")
      )
    }
    if declaration.outputs == nil { lines.append("  they depend on the parameters") }
    return lines.joined(separator: "\n")
  }

  /// The fields of a record, one line each, those of records within them below.
  public static func describe(_ fields: [FieldDescription], indent: String = "  ") -> [String] {
    fields.flatMap { field in
      let unit = field.unit.map { " [\($0)]" } ?? ""
      let limits = field.limits.map { ", \($0)" } ?? ""
      let standard = field.defaultValue.map { $0 == .null ? "" : "; default \($0.canonicalText)" } ?? "; required"
      let line = "\(indent)\(field.name)\(unit): \(field.help) (\(brief(field.shape))\(limits)\(standard))"
      return [line] + nested(field.shape, indent: indent + "    ")
    }
  }

  /// The shape in words, with the fields of records left to the lines below.
  private static func brief(_ shape: ValueShape) -> String {
    switch shape {
    case .record: "a mapping, see below"
    case .list(.record): "a list of mappings, see below"
    case .either(let shapes): shapes.map(brief).joined(separator: ", or ")
    default: shape.description
    }
  }

  private static func nested(_ shape: ValueShape, indent: String) -> [String] {
    switch shape {
    case .record(let fields): describe(fields, indent: indent)
    case .list(let element), .dictionary(let element): nested(element, indent: indent)
    case .either(let shapes): shapes.flatMap { nested($0, indent: indent) }
    default: []
    }
  }
}
