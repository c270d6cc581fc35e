import Artifacts
import Testing

@Suite struct ArtifactTests {
  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  private func line(_ dimension: String, _ count: Int) throws -> Variable {
    try Variable(.float64([Double](repeating: 0, count: count)), over: [(dimension, count)])
  }

  @Test(arguments: ["", "2x", "a b", "a/b", ".", "..", "-a", "é", "a\n", String(repeating: "n", count: 201)])
  func `What is not a name is refused`(name: String) throws {
    var artifact = Artifact()
    let value = try Variable(.float64([1]))
    #expect(message { try artifact.add(value, as: name) } != "no error")
    #expect(message { try artifact.add(Artifact(), as: name) } != "no error")
    let along = try Variable(.float64([1]), over: [(name, 1)])
    #expect(message { try artifact.add(along, as: "ok") } != "no error")
    #expect(artifact == Artifact())
  }

  @Test func `A name is there once`() throws {
    var artifact = Artifact()
    try artifact.add(try Variable(.float64([1])), as: "a")
    try artifact.add(Artifact(), as: "g")
    let value = try Variable(.float64([2]))
    #expect(message { try artifact.add(value, as: "a") } == "'a' is here twice")
    #expect(message { try artifact.add(value, as: "g") } == "'g' is here twice")
    #expect(message { try artifact.add(Artifact(), as: "a") } == "'a' is here twice")
  }

  @Test func `A dimension has one length`() throws {
    var artifact = Artifact()
    try artifact.add(try line("x", 3), as: "a")
    #expect(
      message { try artifact.add(try line("x", 4), as: "b") } == "dimension 'x' has length 4 in 'b' and 3 in 'a'"
    )
    #expect(artifact.length(of: "x") == 3)
    #expect(artifact.length(of: "y") == nil)
  }

  @Test func `A variable named as a dimension is its coordinate, in whatever order they come`() throws {
    var artifact = Artifact()
    try artifact.add(try line("x", 3), as: "a")
    let scalar = try Variable(.float64([1]))
    #expect(message { try artifact.add(scalar, as: "x") } == "'x' is a dimension of 'a', so it must be its coordinate")
    try artifact.add(try line("x", 3), as: "x")

    var other = Artifact()
    try other.add(scalar, as: "x")
    #expect(
      message { try other.add(try line("x", 3), as: "a") } == "'x' is a dimension of 'a', so it must be its coordinate"
    )
    let matrix = try Variable(.int8([1, 2, 3, 4]), over: [("y", 2), ("z", 2)])
    #expect(
      message { try other.add(matrix, as: "z") }
        == "'z' is named as one of its dimensions, so it must be one-dimensional"
    )
  }

  @Test func `A dimension and a group may not have one name`() throws {
    var artifact = Artifact()
    try artifact.add(Artifact(), as: "g")
    #expect(
      message { try artifact.add(try line("g", 3), as: "a") } == "'g' is a group, and 'a' has a dimension of that name"
    )
    try artifact.add(try line("x", 3), as: "a")
    #expect(message { try artifact.add(Artifact(), as: "x") } == "'x' is a dimension already")
  }

  @Test func `The shape fits the values`() {
    #expect(message { _ = try Variable(.int8([1, 2, 3]), over: [("x", 2)]) } == "3 values for the shape [2]")
    #expect(message { _ = try Variable(.int8([]), over: [("x", -1)]) } == "0 values for the shape [-1]")
    #expect(
      message { _ = try Variable(.int8([1]), over: [("x", .max), ("y", 3)]) }
        == "1 values for the shape [9223372036854775807, 3]"
    )
    #expect(message { _ = try Variable(.int8([]), over: [("x", .max), ("y", .max), ("z", 0)]) } == "no error")
    #expect(
      message { _ = try Variable(.int8([1]), over: [("x", 1), ("x", 1)]) }
        == "a dimension is named twice in [\"x\", \"x\"]"
    )
    let nine = (1...9).map { (name: "d\($0)", length: 1) }
    #expect(message { _ = try Variable(.int8([1]), over: nine) } == "an array of rank 9")
  }
}

@Suite struct ContentDigestTests {
  @Test func `A digest has 64 hexadecimal digits`() {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    #expect(ContentDigest(of: "").description == empty)
    #expect(ContentDigest(empty)?.short == "e3b0c44298fc")
    #expect(ContentDigest(empty.uppercased()) == nil)
    #expect(ContentDigest(String(empty.dropLast())) == nil)
    #expect(ContentDigest("../" + empty.dropLast(3)) == nil)
  }

  @Test func `Whatever is changed about an artifact changes its address`() throws {
    let base = try Variable(.float64([1, 2]), over: [("x", 2)], units: "m", description: "d")
    func address(_ variable: Variable, _ name: String = "a", _ facts: [String: Attribute] = [:]) throws -> String {
      var artifact = Artifact(attributes: facts)
      try artifact.add(variable, as: name)
      return artifact.address.description
    }
    var renamed = base
    renamed.attributes["unit"] = renamed.attributes.removeValue(forKey: "units")
    var listed = base
    listed.attributes["units"] = .list(.string(["m"]))
    var grouped = Artifact()
    var group = Artifact()
    try group.add(base, as: "a")
    try grouped.add(group, as: "g")
    let addresses = [
      try address(base), try address(base, "b"), try address(renamed), try address(listed), grouped.address.description,
      try address(try Variable(.float64([1, 2]), over: [("y", 2)], units: "m", description: "d")),
      try address(try Variable(.float64([1, 2]), over: [("x", 2), ("y", 1)], units: "m", description: "d")),
      try address(try Variable(.float64([1, 3]), over: [("x", 2)], units: "m", description: "d")),
      try address(try Variable(.float32([1, 2]), over: [("x", 2)], units: "m", description: "d")),
      try address(base, "a", ["title": .string("t")]),
      try address(base, "a", ["title": .string("")]),
      Artifact().address.description,
    ]
    #expect(Set(addresses).count == addresses.count)
  }

  @Test func `Texts cannot be cut otherwise to the same address`() throws {
    func address(_ texts: [String]) -> ContentDigest { Artifact(attributes: ["a": .list(.string(texts))]).address }
    #expect(Set([["ab"], ["a", "b"], ["", "ab"], ["ab", ""]].map(address)).count == 4)
  }

  @Test func `Every NaN is one NaN, and the two zeros are two`() throws {
    func address(_ value: Double) -> ContentDigest { Artifact(attributes: ["a": .number(value)]).address }
    #expect(address(.nan) == address(-.nan))
    #expect(address(.nan) == address(Double(bitPattern: 0x7ff8_dead_beef_0001)))
    #expect(address(0) != address(-0.0))
  }
}
