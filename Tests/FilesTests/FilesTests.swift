import Files
import Glibc
import SystemPackage
import TestSupport
import Testing

/// Reading, listing and removing where something other than plain files is in the way.
@Suite struct FilesTests {
  @Test func `What is not a regular file is refused by its kind, at once`() throws {
    let folder = try TemporaryFolder()
    let fifo = folder.path.appending("fifo")
    try #require(mkfifo(fifo.string, 0o600) == 0)
    try #require(symlink("/dev/zero", folder.path.appending("zero").string) == 0)
    try #require(symlink("fifo", folder.path.appending("link").string) == 0)
    let kinds: [(FilePath, FileKind)] = [
      (fifo, .fifo), (folder.path.appending("zero"), .device), (folder.path.appending("link"), .fifo),
      (folder.path, .folder),
    ]
    for (path, kind) in kinds {
      #expect(throws: FileError(.read, path, .notRegular(kind))) { try RegularFile.read(path, limit: 10) }
      #expect(throws: FileError(.read, path, .notRegular(kind))) { try RegularFile.read(path) { _ in } }
    }
    let missing = folder.path.appending("missing")
    #expect(throws: FileError(.read, missing, .system(.noSuchFileOrDirectory))) {
      try RegularFile.read(missing, limit: 10)
    }
  }

  @Test func `A link is followed, or refused as a link`() throws {
    let folder = try TemporaryFolder()
    try folder.write("abc", to: "file")
    let link = folder.path.appending("link")
    try #require(symlink("file", link.string) == 0)
    #expect(try RegularFile.read(link, limit: 3) == Array("abc".utf8))
    #expect(throws: FileError(.read, link, .notRegular(.link))) {
      try RegularFile.read(link, links: .refused, limit: 3)
    }
  }

  @Test func `A file beyond its limit is refused, and its beginning can be read`() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("abcdef", to: "file")
    #expect(try RegularFile.read(file, limit: 6) == Array("abcdef".utf8))
    #expect(throws: FileError(.read, file, .tooLarge(limit: 5))) { try RegularFile.read(file, limit: 5) }
    #expect(try RegularFile.prefix(of: file, count: 2) == Array("ab".utf8))
    #expect(try RegularFile.prefix(of: file, count: 9) == Array("abcdef".utf8))
  }

  @Test func `Names that are not UTF-8 are listed as they are`() throws {
    let folder = try TemporaryFolder()
    for bytes in [[0x61, 0xff], [0x61, 0xfe], [0x61]] as [[UInt8]] {
      let path = folder.path.string + "/"
      let descriptor = open(path.utf8CString.dropLast() + bytes.map { CChar(bitPattern: $0) } + [0], O_CREAT, 0o600)
      try #require(descriptor >= 0)
      close(descriptor)
    }
    let names = try Folder.names(in: folder.path)
    #expect(names.map(\.bytes) == [[0x61], [0x61, 0xfe], [0x61, 0xff]])
    #expect(names.map(\.text) == ["a", nil, nil])
    for name in names { #expect(try RegularFile.read(folder.path.appending(name), limit: 0) == []) }
    #expect(TreeRemoval.empty(folder.path) == [])
    #expect(try Folder.names(in: folder.path) == [])
  }

  @Test func `A tree deeper than any path, with folders that forbid writing, is removed`() throws {
    let folder = try TemporaryFolder()
    let top = folder.path.appending("top")
    var current = open(folder.path.string, O_RDONLY)
    try #require(current >= 0)
    defer { close(current) }
    // Of 200 bytes each: 30 make a path of 6,000 bytes, and the system takes 4,096.
    let names = ["top"] + (0..<30).map { "\($0)-" + String(repeating: "n", count: 200) }
    for name in names {
      try #require(mkdirat(current, name, 0o700) == 0)
      let next = openat(current, name, O_RDONLY | O_DIRECTORY)
      try #require(next >= 0)
      let file = openat(next, "file", O_CREAT | O_WRONLY, 0o400)
      try #require(file >= 0)
      close(file)
      close(current)
      current = next
    }
    try #require(fchmod(current, 0o500) == 0)
    #expect(TreeRemoval.remove(top) == [])
    #expect(try FileKind(at: top, links: .refused) == nil)
  }

  @Test func `Links in a tree are removed, and what they lead to stays`() throws {
    let folder = try TemporaryFolder()
    let kept = try folder.write("keep", to: "outside/kept")
    try folder.write("x", to: "top/a/file")
    try #require(symlink("../../outside", folder.path.appending("top/a/link").string) == 0)
    try #require(symlink("outside", folder.path.appending("link").string) == 0)
    #expect(TreeRemoval.remove(folder.path.appending("top")) == [])
    #expect(TreeRemoval.remove(folder.path.appending("link")) == [])
    #expect(TreeRemoval.remove(folder.path.appending("never there")) == [])
    #expect(try RegularFile.read(kept, limit: 4) == Array("keep".utf8))
    #expect(try Folder.names(in: folder.path).map(\.string) == ["outside"])
  }

  @Test func `A folder that is emptied through a link is left alone, and that is reported`() throws {
    let folder = try TemporaryFolder()
    let kept = try folder.write("keep", to: "outside/kept")
    let link = folder.path.appending("link")
    try #require(symlink("outside", link.string) == 0)
    #expect(TreeRemoval.empty(link).map(\.path) == [link])
    #expect(try RegularFile.read(kept, limit: 4) == Array("keep".utf8))
  }

  @Test func `A folder is created once`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path.appending("new")
    #expect(try Folder.create(path))
    #expect(try !Folder.create(path))
    let file = try folder.write("", to: "file")
    #expect(throws: FileError(.createFolder, file, .system(.fileExists))) { try Folder.create(file) }
    let orphan = folder.path.appending("missing/new")
    #expect(throws: FileError(.createFolder, orphan, .system(.noSuchFileOrDirectory))) { try Folder.create(orphan) }
  }
}
