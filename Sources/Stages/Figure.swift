internal import Artifacts
public import Configuration
public import Figures
public import Planning
internal import SystemPackage

/// Draws a figure from the arrays of its inputs.
extension Figure: StageKind {
  /// Any inputs, and pictures of them.
  public static let declaration = KindDeclaration(
    "figure",
    "Draws panels of lines, points, arrows, areas and heat maps, bound by name to arrays of the inputs.",
    discussion: """
      Data are written 'input/variable', where 'input' is a name under 'inputs:'. The result holds the numbers that are
      drawn and the gnuplot script; its files are NAME.pdf, NAME.svg and NAME.png (300 dots an inch), and NAME.gp with
      NAME.dat, from which 'gnuplot NAME.gp' draws the pictures again, under whatever name.
      Missing values are left out. Zeros and negative values have no place on a logarithmic axis, and infinite ones on
      none: the run, the stage's log and the result ('left_out') say how many there are; 'zero: true' gives zero a place.
      Everything is clipped to the axes. An area reaches down to the beginning of a logarithmic axis where its edge has no
      logarithm, and covers all places that its outline winds around. The x axis spans all its data and the y axis what
      the limits of x show, unless limits are given. Where a value that is shown as a colour is missing, or has no logarithm on a
      logarithmic axis, a curve or a point is grey (#999999), and the cell of a heat map is left empty.
      A legend stands where it covers nothing, inside the panel or below it; a declared place is kept unless the legend
      is larger than the panel. One that would take more than a third of the figure is an error, or becomes a bar of
      colors if the palette distinguishes the series of 'each'.
      """,
    inputs: .free,
    outputs: nil
  )

  /// The name that the user chose, else the word of the kind.
  public var fileStem: String? { name ?? Self.declaration.name }

  /// Checks every name against the declared arrays of the inputs.
  public func check(_ inputs: [String: InputKnowledge], _ diagnostics: inout Diagnostics) {
    check(against: inputs.mapValues(\.outline), &diagnostics)
  }

  /// Takes the numbers from the inputs and has gnuplot draw them.
  public func run(_ context: StageContext) async throws -> StageResult {
    let content = try FigureContent(self, inputs: context.inputs)
    let script = try Script(content, stem: name ?? "figure")
    context.report(StageProgress(0.2, "drawing"))
    let artifact = try content.artifact()
    let identity = context.key.map { PictureIdentity(action: $0, artifact: artifact.address) }
    let drawing = try await Gnuplot.draw(script, identity: identity, in: FilePath(context.scratch))
    try report(content.leftOut, in: context)
    var result = StageResult(artifact, files: drawing.files)
    result.state(
      tools: [
        ExternalResource("gnuplot", digest: try? ContentDigest(ofFile: drawing.program), version: drawing.version)
      ]
    )
    return result
  }

  /// Reports what could not be drawn, in the output of the run and in the log of the stage.
  private func report(_ leftOut: [String], in context: StageContext) throws {
    guard !leftOut.isEmpty else { return }
    let text = leftOut.map { "warning: \($0)\n" }.joined()
    _ = try FileDescriptor.standardError.writeAll(text.utf8)
    try OutputFile.write(text.utf8, to: FilePath(context.log))
  }
}
