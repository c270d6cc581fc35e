import Downloads
import Testing

@Suite struct CatalogueTests {
  @Test func `Every release has its own name and folder, a pinned digest for each download and somewhere to get it`() {
    #expect(Set(DataRelease.all.map(\.name)).count == DataRelease.all.count)
    #expect(Set(DataRelease.all.map(\.folder)).count == DataRelease.all.count)
    for release in DataRelease.all {
      #expect(release.files.count == Set(release.files).count)
      #expect(release.digests.keys.allSatisfy(release.files.contains))
      for download in release.downloads {
        #expect(download.size > 0)
        #expect(!download.addresses.isEmpty)
        for address in download.addresses { #expect(address.hasPrefix("https://") && address.hasSuffix(download.name)) }
      }
    }
  }
}
