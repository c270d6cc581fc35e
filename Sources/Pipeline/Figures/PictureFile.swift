internal import Configuration

/// What gnuplot leaves out of its pictures, or puts in from outside.
enum PictureFile {
  /// The resolution of a PNG in dots a metre: 300 an inch.
  private static let dotsPerMetre: UInt32 = 11_811

  /// A picture as it is kept: a PDF without the moment of its drawing, an SVG with its title, a PNG with its resolution;
  /// each with what it says of itself.
  static func finished(_ bytes: [UInt8], titled title: String, _ identity: PictureIdentity?) -> [UInt8] {
    if bytes.starts(with: Array("%PDF".utf8)) {
      let picture = withoutDate(bytes)
      return identity?.added(toPDF: picture, titled: title) ?? picture
    }
    if bytes.starts(with: PNGChunk.signature) { return withChunks(bytes, identity) }
    return withTitle(bytes, title, identity)
  }

  /// The version of gnuplot that an SVG names.
  static func version(in bytes: [UInt8]) -> String? {
    let text = String(decoding: bytes.prefix(4000), as: UTF8.self)
    return text.firstMatch(of: /Produced by GNUPLOT ([0-9.]+(?: patchlevel [0-9a-z]+)?)/).map { String($0.1) }
  }

  /// Replaces the moment of drawing, which older versions of cairo write into a PDF, by a fixed one of equal length.
  private static func withoutDate(_ bytes: [UInt8]) -> [UInt8] {
    let mark = Array("/CreationDate (D:".utf8)
    let digits = Array("20000101000000".utf8)
    // It stands near the end of the file.
    guard bytes.count >= mark.count + digits.count,
      let start = (0...bytes.count - mark.count - digits.count).last(where: { bytes[$0...].starts(with: mark) })
    else { return bytes }
    var result = bytes
    result.replaceSubrange(start + mark.count..<start + mark.count + digits.count, with: digits)
    return result
  }

  // MARK: SVG

  /// Puts the title where gnuplot writes its own name, and the identity behind it.
  private static func withTitle(_ bytes: [UInt8], _ title: String, _ identity: PictureIdentity?) -> [UInt8] {
    let name = Array("<title>Gnuplot</title>".utf8)
    // It stands near the beginning of the file.
    guard let start = bytes.indices.prefix(4000).first(where: { bytes[$0...].starts(with: name) }) else { return bytes }
    let metadata = identity.map { "\n\(PictureIdentity.beginning(in: .svg))\($0.text)</metadata>" } ?? ""
    return bytes[..<start] + Array("<title>\(escaped(title))</title>\(metadata)".utf8)
      + withoutSectionEnds(bytes[(start + name.count)...])
  }

  /// Escapes `]]>`, which XML forbids in a text and gnuplot, which escapes `<` and `&` only, copies from a label. Gnuplot
  /// writes no CDATA section, which such a sign would end.
  private static func withoutSectionEnds(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    let bracket = UInt8(ascii: "]")
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for (place, byte) in zip(bytes.indices, bytes) {
      if byte == UInt8(ascii: ">"), place >= bytes.startIndex + 2, bytes[place - 1] == bracket,
        bytes[place - 2] == bracket
      {
        result += "&gt;".utf8
      } else {
        result.append(byte)
      }
    }
    return result
  }

  private static func escaped(_ text: String) -> String {
    text.printable.unicodeScalars.map { scalar in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      default: String(scalar)
      }
    }.joined()
  }

  // MARK: PNG

  /// Puts the resolution (chunk pHYs) behind the header, unless there is one, and the identity behind that.
  private static func withChunks(_ bytes: [UInt8], _ identity: PictureIdentity?) -> [UInt8] {
    // The signature, and the header with its length, name, 13 bytes and check sum.
    let header = PNGChunk.signature.count + 25
    guard bytes.count >= header + 8 else { return bytes }
    var chunks: [UInt8] = []
    if !bytes[(header + 4)...].starts(with: Array("pHYs".utf8)) {
      let dots = PNGChunk.bigEndian(dotsPerMetre)
      chunks += PNGChunk.bytes("pHYs", dots + dots + [1])
    }
    if let identity { chunks += PNGChunk.bytes("tEXt", Array("\(PictureIdentity.keyword)\0\(identity.text)".utf8)) }
    return bytes[..<header] + chunks + bytes[header...]
  }
}

/// A chunk of a PNG file.
enum PNGChunk {
  /// How a file begins.
  static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  /// The bytes of a chunk: its length, its name, its content and their check sum.
  static func bytes(_ name: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + content
    return bigEndian(UInt32(content.count)) + body + bigEndian(checkSum(body))
  }

  /// A number's bytes, the highest first.
  static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  /// The number of four bytes, the highest first.
  static func number(_ bytes: some Sequence<UInt8>) -> Int { bytes.prefix(4).reduce(0) { $0 << 8 + Int($1) } }

  /// The check sum of a chunk (CRC-32, PNG specification, annex D).
  static func checkSum(_ bytes: [UInt8]) -> UInt32 {
    var sum = UInt32.max
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? 0xedb8_8320 ^ (sum >> 1) : sum >> 1 }
    }
    return ~sum
  }
}
