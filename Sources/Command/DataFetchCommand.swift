import ArgumentParser
import Configuration
import Downloads
import Reporting
import Stages
import Store
import SystemPackage

/// `pipeline data fetch`.
struct DataFetchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Downloads data sets.",
    discussion: """
      Files are got by curl from the first address that has them, and are taken only if they have the SHA-256 that is \
      written down in this program. A set appears under its name when it is complete. What has come before Ctrl-C or a \
      broken connection is kept: the same command goes on from there.

      Examples:
        pipeline data fetch cifar10
        pipeline data fetch cifar10 mnist --to /scratch/data
        pipeline data fetch mnist --from https://mirror.example/mnist/
        pipeline data fetch cifar10 --from file:///media/stick/cifar-10-binary.tar.gz
      """
  )

  @Argument(help: "The sets: cifar10, cifar10-python, mnist.")
  var sets: [String]

  @Option(
    name: .customLong("to"),
    help: "The folder of the data sets, which is made if need be (default: PIPELINE_DATA)."
  )
  var folder: String?

  @Option(
    name: .customLong("from"),
    help: ArgumentHelp(
      "Another place to get them from: the address of the file, or of a folder with a slash at its end. The SHA-256 is compared as ever.",
      valueName: "address"
    )
  )
  var mirror: String?

  func validate() throws {
    if let mirror, !["https://", "http://", "file://"].contains(where: { mirror.hasPrefix($0) }) {
      throw ValidationError(
        "--from takes an address that begins with https://, http:// or file://, and got '\(mirror)'"
      )
    }
  }

  func run() async throws {
    let releases = try sets.map { try DataCommand.release(called: $0) }
    let folder = try DataCommand.folder(folder, option: "--to")
    for release in releases {
      let fetcher = ReleaseFetcher(release, into: folder, from: mirror)
      let display = DownloadDisplay()
      let result = await Interruption.cancelling {
        await Self.attempt { try await fetcher.fetch(display.show) }
      }
      display.finish()
      switch result {
      case .success(.present): Terminal.say("\(release.name) is there already: \(fetcher.destination)")
      case .success(.fetched):
        Terminal.say(
          "\(release.name) is in \(fetcher.destination): \(release.files.count) files with the digests of the release"
        )
      case .failure(let error): throw Self.report(error, fetcher)
      }
    }
    guard ImageSet.root.map({ FileSystem.absolute(FilePath($0)) }) != folder else { return }
    Terminal.say("stages look for it where PIPELINE_DATA says: export PIPELINE_DATA=\(folder)")
  }

  private static func attempt<Value>(_ body: () async throws -> Value) async -> Result<Value, any Error> {
    do {
      return .success(try await body())
    } catch {
      return .failure(error)
    }
  }

  /// Prints the error of a failed download.
  private static func report(_ error: any Error, _ fetcher: ReleaseFetcher) -> ExitStatus {
    switch error {
    case is CancellationError:
      Terminal.say("interrupted; what has come is in \(fetcher.staging), and the same command goes on from there")
      return .interrupted
    case let error as DownloadError:
      Terminal.complainText("error: \(error)")
      return error.isMismatch ? .checkFailed : .stageFailed
    default:
      Terminal.complainText("error: \(error)")
      return .stageFailed
    }
  }
}
