import Configuration
import Figures
import Provenance
import Reporting

/// A point of a figure with the actions that computed its numbers.
struct PointTrace {
  private let point: DrawnPoint
  private let figure: StatementChain.Link?
  /// For each action that computed one of the numbers, once, what is behind it; the action is the first of its chain.
  let makers: [StatementChain]

  /// Finds the actions behind a point of a figure.
  init(_ point: DrawnPoint, of key: String, in source: StatementSource) {
    self.point = point
    // What else the figure is made from is not looked at: it may be thousands of runs.
    let figure = StatementChain(from: key, in: source, most: 0).links.first
    self.figure = figure
    var addresses: [String] = []
    for element in point.values.compactMap(\.element) {
      guard let address = figure?.member(of: element), !addresses.contains(address) else { continue }
      addresses.append(address)
    }
    makers = addresses.map { address in
      let key = figure?.inputs.first { $0.address == address }?.key
      return StatementChain(from: key, making: address, in: source, most: TraceDescription.mostPoints)
    }
  }

  /// The point, and where each of its numbers stands.
  var lines: [String] {
    var heading = "panel \(point.panel), series \(point.series)"
    if let each = point.each { heading += ", \(each) along 'each'" }
    if !point.label.isEmpty { heading += " '\(point.label.printable)'" }
    heading += " (\(point.kind.rawValue)): point \(point.index) of \(point.count)"
    return [heading]
      + point.values.map { value in
        let units = value.units.flatMap { $0 == "1" ? nil : " \($0.printable)" } ?? ""
        let number = JSONValue.finite(value.number)
        guard let element = value.element else { return "    \(value.name) = \(number)\(units), as it is written" }
        let place = element.indices.map { "\($0.dimension.printable): \($0.place)" }.joined(separator: ", ")
        let maker = figure?.member(of: element).map { ", result \($0.prefix(12))" } ?? ""
        return "    \(value.name) = \(number)\(units)  from \(element.input)/\(element.path)[\(place)]\(maker)"
      }
  }

  /// The point for machines.
  var json: JSONValue {
    [
      "point": [
        "panel": .integer(point.panel),
        "series": .integer(point.series),
        "each": point.each.map { .integer($0) } ?? .null,
        "label": .string(point.label),
        "draw": .string(point.kind.rawValue),
        "index": .integer(point.index),
        "count": .integer(point.count),
        "values": .array(point.values.map(json)),
      ]
    ]
  }

  private func json(_ value: DrawnPoint.Value) -> JSONValue {
    var members: [String: JSONValue] = [
      "name": .string(value.name),
      "value": value.number.isFinite ? .number(value.number) : .string(JSONValue.finite(value.number)),
    ]
    if let units = value.units { members["units"] = .string(units) }
    if let element = value.element {
      members["input"] = .string(element.input)
      members["array"] = .string(element.path)
      members["indices"] = .object(
        Dictionary(element.indices.map { ($0.dimension, .integer($0.place)) }) { first, _ in first }
      )
      if let address = figure?.member(of: element) { members["address"] = .string(address) }
    }
    return .object(members)
  }

  /// An action behind the point, for machines.
  func json(_ maker: StatementChain.Link, _ listing: ParameterListing) -> JSONValue {
    [
      "key": .string(maker.key),
      "kind": .string(maker.kind),
      "stage": maker.stage.map { .string($0) } ?? .null,
      "place": maker.place.map { .string($0) } ?? .null,
      "address": .string(maker.address),
      "parameters": listing.json,
    ]
  }
}

extension StatementChain.Link {
  /// The address of the result in which an element of an input stands.
  fileprivate func member(of element: DrawnPoint.Element) -> String? {
    member(
      of: element.input,
      at: Dictionary(element.indices.map { ($0.dimension, $0.place) }) { first, _ in first }
    )
  }
}

extension JSONValue {
  /// A number in the fewest digits that mean it, also one that JSON does not have.
  fileprivate static func finite(_ number: Double) -> String {
    number.isFinite ? JSONValue.number(number).canonicalText : "\(number)"
  }
}
