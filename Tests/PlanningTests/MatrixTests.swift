import Artifacts
import Configuration
import Planning
import Testing
import Toys

@Suite struct MatrixTests {
  private func names(_ matrix: String) throws -> [String] {
    try toyPipeline(
      """
      pipeline: toy
      stages:
        n:
          kind: number
          matrix: \(matrix)
          with: { value: 1 }
      """
    ).actions.map(\.name)
  }

  private func message(_ text: String) -> String {
    do {
      _ = try toyPipeline(text)
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test func `Axes multiply, the last one running fastest`() throws {
    #expect(
      try names("{ a: [1, 2], b: [x, y] }") == ["n[a=1,b=x]", "n[a=1,b=y]", "n[a=2,b=x]", "n[a=2,b=y]"]
    )
  }

  @Test func `Ranges count, and go by equal differences or ratios`() throws {
    #expect(try names("{ a: { range: 3 } }") == ["n[a=0]", "n[a=1]", "n[a=2]"])
    #expect(try names("{ a: { range: [5, 7] } }") == ["n[a=5]", "n[a=6]"])
    #expect(try names("{ a: { from: 1, to: 2, count: 3 } }") == ["n[a=1]", "n[a=1.5]", "n[a=2]"])
    #expect(
      try names("{ a: { from: 0.5, to: 4, count: 4, spacing: log2 } }") == ["n[a=0.5]", "n[a=1]", "n[a=2]", "n[a=4]"]
    )
  }

