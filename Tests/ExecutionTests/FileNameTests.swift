import Execution
import Testing

/// From names of actions to names of files.
@Suite struct FileNameTests {
  @Test(arguments: [
    ("train", "train"), ("sp_small-2", "sp_small-2"), ("a[text=z]", "a-text=z"),
    ("train[rate=0.1,seed=2]", "train-rate=0.1-seed=2"),
  ])
  func `Plain names stay readable`(name: String, expected: String) {
    #expect(name.asFileName == expected)
  }

  @Test func `Two names never share a file, also on a disk that ignores case`() {
    let names = [
      "a/b", "a?b", "a b", "a-b", "a_b", "A-b", "a-B", "a", "A", "ä", "a\u{308}", "\u{e4}", "", ".", "..", ".a", "a.",
      "-",
      "a[b=1]", "a-b=1", "a[b-c=1]", "a-b[c=1]", "a[b=1-x,c=2]", "a[b=1,x-c=2]", "a[b=1,c=2]", "a[b=\"1,c=2\"]",
      "a[b=x]", "a[b=X]", "a[b=/]", "a[b=?]", "a[b=\u{1b}]", "a[b=\n]", "a@b", "a@", "a]", "a[]", "a[b]",
      String(repeating: "x", count: 300), String(repeating: "x", count: 301), String(repeating: "é", count: 200),
    ]
    let files = names.map(\.asFileName)
    #expect(Set(files.map { $0.lowercased() }).count == Set(names.map { Array($0.utf8) }).count)
    #expect(files.allSatisfy { $0.utf8.count <= 120 && !$0.isEmpty && $0.first != "." && $0.first != "-" })
    let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+.@")
    #expect(files.allSatisfy { $0.allSatisfy(allowed.contains) })
  }
}
