import Artifacts
import Testing

@Suite struct StackTests {
  private func member(_ values: [Double], label: String = "x") throws -> Artifact {
    var artifact = Artifact(attributes: ["kind": "k".attribute, "label": label.attribute])
    let step = (name: "step", length: values.count)
    try artifact.add(Variable(.float64(values.indices.map(Double.init)), over: [step], units: "1"), as: "step")
    try artifact.add(Variable(.float64(values), over: [step], units: "m", description: "Length."), as: "length")
    try artifact.add(Variable(.int64([Int64(values.count)])), as: "count")
    return artifact
  }

  private let axes = [(name: "a", length: 2), (name: "b", length: 2)]

  @Test func `Arrays gain the axes as first dimensions, and keep their labels`() throws {
    let members = try [[1.0, 2], [3, 4], [5, 6], [7, 8]].map { try member($0) }
    let stacked = try Artifact(stacking: members, over: axes)
    let length = try #require(stacked["length"])
    #expect(length.dimensions == ["a", "b", "step"])
    #expect(length.shape == [2, 2, 2])
    #expect(length.values == .float64([1, 2, 3, 4, 5, 6, 7, 8]))
    #expect(length.units == "m" && length.description == "Length.")
    #expect(stacked["step"]?.dimensions == ["step"])
    #expect(stacked["count"]?.values == .int64([2, 2, 2, 2]))
    #expect(stacked["missing"] == nil)
  }

  @Test func `Attributes that are the same everywhere stay`() throws {
    let members = [try member([1], label: "x"), try member([1], label: "y")]
    let stacked = try Artifact(stacking: members, over: [(name: "a", length: 2)])
    #expect(stacked.attributes["kind"]?.text == "k")
    #expect(stacked.attributes["label"] == nil)
  }

  @Test func `A missing member is NaN and has a label`() throws {
    let stacked = try Artifact(stacking: [try member([1, 2]), nil], over: [(name: "a", length: 2)])
    let values = try #require(stacked["length"]?.values.doubles)
    #expect(values.prefix(2) == [1, 2])
    #expect(values[2].isNaN && values[3].isNaN)
    let counts = try #require(stacked["count"]?.values.doubles)
    #expect(counts[0] == 2 && counts[1].isNaN)
    #expect(stacked["missing"]?.values == .int8([0, 1]))
    #expect(stacked["missing"]?.attributes["flag_meanings"]?.text == "present missing")
  }

  @Test func `Shorter series are filled up`() throws {
    let stacked = try Artifact(stacking: [try member([1]), try member([2, 3, 4])], over: [(name: "a", length: 2)])
    let values = try #require(stacked["length"]?.values.doubles)
    #expect(values[0] == 1 && values[1].isNaN && values[2].isNaN)
    #expect(values.suffix(3) == [2, 3, 4])
    #expect(stacked["step"]?.values == .float64([0, 1, 2]))
  }

  @Test func `A coordinate that differs from point to point stands beside its dimension`() throws {
    let members = try [[1.0, 2.0], [1.0, 3.0]].map { values in
      var artifact = Artifact()
      let rate = (name: "rate", length: 2)
      try artifact.add(Variable(.float64(values), over: [rate]), as: "rate")
      try artifact.add(Variable(.float64([5, 6]), over: [rate]), as: "loss")
      return artifact
    }
    let stacked = try Artifact(stacking: members, over: [(name: "a", length: 2)])
    #expect(stacked["rate"] == nil)
    #expect(stacked["rate_of_point"]?.values == .float64([1, 2, 1, 3]))
    #expect(stacked["rate_of_point"]?.dimensions == ["a", "rate"])
    #expect(stacked["loss"]?.dimensions == ["a", "rate"])
  }

  @Test func `Labels without a value are minus one, and a series of them is filled up`() throws {
    let members = try [[Int8(0), 1], [1]].map { labels in
      var artifact = Artifact()
      var regime = try Variable(.int8(labels), over: [(name: "step", length: labels.count)])
      regime.attributes["flag_meanings"] = .string("rises falls")
      try artifact.add(regime, as: "regime")
      return artifact
    }
    let stacked = try Artifact(stacking: members + [nil], over: [(name: "a", length: 3)])
    #expect(stacked["regime"]?.values == .int8([0, 1, 1, -1, -1, -1]))
  }

  @Test func `Members of different forms are refused with the array's name`() throws {
    var other = Artifact()
    try other.add(Variable(.float64([1])), as: "else")
    let one = try member([1])
    #expect(throws: ArtifactError("the points of the sweep differ in the array 'count'")) {
      try Artifact(stacking: [one, other], over: [(name: "a", length: 2)])
    }
    #expect(throws: ArtifactError("every point of the sweep is missing")) {
      try Artifact(stacking: [nil, nil], over: [(name: "a", length: 2)])
    }
    #expect(throws: ArtifactError("1 members for axes of the lengths [2]")) {
      try Artifact(stacking: [one], over: [(name: "a", length: 2)])
    }
  }

  @Test func `A slice of a stack is the member that was put in`() throws {
    let members = try [[1.0, 2], [3, 4], [5, 6], [7, 8]].map { try member($0) }
    let length = try #require(try Artifact(stacking: members, over: axes)["length"])
    #expect(try length.slice(at: ["a": 1, "b": 0]) == members[2]["length"])
    #expect(try length.slice(at: ["a": -1, "step": 0]).values == .float64([5, 7]))
    #expect(throws: ArtifactError("there is no index 2 along 'a', which has length 2")) {
      try length.slice(at: ["a": 2])
    }
  }
}

extension String {
  fileprivate var attribute: Attribute { .string(self) }
}
