import Execution
import Planning
import Store
import SystemPackage
import Toys

/// A worker for toy stages: `ToyWorker STORE`.
@main
struct ToyWorker {
  static func main() async throws {
    let store = try ArtifactStore(at: FilePath(CommandLine.arguments[1]))
    try await Worker(store: store, kinds: .toys, program: "toy 1").serve()
  }
}
