/// What is added to a PDF at its end, as an update (ISO 32000-1, 7.5.6): the bytes before it stay as they are.
struct PDFUpdate {
  private let bytes: [UInt8]
  /// Where the last table of objects begins.
  private let table: Int
  /// Whether that is a stream, as newer versions of cairo write it.
  private let isStream: Bool
  /// How many numbers of objects are taken.
  private let size: Int
  /// The document's catalogue, as a reference.
  private let root: String
  /// The program that wrote the file, with its brackets; nil if it does not say.
  private let producer: Substring?

  /// Finds the end of a file; nil for one that has no such end as cairo writes it.
  init?(of bytes: [UInt8]) {
    let end = String(decoding: bytes.suffix(64), as: UTF8.self)
    guard let match = end.matches(of: /startxref\s+(\d{1,15})\s+%%EOF/).last, let table = Int(match.1),
      bytes.indices.contains(table)
    else { return nil }
    isStream = !bytes[table...].starts(with: Array("xref".utf8))
    // The dictionary of a stream stands before its bytes; that of a table behind its lines.
    let text = String(decoding: isStream ? bytes[table...].prefix(1000) : bytes[table...].suffix(1000), as: UTF8.self)
    guard let size = text.firstMatch(of: /\/Size (\d{1,9})\b/).flatMap({ Int($0.1) }),
      let root = text.firstMatch(of: /\/Root (\d{1,9} \d{1,5} R)/)
    else { return nil }
    self.bytes = bytes
    self.table = table
    self.size = size
    self.root = String(root.1)
    producer =
      String(decoding: bytes[..<table].suffix(2000), as: UTF8.self)
      .firstMatch(of: /\/Producer (\([^()]*(?:\([^()]*\)[^()]*)*\))/)?.1
  }

  /// The file with a dictionary of information that has a title and an identity.
  func adding(_ identity: PictureIdentity, titled title: String) -> [UInt8] {
    let units = title.utf16.map { unit in
      let digits = String(unit, radix: 16)
      return String(repeating: "0", count: 4 - digits.count) + digits
    }
    var entries = ["/Title <feff\(units.joined())>"]
    if let producer { entries.append("/Producer \(producer)") }
    entries.append("/CreationDate (D:20000101000000Z)")
    entries.append("\(PictureIdentity.beginning(in: .pdf))\(identity.text))")
    var result = bytes
    if result.last != UInt8(ascii: "\n") { result.append(UInt8(ascii: "\n")) }
    let information = result.count
    result += Array("\(size) 0 obj\n<< \(entries.joined(separator: "\n   "))\n>>\nendobj\n".utf8)
    let start = result.count
    let trailer = "/Root \(root)\n   /Info \(size) 0 R\n   /Prev \(table)"
    if isStream {
      // One entry: an object in use, where it begins, and generation 0.
      let entry = [1] + PNGChunk.bigEndian(UInt32(clamping: information)) + [0]
      let dictionary =
        "<< /Type /XRef\n   /Size \(size + 2)\n   /Index [\(size) 1]\n   /W [1 4 1]\n   "
        + "/Length \(entry.count)\n   \(trailer)\n>>"
      result += Array("\(size + 1) 0 obj\n\(dictionary)\nstream\n".utf8) + entry + Array("\nendstream\nendobj\n".utf8)
    } else {
      let digits = String(information)
      let place = String(repeating: "0", count: max(0, 10 - digits.count)) + digits
      result += Array("xref\n\(size) 1\n\(place) 00000 n \ntrailer\n<< /Size \(size + 1)\n   \(trailer)\n>>\n".utf8)
    }
    return result + Array("startxref\n\(start)\n%%EOF\n".utf8)
  }
}

extension PictureIdentity {
  /// A PDF with this identity and a title; nil for a file that has no such end as cairo writes it.
  public func added(toPDF bytes: [UInt8], titled title: String) -> [UInt8]? {
    PDFUpdate(of: bytes)?.adding(self, titled: title)
  }
}
