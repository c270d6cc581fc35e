/// The font of all figures. Debian's gnuplot-nox cannot be installed without a sans-serif font, and this is the one
/// that its dependencies name first (libgd3, libfontconfig1, fontconfig-config, fonts-dejavu-core); it has the Greek
/// letters and the mathematical signs.
enum DejaVuSans {
  static let name = "DejaVu Sans"
  /// The height of a capital letter, in units of the font size.
  static let capHeight = 0.73
  /// The height of a line.
  static let lineHeight = 1.2

  /// Advance widths of U+0020 to U+007E, in thousandths of the font size, from the font itself.
  private static let ascii: [Double] = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636,
    636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863,
    748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635,
    615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636,
    337, 636, 838,
  ]

  /// The width of a character in units of the font size.
  static func width(_ scalar: Unicode.Scalar) -> Double {
    switch scalar.value {
    case 0x20...0x7e: ascii[Int(scalar.value) - 0x20] / 1000
    case 0x300...0x36f: 0
    case 0x2190...0x22ff: 0.838
    default: 0.65
    }
  }
}
