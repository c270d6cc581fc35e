/// Takes a tar archive apart piece by piece and hands over its regular files. Nothing is written: whoever takes them
/// decides by their names, so that no archive reaches outside of where it is unpacked to.
public struct TarReader {
  /// What comes next in an archive.
  public enum Part: Sendable, Equatable {
    /// A file begins.
    case file(name: String, size: Int)
    /// The next bytes of the file.
    case bytes(ArraySlice<UInt8>)
  }

  private static let blockSize = 512
  private var header: [UInt8] = []
  /// What is left of the entry, and of the padding behind it.
  private var (remaining, padding) = (0, 0)
  private var isFile = false
  private var isAtEnd = false

  /// An archive of which nothing was read yet.
  public init() {}

  /// Reads what comes next.
  public mutating func read(_ piece: ArraySlice<UInt8>, _ take: (Part) throws -> Void) throws {
    var piece = piece
    while !piece.isEmpty, !isAtEnd {
      if remaining > 0 {
        let part = piece.prefix(remaining)
        if isFile { try take(.bytes(part)) }
        remaining -= part.count
        piece = piece.dropFirst(part.count)
      } else if padding > 0 {
        let skipped = min(padding, piece.count)
        padding -= skipped
        piece = piece.dropFirst(skipped)
      } else {
        let part = piece.prefix(Self.blockSize - header.count)
        header += part
        piece = piece.dropFirst(part.count)
        guard header.count == Self.blockSize else { continue }
        try begin(take)
        header = []
      }
    }
  }

  /// Checks that the archive is complete.
  public func finish() throws(ArchiveError) {
    guard isAtEnd || (remaining == 0 && padding == 0 && header.isEmpty) else { throw ArchiveError("ends too early") }
  }

  /// Begins the entry that the header describes.
  private mutating func begin(_ take: (Part) throws -> Void) throws {
    guard header.contains(where: { $0 != 0 }) else {
      isAtEnd = true
      return
    }
    let stated = try number(148..<156)
    // The sum of the header's bytes with blanks where the sum itself stands.
    let sum = header.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
    guard stated == sum else { throw ArchiveError("is damaged, or no tar archive") }
    let size = try number(124..<136)
    remaining = size
    padding = (Self.blockSize - size % Self.blockSize) % Self.blockSize
    // Folders, links and what describes the entry that follows are passed over.
    isFile = [0, UInt8(ascii: "0")].contains(header[156])
    guard isFile else { return }
    // GNU's own variant, whose sixth letter is a blank, has other things in the place of the folder.
    let hasFolder = header[257..<263].elementsEqual("ustar\0".utf8)
    let folder = hasFolder ? text(345..<500) : ""
    try take(.file(name: folder.isEmpty ? text(0..<100) : "\(folder)/\(text(0..<100))", size: size))
  }

  private func text(_ range: Range<Int>) -> String {
    String(decoding: header[range].prefix { $0 != 0 }, as: UTF8.self)
  }

  /// A number in octal digits, of at most eleven.
  private func number(_ range: Range<Int>) throws(ArchiveError) -> Int {
    let digits = header[range].drop { $0 == 32 }.prefix { $0 != 0 && $0 != 32 }
    var number = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit), number < 1 << 40 else {
        throw ArchiveError("is damaged, or no tar archive")
      }
      number = number << 3 | Int(digit & 7)
    }
    return number
  }
}
