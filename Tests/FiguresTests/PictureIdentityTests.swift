import Artifacts
import Figures
import Foundation
import Planning
import Stages
import SystemPackage
import TestSupport
import Testing

/// What pictures say of themselves.
struct PictureIdentityTests {
  private static let key = ContentDigest(of: "an action")
  private static let yaml = """
    panels:
      - { title: "Δ & <λ>", series: [ { draw: lines, x: runs/step, y: runs/loss, at: { learning_rate: 0 } } ] }
    """

  private func draw(in folder: borrowing FiguresTests.TemporaryFolder, key: ContentDigest? = key) async throws
    -> StageResult
  {
    let context = StageContext(
      inputs: ["runs": try Toys.runs(steps: 20)],
      pipeline: "fig",
      stage: "figure",
      key: key,
      threads: 1,
      scratch: folder.path,
      report: { _ in }
    )
    return try await figure(Self.yaml).run(context)
  }

  private static let formats: [(PictureIdentity.Format, String)] = [(.png, "png"), (.svg, "svg"), (.pdf, "pdf")]

  @Test func `Every picture carries its action and its content, whatever its name`() async throws {
    let folder = try FiguresTests.TemporaryFolder()
    let result = try await draw(in: folder)
    let expected = PictureIdentity(action: Self.key, artifact: result.artifact.address)
    for (format, suffix) in Self.formats {
      let other = FilePath("\(folder.path)/another name")
      try? FileManager.default.removeItem(atPath: other.string)
      try FileManager.default.moveItem(atPath: "\(folder.path)/figure.\(suffix)", toPath: other.string)
      #expect(try PictureIdentity.format(of: other) == format)
      #expect(try PictureIdentity.read(format, from: other) == expected, "\(suffix)")
    }
    #expect(result.provenance["tools"] != nil)
  }

  @Test func `The same action draws the same bytes, and another one other pictures of the same content`() async throws {
    let first = try FiguresTests.TemporaryFolder()
    let second = try FiguresTests.TemporaryFolder()
    let third = try FiguresTests.TemporaryFolder()
    let one = try await draw(in: first)
    let two = try await draw(in: second)
    let three = try await draw(in: third, key: ContentDigest(of: "another action"))
    #expect(one.artifact.address == two.artifact.address)
    #expect(one.artifact.address == three.artifact.address)
    for (_, suffix) in Self.formats {
      #expect(try first.bytes("figure.\(suffix)") == second.bytes("figure.\(suffix)"))
      #expect(try first.bytes("figure.\(suffix)") != third.bytes("figure.\(suffix)"))
    }
    for suffix in ["gp", "dat"] {
      #expect(try first.bytes("figure.\(suffix)") == third.bytes("figure.\(suffix)"))
    }
  }

  @Test func `Poppler reads the identity and the title of a PDF, and draws it as before`() async throws {
    let marked = try FiguresTests.TemporaryFolder()
    let plain = try FiguresTests.TemporaryFolder()
    let result = try await draw(in: marked)
    _ = try await draw(in: plain, key: nil)
    let pdfinfo = Program(at: "/usr/bin/pdfinfo")
    let custom = try await pdfinfo.run(["-custom", "\(marked.path)/figure.pdf"])
    #expect(custom.errors == "")
    #expect(custom.output.contains("PipelineIdentity"))
    #expect(custom.output.contains(Self.key.description))
    #expect(custom.output.contains(result.artifact.address.description))
    let facts = try await pdfinfo.run(["\(marked.path)/figure.pdf"]).output
    #expect(facts.contains("Δ & <λ>"))
    #expect(facts.contains("cairo"))
    let pixels = Program(at: "/usr/bin/pdftoppm")
    let (one, two) = (
      try await pixels.run(["-r", "50", "\(marked.path)/figure.pdf", "\(marked.path)/page"]),
      try await pixels.run(["-r", "50", "\(plain.path)/figure.pdf", "\(plain.path)/page"])
    )
    #expect(one == .init(output: "", errors: "", status: 0))
    #expect(two == .init(output: "", errors: "", status: 0))
    #expect(try marked.bytes("page-1.ppm") == plain.bytes("page-1.ppm"))
  }

