public import Configuration
internal import Planning
public import Provenance

/// The parameters of an action, each with the place in the pipeline file where it is written.
public struct ParameterListing {
  private let link: StatementChain.Link
  private let places: ParameterPlaces?
  private let file: String?
  /// More are counted and not listed.
  private static let most = 40

  /// The parameters of an action.
  ///
  /// - Parameter root: the pipeline file, if it has the bytes that the statement names.
  public init(_ link: StatementChain.Link, root: Node?) {
    self.link = link
    file = link.statement?.statement.file
    places = root.map { root in
      var choices = Pipeline.Choices()
      let external = link.statement?.statement.externalParameters ?? [:]
      if case .string(let profile)? = external["profile"] { choices.profile = profile }
      if case .array(let settings)? = external["set"] {
        choices.settings = settings.compactMap { setting in
          guard case .string(let text) = setting, let equals = text.firstIndex(of: "=") else { return nil }
          return (String(text[..<equals]), String(text[text.index(after: equals)...]))
        }
      }
      return ParameterPlaces(root, choices)
    }
  }

  private func place(of path: String) -> String? {
    guard let place = places?.place(of: path, in: link.stage.map { Action.stage(of: $0) } ?? "") else { return nil }
    // What stands in --set has that for its name.
    let name = place.source.name.hasPrefix("--set") ? place.source.name : file ?? place.source.name
    return "\(name):\(place.start.line):\(place.start.column)"
  }

  /// A line for each parameter.
  public var lines: [String] {
    let leaves = link.parameters.leaves
    let shown = leaves.prefix(Self.most).map { path, value in
      (text: "\(path.printable) = \(value.canonicalText.printable)", place: place(of: path))
    }
    let width = min(48, shown.map(\.text.count).max() ?? 0)
    var lines = shown.map { text, place in place.map { text.padded(to: width + 2) + $0.printable } ?? text }
    if leaves.count > Self.most { lines.append("and \(leaves.count - Self.most) more") }
    return lines
  }

  /// The parameters for machines.
  public var json: JSONValue {
    .array(
      link.parameters.leaves.map { path, value in
        ["path": .string(path), "value": value, "place": place(of: path).map { .string($0) } ?? .null]
      }
    )
  }
}
