import Artifacts
import Figures
import Foundation
import FoundationXML
import Planning
import Testing

/// Figures drawn by gnuplot.
struct DrawingTests {
  static let everything = """
    width: 12
    height: 10
    columns: 2
    panels:
      - title: "(a) Δf < 0 & λ_H"
        x: { label: residual, from: -3, to: 3 }
        y: trace
        notes: [ { text: "PLUS", x: 1, y: 8.3 } ]
        series:
          - { draw: region, x: portrait/boundary_x, y: portrait/boundary_y, label: inaccessible }
          - draw: vectors
            x: portrait/residual
            y: portrait/trace
            u: portrait/field_residual
            v: portrait/field_trace
            length: 5
            every: 2
          - draw: points
            x: portrait/fixed_point_residual
            y: portrait/fixed_point_trace
            where: { fixed_point_stability: unstable }
            marker: open-circle
            label: unstable
      - color: { label: "η", scale: log }
        legend: right-outside
        series:
          - { draw: lines, x: runs/step, y: runs/loss, each: learning_rate, label: "η = {learning_rate}" }
          - { draw: horizontal, y: runs/edge, each: learning_rate }
          - { draw: band, x: runs/step, y: 0, y2: runs/loss, at: { learning_rate: -1 }, color: green }
      - color: { label: density, scale: log, palette: cividis }
        x: { scale: log }
        series: [ { draw: heatmap, x: bifurcation/ratio, y: bifurcation/value, z: bifurcation/density } ]
    """

  static func inputs(size: Int = 60) throws -> [String: Artifact] {
    ["portrait": try Toys.portrait(), "runs": try Toys.runs(), "bifurcation": try Toys.bifurcation(size: size)]
  }

  @Test func `the same figure drawn twice has the same bytes`() async throws {
    let first = try TemporaryFolder()
    let second = try TemporaryFolder()
    let one = try await first.draw(Self.everything, Self.inputs())
    // A PDF would carry the second in which it was drawn.
    try await Task.sleep(for: .milliseconds(1100))
    let two = try await second.draw(Self.everything, Self.inputs())
    #expect(one.artifact.address == two.artifact.address)
    #expect(one.files.keys.sorted() == ["figure.dat", "figure.gp", "figure.pdf", "figure.png", "figure.svg"])
    for name in one.files.keys {
      #expect(try first.bytes(name) == second.bytes(name), "\(name)")
    }
  }

