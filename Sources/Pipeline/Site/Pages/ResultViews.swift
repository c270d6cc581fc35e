internal import Claims
internal import Configuration
internal import Execution
internal import Planning
internal import Reporting
internal import Store

/// A file to download.
struct Download {
  let downloadName: String
  let downloadLink: String
  let downloadSize: String
}

/// A picture with its caption.
struct FigureView {
  /// The file, from the folder of the pipeline.
  var source: String
  let alternative: String
  var width: Int?
  var height: Int?
  var captions: [String]
  var downloads: [Download]
  /// The page of its stage.
  var stageLink: String

  /// The same for a page from which the folder of the pipeline is elsewhere.
  func seen(from prefix: String) -> FigureView {
    var view = self
    view.source = prefix + source
    view.stageLink = prefix + stageLink
    view.downloads = downloads.map { $0.seen(from: prefix) }
    return view
  }
}

/// A table for people.
struct TableView {
  let tableName: String
  let headings: [String]
  let lines: [Line]
  var downloads: [Download]
  var stageLink: String

  struct Line {
    let label: String
    let cells: [String]
  }

  func seen(from prefix: String) -> TableView {
    var view = self
    view.stageLink = prefix + stageLink
    view.downloads = downloads.map { $0.seen(from: prefix) }
    return view
  }
}

extension Download {
  func seen(from prefix: String) -> Download {
    Download(downloadName: downloadName, downloadLink: prefix + downloadLink, downloadSize: downloadSize)
  }
}

/// A stage for people without a whole result.
struct LackingView {
  /// "Not made yet", "Damaged".
  let lack: String
  let lackingName: String
  let lackingReason: String
}

/// The results of a pipeline that a person looks at first.
struct ResultViews {
  var figures: [FigureView] = []
  var tables: [TableView] = []
  var lacking: [LackingView] = []
  /// The pictures of each action, for its own page.
  var pictures: [String: [FigureView]] = [:]
}

extension String {
  /// As at the beginning of a sentence.
  var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}

/// A claim with its verdict.
struct ClaimView {
  let verdict: String
  let verdictClass: String
  /// The verdict as a sign, so that it does not depend on color alone.
  let sign: String
  let claimName: String
  let subject: String
  let claimPlace: String?
  let found: String
  let expected: String

  init(_ claim: CheckedClaim) {
    (verdict, sign) =
      switch claim.finding.verdict {
      case .holds: ("holds", "✓")
      case .fails: ("fails", "✗")
      case .unchecked: ("not checked", "–")
      }
    verdictClass = claim.finding.verdict.rawValue
    claimName = claim.name
    subject = claim.subject
    claimPlace = claim.location
    found = claim.finding.message
    expected = claim.expected
  }
}

/// The part of a page that is about one pipeline: its results and claims.
struct PipelineSummary {
  let anchor: String
  let runName: String
  let title: String
  let state: String
  let pipelineLink: String
  let figures: [FigureView]
  let tables: [TableView]
  let lacking: [LackingView]
  /// What the pipeline says of itself, where no figure says it.
  let notes: [String]
  let claims: [ClaimView]
  let hasClaims: Bool
  let claimSum: String

  /// - Parameter isInside: whether the page lies in the folder of the pipeline.
  init(_ facts: PipelineFacts, _ results: ResultViews, isInside: Bool) {
    let folder = isInside ? "" : facts.run.description.asLink + "/"
    anchor = facts.run.description
    runName = facts.run.description
    title = facts.title
    state = facts.state
    pipelineLink = "\(folder)index.html"
    figures = results.figures.map { $0.seen(from: folder) }
    tables = results.tables.map { $0.seen(from: folder) }
    lacking = results.lacking
    notes = results.figures.isEmpty ? Self.paragraphs(of: facts.source.summary) : []
    claims = facts.claims.map { ClaimView($0) }
    hasClaims = !claims.isEmpty
    claimSum = ClaimNarrative(facts.claims).sum
  }

  /// The paragraphs of a text.
  static func paragraphs(of text: String) -> [String] {
    text.split(separator: "\n\n").map { $0.split(separator: "\n").joined(separator: " ") }.filter { !$0.isEmpty }
  }
}

/// The first page.
struct IndexPage {
  struct Total {
    let totalName: String
    let totalValue: String
    var totalNote: String?
  }

  let totals: [Total]
  let pipelines: [PipelineSummary]
  let hasContents: Bool

  init(_ summaries: [PipelineSummary], _ facts: [PipelineFacts]) {
    pipelines = summaries
    hasContents = summaries.count > 1
    let actions = facts.map(\.pipeline.actions.count).reduce(0, +)
    let made = facts.map(\.madeCount).reduce(0, +)
    let lost = PipelineFacts.sum(of: facts.flatMap(\.losses.values))
    let claims = facts.flatMap(\.claims)
    let seconds = facts.flatMap { $0.results.values.compactMap(\.seconds) }
    let verdicts = ClaimNarrative(claims).sum.split(separator: ": ").dropFirst().joined()
    var totals = [
      Total(totalName: "Pipelines", totalValue: "\(facts.count)"),
      Total(totalName: "Actions made", totalValue: "\(made) of \(actions)", totalNote: lost.isEmpty ? nil : lost),
      Total(totalName: "Figures", totalValue: "\(summaries.map(\.figures.count).reduce(0, +))"),
      Total(totalName: "Claims", totalValue: "\(claims.count)", totalNote: verdicts.isEmpty ? nil : verdicts),
    ]
    if !seconds.isEmpty {
      // In one order, since the last digit of a sum depends on it.
      let sum = seconds.sorted().reduce(0, +)
      totals.append(Total(totalName: "Time of the actions", totalValue: Console.duration(sum)))
    }
    self.totals = totals
  }
}
