import CZlib
import Foundation
import Testing

/// The pixels of a picture: how dark each is, from 0 for white to 1 for black, row by row from the top.
struct Picture {
  let width: Int
  let height: Int
  let darkness: [Float]
  /// The size of the page in pixels, as gnuplot counts fractions of it, and how far from the picture's edges it begins.
  var page: (width: Double, height: Double)
  var margin = 0.0

  subscript(x: Int, y: Int) -> Float { darkness[y * width + x] }

  /// A picture from the green bytes of its pixels.
  private init(width: Int, height: Int, greens: [Float]) {
    self.width = width
    self.height = height
    page = (Double(width), Double(height))
    darkness = greens.map { 1 - $0 }
  }

  /// Reads a PPM file of a byte for each colour.
  init(ppm bytes: [UInt8]) throws {
    let header = bytes.prefix(64).split(maxSplits: 4) { $0 == 10 || $0 == 32 }.prefix(4).map {
      String(decoding: $0, as: UTF8.self)
    }
    try #require(header.count == 4 && header[0] == "P6" && header[3] == "255")
    let width = try #require(Int(header[1]))
    let height = try #require(Int(header[2]))
    let pixels = bytes.suffix(3 * width * height)
    let first = pixels.startIndex
    self.init(
      width: width,
      height: height,
      greens: (0..<width * height).map { Float(pixels[first + 3 * $0 + 1]) / 255 }
    )
  }

  /// Reads a PNG file of 8 bits a channel, in front of white.
  init(png bytes: [UInt8]) throws {
    var width = 0
    var height = 0
    var channels = 0
    var packed: [UInt8] = []
    var offset = 8
    while offset + 12 <= bytes.count {
      func number(_ at: Int) -> Int { bytes[at..<at + 4].reduce(0) { $0 << 8 + Int($1) } }
      let length = number(offset)
      let content = offset + 8
      switch String(decoding: bytes[offset + 4..<offset + 8], as: UTF8.self) {
      case "IHDR":
        (width, height) = (number(content), number(content + 4))
        try #require(bytes[content + 8] == 8 && bytes[content + 12] == 0)
        channels = try #require([2: 3, 6: 4][bytes[content + 9]])
      case "IDAT": packed += bytes[content..<content + length]
      default: break
      }
      offset = content + length + 4
    }
    let stride = width * channels
    var raw = [UInt8](repeating: 0, count: height * (stride + 1))
    var count = uLongf(raw.count)
    try #require(uncompress(&raw, &count, packed, uLong(packed.count)) == Z_OK && Int(count) == raw.count)
    var rows = [UInt8](repeating: 0, count: height * stride)
    for y in 0..<height {
      let filter = raw[y * (stride + 1)]
      for x in 0..<stride {
        let left = x >= channels ? Int(rows[y * stride + x - channels]) : 0
        let up = y > 0 ? Int(rows[(y - 1) * stride + x]) : 0
        let corner = x >= channels && y > 0 ? Int(rows[(y - 1) * stride + x - channels]) : 0
        let guess: Int
        switch filter {
        case 1: guess = left
        case 2: guess = up
        case 3: guess = (left + up) / 2
        case 4:
          let ahead = left + up - corner
          let (a, b, c) = (abs(ahead - left), abs(ahead - up), abs(ahead - corner))
          guess = a <= b && a <= c ? left : b <= c ? up : corner
        default: guess = 0
        }
        rows[y * stride + x] = UInt8(truncatingIfNeeded: Int(raw[y * (stride + 1) + 1 + x]) + guess)
      }
    }
    let greens = (0..<width * height).map { pixel in
      let green = Float(rows[pixel * channels + 1]) / 255
      let alpha = channels == 4 ? Float(rows[pixel * channels + 3]) / 255 : 1
      return 1 - alpha + alpha * green
    }
    self.init(width: width, height: height, greens: greens)
  }

  /// The pictures of a figure that was drawn into a folder, at 300 dots an inch: the PNG as it is, the PDF by poppler and
  /// the SVG by librsvg.
  ///
  /// - Parameter size: the size of the page, in centimetres.
  static func all(in folder: borrowing TemporaryFolder, size: (width: Double, height: Double)) throws -> [(
    format: String, picture: Picture
  )] {
    let path = folder.path
    try run("pdftoppm", "-r", "300", "-singlefile", "\(path)/figure.pdf", "\(path)/pdf")
    try run("rsvg-convert", "-z", "3.125", "-o", "\(path)/svg.png", "\(path)/figure.svg")
    var pdf = try Picture(ppm: folder.bytes("pdf.ppm"))
    // gnuplot's page is a whole number of points, of which it leaves half a one free on each side.
    func pixels(_ length: Double) -> Double { ((length / 2.54 * 72).rounded(.down) - 1) / 72 * 300 }
    pdf.page = (pixels(size.width), pixels(size.height))
    pdf.margin = 0.5 / 72 * 300
    return [
      ("PNG", try Picture(png: folder.bytes("figure.png"))),
      ("PDF", pdf),
      ("SVG", try Picture(png: folder.bytes("svg.png"))),
    ]
  }

  private static func run(_ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(arguments)")
  }
}

/// Where the frame of a figure's only panel stands, as fractions of the page from its lower left corner.
struct PanelFrame {
  let left: Double
  let right: Double
  let bottom: Double
  let top: Double

  /// Reads it from a script.
  init(script: String) throws {
    func margin(_ name: String) throws -> Double {
      let after = try #require(script.components(separatedBy: "set \(name)margin at screen ").dropFirst().first)
      return try #require(Double(after.prefix { !";\n".contains($0) }))
    }
    left = try margin("l")
    right = try margin("r")
    bottom = try margin("b")
    top = try margin("t")
  }

  /// The place of a pixel's part within the panel, from 0 to 1 inside.
  func place(_ x: Double, _ y: Double, in picture: Picture) -> (x: Double, y: Double) {
    (
      ((x - picture.margin) / picture.page.width - left) / (right - left),
      (1 - (y - picture.margin) / picture.page.height - bottom) / (top - bottom)
    )
  }
}