  @Test func `the PNG has 300 dots an inch`() async throws {
    let folder = try TemporaryFolder()
    _ = try await folder.draw(Self.everything, Self.inputs())
    let header = try folder.bytes("figure.png").prefix(24)
    func number(_ offset: Int) -> Int { header.dropFirst(offset).prefix(4).reduce(0) { $0 << 8 + Int($1) } }
    #expect(number(16) == 1417)
    #expect(number(20) == 1181)
    let resolution = try folder.bytes("figure.png").dropFirst(33).prefix(21)
    // 11811 dots a metre in both directions, with the check sum that zlib's crc32 gives.
    #expect(
      Array(resolution) == [0, 0, 0, 9] + Array("pHYs".utf8) + [0, 0, 0x2e, 0x23, 0, 0, 0x2e, 0x23, 1] + [
        0x78, 0xa5, 0x3f, 0x76,
      ]
    )
  }

  @Test func `the script draws the figure again under any name`() async throws {
    let folder = try TemporaryFolder()
    _ = try await folder.draw(Self.everything, Self.inputs())
    let (png, svg) = (try folder.bytes("figure.png"), try folder.bytes("figure.svg"))
    try FileManager.default.createDirectory(atPath: "\(folder.path)/other place", withIntermediateDirectories: true)
    for suffix in ["gp", "dat"] {
      try FileManager.default.moveItem(
        atPath: "\(folder.path)/figure.\(suffix)",
        toPath: "\(folder.path)/other place/fig 3-β.\(suffix)"
      )
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gnuplot", "other place/fig 3-β.gp"]
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    // gnuplot alone writes neither the resolution nor the title.
    let drawn = try folder.bytes("other place/fig 3-β.png")
    #expect(drawn == Array(png[..<33]) + png[(33 + 21)...])
    let text = String(decoding: try folder.bytes("other place/fig 3-β.svg"), as: UTF8.self)
    #expect(withoutTitle(text) == withoutTitle(String(decoding: svg, as: UTF8.self)))
    #expect(try folder.bytes("other place/fig 3-β.pdf").starts(with: Array("%PDF".utf8)))
  }

  private func withoutTitle(_ svg: String) -> String {
    svg.split(separator: "\n").filter { !$0.hasPrefix("<title>") }.joined(separator: "\n")
  }

  @Test func `an SVG is titled with the titles of its panels`() async throws {
    let folder = try TemporaryFolder()
    _ = try await folder.draw(Self.everything, Self.inputs())
    let svg = String(decoding: try folder.bytes("figure.svg"), as: UTF8.self)
    #expect(svg.contains("<title>(a) Δf &lt; 0 &amp; λ_H</title>"))
    let named = "{ name: fig-9, panels: [ { title: x, series: [ { draw: horizontal, y: 1 } ] } ] }"
    _ = try await folder.draw(named, [:])
    #expect(String(decoding: try folder.bytes("fig-9.svg"), as: UTF8.self).contains("<title>fig-9</title>"))
  }

  @Test func `the address depends on the numbers and not on the names of files`() throws {
    let yaml = "{ panels: [ { series: [ { draw: horizontal, y: 1 } ] } ] }"
    let named = "{ name: other, panels: [ { series: [ { draw: horizontal, y: 1 } ] } ] }"
    let moved = "{ panels: [ { series: [ { draw: horizontal, y: 2 } ] } ] }"
    let address = try FigureContent(figure(yaml), inputs: [:]).artifact().address
    #expect(try FigureContent(figure(named), inputs: [:]).artifact().address == address)
    #expect(try FigureContent(figure(moved), inputs: [:]).artifact().address != address)
  }

  @Test func `a hostile text runs nothing`() async throws {
    let folder = try TemporaryFolder()
    let command = "touch \(folder.path)/pwned"
    let texts = [
      "'", "''", "a''''b", "'\u{301} ; system('\(command)') ; '\u{301}", "`\(command)`", "'; system('\(command)'); '",
      "$(\(command))", "@command", "a@{b_", "x^", "\\101 \\U+0041 \\n", "&{x} ~a{.8-}", "\"; !\(command)",
      "' . system(\"\(command)\") . '",
      "a\\' ; system('\(command)') #", "%s%n %d", "<script>alert(1)</script>", "\\",
    ]
    for text in texts {
      let quoted = text.unicodeScalars.map { $0 == "'" ? "''" : String($0) }.joined()
      let yaml = """
        panels:
          - title: '\(quoted)'
            x: '\(quoted)'
            notes: [ { text: '\(quoted)', x: 0.5, y: 0.5 } ]
            legend: { title: '\(quoted)' }
            series: [ { draw: horizontal, y: 0.5, label: '\(quoted)' } ]
        """
      if try problems(yaml).isEmpty {
        _ = try await folder.draw(yaml, [:])
        let svg = String(decoding: try folder.bytes("figure.svg"), as: UTF8.self)
        #expect(!svg.contains("<script"))
        #expect(XMLParser(data: Data(svg.utf8)).parse(), "\(text)")
      }
      #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/pwned"), "\(text)")
    }
  }

  @Test func `a large heat map is a picture of modest size`() async throws {
    let folder = try TemporaryFolder()
    let yaml = """
      panels:
        - color: { scale: log }
          series: [ { draw: heatmap, x: bifurcation/ratio, y: bifurcation/value, z: bifurcation/density } ]
      """
    _ = try await folder.draw(yaml, Self.inputs(size: 1000))
    #expect(try folder.bytes("figure.pdf").count < 2_000_000)
    #expect(try folder.bytes("figure.svg").count < 2_000_000)
  }

  @Test func `a million points make small files`() async throws {
    let folder = try TemporaryFolder()
    let count = 1_000_000
    var cloud = Artifact()
    var x = 0.3
    var values: [Double] = []
    for _ in 0..<count {
      x = 3.99 * x * (1 - x)
      values.append(x)
    }
    let over = [(name: "step", length: count)]
    try cloud.add(Variable(.int64((0..<count).map { Int64($0) }), over: over), as: "step")
    try cloud.add(Variable(.float64(values), over: over), as: "value")
    let yaml = """
      columns: 1
      panels:
        - series: [ { draw: points, x: cloud/step, y: cloud/value, marker: dot } ]
        - series: [ { draw: lines, x: cloud/step, y: cloud/value, weight: 0.3 } ]
      """
    _ = try await folder.draw(yaml, ["cloud": cloud])
    #expect(try folder.bytes("figure.pdf").count < 2_000_000)
    #expect(try folder.bytes("figure.svg").count < 2_000_000)
  }
}
