import Stages
import Testing

/// The messages about wrong parameters, word for word.
@Suite struct ParameterMistakesTests {
  @Test func `A state that no parameters have`() throws {
    let text = try StageRunner.complaint(
      "uv/trajectories",
      """
      cases: [{ name: a, start: { output: 3, trace: 1 } }]
      learning_rate: 0.1
      """
    )
    #expect(
      text == """
        with.yaml:1:47: error: no parameters have this state: the trace is at least 2 kappa |f|
            1 | cases: [{ name: a, start: { output: 3, trace: 1 } }]
              |                                               ^
        """
    )
  }

  @Test func `A case with neither a network nor a start`() throws {
    let text = try StageRunner.complaint("uv/trajectories", "cases: [{ name: a }]\nlearning_rate: 0.1")
    #expect(text.contains("with.yaml:1:17: error: a case has either a 'network' or a 'start'"))
  }

  @Test func `A unit of learning rates that does not exist`() throws {
    let text = try StageRunner.complaint("uv/phase-portrait", "learning_rate: { values: [1], relative_to: critcal }")
    #expect(
      text == """
        with.yaml:1:44: error: 'critcal' where one of absolute, critical, trace, sharpness is expected
            1 | learning_rate: { values: [1], relative_to: critcal }
              |                                            ^~~~~~~
              = did you mean 'critical'?
        """
    )
  }

  @Test func `Steps that are no multiple of a block`() throws {
    let text = try StageRunner.complaint("uv/phase-diagram", "learning_rate: 1\nsteps: 100")
    #expect(text.contains("'steps' is '100', and must be a multiple of 16, at most 10 million"))
  }

  @Test func `A learning rate of zero`() throws {
    let text = try StageRunner.complaint("uv/fixed-points", "learning_rate: [0.1, 0]")
    #expect(text.contains("learning rates are positive"))
  }

  @Test func `A range without its count`() throws {
    let text = try StageRunner.complaint("uv/fixed-points", "learning_rate: { from: 0.1, to: 1 }")
    #expect(text.contains("1:24: error: a range needs 'from', 'to' and 'count', or a list of 'values'"))
  }

  @Test func `A range given twice`() throws {
    let text = try StageRunner.complaint("uv/fixed-points", "learning_rate: { values: [1], count: 3 }")
    #expect(text.contains("values are either listed or given by from, to and count"))
  }

  @Test func `Bins that are not equal`() throws {
    let text = try StageRunner.complaint("uv/bifurcation", "value: { from: 1, to: 8, count: 10, spacing: log }")
    #expect(text.contains("bins are equal: give from, to and a count of at least 2"))
  }

  @Test func `More values than are recorded`() throws {
    let text = try StageRunner.complaint(
      "uv/trajectories",
      """
      cases: [{ name: a, start: {} }]
      learning_rate: { from: 0.1, to: 1, count: 1000 }
      steps: 1000000
      """
    )
    #expect(text.contains("at most 20 million are recorded"))
  }

  @Test func `A segment that is no power of two`() throws {
    let text = try StageRunner.complaint("spectrum", "{ variable: x, segment: 1000 }")
    #expect(text.contains("'segment' is '1000', and must be a power of two between 8 and 1048576"))
  }

  @Test(arguments: [
    ("uv/phase-portrait", "learning_rate: { values: [1], relative_to: trace }", "there is no start here whose trace"),
    ("uv/fixed-points", "learning_rate: { values: [1], relative_to: sharpness }", "there is no start here"),
    (
      "uv/trajectories",
      "cases: [{ name: a, start: { trace: 0 } }]\nlearning_rate: { values: [1], relative_to: trace }",
      "the trace of 'a' is 0 and cannot be the unit"
    ),
    (
      "uv/phase-portrait",
      "learning_rate: 1\nresidual: { from: -1, to: 1, count: 1000000 }\ntrace: { from: 0, to: 1, count: 1000000 }",
      "at most 20 million are computed"
    ),
    (
      "uv/trajectories", "cases: [{ name: a, network: { width: 100000, input_dimension: 10000 } }]\nlearning_rate: 0.1",
      "at most 10 million are trained here"
    ),
    ("uv/bifurcation", "ratio: { from: 1, to: 2, count: 1000000 }\nlongest_period: 1024", "more than 50 million"),
    ("uv/fit", "{ from: 50, to: 3 }", "a fit needs at least 4 steps, and there are 0 from 50 to 3"),
    ("uv/effective", "{ window: 3 }", "must be between 4 and"),
    ("uv/effective", "{ stride: 0 }", "must be"),
    ("uv/effective", "{ tolerance: -1 }", "must be"),
    ("uv/fixed-points", "learning_rate: { from: 1.0e-300, to: 1.0e+300, count: 3, spacing: log }", "too far apart"),
  ])
  func `Work without a meaning or without an end`(kind: String, with: String, expected: String) throws {
    #expect(try StageRunner.complaint(kind, with).contains(expected))
  }
}
