public import Configuration

/// Colours in an order.
public enum PaletteName: String, Choice {
  /// From dark blue over green to yellow, even in lightness.
  case viridis
  /// From dark blue to yellow, the same to colour-blind eyes.
  case cividis
  /// From black over purple to light yellow.
  case magma
  /// From light to dark grey.
  case grey
  /// From blue over white to red, for values on both sides of a middle.
  case blueRed = "blue-red"
  /// Named colours in turn.
  case categorical

  /// The colours at equal steps.
  var anchors: [Color] {
    let values: [UInt32] =
      switch self {
      case .viridis:
        [
          0x440154, 0x481a6c, 0x472f7d, 0x414487, 0x39568c, 0x31688e, 0x2a788e, 0x23888e, 0x1f988b, 0x22a884, 0x35b779,
          0x54c568, 0x7ad151, 0xa5db36, 0xd2e21b, 0xfde725,
        ]
      case .cividis:
        [
          0x00224e, 0x002d6c, 0x16396d, 0x2f446b, 0x43506c, 0x535c6d, 0x61686f, 0x707473, 0x7e8079, 0x8d8c78, 0x9d9a75,
          0xada86f, 0xbeb666, 0xd0c559, 0xe1d545, 0xfee838,
        ]
      case .magma:
        [
          0x000004, 0x0b0924, 0x20114b, 0x3b0f70, 0x57157e, 0x721f81, 0x8c2981, 0xa8327d, 0xc43c75, 0xde4968, 0xf1605d,
          0xfa7f5e, 0xfe9f6d, 0xfebf84, 0xfddea0, 0xfcfdbf,
        ]
      case .grey: [0xe0e0e0, 0x202020]
      case .blueRed:
        [0x053061, 0x2166ac, 0x4393c3, 0x92c5de, 0xd1e5f0, 0xf7f7f7, 0xfddbc7, 0xf4a582, 0xd6604d, 0xb2182b, 0x67001f]
      case .categorical: []
      }
    return self == .categorical ? Color.cycle : values.map { Color($0) }
  }

  /// How far thin lines may go towards the light end and still be seen on white.
  var lineEnd: Double {
    switch self {
    case .viridis, .cividis: 0.85
    case .magma: 0.8
    case .grey, .blueRed, .categorical: 1
    }
  }

  /// The colour at `fraction`, from 0 to 1; grey where the value is missing or has no logarithm.
  func color(at fraction: Double) -> Color {
    guard fraction.isFinite else { return .missing }
    let anchors = anchors
    let place = min(max(fraction, 0), 1) * Double(anchors.count - 1)
    let index = min(Int(place), anchors.count - 2)
    return anchors[index].mixed(with: anchors[index + 1], place - Double(index))
  }

  /// The colour of one of `count` series.
  func color(of index: Int, in count: Int) -> Color {
    if self == .categorical { return anchors[index % anchors.count] }
    return color(at: count > 1 ? lineEnd * Double(index) / Double(count - 1) : 0)
  }
}

/// A colour.
public struct Color: ConfigurationValue, Equatable {
  /// Red, green and blue, a byte each.
  let rgb: UInt32

  init(_ rgb: UInt32) {
    self.rgb = rgb
  }

  /// Black.
  public static var black: Color { Color(0x000000) }
  static var white: Color { Color(0xffffff) }
  /// What has no value on an axis of colours.
  static var missing: Color { Color(0x999999) }
  /// The frame of a panel.
  static var frame: Color { Color(0x808080) }

  /// The colours by name: those of Okabe and Ito, which colour-blind eyes tell apart, and shades of grey.
  private static let names: [(name: String, rgb: UInt32)] = [
    ("blue", 0x0072b2), ("orange", 0xe69f00), ("green", 0x009e73), ("red", 0xd55e00), ("purple", 0xcc79a7),
    ("sky", 0x56b4e9), ("yellow", 0xf0e442), ("black", 0x000000), ("dark-grey", 0x555555), ("grey", 0x888888),
    ("light-grey", 0xcccccc), ("white", 0xffffff),
  ]

  /// The colours of series to which none is given; yellow is too light for a line.
  static let cycle: [Color] = [0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9, 0x000000].map { Color($0) }

  /// The colours of areas that stand for labels: lighter, so that curves are seen on them.
  static let tints: [Color] = cycle.map { $0.mixed(with: .white, 0.45) }

  /// A name, or six digits.
  public static var shape: ValueShape { .either([.choice(names.map(\.name)), .string]) }

  /// Reads a name or `#rrggbb`.
  public static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> Color? {
    guard case .scalar(let text, _) = node.content else { return reject(node, &diagnostics) }
    if let known = names.first(where: { $0.name == text }) { return Color(known.rgb) }
    if text.utf8.count == 7, text.utf8.first == UInt8(ascii: "#"), text.dropFirst().allSatisfy(\.isHexDigit),
      let rgb = UInt32(text.dropFirst(), radix: 16)
    {
      return Color(rgb)
    }
    diagnostics.report(
      "\(node.summary) is no colour",
      at: node.location,
      hints: Suggestion.hint(for: text, among: names.map(\.name)),
      "colours: " + names.map(\.name).joined(separator: ", ") + ", or '#rrggbb'"
    )
    return nil
  }

  /// The colour as `#rrggbb`.
  public var json: JSONValue { .string(hexadecimal) }

  /// The colour as `#rrggbb`.
  var hexadecimal: String {
    let digits = String(rgb, radix: 16)
    return "#" + String(repeating: "0", count: 6 - digits.count) + digits
  }

  /// The colour that is `share` of the way to another.
  func mixed(with other: Color, _ share: Double) -> Color {
    var result: UInt32 = 0
    for shift in [UInt32(16), 8, 0] {
      let from = Double((rgb >> shift) & 255)
      let to = Double((other.rgb >> shift) & 255)
      result |= UInt32((from + (to - from) * share).rounded()) << shift
    }
    return Color(result)
  }
}
