import Artifacts
import Configuration
import Planning
import Testing
import Toys

@Suite struct KindDocumentationTests {
  @Test func `The documentation of a kind follows from its declaration`() throws {
    let kind = try #require(StageKinds.toys["quotient"])
    #expect(
      KindDocumentation(kind).text == """
        quotient

        An input divided by a number, without the remainder.

        inputs:
          of: The number to divide.

        with:
          divisor: The number to divide by. (a whole number, positive; default 10)

        arrays of the result:
          value (1): A whole number.
        """
    )
  }

  @Test func `Free inputs, no parameters and open outputs are said as such`() throws {
    let sum = KindDocumentation(try #require(StageKinds.toys["sum"])).text
    #expect(sum.contains("inputs:\n  any number, under names of your choice\n"))
    let pick = KindDocumentation(try #require(StageKinds.toys["pick"])).text
    #expect(pick.contains("  array: The array. (a text; required)\n"))
    #expect(pick.hasSuffix("arrays of the result:\n  they depend on the parameters"))
    let number = KindDocumentation(try #require(StageKinds.toys["number"])).text
    #expect(number.contains("inputs:\n  none\n"))
  }

  @Test func `Kinds are found by name, in the order in which they are listed`() {
    #expect(StageKinds.toys.names.first == "number")
    #expect(StageKinds.toys["no/such"] == nil)
  }
}

@Suite struct ResultBuilderTests {
  private let declaration = KindDeclaration(
    "k",
    "A kind.",
    outputs: [
      OutputDeclaration("eta", ["eta"], "Rates."),
      OutputDeclaration("regime", ["eta"], unit: nil, "Regimes.", meanings: ["calm", "wild"]),
      OutputDeclaration("extra", [], unit: "m", "More.", optional: true),
    ]
  )

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test func `Arrays come out under the labels that were declared`() throws {
    var builder = ResultBuilder(declaration)
    try builder.set("eta", [0.1, 0.2])
    try builder.set("regime", .int8([0, 1]), shape: [2])
    let artifact = try builder.finish().artifact
    #expect(artifact.attributes == ["kind": .string("k"), "title": .string("A kind.")])
    #expect(artifact["eta"]?.units == "1")
    #expect(artifact["eta"]?.description == "Rates.")
    #expect(artifact["regime"]?.dimensions == ["eta"])
    #expect(artifact["regime"]?.units == nil)
    #expect(artifact["regime"]?.attributes["flag_meanings"] == .string("calm wild"))
    #expect(artifact["regime"]?.attributes["flag_values"] == .list(.int8([0, 1])))
  }

  @Test func `What is not declared, or declared and not made, is an error`() throws {
    var builder = ResultBuilder(declaration)
    #expect(message { try builder.set("other", 1) } == "k does not declare the output 'other'")
    #expect(message { try builder.set("eta", 1) } == "'eta' has 0 dimensions, and [\"eta\"] are declared")
    #expect(message { _ = try builder.finish() } == "k declares the output 'eta' and did not make it")
    try builder.set("eta", [0.1, 0.2])
    #expect(
      message { try builder.set("regime", .int8([0]), shape: [1]) }
        == "dimension 'eta' has length 1 in 'regime' and 2 in 'eta'"
    )
  }
}
