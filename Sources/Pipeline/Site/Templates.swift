internal import Configuration
internal import Mustache

/// The pages' templates, which are embedded in the program.
struct Templates {
  private let library: MustacheLibrary
  private let program: String

  /// Reads the templates.
  ///
  /// - Parameter program: the name and version of the program, for the foot of each page.
  init(program: String) throws {
    self.program = program
    var library = MustacheLibrary()
    for (name, bytes) in [
      ("layout", PackageResources.layout_mustache), ("index", PackageResources.index_mustache),
      ("pipeline", PackageResources.pipeline_mustache), ("results", PackageResources.results_mustache),
      ("stage", PackageResources.stage_mustache), ("action", PackageResources.action_mustache),
      ("artifact", PackageResources.artifact_mustache),
    ] {
      try library.register(Self.text(bytes), named: name)
    }
    self.library = library
  }

  /// The files that pages name, by their names in the folder `assets`.
  static var assets: [(name: String, bytes: [UInt8])] {
    [("report.css", PackageResources.report_css), ("report.js", PackageResources.report_js)]
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  /// A step of the way to a page.
  struct Crumb {
    let crumbName: String
    /// Nil for the page itself.
    let crumbLink: String?
  }

  /// The whole page around a body.
  private struct Frame {
    let pageTitle: String
    let root: String
    let crumbs: [Crumb]
    let pageBody: String
    let program: String
  }

  /// A page. Every text of `body` is escaped, save drawings, which escape their own.
  ///
  /// - Parameters:
  ///   - body: a value whose members the template names. Names are looked up outwards where a member is nil, so that a
  ///     template's optional members have names that nothing around them has.
  ///   - root: the way from the page to the folder of the report: "", "../".
  func page(_ template: String, _ body: Any, titled title: String, root: String, crumbs: [Crumb]) -> String {
    let text = library.render(body, withTemplate: template) ?? ""
    let frame = Frame(pageTitle: title, root: root, crumbs: crumbs, pageBody: text, program: program)
    // Escapes, controls and marks of direction are as little wanted in a page as on a terminal.
    return (library.render(frame, withTemplate: "layout") ?? "").printableLines
  }
}
