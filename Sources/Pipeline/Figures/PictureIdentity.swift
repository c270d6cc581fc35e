public import Artifacts
internal import Configuration
public import SystemPackage

/// What a picture says of itself, in its metadata: the action that drew it and the content that it shows.
public struct PictureIdentity: Sendable, Equatable {
  /// The key of the action.
  public let action: ContentDigest
  /// The address of the artifact that it was drawn from.
  public let artifact: ContentDigest

  /// An identity.
  public init(action: ContentDigest, artifact: ContentDigest) {
    self.action = action
    self.artifact = artifact
  }

  /// The text in the picture: JSON of two keys and digits only, so that no format has to escape anything.
  var text: String {
    let json: JSONValue = ["action": .string(action.description), "artifact": .string(artifact.description)]
    return json.canonicalText
  }

  private init?(_ text: String) {
    guard case .object(let members)? = try? JSONValue(reading: text, name: "identity"),
      case .string(let action)? = members["action"], case .string(let artifact)? = members["artifact"],
      let action = ContentDigest(action), let artifact = ContentDigest(artifact)
    else { return nil }
    self.init(action: action, artifact: artifact)
  }
}

extension PictureIdentity {
  /// A format of pictures.
  public enum Format: String, Sendable {
    /// PNG: a chunk tEXt with a keyword.
    case png = "PNG"
    /// SVG: an element `metadata`.
    case svg = "SVG"
    /// PDF: an entry of the dictionary of information.
    case pdf = "PDF"
  }

  static let keyword = "PipelineIdentity"
  /// The length of the text, which is always the same.
  private static let length = 155
  /// Files beyond this size are not searched from end to end.
  private static let searched = 64 << 20

  /// What stands before the text, and at its end one character more.
  static func beginning(in format: Format) -> String {
    switch format {
    case .png: "\(keyword)\0"
    case .svg: "<metadata id=\"\(keyword)\">"
    case .pdf: "/\(keyword) ("
    }
  }

  /// The format of a file, by its first bytes; nil if it is no picture.
  public static func format(of path: FilePath) throws -> Format? {
    let start = try FilePart.of(path, from: 0, most: 1024)
    if start.starts(with: PNGChunk.signature) { return .png }
    if start.starts(with: Array("%PDF-".utf8)) { return .pdf }
    let text = String(decoding: start, as: UTF8.self)
    let beginning = text.drop { $0.isWhitespace || $0 == "\u{feff}" }
    return beginning.hasPrefix("<") && text.contains("<svg") ? .svg : nil
  }

  /// Reads what a picture says of itself, whoever wrote it there; nil if it says nothing.
  public static func read(_ format: Format, from path: FilePath) throws -> PictureIdentity? {
    switch format {
    case .png: return try readPNG(path)
    // It is where it was put, unless another program has written the file anew.
    case .svg: return try read(format, in: FilePart.of(path, from: 0, most: 1 << 16)) ?? search(format, path)
    case .pdf: return try read(format, in: FilePart.end(of: path, most: 1 << 16)) ?? search(format, path)
    }
  }

  private static func search(_ format: Format, _ path: FilePath) throws -> PictureIdentity? {
    try read(format, in: FilePart.of(path, from: 0, most: searched))
  }

  /// The last identity in some bytes: an update stands behind what it updates.
  private static func read(_ format: Format, in bytes: [UInt8]) -> PictureIdentity? {
    let beginning = Array(beginning(in: format).utf8)
    guard bytes.count >= beginning.count + length else { return nil }
    // The first byte is compared by itself: that is what nearly all places fail by.
    let first = beginning[0]
    for place in (0...bytes.count - beginning.count - length).reversed()
    where bytes[place] == first && bytes[place...].starts(with: beginning) {
      let text = bytes[(place + beginning.count)...].prefix(length)
      if let identity = PictureIdentity(String(decoding: text, as: UTF8.self)) { return identity }
    }
    return nil
  }

  /// Goes from chunk to chunk; a file may claim whatever it likes of their lengths and number.
  private static func readPNG(_ path: FilePath) throws -> PictureIdentity? {
    let beginning = Array(beginning(in: .png).utf8)
    var offset = PNGChunk.signature.count
    for _ in 0..<10_000 {
      let heading = try FilePart.of(path, from: offset, most: 8)
      guard heading.count == 8 else { return nil }
      let size = PNGChunk.number(heading)
      let name = String(decoding: heading[4...], as: UTF8.self)
      if name == "IEND" { return nil }
      if name == "tEXt", size == beginning.count + length {
        let body = try FilePart.of(path, from: offset + 4, most: 4 + size + 4)
        let content = Array(body.prefix(4 + size))
        if body.count == 8 + size, content[4...].starts(with: beginning),
          Int(PNGChunk.checkSum(content)) == PNGChunk.number(body[(4 + size)...]),
          let identity = PictureIdentity(String(decoding: content[(4 + beginning.count)...], as: UTF8.self))
        {
          return identity
        }
      }
      offset += 12 + size
    }
    return nil
  }
}
