/// The gnuplot script of a figure with its data file.
public struct Script: Sendable {
  /// The stem of the files' names.
  public let stem: String
  /// What the picture shows, for its title.
  let title: String
  /// The script, which draws `stem.pdf`, `stem.svg` and `stem.png` and knows the stem from its own name.
  public let text: String
  /// The content of `stem.dat`, which the script reads.
  public let data: [UInt8]

  /// Puts a figure into gnuplot's words.
  ///
  /// - Throws: when the figure is too small for what is to be in it.
  public init(_ content: FigureContent, stem: String) throws(FigureError) {
    let layout = try Layout(content)
    if let panel = layout.crowdedPanels.first {
      throw FigureError("panel \(panel + 1): the legend \(Layout.remedy)")
    }
    var writer = ScriptWriter(layout)
    for sentence in content.leftOut { writer.add("# Not drawn: \(sentence)") }
    for (index, panel) in content.panels.enumerated() {
      writer.write(panel, layout.frames[index], number: index + 1, isLast: index == content.panels.count - 1)
    }
    writer.finish()
    self.stem = stem
    title = content.title
    text = writer.lines.map { $0 + "\n" }.joined()
    data = writer.data.bytes
  }

  /// The script's and the data's names with what they hold, and the names of the pictures.
  public static func names(stem: String) -> (script: String, data: String, pictures: [String]) {
    ("\(stem).gp", "\(stem).dat", ["\(stem).pdf", "\(stem).svg", "\(stem).png"])
  }
}

/// Writes the script line by line.
struct ScriptWriter {
  let layout: Layout
  private(set) var lines: [String] = []
  var data = DataFile()

  /// A script's beginning: how it is used, and the three terminals, brought to one size of letters, lines and signs.
  init(_ layout: Layout) {
    self.layout = layout
    let (width, height) = (layout.width, layout.height)
    func pixels(_ points: Double, _ resolution: Double) -> String { String(Int((points / 72 * resolution).rounded())) }
    let font = Self.quoted("\(DejaVuSans.name),\(NumberText.layout(layout.font))")
    lines = [
      "# gnuplot NAME.gp draws NAME.pdf, NAME.svg and NAME.png from NAME.dat, whatever NAME the files are given;",
      "# gnuplot -e \"format='svg'\" NAME.gp draws one of them. They look like the ones that the pipeline has drawn, and",
      "# are not the same bytes: gnuplot writes the time into a PDF, and neither the title nor the resolution of others.",
      "stem = ARG0[1:strlen(ARG0)-3]",
      "if (!exists('format')) { do for [format in 'pdf svg png'] { load stem.'.gp' }; exit }",
      "reset",
      "set encoding utf8",
      "# In every terminal a line of width 1 and a sign of size P are one point wide, and dashes are counted in halves of",
      "# the line's width. F is for signs without a hole: gnuplot adds a line around them to an SVG.",
      "if (format eq 'pdf') {",
      "  set terminal pdfcairo enhanced rounded size \(NumberText.layout(width / 72))in,\(NumberText.layout(height / 72))in "
        + "font \(font) fontscale 0.75 linewidth 2 dashlength 1.81818",
      "  P = 1.0 / 6; F = P",
      "}",
      "if (format eq 'svg') {",
      "  set terminal svg enhanced rounded size \(pixels(width, 96)),\(pixels(height, 96)) "
        + "font \(font) fontscale 1.33333 linewidth 1.33333",
      "  P = 8.0 / 36; F = P / 1.1665",
      "}",
      "if (format eq 'png') {",
      "  set terminal pngcairo enhanced rounded size \(pixels(width, 300)),\(pixels(height, 300)) "
        + "font \(font) fontscale 3.125 linewidth 4.16667 dashlength 2",
      "  P = 25.0 / 36; F = P",
      "}",
      "set output stem.'.'.format",
      "data = stem.'.dat'",
      "",
      "set border 15 front linecolor rgb '\(Color.frame.hexadecimal)' linewidth 0.6",
      "unset key",
      "unset colorbox",
      "set clip two",
      "set multiplot",
    ]
  }

  mutating func add(_ line: String) { lines.append(line) }

  mutating func finish() {
    lines += ["", "unset multiplot", "unset output"]
  }

  /// A text in single quotes, in which gnuplot looks for nothing but the closing quote.
  ///
  /// An apostrophe becomes the typographic one: gnuplot 5.4 takes a doubled quote for one quote only where it does not
  /// stand at the beginning or beside another.
  ///
  /// - Precondition: `FigureText` has refused control characters.
  static func quoted(_ text: String) -> String {
    // By scalars: an apostrophe with an accent is one character, and to gnuplot still a quote.
    let scalars = text.unicodeScalars.map { $0 == "'" ? "’" : $0 }
    return "'" + String(String.UnicodeScalarView(scalars)) + "'"
  }

  /// A place on the page.
  func screen(_ x: Double, _ y: Double) -> String {
    "screen \(NumberText.layout(x / layout.width)),\(NumberText.layout(y / layout.height))"
  }

  /// The options of a line.
  static func line(_ style: MarkStyle, color: Color, weight: Double? = nil) -> String {
    let dashes = style.line.dashes.map { NumberText.layout($0) }.joined(separator: ",")
    let pattern = dashes.isEmpty ? "solid" : "(\(dashes))"
    return "linewidth \(NumberText.layout(weight ?? style.weight)) dashtype \(pattern) \(paint(color, style.opacity))"
  }

  /// A colour, with the share of what lies below.
  static func paint(_ color: Color, _ opacity: Double = 1) -> String {
    guard opacity < 1 else { return "linecolor rgb '\(color.hexadecimal)'" }
    let transparency = UInt32(((1 - opacity) * 255).rounded())
    let digits = String(transparency, radix: 16)
    return "linecolor rgb '#\(digits.count < 2 ? "0" : "")\(digits)\(color.hexadecimal.dropFirst())'"
  }

  /// Adds a text at a place of the page.
  mutating func label(
    _ text: FigureText,
    at place: String,
    align: Alignment = .center,
    size: Double,
    options: String = ""
  ) {
    guard !text.isEmpty else { return }
    let font = "font ',\(NumberText.layout(size))'"
    add("set label \(Self.quoted(text.script)) at \(place) \(align.rawValue) \(font)\(options)")
  }
}
