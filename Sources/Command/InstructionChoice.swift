import ArgumentParser
import Glibc
import Stages

/// What `--isa` chooses; the default is what the environment says, and otherwise the widest.
struct InstructionChoice: ExpressibleByArgument {
  static let automatic = "auto"
  static let allValueStrings = [automatic] + ProcessorInstructions.names

  let name: String

  init?(argument: String) {
    guard Self.allValueStrings.contains(argument) else { return nil }
    name = argument
  }

  /// Reports a choice, by option or by environment, that this processor cannot follow.
  static func check(_ choice: InstructionChoice?) throws {
    let variable = ProcessorInstructions.variable
    // A variable that is set to nothing says as little as one that is not set.
    let named = getenv(variable).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    let (source, name) = choice.map { ("--isa", $0.name) } ?? (variable, named ?? automatic)
    guard name != automatic, !ProcessorInstructions.supported.contains(name) else { return }
    let supported = ([automatic] + ProcessorInstructions.supported).joined(separator: ", ")
    let reason = allValueStrings.contains(name) ? "this processor has no \(name)" : "there is no '\(name)'"
    throw ValidationError("\(source): \(reason); it can be \(supported)")
  }

  /// Makes it the choice of the worker processes, which are started with this one's environment.
  func apply() {
    if name == Self.automatic {
      unsetenv(ProcessorInstructions.variable)
    } else {
      setenv(ProcessorInstructions.variable, name, 1)
    }
  }
}
