import Claims
import Configuration
import Execution
import Foundation
import Planning
import Reporting
import Store
import Testing
import Toys

@Suite struct LoggedEventTests {
  private func members(_ event: LoggedEvent) throws -> [String: JSONValue] {
    let line = event.line(at: Timestamp(milliseconds: 1_795_599_012_345))
    #expect(!line.contains("\n"))
    guard case .object(let members) = try JSONValue(reading: line, name: "line") else { return [:] }
    return members
  }

  private func events() throws -> [LoggedEvent] {
    let pipeline = try toyPipeline("pipeline: toy\nstages:\n  a: { kind: number, with: { value: 1 } }\n")
    let run = RunDescription(
      name: RunName("toy"),
      pipeline: pipeline,
      scope: nil,
      file: "toy.yaml",
      text: [],
      choices: Pipeline.Choices(),
      options: [:],
      program: "toy 1",
      jobs: 2
    )
    let happened: [RunEvent] = [
      ToyRun.cached("a"), .waiting(stage: "a", holder: .current), ToyRun.started("a"), ToyRun.progress("a", 0.5, "x"),
      .output(stage: "a", text: "x\n"), ToyRun.finished("a", in: 1),
      .leftOut(stage: "a", message: "line one\nline two"),
      .failed(stage: "a", message: "line one\nline two"), .unreachable(stage: "a", because: "b"),
    ]
    return [.begin(run)] + happened.map { .run($0) } + [
      .claim(CheckedClaim(), isNew: true), .message("text", isProblem: true), .figures(folder: "f", files: ["a.pdf"]),
      .omitted(["progress": 2]), .end(RunEnding(exit: 0, seconds: 1, summary: nil)),
    ]
  }

  @Test func `Every event has its name and its time, and the document describes it and each of its members`() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(
      path: "../../Documentation/run-events.md"
    )
    let document = try String(contentsOf: file, encoding: .utf8)
    let sections = Dictionary(
      uniqueKeysWithValues: document.split(separator: "\n### ").dropFirst().map { section in
        (String(section.prefix { $0 != "\n" }), String(section.drop { $0 != "\n" }))
      }
    )
    var logged: Set<String> = []
    for event in try events() {
      let members = try members(event)
      guard case .string(let name)? = members["event"] else {
        Issue.record("no name")
        continue
      }
      logged.insert(name)
      #expect(members["time"] == "2026-11-25T09:30:12.345Z")
      let section = try #require(sections[name], "\(name)")
      for member in members.keys where !["event", "time"].contains(member) {
        #expect(section.contains("`\(member)`"), "\(name): \(member)")
      }
    }
    #expect(logged == Set(sections.keys))
  }

  @Test func `A progress that is no number is one in JSON`() throws {
    for fraction in [Double.nan, .infinity, -3, 1e300] {
      guard case .number(let logged)? = try members(.run(ToyRun.progress("a", fraction)))["fraction"] else {
        Issue.record("no fraction")
        continue
      }
      #expect((0...1).contains(logged))
    }
  }
}
