import Configuration
import Planning
import Stages
import Testing

@Suite struct DeclarationTests {
  @Test(arguments: StageKinds.all.names)
  func `Every kind has its name once, a fingerprint and documentation of every field`(name: String) throws {
    let kind = try #require(StageKinds.all[name])
    #expect(StageKinds.all.names.count { $0 == name } == 1)
    #expect(StageKinds.all.fingerprint(of: kind).count == 32)
    let text = KindDocumentation(kind).text
    #expect(text.hasPrefix(name))
    guard case .record(let fields) = kind.shape else {
      Issue.record("\(name) is no record")
      return
    }
    for field in fields {
      #expect(text.contains(field.help))
      #expect(field.help.hasSuffix("."))
    }
  }

  @Test func `Kinds in different files have different fingerprints`() {
    let prints = StageKinds.all.all.map { StageKinds.all.fingerprint(of: $0) }
    #expect(Set(prints).count == prints.count)
  }
}
