/// The lines at the bottom of a terminal that are drawn again and again, as what is written to it.
///
/// After each drawing the cursor stands at the beginning of the first of them. Whatever a terminal does with lines when it
/// is made narrower, the place of the cursor goes along, so that all behind it can be erased without knowing how many
/// lines it has become.
struct TerminalBlock {
  private static let escape = "\u{1b}["
  private var isShown = false

  /// What erases the block, so that lines that stay can be written.
  mutating func erase() -> String {
    guard isShown else { return "" }
    isShown = false
    return "\r\(Self.escape)J"
  }

  /// What draws the block in the place of the one before it.
  ///
  /// - Parameter lines: its lines, none wider than the terminal.
  mutating func draw(_ lines: [String]) -> String {
    guard !lines.isEmpty else { return erase() }
    isShown = true
    // Lines are not broken while it is drawn: the terminal may just have been made narrower.
    let up = lines.count > 1 ? "\(Self.escape)\(lines.count - 1)A" : ""
    let rows = lines.map { $0 + "\(Self.escape)K" }.joined(separator: "\r\n")
    return "\r\(Self.escape)?7l\(rows)\(Self.escape)J\(Self.escape)?7h\r\(up)"
  }
}
