internal import Configuration

/// An input as it is written: a stage, or some points of a stage that is a sweep.
struct StageInput {
  /// The name of the input.
  let name: String
  let nameLocation: SourceLocation?
  /// The stage that makes it.
  let stage: Located<String>
  /// Axes of the sweep that are fixed at a value; the others arrive stacked.
  let fixed: NamedValues<JSONValue>

  /// The long form, `{ stage: train, at: { seed: 0 } }`.
  private struct LongForm: Record {
    var stage = Located("")
    var at = NamedValues<JSONValue>()

    static let fields: [Field<LongForm>] = [
      .init("stage", \.stage, "The stage that makes the input.", required: true),
      .init("at", \.at, "Axes of its sweep that are fixed at a value."),
    ]
  }

  /// The whole of a stage.
  init(whole stage: String) {
    (name, nameLocation, self.stage, fixed) = ("", nil, Located(stage), NamedValues())
  }

  /// Reads an input; nil if it is invalid, which has been reported.
  init?(_ entry: Node.Entry, _ diagnostics: inout Diagnostics) {
    name = entry.key
    nameLocation = entry.keyLocation
    if entry.value.entries != nil {
      guard let form = LongForm.decode(entry.value, &diagnostics) else { return nil }
      (stage, fixed) = (form.stage, form.at)
    } else {
      guard let text = Located<String>.decode(entry.value, &diagnostics) else { return nil }
      (stage, fixed) = (text, NamedValues())
    }
  }
}
