internal import Reporting

/// The frame of a small drawing: where its edges are, its axes with numbers and names.
struct PlotFrame {
  static let width = 360.0
  static let height = 229.0
  static let left = 58.0
  static let right = 350.0
  static let top = 41.0
  static let bottom = 183.0

  let x: PlotScale
  let y: PlotScale

  /// Where a value is across the drawing.
  func across(_ value: Double) -> Double { Self.left + x.share(value) * (Self.right - Self.left) }

  /// Where a value is down the drawing.
  func down(_ value: Double) -> Double { Self.bottom - y.share(value) * (Self.bottom - Self.top) }

  /// The whole drawing.
  ///
  /// - Parameters:
  ///   - content: the elements within the frame.
  ///   - note: a line below the title; both may be long.
  func svg(
    titled title: String,
    across name: String,
    up: String = "",
    note: String,
    described words: String,
    _ content: String
  )
    -> String
  {
    var lines = [
      """
      <svg viewBox="0 0 \(Self.text(Self.width)) \(Self.text(Self.height))" role="img" aria-label="\(words.asMarkup)">
      """
    ]
    for tic in y.tics {
      let place = Self.text(down(tic))
      lines.append("<path class=\"grid\" d=\"M\(Self.text(Self.left)) \(place)H\(Self.text(Self.right))\"/>")
      lines.append(label(PlotScale.text(tic), Self.left - 6, down(tic) + 4, "end"))
    }
    lines.append(content)
    lines.append(
      """
      <path class="axis" d="M\(Self.text(Self.left)) \(Self.text(Self.top))V\(Self.text(Self.bottom))H\
      \(Self.text(Self.right))"/>
      """
    )
    // Numbers that would touch are left out.
    var end = -Double.infinity
    for tic in x.tics {
      let text = PlotScale.text(tic)
      let half = Double(text.count) * 3.3
      let middle = min(max(across(tic), Self.left), Self.width - half - 2)
      guard middle - half > end + 6 else { continue }
      end = middle + half
      lines.append("<path class=\"axis\" d=\"M\(Self.text(across(tic))) \(Self.text(Self.bottom))v4\"/>")
      lines.append(label(text, middle, Self.bottom + 17, "middle"))
    }
    lines.append(label(name, (Self.left + Self.right) / 2, Self.height - 10, "middle"))
    lines.append(label(up.isEmpty ? title : "\(title)  over \(up)", 8, 16, "start"))
    if !note.isEmpty { lines.append(label(note, 8, 31, "start")) }
    return (lines + ["</svg>"]).joined(separator: "\n")
  }

  func label(_ text: String, _ x: Double, _ y: Double, _ anchor: String) -> String {
    let shown = text.count > 44 ? text.prefix(43) + "…" : text
    return
      "<text x=\"\(Self.text(x))\" y=\"\(Self.text(y))\" text-anchor=\"\(anchor)\">\(String(shown).asMarkup)</text>"
  }

  /// A coordinate with one decimal.
  static func text(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    let sign = tenths < 0 ? "-" : ""
    let (whole, part) = (abs(tenths) / 10, abs(tenths) % 10)
    return part == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(part)"
  }
}
