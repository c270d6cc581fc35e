/// The markup of texts, read in one place: by the checks, by the layout and by the script.
enum Markup {
  /// A piece of a text.
  enum Token: Equatable {
    /// A character that is drawn.
    case plain(Unicode.Scalar)
    /// `_`
    case lower
    /// `^`
    case raise
    /// `{`
    case open
    /// `}`
    case close
  }

  /// Whether a backslash before this character makes it an ordinary one.
  static func isSign(_ scalar: Unicode.Scalar) -> Bool {
    "\\{}_^".unicodeScalars.contains(scalar)
  }

  /// The pieces of a text.
  static func tokens(_ text: String) -> [Token] {
    var tokens: [Token] = []
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\\":
        // Before any other character a backslash is one itself.
        if let next = rest.first, isSign(next) {
          rest.removeFirst()
          tokens.append(.plain(next))
        } else {
          tokens.append(.plain(scalar))
        }
      case "_": tokens.append(.lower)
      case "^": tokens.append(.raise)
      case "{": tokens.append(.open)
      case "}": tokens.append(.close)
      default: tokens.append(.plain(scalar))
      }
    }
    return tokens
  }

  /// Reads the pieces one after another.
  struct Reader {
    private var tokens: ArraySlice<Token>

    init(_ text: String) {
      tokens = Markup.tokens(text)[...]
    }

    /// The next piece, which stays.
    var first: Token? { tokens.first }

    /// Takes the next piece.
    mutating func next() -> Token? { tokens.popFirst() }

    /// At the beginning of a group: takes its font, with the space behind it, and returns what stands between `/` and
    /// the space; nil if the group has none.
    mutating func font() -> String? {
      guard tokens.first == .plain("/") else { return nil }
      tokens.removeFirst()
      var specification = String.UnicodeScalarView()
      while let token = tokens.first, token != .close, token != .plain(" ") {
        switch token {
        case .plain(let scalar): specification.append(scalar)
        case .lower: specification.append("_")
        case .raise: specification.append("^")
        case .open: specification.append("{")
        case .close: break
        }
        tokens.removeFirst()
      }
      if tokens.first == .plain(" ") { tokens.removeFirst() }
      return String(specification)
    }
  }

  /// The font of a group: `Name*factor:Bold`, or `Name=points`, each part of which may be left out.
  struct Font {
    private var factor = 1.0
    private var points: Double?
    /// Whether the letters are heavier, and so wider.
    let isBold: Bool

    /// Reads a font; nil if the text is not a font.
    init?(_ specification: String) {
      guard specification.unicodeScalars.allSatisfy(Self.isCharacter) else { return nil }
      var rest = specification[...]
      while let sign = rest.firstIndex(where: { $0 == "*" || $0 == "=" }) {
        let isFactor = rest[sign] == "*"
        rest = rest[rest.index(after: sign)...]
        let number = rest.prefix { !"*=:".contains($0) }
        guard let value = Double(number), value > 0, value.isFinite else { return nil }
        if isFactor { factor *= value } else { (points, factor) = (value, 1) }
      }
      isBold = specification.contains("Bold")
    }

    /// How much larger than a figure's usual letters these are, in a group of letters of size `outer`.
    func size(within outer: Double) -> Double {
      // Sizes in points are compared with the usual eight.
      factor * (points.map { $0 / 8 } ?? outer)
    }

    private static func isCharacter(_ scalar: Unicode.Scalar) -> Bool {
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "-", ".", ",", ":", "=", "*", "+": true
      default: false
      }
    }
  }
}

extension FigureText {
  /// The width in units of the font size, close enough to lay out a figure with.
  var width: Double {
    var reader = Markup.Reader(markup)
    var width = 0.0
    while reader.first != nil { width += reader.itemWidth(size: 1) }
    return width
  }
}

extension Markup.Reader {
  /// Takes a character or a group, and returns its width.
  fileprivate mutating func itemWidth(size: Double) -> Double {
    switch next() {
    case .plain(let scalar): size * DejaVuSans.width(scalar)
    case .lower, .raise: itemWidth(size: 0.8 * size)
    case .open: groupWidth(size: size)
    case .close, nil: 0
    }
  }

  private mutating func groupWidth(size: Double) -> Double {
    let font = font().flatMap { Markup.Font($0) }
    let size = (font?.size(within: size) ?? size) * (font?.isBold == true ? 1.1 : 1)
    var width = 0.0
    while let token = first, token != .close { width += itemWidth(size: size) }
    _ = next()
    return width
  }
}
