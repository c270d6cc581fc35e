internal import Artifacts
internal import Configuration
internal import Reporting
internal import Store
internal import SystemPackage

/// The page of an artifact: its variables with statistics and quick plots.
struct ArtifactPage {
  /// An action that made an artifact.
  struct Maker {
    let makerName: String
    /// From the folder of the artifacts' pages.
    let makerLink: String
  }

  /// An artifact that has a page.
  struct Entry {
    let object: ObjectRecord
    let store: ArtifactStore
    var makers: [Maker] = []

    init(object: ObjectRecord, store: ArtifactStore) {
      self.object = object
      self.store = store
    }

    /// The page, from the folder of the report.
    var path: String { "artifacts/\(object.address).html" }
  }

  /// A larger file is not read.
  private static let largestFile = 512 << 20
  /// Of more variables the others are counted and not listed.
  private static let mostVariables = 500
  /// So many variables are drawn.
  private static let mostPlots = 36

  private struct Body {
    struct Fact {
      let attributeName: String
      let attributeValue: String
    }

    struct Row {
      let variableName: String
      let description: String?
      let dimensions: String
      let type: String
      let unit: String
      let least: String
      let mean: String
      let greatest: String
      let missing: String
    }

    struct Plot {
      let drawing: String
      let plotName: String
      let plotNote: String?
    }

    let shortAddress: String
    let address: String
    let size: String
    let fileDigest: String
    let makers: [Maker]
    var artifactProblem: String?
    var attributes: [Fact] = []
    var hasAttributes = false
    var variables: [Row] = []
    var hasVariables = false
    var variableNote: String?
    var plots: [Plot] = []
    var hasPlots = false
    var plotsNote: String?
  }

  let text: String
  /// Why the artifact cannot be read, if it is not known to be damaged.
  private(set) var problem: String?
  private(set) var search = SearchIndex()

  init(_ entry: Entry, _ site: Site) {
    var body = Body(
      shortAddress: String(entry.object.address.prefix(12)),
      address: entry.object.address,
      size: ShortNumber.bytes(entry.object.bytes),
      fileDigest: entry.object.file,
      makers: entry.makers
    )
    var search = SearchIndex()
    let maker = entry.makers.first?.makerName ?? ""
    search.add(entry.path, entry.object.address, "artifact of \(maker)")
    switch Self.read(entry) {
    case .failure(let problem):
      body.artifactProblem = problem.description
      if problem.isOfReading { self.problem = problem.description }
    case .success(let artifact):
      Self.describe(artifact, in: &body)
      for row in body.variables {
        let facts = [row.dimensions, row.unit, row.description ?? ""].filter { !$0.isEmpty }.joined(separator: ", ")
        search.add(entry.path, row.variableName, "variable of \(maker). \(facts)")
      }
    }
    self.search = search
    text = site.templates.page(
      "artifact",
      body,
      titled: "Artifact \(body.shortAddress)",
      root: "../",
      crumbs: [
        .init(crumbName: "Report", crumbLink: "../index.html"),
        .init(crumbName: "artifact \(body.shortAddress)", crumbLink: nil),
      ]
    )
  }

  private struct Problem: Error, CustomStringConvertible {
    let description: String
    var isOfReading = false
  }

  /// Reads an artifact whose bytes are those of its record: libhdf5 may crash over others.
  private static func read(_ entry: Entry) -> Result<Artifact, Problem> {
    guard entry.object.bytes <= largestFile else {
      return .failure(
        Problem(description: "the file has more than \(ShortNumber.bytes(largestFile)), and was not read for this page")
      )
    }
    let path = entry.store.path(of: entry.object)
    do {
      guard try FileSystem.digest(of: path).description == entry.object.file else {
        return .failure(Problem(description: "the file is damaged: its bytes are not those of its record"))
      }
      return .success(try Artifact(contentsOf: path.string))
    } catch {
      return .failure(Problem(description: "\(error)", isOfReading: true))
    }
  }

  private static func describe(_ artifact: Artifact, in body: inout Body) {
    body.attributes = artifact.attributes.sorted { $0.key < $1.key }.map { name, attribute in
      .init(attributeName: name, attributeValue: attribute.brief)
    }
    body.hasAttributes = !body.attributes.isEmpty
    let all = variables(of: artifact, path: "")
    for (path, variable, group) in all.prefix(mostVariables) {
      body.variables.append(row(path, variable))
      guard body.plots.count < mostPlots, let plot = QuickPlot(path, variable, in: group) else { continue }
      body.plots.append(.init(drawing: plot.drawing, plotName: path, plotNote: plot.note))
    }
    body.hasVariables = !body.variables.isEmpty
    body.hasPlots = !body.plots.isEmpty
    if all.count > mostVariables {
      body.variableNote = "And \(all.count - mostVariables) more variables; 'pipeline show' lists them all."
    }
    if body.plots.count == mostPlots {
      body.plotsNote = "No more than \(mostPlots) variables are drawn; 'pipeline show --variable' draws any of them."
    }
  }

  /// The variables of an artifact and its groups, each with its path and its group.
  private static func variables(
    of artifact: Artifact,
    path: String
  ) -> [(path: String, variable: Variable, group: Artifact)] {
    artifact.variables.sorted { $0.key < $1.key }.map { ("\(path)\($0.key)", $0.value, artifact) }
      + artifact.groups.sorted { $0.key < $1.key }.flatMap { variables(of: $0.value, path: "\(path)\($0.key)/") }
  }

  private static func row(_ path: String, _ variable: Variable) -> Body.Row {
    let statistics = Statistics(variable.values)
    let sizes = zip(variable.dimensions, variable.shape).map { "\($0): \($1)" }.joined(separator: ", ")
    return .init(
      variableName: path,
      description: variable.description.map(\.printable),
      dimensions: sizes.isEmpty ? "a single value" : sizes,
      type: variable.values.typeName,
      unit: variable.units?.printable ?? "",
      least: statistics.least,
      mean: statistics.mean,
      greatest: statistics.greatest,
      missing: statistics.missing
    )
  }
}

/// A description of the values of an array, as text.
struct Statistics {
  var least = ""
  var mean = ""
  var greatest = ""
  var missing = ""

  init(_ values: Values) {
    guard let numbers = values.doubles else {
      guard case .string(let texts) = values, let first = texts.first else { return }
      least = first.printable
      if texts.count > 1, let last = texts.last { greatest = last.printable }
      return
    }
    missing = values.missing == 0 ? "" : "\(values.missing)"
    guard let (low, high) = values.extremes else { return }
    (least, greatest) = (low.brief, high.brief)
    var (average, count) = (0.0, 0)
    for number in numbers where number.isFinite {
      count += 1
      average += (number - average) / Double(count)
    }
    // An infinite value makes the mean infinite, and two that differ leave none.
    let infinite = numbers.filter(\.isInfinite)
    mean = PlainNumber.real(infinite.isEmpty ? average : infinite.reduce(0, +)).brief
  }
}
