import ArgumentParser
import Artifacts
import Execution
import Glibc
import Reporting
import SystemPackage

/// `pipeline show`.
struct ShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Shows what is in an artifact: its arrays with their dimensions, units and ranges.",
    discussion: "The address that is printed is computed from the content, not from the file's name."
  )

  @Argument(help: "An HDF5 file of the store.")
  var file: String

  @Flag(help: .hidden)
  var inThisProcess = false

  func run() async throws {
    guard !inThisProcess else { return try show() }
    // The file may come from anywhere, and the library that reads it may crash over it.
    switch try await IsolatedProcess.run("/proc/self/exe", ["show", "--in-this-process", "--", file]) {
    case .exited(let code): throw ExitCode(code)
    case .crashed(signal: SIGPIPE):
      // Nobody reads on, as in 'pipeline show FILE | head'.
      throw ExitStatus.done
    case .crashed(let signal):
      throw ArtifactError("cannot read \(file): it is damaged, and reading it ended with signal \(signal)")
    }
  }

  private func show() throws {
    let artifact = try Artifact(contentsOf: file)
    Terminal.say("address \(artifact.address)")
    describe(artifact, indent: "")
  }

  private func describe(_ artifact: Artifact, indent: String) {
    for (name, attribute) in artifact.attributes.sorted(by: { $0.key < $1.key }) {
      if let text = attribute.text {
        let first = text.split(separator: "\n", omittingEmptySubsequences: false).first ?? ""
        Terminal.say("\(indent)\(name): \(first)\(first.count < text.count ? " …" : "")")
      } else if let numbers = attribute.values.doubles {
        Terminal.say("\(indent)\(name): \(numbers.map(\.description).joined(separator: ", "))")
      }
    }
    for (name, variable) in artifact.variables.sorted(by: { $0.key < $1.key }) {
      let shape = zip(variable.dimensions, variable.shape).map { "\($0): \($1)" }.joined(separator: ", ")
      let units = variable.units.map { " [\($0)]" } ?? ""
      Terminal.say("\(indent)\(name)(\(shape)) \(variable.values.typeName)\(units) \(Self.range(variable))")
      if let description = variable.description { Terminal.say("\(indent)    \(description)") }
    }
    for (name, group) in artifact.groups.sorted(by: { $0.key < $1.key }) {
      Terminal.say("\(indent)\(name)/")
      describe(group, indent: indent + "  ")
    }
  }

  private static func range(_ variable: Variable) -> String {
    guard let values = variable.values.doubles else { return "" }
    let finite = values.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else { return values.isEmpty ? "" : "all missing" }
    let missing = values.count - finite.count
    let text = values.count == 1 ? "= \(low)" : "\(low) … \(high)"
    return text + (missing > 0 ? " (\(missing) missing)" : "")
  }
}
