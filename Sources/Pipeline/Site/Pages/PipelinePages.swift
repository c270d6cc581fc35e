internal import Artifacts
internal import Claims
internal import Configuration
internal import Execution
internal import Planning
internal import Reporting
internal import Store
internal import SystemPackage

/// The pages of one pipeline, and the files that they show.
struct PipelinePages {
  let facts: PipelineFacts
  let site: Site
  let folder: OutputFolder
  /// The most damaged results that are listed one by one.
  private static let mostNotes = 10
  /// What is missing.
  private(set) var notes: [String] = []
  /// Which files cannot be read, and why.
  private(set) var unreadable: [String] = []
  var search = SearchIndex()
  /// The pictures of each action.
  private var pictures: [String: [FigureView]] = [:]

  init(_ facts: PipelineFacts, _ site: Site, _ folder: OutputFolder) {
    self.facts = facts
    self.site = site
    self.folder = folder
  }

  private var name: String { facts.run.description }
  private var base: String { "\(name)/" }

  // MARK: Figures and tables

  /// Copies the files for people that the stages made.
  mutating func copyResults() throws -> ResultViews {
    var views = ResultViews()
    var names = try? PublishedNames(of: facts.pipeline)
    for (number, stage) in facts.stages.enumerated() {
      for (place, action) in stage.actions.enumerated() {
        guard let result = facts.results[action.name] else {
          if action.fileStem != nil {
            let view = LackingView(
              lack: facts.lack(of: action.name).capitalizedFirst,
              lackingName: action.name,
              lackingReason: "Its state: \(facts.reasons[action.name] ?? "not built yet")."
            )
            views.lacking.append(view)
            if facts.losses[action.name] == nil { notes.append("\(name): '\(action.name)' is not made yet") }
          }
          continue
        }
        guard result.hasFiles, let record = try facts.record(of: action.name),
          let answer = names?.names(for: record.files.keys, of: action)
        else { continue }
        let hasPage = site.hasPage(place, of: stage, at: number)
        let page = Site.page(of: place, in: stage, of: facts).dropFirst(base.count)
        let link = hasPage ? String(page).asLink : "index.html"
        try copy(record, of: action, answer, link, &views)
      }
    }
    pictures = views.pictures
    let lost = facts.pipeline.actions.map(\.name).filter { facts.losses[$0] != nil }
    for action in lost.prefix(Self.mostNotes) {
      notes.append("\(name): '\(action)' is \(facts.lack(of: action)): \(facts.reasons[action] ?? "")")
    }
    if lost.count > Self.mostNotes {
      notes.append("\(name): of \(facts.pipeline.actions.count) actions \(facts.lossSum)")
    }
    let unmade = facts.pipeline.actions.count - facts.madeCount - lost.count
    if unmade > 0 { notes.append("\(name): \(unmade) of \(facts.pipeline.actions.count) actions are not made yet") }
    for (verdict, what) in [(Verdict.fails, "do not hold"), (.unchecked, "are not checked")] {
      let count = facts.claims.count { $0.finding.verdict == verdict }
      if count > 0 { notes.append("\(name): \(count) of \(facts.claims.count) claims \(what)") }
    }
    return views
  }

