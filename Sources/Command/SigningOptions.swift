import ArgumentParser
import Configuration
import Planning
import Provenance
import Reporting
import Stages
import Store
import SystemPackage

/// The options that say with which key the statements of a run are signed.
struct SigningOptions: ParsableArguments {
  @Option(
    name: .customLong("key"),
    help: ArgumentHelp(
      "Sign the statement of each result with this key (default: that of PIPELINE_KEY, else ~/.config/pipeline/key.pem).",
      valueName: "file"
    )
  )
  var key: String?

  @Flag(name: .long, help: "Do not sign, even if a signing key is configured.")
  var unsigned = false

  func validate() throws {
    if key != nil, unsigned { throw ValidationError("--key and --unsigned exclude each other") }
  }

  /// The file of the key; nil if nothing is signed.
  private var path: FilePath? {
    unsigned ? nil : (key.map { FilePath($0) } ?? KeyFile.chosen).map(FileSystem.absolute)
  }

  /// Reads the key. A run does so before anything else, so that one that cannot be used is an error even if there is
  /// nothing to do.
  ///
  /// - Returns: nil if nothing is signed.
  func signingKey() throws(Diagnostics) -> SigningKey? {
    guard let path else { return nil }
    do {
      return try KeyFile.signingKey(at: path)
    } catch {
      throw Diagnostics(
        Diagnostic(
          "results cannot be signed: \(error)",
          at: nil,
          hints: "name a key that exists, make one with 'pipeline key new', or run with --unsigned"
        )
      )
    }
  }

  /// What the workers of a run state.
  func settings(for run: RunDescription, in project: Project) throws -> Attestor.Settings {
    var settings = Attestor.Settings()
    settings.source = PipelineSource(
      project.filePath,
      bytes: run.text,
      profile: run.choices.profile,
      settings: run.choices.settings.map { "\($0.name)=\($0.value)" }
    )
    settings.vectors = ProcessorInstructions.preferred
    return settings
  }
}

extension PublicKey {
  /// The key in a file that a user names.
  init(named name: String) throws {
    do {
      self = try KeyFile.publicKey(at: FilePath(name))
    } catch {
      throw Diagnostics(Diagnostic("\(error)", at: nil, hints: "'pipeline key show' shows what a file holds"))
    }
  }
}
