import ArgumentParser
import Configuration
import Provenance
import Reporting
import SystemPackage

/// `pipeline key`.
struct KeyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key",
    abstract: "Makes and shows the key with which the statements of results are signed.",
    discussion: """
      The key is an Ed25519 key in PEM (PKCS #8), readable by its owner only; the public half lies beside it under \
      NAME.pub. A run signs with --key FILE, else with the key that PIPELINE_KEY names, else with \
      ~/.config/pipeline/key.pem (under XDG_CONFIG_HOME where that is set) if it is there; --unsigned leaves it out. \
      Give the public half to whoever is to verify, and keep the other one.

      Examples:
        pipeline key new
        pipeline key show
        openssl pkey -pubin -in ~/.config/pipeline/key.pem.pub -text
      """,
    subcommands: [New.self, Show.self]
  )

  /// `pipeline key new`.
  struct New: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "new",
      abstract: "Makes a key where none is."
    )

    @Argument(help: "The file of the private key (default: PIPELINE_KEY, else ~/.config/pipeline/key.pem).")
    var file: String?

    func run() throws {
      let path = try KeyCommand.path(file)
      let key = try KeyCommand.attempt { try KeyFile.make(at: path) }
      Terminal.say("private    \(path)")
      Terminal.say("public     \(KeyFile.publicPath(of: path))")
      Terminal.say("key        \(key.identifier)")
    }
  }

  /// `pipeline key show`.
  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show",
      abstract: "Shows the public half of a key.",
      discussion: "The name of a key is the SHA-256 of its public half in DER (SubjectPublicKeyInfo)."
    )

    @Argument(help: "The file of a private or a public key (default: the key with which runs sign).")
    var file: String?

    @Flag(name: .long, help: "Write JSON, on one line.")
    var json = false

    func run() throws {
      let path = try KeyCommand.path(file)
      let key = try KeyCommand.attempt { try KeyFile.publicKey(at: path) }
      if json {
        let facts: JSONValue = [
          "file": .string(path.string), "key": .string(key.identifier), "public": .string(key.pem),
        ]
        Terminal.sayJSON(facts)
      } else {
        Terminal.say("file       \(path)")
        Terminal.say("key        \(key.identifier)")
        Terminal.sayText(String(key.pem.dropLast()))
      }
    }
  }

  private static func path(_ named: String?) throws -> FilePath {
    if let path = named.map({ FilePath($0) }) ?? KeyFile.chosen ?? KeyFile.standardPath { return path }
    throw Diagnostics(Diagnostic("there is no home folder to keep a key in", at: nil, hints: "name a file for it"))
  }

  /// A key that cannot be used is a mistake of the command.
  private static func attempt<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      throw Diagnostics(Diagnostic("\(error)", at: nil))
    }
  }
}
