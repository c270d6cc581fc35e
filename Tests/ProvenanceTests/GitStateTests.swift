import Configuration
import Foundation
import Provenance
import SystemPackage
import TestSupport
import Testing

/// What git says of a pipeline file in repositories of all kinds: the right thing, or that it is unknown.
@Suite struct GitStateTests {
  private let folder: TemporaryFolder
  private let program = Program(at: "/usr/bin/git")
  private let source = PipelineSource("a.yaml", bytes: Array("text\n".utf8), profile: nil, settings: [])

  init() throws { folder = try TemporaryFolder() }

  @discardableResult
  private func git(_ arguments: String..., in name: String) async throws -> String {
    let settings = [
      "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always",
      "-c", "init.defaultBranch=main",
    ]
    let outcome = try await program.run(settings + arguments, in: folder.path.appending(name))
    try #require(outcome.status == 0, "\(arguments): \(outcome.errors)")
    return outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// A repository with the file in its one commit.
  private func repository(_ name: String, _ format: String = "sha1") async throws -> String {
    try folder.write("text\n", to: "\(name)/a.yaml")
    try await git("init", "--quiet", "--object-format=\(format)", in: name)
    try await git("add", "a.yaml", in: name)
    try await git("commit", "--quiet", "--message", "one", in: name)
    return try await git("rev-parse", "HEAD", in: name)
  }

  private func state(_ name: String, _ file: String = "a.yaml", _ text: String = "text\n") async -> GitState {
    let source = PipelineSource(file, bytes: Array(text.utf8), profile: nil, settings: [])
    return await GitState.of(source, in: folder.path.pushing(FilePath(name)))
  }

  @Test(arguments: ["sha1", "sha256"])
  func `The commit and whether the file differs from it are right in both formats of objects`(format: String)
    async throws
  {
    let commit = try await repository("r", format)
    #expect(commit.utf8.count == (format == "sha1" ? 40 : 64))
    #expect(await state("r") == known(commit, isDirty: false))
    #expect(await state("r", "a.yaml", "other\n") == known(commit, isDirty: true))
    // A file that is not in the commit.
    try folder.write("text\n", to: "r/b.yaml")
    #expect(await state("r", "b.yaml") == known(commit, isDirty: true))
  }

  @Test func `A worktree, a shallow clone and a submodule are repositories as others are`() async throws {
    let commit = try await repository("r")
    try await git("worktree", "add", "--quiet", "../tree", in: "r")
    #expect(await state("tree") == known(commit, isDirty: false))
    let url = "file://\(folder.path.appending("r"))"
    try await git("clone", "--quiet", "--depth", "1", url, "../shallow", in: "r")
    #expect(await state("shallow") == known(commit, isDirty: false))
    _ = try await repository("outer")
    try await git("submodule", "--quiet", "add", url, "inner", in: "outer")
    #expect(await state("outer/inner") == known(commit, isDirty: false))
  }

  @Test func `The settings of the caller and of the repository change nothing, and none of its programs runs`()
    async throws
  {
    let commit = try await repository("r")
    let other = try await repository("other")
    #expect(commit.utf8.count == other.utf8.count)
    let trace = folder.path.appending("trace").string
    for setting in ["core.fsmonitor", "core.sshCommand", "core.pager", "filter.evil.clean", "alias.rev-parse"] {
      try await git("config", setting, "touch \(trace)", in: "r")
    }
    try await git("config", "core.hooksPath", folder.path.appending("hooks").string, in: "r")
    #expect(await state("r") == known(commit, isDirty: false))
    #expect(!FileManager.default.fileExists(atPath: trace))
  }

  @Test func `Where another user owns the repository the facts are right as well`() async throws {
    guard geteuid() == 0 else { return }
    let commit = try await repository("r")
    for path in [FilePath("r"), "r/.git", "r/a.yaml"] {
      #expect(chown(folder.path.pushing(path).string, 12_345, 12_345) == 0)
    }
    #expect(await state("r") == known(commit, isDirty: false))
  }

  @Test func `No repository and no commit are no note; what git cannot tell is unknown, with the reason`() async throws
  {
    try folder.write("text\n", to: "plain/a.yaml")
    #expect(await state("plain") == GitState.none)
    try folder.write("text\n", to: "empty/a.yaml")
    try await git("init", "--quiet", in: "empty")
    #expect(await state("empty") == GitState.none)

    _ = try await repository("r")
    try await git("clone", "--quiet", "--bare", ".", "../bare", in: "r")
    let bare = await state("bare")
    #expect(bare.commit == nil && bare.isDirty == nil)
    #expect(bare.unknown?.contains("no working folder") == true)

    try await git("config", "core.repositoryFormatVersion", "99", in: "r")
    let future = await state("r")
    #expect(future.commit == nil && future.isDirty == nil)
    #expect(future.unknown?.isEmpty == false)
  }

  @Test func `Without git a repository is unknown, and a folder without a repository has none`() async throws {
    try folder.write("x", to: "r/.git/HEAD")
    try folder.write("text\n", to: "r/pipelines/a.yaml")
    let inside = await GitState.of(source, in: folder.path.pushing("r/pipelines"), by: [])
    #expect(inside.commit == nil)
    #expect(inside.unknown == "git is not installed")
  }

  private func known(_ commit: String, isDirty: Bool) -> GitState {
    var state = GitState.none
    (state.commit, state.isDirty) = (commit, isDirty)
    return state
  }
}
