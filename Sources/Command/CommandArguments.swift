import Configuration
import Glibc
import Provenance
import Stages

/// What the shell has handed over, checked before anything is done with it.
///
/// A name that is not UTF-8 would be read as another one, and two such names as the same; an empty one, which an unset
/// variable of a script leaves, names the current folder where a folder is meant.
enum CommandArguments {
  /// The variables of the environment that name files and folders.
  private static let variables = ["PIPELINE_DATA", KeyFile.variable, "TMPDIR", "HOME", "XDG_CONFIG_HOME"]

  /// Throws unless every argument, and each variable that names a file, can be taken as it is.
  static func check() throws(Diagnostics) {
    var diagnostics = Diagnostics()
    let arguments = (1..<max(1, Int(CommandLine.argc))).compactMap { CommandLine.unsafeArgv[$0].map(bytes) }
    // The program's own processes are handed what it has made itself, such as the empty path of the current folder.
    let isOwn = arguments.first.map { String(decoding: $0, as: UTF8.self).hasSuffix("worker") } ?? false
    for (index, argument) in arguments.enumerated() where !isOwn {
      check(argument, before: index > 0 ? arguments[index - 1] : nil, &diagnostics)
    }
    for name in variables {
      guard let value = getenv(name).map(bytes), String(validating: value, as: UTF8.self) == nil else { continue }
      diagnostics.report(
        "the environment variable \(name) is not UTF-8: \(shown(value))",
        at: nil,
        hints: "rename the file or folder"
      )
    }
    var folder = [CChar](repeating: 0, count: Int(PATH_MAX))
    if let path = getcwd(&folder, folder.count).map(bytes), String(validating: path, as: UTF8.self) == nil {
      diagnostics.report(
        "the name of the current folder is not UTF-8: \(shown(path))",
        at: nil,
        hints: "rename the folder"
      )
    }
    try diagnostics.throwIfAny()
  }

  private static func check(_ argument: [UInt8], before: [UInt8]?, _ diagnostics: inout Diagnostics) {
    guard let text = String(validating: argument, as: UTF8.self) else {
      diagnostics.report(
        "an argument is not UTF-8: \(shown(argument))",
        at: nil,
        hints: "rename the file or folder"
      )
      return
    }
    let before = before.map { String(decoding: $0, as: UTF8.self) }
    if text.isEmpty {
      let option = before.flatMap { $0.hasPrefix("-") && $0 != "--" ? $0 : nil }
      diagnostics.report(
        option.map { "\($0) has an empty value" } ?? "an argument is empty",
        at: nil,
        hints: "a variable of the shell may not be set"
      )
    } else if text.hasPrefix("--"), text.hasSuffix("="), text.utf8.filter({ $0 == UInt8(ascii: "=") }).count == 1 {
      diagnostics.report(
        "\(text.dropLast()) has an empty value",
        at: nil,
        hints: "a variable of the shell may not be set"
      )
    }
  }

  private static func bytes(_ text: UnsafeMutablePointer<CChar>) -> [UInt8] {
    UnsafeBufferPointer(start: text, count: strlen(text)).map { UInt8(bitPattern: $0) }
  }

  /// Bytes as text, those that are not ASCII by their numbers.
  private static func shown(_ bytes: [UInt8]) -> String {
    let text = bytes.map { 0x20..<0x7f ~= $0 ? String(UnicodeScalar($0)) : "\\x" + String($0, radix: 16) }
    return "'\(text.joined())'"
  }
}