  private mutating func copy(
    _ record: ActionRecord,
    of action: Action,
    _ names: PublishedNames.Answer,
    _ stageLink: String,
    _ views: inout ResultViews
  ) throws {
    guard let store = facts.store else { return }
    var downloads: [Download] = []
    var contents: [String: [UInt8]] = [:]
    func add(_ published: String, _ size: Int) {
      downloads.append(
        Download(
          downloadName: published,
          downloadLink: "files/\(published)".asLink,
          downloadSize: ShortNumber.bytes(size)
        )
      )
    }
    let order = ["pdf", "svg", "png"]
    for (file, object) in record.files.sorted(by: {
      (order.firstIndex(of: $0.value.suffix) ?? 9, $0.key) < (order.firstIndex(of: $1.value.suffix) ?? 9, $1.key)
    }) {
      // Nothing is moved aside here: a report changes no store.
      let bytes: [UInt8]
      do throws(StoreError) {
        bytes = try FileSystem.read(store.path(of: object), limit: max(0, object.bytes))
      } catch {
        unreadable.append("\(name): the file '\(file)' of '\(action.name)': \(error)")
        continue
      }
      guard ContentDigest(of: bytes).description == object.file else {
        notes.append("\(name): the file '\(file)' of '\(action.name)' is damaged, and is left out")
        continue
      }
      let published = names.name(of: file)
      guard !folder.has("\(base)files/\(published)") else { continue }
      try folder.write(bytes, to: "\(base)files/\(published)")
      contents[published] = bytes
      add(published, bytes.count)
    }
    guard let first = record.files.keys.min() else { return }
    let stem = FilePath(names.name(of: first)).stem ?? action.stage
    let data = "\(stem).h5"
    let digest: ContentDigest?
    do throws(StoreError) {
      digest = try FileSystem.digest(of: store.path(of: record.artifact))
    } catch {
      unreadable.append("\(name): the result of '\(action.name)': \(error)")
      digest = nil
    }
    if digest?.description == record.artifact.file, !folder.has("\(base)files/\(data)") {
      let path = try folder.path(of: "\(base)files/\(data)")
      try FigureExport.write(record, to: path, from: store)
      add(data, FileSystem.size(of: path) ?? 0)
    }
    if let picture = contents.keys.sorted().first(where: { $0.hasSuffix(".svg") })
      ?? contents.keys.sorted().first(where: { $0.hasSuffix(".png") })
    {
      let size = PictureSize(contents[picture] ?? [])
      let figure = FigureView(
        source: "files/\(picture)".asLink,
        alternative: FigureWords(record.parameters, titled: facts.title).text,
        width: size?.width,
        height: size?.height,
        // What the pipeline says of itself stands below its first figure.
        captions: views.figures.isEmpty ? PipelineSummary.paragraphs(of: facts.source.summary) : [],
        downloads: downloads,
        stageLink: stageLink
      )
      views.figures.append(figure)
      views.pictures[action.name, default: []].append(figure)
    } else if let text = contents.keys.sorted().first(where: { $0.hasSuffix(".md") }) {
      let table = MarkdownTable(String(decoding: contents[text] ?? [], as: UTF8.self))
      views.tables.append(
        TableView(
          tableName: FilePath(text).stem ?? text,
          headings: table.headings.map { $0.isEmpty ? "Row" : $0 },
          lines: table.rows.map { .init(label: $0.first ?? "", cells: Array($0.dropFirst())) },
          downloads: downloads,
          stageLink: stageLink
        )
      )
    }
  }

  // MARK: The page of the pipeline

  private struct PipelinePage {
    struct StageRow {
      let stageName: String
      let link: String?
      let kind: String
      let points: String?
      let stageState: String
      let time: String
      let needs: String
      let result: String
      let resultLink: String?
    }

    let summary: PipelineSummary
    let graph: String?
    let stages: [StageRow]
    let stageNote: String?
    let fileName: String
    let fileText: String
  }

  mutating func writePipelinePage(_ results: ResultViews) throws {
    let summary = PipelineSummary(facts, results, isInside: true)
    let graph = PipelineGraph(facts.pipeline)
    let numbers = Dictionary(facts.stages.enumerated().map { ($1.name, $0) }) { first, _ in first }
    let drawing =
      !graph.isDrawable
      ? nil
      : graph.svg { name in
        let number = numbers[name] ?? 0
        let stage = facts.stages[number]
        return .init(
          link: number < Site.mostStagePages ? "stages/\(name).html".asLink : nil,
          state: stage.state(facts),
          isLacking: stage.isLacking(facts)
        )
      }
    let page = PipelinePage(
      summary: summary,
      graph: drawing,
      stages: facts.stages.enumerated().map { row($1, at: $0) },
      stageNote: facts.stages.count > Site.mostStagePages
        ? "The first \(Site.mostStagePages) stages have pages; 'pipeline show' and 'pipeline trace' tell of the others."
        : nil,
      fileName: facts.source.file,
      fileText: facts.source.text
    )
    search.add("\(base)index.html".asLink, facts.title, "pipeline \(name)")
    for claim in facts.claims {
      search.add(
        "\(base)index.html".asLink,
        claim.name,
        "claim of \(name): \(claim.finding.verdict.rawValue), \(claim.subject)"
      )
    }
    let text = site.templates.page(
      "pipeline",
      page,
      titled: "\(facts.title) (\(name))",
      root: "../",
      crumbs: [.init(crumbName: "Report", crumbLink: "../index.html"), .init(crumbName: name, crumbLink: nil)]
    )
    try folder.write(text, to: "\(base)index.html")
  }

  private func row(_ stage: PipelineFacts.Stage, at number: Int) -> PipelinePage.StageRow {
    let sources = Set(stage.actions.flatMap { $0.inputs.values.flatMap(\.references) }.map { Action.stage(of: $0) })
    let address = stage.isSweep ? nil : facts.results[stage.name]?.address
    return .init(
      stageName: stage.name,
      link: number < Site.mostStagePages ? "stages/\(stage.name).html".asLink : nil,
      kind: stage.kind,
      points: stage.isSweep ? "\(stage.actions.count) points" : nil,
      stageState: stage.state(facts),
      time: stage.seconds(facts).map { Console.duration($0) } ?? "",
      needs: sources.sorted().joined(separator: ", "),
      result: address.map { String($0.prefix(12)) } ?? (stage.isSweep ? "its points" : "–"),
      resultLink: address.flatMap { site.artifacts[$0] }.map { "../" + $0.path }
    )
  }