  @Test func `An SVG with its identity is XML, and a PNG's chunks have their check sums`() async throws {
    let folder = try FiguresTests.TemporaryFolder()
    _ = try await draw(in: folder)
    let script = """
      import struct, sys, xml.dom.minidom, zlib
      svg = xml.dom.minidom.parse(sys.argv[1])
      print(svg.getElementsByTagName("metadata")[0].firstChild.data)
      png = open(sys.argv[2], "rb").read()
      place = 8
      while place < len(png):
          size, = struct.unpack(">I", png[place:place + 4])
          body = png[place + 4:place + 8 + size]
          assert struct.unpack(">I", png[place + 8 + size:place + 12 + size])[0] == zlib.crc32(body)
          if body[:4] == b"tEXt": print(body[4:].split(b"\\0", 1)[1].decode())
          place += 12 + size
      """
    let outcome = try await Program(at: "/usr/bin/python3").run(
      ["-c", script, "\(folder.path)/figure.svg", "\(folder.path)/figure.png"]
    )
    #expect(outcome.errors == "")
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.first == lines.last)
    #expect(lines.first?.contains(Self.key.description) == true)
  }

  @Test func `A PDF whose objects are listed in a stream is read by Poppler with its identity`() async throws {
    let folder = try FiguresTests.TemporaryFolder()
    // One empty page, as newer versions of cairo lay their files out.
    var bytes = Array("%PDF-1.5\n".utf8)
    var places: [Int] = []
    for (index, text) in [
      "<< /Type /Pages /Kids [2 0 R] /Count 1 >>",
      "<< /Type /Page /Parent 1 0 R /MediaBox [0 0 99 99] >>",
      "<< /Type /Catalog /Pages 1 0 R >>",
    ].enumerated() {
      places.append(bytes.count)
      bytes += Array("\(index + 1) 0 obj\n\(text)\nendobj\n".utf8)
    }
    let table = bytes.count
    var entries = [UInt8](repeating: 0, count: 4)
    for place in places + [table] { entries += [1, UInt8(place >> 8), UInt8(place & 255), 0] }
    bytes += Array(
      "4 0 obj\n<< /Type /XRef /Size 5 /W [1 2 1] /Root 3 0 R /Length \(entries.count) >>\nstream\n".utf8
    )
    bytes += entries + Array("\nendstream\nendobj\nstartxref\n\(table)\n%%EOF\n".utf8)
    let identity = PictureIdentity(action: Self.key, artifact: ContentDigest(of: "content"))
    let marked = try #require(identity.added(toPDF: bytes, titled: "a title"))
    #expect(marked.starts(with: bytes))
    let path = FilePath("\(folder.path)/stream.pdf")
    try Data(marked).write(to: URL(fileURLWithPath: path.string))
    let facts = try await Program(at: "/usr/bin/pdfinfo").run(["-custom", path.string])
    #expect(facts.errors == "")
    #expect(facts.output.contains(Self.key.description))
    #expect(try PictureIdentity.read(.pdf, from: path) == identity)
    // What has no end is left alone.
    #expect(identity.added(toPDF: Array("%PDF-1.5\nnothing".utf8), titled: "") == nil)
    #expect(identity.added(toPDF: Array(bytes.dropLast(20)), titled: "") == nil)
  }

  @Test func `Files that are cut off, made up or claim to be huge say nothing and cost nothing`() async throws {
    let folder = try FiguresTests.TemporaryFolder()
    _ = try await draw(in: folder)
    let path = FilePath("\(folder.path)/hostile")
    func read(_ bytes: [UInt8]) throws -> PictureIdentity? {
      try Data(bytes).write(to: URL(fileURLWithPath: path.string))
      guard let format = try PictureIdentity.format(of: path) else { return nil }
      return try PictureIdentity.read(format, from: path)
    }
    for (_, suffix) in Self.formats {
      let bytes = try folder.bytes("figure.\(suffix)")
      for count in stride(from: 0, to: min(bytes.count, 700), by: 13) { _ = try read(Array(bytes[..<count])) }
      // With one character of the identity that is not a digit.
      let mark = Array("\"action\":\"".utf8)
      let place = try #require(bytes.indices.last { bytes[$0...].starts(with: mark) })
      var changed = bytes
      changed[place + mark.count] = UInt8(ascii: "g")
      #expect(try read(changed) == nil)
    }
    let png = try folder.bytes("figure.png")
    // A chunk of 4 GiB, and a million chunks of nothing.
    #expect(try read(Array(png[..<33]) + [0xff, 0xff, 0xff, 0xff] + Array("tEXt".utf8) + png[33...]) == nil)
    let nothing = [UInt8](repeating: 0, count: 4) + Array("teSt".utf8) + [0, 0, 0, 0]
    #expect(try read(Array(png[..<33]) + Array(repeating: nothing, count: 1_000_000).flatMap { $0 }) == nil)
    // A chunk whose check sum is wrong.
    let start = try #require(png.indices.first { png[$0...].starts(with: Array("tEXt".utf8)) })
    var changed = png
    changed[start + 30] ^= 1
    #expect(try read(changed) == nil)
    #expect(try PictureIdentity.format(of: FilePath("\(folder.path)/figure.gp")) == nil)
  }
}
