import Artifacts
import Configuration
import Figures
import Foundation
import Planning
import Stages
import Testing

/// Tables in their three forms.
struct TableTests {
  private func points(rates: Int = 2) throws -> [String: Artifact] {
    var result = Artifact(attributes: ["kind": .string("toy/points")])
    try result.add(Variable(.string(["zero_loss", "50% & |x|"]), over: [("point", 2)]), as: "name")
    let over = [(name: "rate", length: rates), (name: "point", length: 2)]
    let values = Array([-2, 3e-12, .infinity, .nan].prefix(2 * rates))
    try result.add(Variable(.float64(values), over: over), as: "residual")
    var stability = try Variable(.int8([1, 0]), over: [("point", 2)])
    stability.attributes["flag_meanings"] = .string("stable half-stable")
    try result.add(stability, as: "stability")
    try result.add(Variable(.float64((0..<rates).map { 1234567.5 + Double($0) }), over: [("rate", rates)]), as: "rate")
    return ["points": result]
  }

  private func table(_ columns: String) throws -> Table {
    let yaml = "{ rows: points/name, heading: point, each: rate, columns: [ \(columns) ] }"
    var diagnostics = Diagnostics()
    let table = Table.decode(try YAMLParser.parse(Array(yaml.utf8), name: "table.yaml"), &diagnostics)
    return try #require(table, "\(diagnostics)")
  }

  private let columns = """
    { title: η, value: points/rate, digits: 8 }, { title: Δf, value: points/residual, digits: 3 }, \
    { title: kind, value: points/stability }
    """

  @Test func `CSV holds numbers that programs read`() throws {
    #expect(
      try TableContent(table(columns), inputs: points()).commaSeparated == """
        point,η,Δf,kind\r
        zero_loss,1234567.5,-2,half stable\r
        50% & |x|,1234567.5,3e-12,stable\r
        zero_loss,1234568.5,inf,half stable\r
        50% & |x|,1234568.5,nan,stable\r

        """
    )
  }

  @Test func `A whole number beyond 2^53 has all its digits`() throws {
    var artifact = try #require(points()["points"])
    try artifact.add(Variable(.int64([9_007_199_254_740_993, -9_007_199_254_740_993]), over: [("point", 2)]), as: "id")
    let yaml = "{ rows: points/name, columns: [ { title: id, value: points/id, digits: 17 } ] }"
    var diagnostics = Diagnostics()
    let table = Table.decode(try YAMLParser.parse(Array(yaml.utf8), name: "table.yaml"), &diagnostics)
    let content = try TableContent(try #require(table, "\(diagnostics)"), inputs: ["points": artifact])
    #expect(content.commaSeparated == ",id\r\nzero_loss,9007199254740993\r\n50% & |x|,-9007199254740993\r\n")
    #expect(content.markdown.contains("| −9007199254740993 |"))
  }

  @Test func `LaTeX holds numbers in mathematics and texts without commands`() throws {
    #expect(
      try TableContent(table(columns), inputs: points()).latex == #"""
        \begin{tabular}{lrrr}
        \toprule
        point & η & Δf & kind \\
        \midrule
        zero\_loss & $1234567.5$ & $-2$ & half stable \\
        50\% \& |x| & $1234567.5$ & $3\times10^{-12}$ & stable \\
        zero\_loss & $1234568.5$ & $\infty$ & half stable \\
        50\% \& |x| & $1234568.5$ & -- & stable \\
        \bottomrule
        \end{tabular}

        """#
    )
  }

  @Test func `Markdown holds numbers for readers`() throws {
    #expect(
      try TableContent(table(columns), inputs: points()).markdown == #"""
        | point | η | Δf | kind |
        |---|---:|---:|---:|
        | zero_loss | 1234567.5 | −2 | half stable |
        | 50% &amp; \|x\| | 1234567.5 | 3×10⁻¹² | stable |
        | zero_loss | 1234568.5 | ∞ | half stable |
        | 50% &amp; \|x\| | 1234568.5 | – | stable |

        """#
    )
  }

  @Test func `columns are named after the arrays that they show`() throws {
    let twice = "\(columns), { title: again, value: points/residual }, { title: name, value: points/name }"
    let artifact = try TableContent(table(twice), inputs: points()).artifact()
    #expect(artifact.variables.keys.sorted() == ["name", "rate", "residual", "residual2", "row", "stability"])
    #expect(artifact["rate"]?.values.doubles == [1234567.5, 1234567.5, 1234568.5, 1234568.5])
  }

  @Test func `a column of fewer elements than there are rows is an error`() throws {
    let fewer = "{ title: some, value: 'points/stability[point@0..0]' }"
    let error = #expect(throws: FigureError.self) { try TableContent(table("\(columns), \(fewer)"), inputs: points()) }
    #expect(error?.description == "points/stability[point@0..0] has 1 elements, and there are 2 rows")
  }

  @Test func `rows that are repeated for nothing are an error`() throws {
    let error = #expect(throws: FigureError.self) { try TableContent(table(columns), inputs: points(rates: 0)) }
    #expect(error?.description == "there is nothing to repeat the rows for: 'rate' has length 0")
  }

  @Test func `the files of a table without a name are called table`() async throws {
    let folder = try TemporaryFolder()
    let context = StageContext(
      inputs: try points(),
      pipeline: "some",
      stage: "list",
      threads: 1,
      scratch: folder.path,
      report: { _ in }
    )
    let result = try await table(columns).run(context)
    #expect(result.files.keys.sorted() == ["table.csv", "table.md", "table.tex"])
    #expect(try folder.bytes("table.csv").starts(with: Array("point,".utf8)))
  }
}
