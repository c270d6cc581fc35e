extension JSONValue {
  /// The text in lines for people and for version control: the canonical one with white space.
  public var indentedText: String {
    var text = ""
    writeIndented(to: &text, indent: "")
    return text
  }

  private func writeIndented(to text: inout String, indent: String) {
    let inner = indent + "  "
    switch self {
    case .array(let values) where values.contains(where: \.isNested):
      text += "["
      for (index, value) in values.enumerated() {
        text += (index > 0 ? ",\n" : "\n") + inner
        value.writeIndented(to: &text, indent: inner)
      }
      text += "\n\(indent)]"
    case .array(let values):
      text += "[" + values.map(\.canonicalText).joined(separator: ", ") + "]"
    case .object(let members) where !members.isEmpty:
      text += "{"
      let sorted = members.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
      for (index, member) in sorted.enumerated() {
        text += (index > 0 ? ",\n" : "\n") + inner + JSONValue.string(member.key).canonicalText + ": "
        member.value.writeIndented(to: &text, indent: inner)
      }
      text += "\n\(indent)}"
    default: text += canonicalText
    }
  }

  private var isNested: Bool {
    switch self {
    case .array, .object: true
    default: false
    }
  }
}
