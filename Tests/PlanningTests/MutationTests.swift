import Configuration
import Foundation
import Planning
import TestSupport
import Testing
import Toys

/// Pipelines with random slips in them: each is a pipeline or an error with a message, and none ends the program.
@Suite struct MutationTests {
  private static let seeds = [
    """
    pipeline: toy
    title: "Ünïcödé 😀"
    parameters: { n: 1, list: [1, 2.5e-3, -7], text: &anchor "two words" }
    profiles:
      quick: { n: 2 }
    stages:
      a: { kind: number, with: { value: "${{ parameters.n }}", note: 'x ${{ parameters.text }} y' } }
      b: { kind: number, with: { value: 3 } }
      total: { kind: sum, inputs: { x: a, y: b } }
      tenth: { kind: quotient, with: { divisor: 10 }, inputs: { of: total } }
    """,
    """
    # A comment
    pipeline: other
    description: |
      Several lines
        of text.
    stages:
      base: &base
        kind: number
        with:
          value: 5
      copy: *base
      picked:
        kind: pick
        with: {array: value}
        inputs:
          of: base
      drawn:
        kind: drawing
        with:
          name: fig.txt
          text: >-
            folded
            text
        inputs: {a: copy, b: picked}
    """,
    "pipeline: x\r\nstages:\r\n  a:\r\n    kind: sum\r\n    inputs: {x: b}\r\n  b: {kind: misbehave, with: {way: fail}}\r\n",
  ]

  private static let tokens = [
    "${{", "}}", "&a ", "*a", "!!int ", "? ", "- ", ": ", "[", "]", "{", "}", "'", "\"", "|\n", ">\n", "#", "%", "@",
    "`",
    "\n---\n", "\n...\n", "\t", "\u{2028}", "\u{feff}", "\0", "\u{7f}", "<<: *base\n", "1e999", "null", "~", ",", "\\",
    "0x1", "pipeline: a\n", "parameters.n", "\u{10ffff}", "é",
  ].map { Array($0.utf8) }

  private func mutate(_ text: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var bytes = text
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      let end = min(bytes.count, place + Int.random(in: 0...12, using: &random))
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes.removeSubrange(place..<end)
      case 1: bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &random))
      case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
      case 3 where place < bytes.count: bytes[place] = UInt8.random(in: 32...126, using: &random)
      case 4 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      default: bytes.insert(contentsOf: Self.tokens.randomElement(using: &random) ?? [], at: place)
      }
    }
    return bytes
  }

  /// How many files are tried; `make check-mutations` tries more.
  private let rounds = ProcessInfo.processInfo.environment["MUTATIONS"].flatMap { Int($0) } ?? 20_000

  @Test func `Thousands of slips are each a pipeline or an error with a message`() throws {
    var random = SplitMix64(seed: 3)
    var valid = 0
    for round in 0..<rounds {
      let bytes = mutate(Array(Self.seeds[round % Self.seeds.count].utf8), &random)
      do throws(Diagnostics) {
        let node = try YAMLParser.parse(bytes, name: "m.yaml")
        let pipeline = try Pipeline(node, choices: .init(), kinds: .toys)
        // What is planned can be written down, sent and read back.
        for action in pipeline.actions {
          let text = action.parameters.canonicalText
          guard try JSONValue(reading: text, name: "x") == action.parameters else {
            Issue.record("round \(round): \(text) is not read back")
            continue
          }
        }
        valid += 1
      } catch {
        let isTold =
          !error.isEmpty && error.all.allSatisfy { !$0.message.isEmpty && "\($0)".contains("error: ") }
        if !isTold { Issue.record("round \(round): no message") }
        let places = error.all.compactMap(\.location)
        let areInText = places.allSatisfy {
          $0.start.line >= 1 && $0.start.column >= 1 && $0.start.line <= $0.source.lines.count
        }
        if !areInText { Issue.record("round \(round): \(error) is reported beyond the text") }
      }
    }
    // Both sides are reached, or the test would show nothing.
    #expect(valid > rounds / 40)
    #expect(valid < rounds - rounds / 40)
  }
}