  // MARK: The pages of stages

  private struct PointRow {
    let point: String
    let pointLink: String?
    let pointState: String
    let pointTime: String
    let pointResult: String
    let pointResultLink: String?
  }

  private struct StagePage {
    let stageName: String
    let kind: String
    let kindSummary: String
    let isSweep: Bool
    let pointCount: String
    let stageState: String
    let pointNote: String?
    let points: [PointRow]
    let action: ActionView?
  }

  mutating func writeStagePages() throws {
    for (number, stage) in facts.stages.enumerated().prefix(Site.mostStagePages) {
      let path = "\(base)stages/\(stage.name).html"
      search.add(path.asLink, stage.name, "stage of \(name), \(stage.kind)")
      let root = "../../"
      let action = stage.isSweep ? nil : try view(of: stage.actions[0], root: root, path: path)
      try write(
        StagePage(
          stageName: stage.name,
          kind: stage.kind,
          kindSummary: site.kinds[stage.kind]?.declaration.summary ?? "",
          isSweep: stage.isSweep,
          pointCount: stage.actions.count == 1 ? "1 point" : "\(stage.actions.count) points",
          stageState: stage.state(facts),
          pointNote: stage.isSweep && stage.actions.count > site.options.pagesPerSweep
            ? """
            The first \(site.options.pagesPerSweep) points have pages of their own; 'pipeline report --points' makes more, \
            and 'pipeline show' looks at any of them.
            """ : nil,
          points: stage.isSweep ? stage.actions.enumerated().map { row($1, at: $0, of: stage, number) } : [],
          action: action
        ),
        titled: stage.name,
        to: path,
        root: root,
        crumbs: [.init(crumbName: stage.name, crumbLink: nil)]
      )
      guard stage.isSweep else { continue }
      for (place, action) in stage.actions.enumerated().prefix(site.options.pagesPerSweep) {
        try writePoint(action, at: place, of: stage)
      }
    }
  }

  private mutating func writePoint(_ action: Action, at place: Int, of stage: PipelineFacts.Stage) throws {
    let path = Site.page(of: place, in: stage, of: facts)
    let root = "../../../"
    search.add(path.asLink, action.name, "point of a sweep of \(name)")
    try write(
      StagePage(
        stageName: action.name,
        kind: stage.kind,
        kindSummary: site.kinds[stage.kind]?.declaration.summary ?? "",
        isSweep: false,
        pointCount: "",
        stageState: "",
        pointNote: nil,
        points: [],
        // The parameters of one point are found by the search; the others have the same but for the axes.
        action: try view(of: action, root: root, path: path, isIndexed: place == 0)
      ),
      titled: action.name,
      to: path,
      root: root,
      crumbs: [
        .init(crumbName: stage.name, crumbLink: "../\(stage.name).html".asLink),
        .init(crumbName: String(action.name.dropFirst(stage.name.count)), crumbLink: nil),
      ]
    )
  }

  private func row(_ action: Action, at place: Int, of stage: PipelineFacts.Stage, _ number: Int) -> PointRow {
    let result = facts.results[action.name]
    let hasPage = site.hasPage(place, of: stage, at: number)
    return PointRow(
      point: String(action.name.dropFirst(stage.name.count + 1).dropLast()),
      pointLink: hasPage ? "\(stage.name)/\(place).html".asLink : nil,
      pointState: result == nil ? facts.reasons[action.name] ?? facts.lack(of: action.name) : "made",
      pointTime: result?.seconds.map { Console.duration($0) } ?? "",
      pointResult: result.map { String($0.address.prefix(12)) } ?? "–",
      pointResultLink: result.flatMap { site.artifacts[$0.address] }.map { "../../" + $0.path }
    )
  }

  private func write(
    _ page: StagePage,
    titled title: String,
    to path: String,
    root: String,
    crumbs: [Templates.Crumb]
  ) throws {
    let home = [
      Templates.Crumb(crumbName: "Report", crumbLink: "\(root)index.html"),
      Templates.Crumb(crumbName: name, crumbLink: "\(root)\(base)index.html".asLink),
    ]
    let text = site.templates.page("stage", page, titled: "\(title) (\(name))", root: root, crumbs: home + crumbs)
    try folder.write(text, to: path)
  }

  /// The contents of the page of an action.
  private mutating func view(of action: Action, root: String, path: String, isIndexed: Bool = true) throws -> ActionView
  {
    let view = try ActionView(action, facts, site, root: root, pictures: pictures[action.name] ?? [])
    if isIndexed {
      for parameter in view.parameters {
        search.add(
          path.asLink,
          "\(parameter.path) = \(parameter.value)",
          "parameter of \(action.stage) in \(name). \(parameter.meaning)"
        )
      }
    }
    return view
  }
}
