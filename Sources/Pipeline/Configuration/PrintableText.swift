/// Text from elsewhere (pipeline files, artifacts, records, locks, file names, the output of programs) on its way to a
/// terminal, a log or a document.
///
/// Such text must not drive the reader's terminal (escape sequences, bells), reorder what stands around it (bidirectional
/// marks), or add lines that look like the program's own. Everything that is printed passes through here once more in
/// `Terminal`, so that a caller that forgets it does no harm; the program's own colors are added behind it.
extension String {
  /// The text as one line: everything that a terminal would obey or not show is U+FFFD, which takes one column.
  package var printable: String { replacing { $0.isHazardous } }

  /// The text with its lines and tabs, and everything else that a terminal would obey replaced by U+FFFD.
  package var printableLines: String { replacing { $0.isHazardous && $0 != "\n" && $0 != "\t" } }

  /// JSON with the same value, in which strings escape what a terminal would obey: `\u009b`.
  ///
  /// - Precondition: the text is JSON, where such characters stand within strings only.
  package var printableJSON: String {
    guard !isPlainLine else { return self }
    var text = ""
    for scalar in unicodeScalars {
      if scalar.isHazardous, scalar != "\n" {
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  private func replacing(_ isReplaced: (Unicode.Scalar) -> Bool) -> String {
    guard !isPlainLine else { return self }
    return String(UnicodeScalarView(unicodeScalars.map { isReplaced($0) ? "\u{fffd}" : $0 }))
  }

  /// Most texts are, and there may be megabytes of them.
  private var isPlainLine: Bool { utf8.allSatisfy { 0x20...0x7e ~= $0 } }
}

extension Unicode.Scalar {
  /// Whether a terminal would obey this character or show nothing for it, so that what a reader sees is not what is
  /// there: control characters, line separators, bidirectional marks and invisible signs.
  ///
  /// The joiners U+200C and U+200D stay: words and emoji are written with them.
  package var isHazardous: Bool {
    switch value {
    case 0...0x1f, 0x7f...0x9f: true
    case 0x061c, 0x180e, 0x200b, 0x200e, 0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff, 0xfff9...0xfffb: true
    default: false
    }
  }
}
