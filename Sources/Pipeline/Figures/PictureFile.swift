/// What gnuplot leaves out of its pictures, or puts in from outside.
enum PictureFile {
  /// The resolution of a PNG in dots a metre: 300 an inch.
  private static let dotsPerMetre: UInt32 = 11_811

  /// A picture as it is kept: a PDF without the moment of its drawing, an SVG with its title, a PNG with its resolution.
  static func finished(_ bytes: [UInt8], titled title: String) -> [UInt8] {
    if bytes.starts(with: Array("%PDF".utf8)) { return withoutDate(bytes) }
    if bytes.starts(with: pngSignature) { return withResolution(bytes) }
    return withTitle(bytes, title)
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

  /// Puts the title where gnuplot writes its own name.
  private static func withTitle(_ bytes: [UInt8], _ title: String) -> [UInt8] {
    let name = Array("<title>Gnuplot</title>".utf8)
    // It stands near the beginning of the file.
    guard let start = bytes.indices.prefix(4000).first(where: { bytes[$0...].starts(with: name) }) else { return bytes }
    return bytes[..<start] + Array("<title>\(escaped(title))</title>".utf8) + bytes[(start + name.count)...]
  }

  private static func escaped(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      default: String(scalar)
      }
    }.joined()
  }

  // MARK: PNG

  private static let pngSignature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  /// Puts the resolution (chunk pHYs) behind the header, unless there is one.
  private static func withResolution(_ bytes: [UInt8]) -> [UInt8] {
    // The signature, and the header with its length, name, 13 bytes and check sum.
    let header = 8 + 25
    let name = Array("pHYs".utf8)
    guard bytes.count >= header + 8, !bytes[(header + 4)...].starts(with: name) else { return bytes }
    let body = name + bigEndian(dotsPerMetre) + bigEndian(dotsPerMetre) + [1]
    let chunk = bigEndian(9) + body + bigEndian(checkSum(body))
    return bytes[..<header] + chunk + bytes[header...]
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

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
