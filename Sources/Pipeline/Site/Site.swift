internal import Artifacts
internal import Configuration
public import Planning
public import Provenance
public import Reporting
internal import Store
internal import SystemPackage

/// A report: pages of pipelines, stages, points and artifacts, from what the store knows. Equal stores give equal bytes.
public struct Site {
  /// What a report shows and where it ends.
  public struct Options: Sendable {
    /// Of each sweep so many points have pages of their own.
    public var pagesPerSweep = 50
    /// With which keys statements are verified.
    public var keys: [PublicKey] = []
    /// The name and the version of the program.
    public var program = ""

    /// The usual ones.
    public init() {}
  }

  /// A pipeline has pages for so many stages; the others are in its table.
  static let mostStagePages = 1_000

  let pipelines: [PipelineFacts]
  let kinds: StageKinds
  let options: Options
  let templates: Templates
  var search = SearchIndex()
  /// What cannot be read, so that the pages lack it.
  public private(set) var unreadable: [String] = []
  /// The artifacts that have pages, with the actions that made them.
  var artifacts: [String: ArtifactPage.Entry] = [:]

  /// A report of pipelines.
  public init(_ pipelines: [PipelineFacts], kinds: StageKinds, _ options: Options) throws {
    self.pipelines = pipelines
    self.kinds = kinds
    self.options = options
    templates = try Templates(program: options.program)
  }

  /// Writes all pages.
  ///
  /// - Returns: what is missing, a line each.
  public mutating func write(to folder: OutputFolder) throws -> [String] {
    var notes: [String] = []
    for facts in pipelines { try collectArtifacts(of: facts) }
    unreadable = pipelines.compactMap(\.problem?.description)
    var summaries: [PipelineSummary] = []
    for facts in pipelines {
      var pages = PipelinePages(facts, self, folder)
      let results = try pages.copyResults()
      try pages.writePipelinePage(results)
      try pages.writeStagePages()
      notes += pages.notes
      unreadable += pages.unreadable
      search.merge(pages.search)
      summaries.append(PipelineSummary(facts, results, isInside: false))
    }
    for entry in artifacts.values.sorted(by: { $0.object.address < $1.object.address }) {
      let page = ArtifactPage(entry, self)
      if let problem = page.problem { unreadable.append(problem) }
      search.merge(page.search)
      try folder.write(page.text, to: entry.path)
    }
    let index = IndexPage(summaries, pipelines)
    try folder.write(
      templates.page("index", index, titled: "Report", root: "", crumbs: [.init(crumbName: "Report", crumbLink: nil)]),
      to: "index.html"
    )
    for (name, bytes) in Templates.assets { try folder.write(bytes, to: "assets/\(name)") }
    try folder.write(search.script, to: "assets/search.js")
    return notes
  }

  /// Whether a point of a sweep, or a stage, has a page.
  func hasPage(_ place: Int, of stage: PipelineFacts.Stage, at number: Int) -> Bool {
    number < Self.mostStagePages && (!stage.isSweep || place < options.pagesPerSweep)
  }

  private mutating func collectArtifacts(of facts: PipelineFacts) throws(StoreError) {
    for (number, stage) in facts.stages.enumerated() {
      for (place, action) in stage.actions.enumerated() where hasPage(place, of: stage, at: number) {
        guard let record = try facts.record(of: action.name), let store = facts.store else { continue }
        let maker = ArtifactPage.Maker(
          makerName: "\(action.name) of \(facts.run)",
          makerLink: "../" + Self.page(of: place, in: stage, of: facts).asLink
        )
        artifacts[record.artifact.address, default: .init(object: record.artifact, store: store)].makers.append(maker)
      }
    }
  }

  /// The page of a stage, or of a point of a sweep, from the folder of the report.
  static func page(of place: Int, in stage: PipelineFacts.Stage, of facts: PipelineFacts) -> String {
    let page = "\(facts.run)/stages/\(stage.name)"
    return stage.isSweep ? "\(page)/\(place).html" : "\(page).html"
  }
}

/// A line of the search.
struct SearchIndex {
  private var entries: [JSONValue] = []

  /// - Parameters:
  ///   - link: the page, from the folder of the report.
  ///   - name: what is found.
  ///   - context: what it is, and where.
  mutating func add(_ link: String, _ name: String, _ context: String) {
    entries.append([.string(link), .string(name), .string(context)])
  }

  mutating func merge(_ other: SearchIndex) { entries += other.entries }

  /// The index as a script: a page that is opened from a folder may not read another file in any other way.
  var script: String {
    // No page holds it, so that nothing in it can end a script; line separators were once the end of a line to scripts.
    let text = JSONValue.array(entries).canonicalText.printableJSON
    return "window.pipelineIndex = \(text);\n"
  }
}
