import Configuration
import Planning
import Testing
import Toys

/// The tolerances that stages declare for `pipeline verify`.
@Suite struct ToleranceTests {
  private func pipeline(_ tolerance: String) throws -> Pipeline {
    try toyPipeline(
      """
      pipeline: toy
      parameters: { bound: 1e-9 }
      stages:
        a:
          kind: number
          with: { value: 1 }
          tolerance: \(tolerance)
      """
    )
  }

  private func message(_ tolerance: String) -> String {
    do {
      _ = try pipeline(tolerance)
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test func `A tolerance is one of an array, and is in no key`() throws {
    let some = try #require(try pipeline("{ value: { absolute: \"${{ parameters.bound }}\", ulps: 4 } }").actions.first)
    #expect(some.tolerances == ["value": Tolerance(absolute: 1e-9, units: 4)])
    let none = try #require(try pipeline("{}").actions.first)
    #expect(none.tolerances == [:])
    #expect(some.key([:]) == none.key([:]))
  }

  @Test(arguments: [
    (
      "{ valeu: { ulps: 1 } }", "toy.yaml:7:18: error: the result of stage 'a' has no array 'valeu'",
      "did you mean 'value'?"
    ),
    ("{ value: { ulp: 1 } }", "toy.yaml:7:27: error: unknown key 'ulp'", "did you mean 'ulps'?"),
    ("{ value: { absolute: -1 } }", "toy.yaml:7:37: error: 'absolute' is '-1', and must be zero or positive", ""),
    ("{ value: {} }", "a tolerance has one or more of 'absolute', 'relative' and 'ulps'", ""),
    ("1e-9", "toy.yaml:7:16: error: '1e-9' where a mapping of names", ""),
  ])
  func `A mistake in a tolerance is reported at its place`(tolerance: String, message: String, hint: String) {
    let text = self.message(tolerance)
    #expect(text.contains(message), "\(text)")
    #expect(text.contains(hint), "\(text)")
  }
}