  @Test func `Points are left out and added`() throws {
    #expect(
      try names("{ a: [1, 2], b: [1, 2], exclude: [{ a: 1, b: 2 }], include: [{ a: 3, b: 1 }] }")
        == ["n[a=1,b=1]", "n[a=2,b=1]", "n[a=2,b=2]", "n[a=3,b=1]"]
    )
    #expect(try names("{ a: [1, 2, 3], exclude: [{ a: 2.0 }] }") == ["n[a=1]", "n[a=3]"])
  }

  @Test func `Zipped axes vary together`() throws {
    #expect(
      try names("{ a: [1, 2], b: [x, y], c: [0, 1], zip: [[a, b]] }")
        == ["n[a=1,b=x,c=0]", "n[a=1,b=x,c=1]", "n[a=2,b=y,c=0]", "n[a=2,b=y,c=1]"]
    )
  }

  @Test func `Values of a point are put into its parameters`() throws {
    let actions = try toyPipeline(
      """
      pipeline: toy
      parameters: { n: 2 }
      stages:
        n:
          kind: number
          matrix: { a: { range: "${{ parameters.n }}" } }
          with: { value: "${{ matrix.a }}", note: "point ${{ matrix.a }}" }
      """
    ).actions
    #expect(
      actions.map(\.parameters.canonicalText) == [
        #"{"note":"point 0","value":0}"#, #"{"note":"point 1","value":1}"#,
      ]
    )
  }

  @Test func `A sweep arrives stacked, and an input may fix some of its axes`() throws {
    let actions = try toyPipeline(
      """
      pipeline: toy
      stages:
        n: { kind: number, matrix: { a: [1, 2], b: [x, y], exclude: [{ a: 2, b: y }] }, with: { value: 1 } }
        all: { kind: sum, inputs: { n: n } }
        row: { kind: sum, matrix: { c: [1, 2] }, inputs: { n: { stage: n, at: { a: "${{ matrix.c }}" } } } }
        one: { kind: sum, inputs: { n: { stage: n, at: { a: 1, b: y } } } }
      """
    ).actions
    func input(_ name: String) -> Source<String>? { actions.first { $0.name == name }?.inputs["n"] }
    let a = SweepAxis("a", [.init("a", [.number(1), .number(2)])])
    let b = SweepAxis("b", [.init("b", ["x", "y"])])
    #expect(input("all") == .stack(axes: [a, b], members: ["n[a=1,b=x]", "n[a=1,b=y]", "n[a=2,b=x]", nil]))
    #expect(input("row[c=2]") == .stack(axes: [b], members: ["n[a=2,b=x]", nil]))
    #expect(input("one") == .one("n[a=1,b=y]"))
  }

  @Test func `A wider sweep keeps the keys of the points that it had`() throws {
    func keys(_ values: String) throws -> [String: String] {
      let actions = try toyPipeline(
        """
        pipeline: toy
        stages:
          n: { kind: number, matrix: { a: \(values) }, with: { value: "${{ matrix.a }}" } }
        """
      ).actions
      return Dictionary(uniqueKeysWithValues: actions.map { ($0.name, $0.key([:]).description) })
    }
    let (narrow, wide) = (try keys("[1, 2]"), try keys("[3, 2, 1]"))
    #expect(narrow.allSatisfy { wide[$0.key] == $0.value })
    #expect(Set(wide.values).count == 3)
  }

  @Test func `An expression without its axis or without a matrix is reported`() {
    #expect(
      message(
        """
        pipeline: toy
        stages:
          n: { kind: number, matrix: { seed: [1] }, with: { value: "${{ matrix.sead }}" } }
        """
      ) == """
        toy.yaml:3:60: error: there is no axis 'sead'
            3 |   n: { kind: number, matrix: { seed: [1] }, with: { value: "${{ matrix.sead }}" } }
              |                                                            ^~~~~~~~~~~~~~~~~~~~
              = did you mean 'seed'?
              = axes: seed
        """
    )
    #expect(
      message(
        """
        pipeline: toy
        stages:
          n: { kind: number, with: { value: "${{ matrix.seed }}" } }
        """
      ).hasPrefix("toy.yaml:3:37: error: the expression 'matrix.seed' in a stage without a matrix")
    )
  }

  @Test(arguments: [
    ("{ a: 3 }", "'3' where the values of an axis are expected"),
    ("{ a: [] }", "an axis without values"),
    ("{ a: [1, 1.0] }", "the value 1 is here twice"),
    ("{ a: [[1]] }", "a list as a value of an axis"),
    ("{ a: { range: 0 } }", "a range without numbers"),
    ("{ a: { from: 1, to: 2 } }", "a range needs 'from', 'to' and 'count', or a list of 'values'"),
    ("{ a: [1, 2], b: [1], zip: [[a, b]] }", "axes that vary together have equally many values: a has 2, b has 1"),
    ("{ a: [1], zip: [[a, c]] }", "there is no axis 'c'"),
    ("{ a: [1], exclude: [{ b: 1 }] }", "there is no axis 'b'"),
    ("{ a: [1], exclude: [{ a: 1 }] }", "every point of the sweep is excluded"),
    ("{ a: [1], b: [1], include: [{ a: 2 }] }", "a point that is added names every axis; this lacks b"),
    ("{ a: { range: 2000 }, b: { range: 2000 } }", "more than 1000000 points"),
    ("[1, 2]", "a list where the axes of a sweep are expected"),
    ("{}", "a mapping where the axes of a sweep are expected"),
    ("{ include: [{ a: 1 }] }", "a mapping where the axes of a sweep are expected"),
    ("{ a: [1], exclude: [{ a: 7 }] }", "no point has a = 7"),
    ("{ a: [1], include: [{ a: null }] }", "nothing as a value of an axis"),
    ("{ a: [1], include: [{ a: [2] }] }", "a list as a value of an axis"),
    ("{ a: [1, 2], b: [1, 2], c: [1, 2], zip: [[a, b], [b, c]] }", "the axis 'b' varies together with others twice"),
    ("{ value: [1] }", "the axis 'value' has the name of an array or dimension of number"),
  ])
  func `A mistake in a sweep is reported at its place`(matrix: String, expected: String) {
    let text = message(
      """
      pipeline: toy
      stages:
        n: { kind: number, matrix: \(matrix), with: { value: 1 } }
      """
    )
    #expect(text.contains("toy.yaml:3:"), "\(text)")
    #expect(text.contains(expected), "\(text)")
  }

  @Test func `A value that the sweep does not have is reported with those that it has`() {
    let text = message(
      """
      pipeline: toy
      stages:
        n: { kind: number, matrix: { a: [1, 2] }, with: { value: 1 } }
        one: { kind: sum, inputs: { n: { stage: n, at: { a: 3 } } } }
        two: { kind: sum, inputs: { n: { stage: n, at: { aa: 1 } } } }
        three: { kind: sum, inputs: { n: { stage: one, at: { a: 1 } } } }
      """
    )
    #expect(text.contains("toy.yaml:4:55: error: the axis 'a' of stage 'n' has no value 3"))
    #expect(text.contains("toy.yaml:5:52: error: the sweep of stage 'n' has no axis 'aa'"))
    #expect(text.contains("toy.yaml:6:56: error: stage 'one' is no sweep, and has no axis 'a'"))
  }

  @Test func `A point that the sweep leaves out cannot be an input`() {
    let text = message(
      """
      pipeline: toy
      stages:
        n: { kind: number, matrix: { a: [1, 2], b: [1, 2], exclude: [{ a: 1, b: 2 }] }, with: { value: 1 } }
        one: { kind: sum, inputs: { n: { stage: n, at: { a: 1, b: 2 } } } }
      """
    )
    #expect(text.hasPrefix("toy.yaml:4:43: error: the sweep of stage 'n' leaves out the point a = 1, b = 2"), "\(text)")
  }

  @Test func `Texts that could be taken for other values are quoted in the names of points`() throws {
    let found = try names(#"{ a: ["1", "1,b=2"], b: ["2,b=2", "2"] }"#)
    #expect(Set(found).count == 4)
    #expect(found[0] == #"n[a=1,b="2,b=2"]"#)
    #expect(try names(#"{ a: ["x\e[31m"] }"#) == [#"n[a="x\u001b[31m"]"#])
  }

  @Test func `The points of a sweep have one kind`() {
    let text = message(
      """
      pipeline: toy
      stages:
        n: { kind: "${{ matrix.k }}", matrix: { k: [sum, number] } }
      """
    )
    #expect(text.contains("the points of a sweep have one 'kind' and one 'on_failure'"), "\(text)")
  }

  @Test func `A long list of a parameter may be swept, and long sweeps may follow each other`() throws {
    let list = (0..<3_000).map(String.init).joined(separator: ", ")
    let actions = try toyPipeline(
      """
      pipeline: toy
      parameters: { list: [\(list)] }
      stages:
        n: { kind: number, matrix: { a: "${{ parameters.list }}" }, with: { value: "${{ matrix.a }}" } }
        m:
          kind: sum
          matrix: { b: "${{ parameters.list }}" }
          inputs: { n: { stage: n, at: { a: "${{ matrix.b }}" } } }
      """
    ).actions
    #expect(actions.count == 6_000)
    #expect(actions[5_999].inputs == ["n": .one("n[a=2999]")])
  }
}
