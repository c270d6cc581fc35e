public import Configuration
public import Planning
public import Programs

/// Runs a program of the user's own.
extension UserProgram: StageKind {
  /// Any inputs; the result is what the program leaves.
  public static let declaration = KindDeclaration(
    "command",
    "Runs a program of your own, such as a Python script, on declared files only.",
    discussion: """
      The program runs in an empty folder that holds what the stage declares: inputs/NAME.h5 for each input, the files \
      at their paths in the project, data/NAME for each data file. Placeholders stand for these paths in 'run' and \
      'environment': {inputs.NAME}, {inputs.NAME.FILE} (a file of another command's result), {data.NAME}, \
      {outputs.NAME}, {tools.NAME}.
      Its environment is PATH (/usr/local/bin:/usr/bin:/bin), HOME and TMPDIR (a folder of the stage), LANG and LC_ALL \
      (C.UTF-8), TZ (UTC), OMP_NUM_THREADS (1), PYTHONHASHSEED (0), PYTHONDONTWRITEBYTECODE (1), SOURCE_DATE_EPOCH (0), \
      and what 'environment' says. Where bubblewrap works it sees no other file and no network.
      The key has the content of the files, the digests of the data, the words, the environment and the inputs; it does \
      not have the interpreter and its libraries ('version' is for these). Of the interpreter, the path and the digest \
      are in the record.
      An output that ends in .h5, .hdf5 or .nc gives the result its arrays; the others are kept as they are, and the \
      result names their digests under 'files'. What the program prints to its standard output and error is kept under \
      artifacts/logs; artifacts/logs/PIPELINE/STAGE.log leads to the newest.
      """,
    inputs: .free,
    outputs: nil,
    runsPrograms: true
  )

  /// The names of the outputs that are kept as they are.
  public var resultFiles: [String] { keptFiles }

  /// Takes the content of the program's files into the parameters.
  public mutating func resolve(_ files: inout ProjectDigests, _ diagnostics: inout Diagnostics) {
    resolveFiles(&files, &diagnostics)
  }

  /// What is said of the kept files, where no file with arrays is left; else only the program knows.
  public func outputs(of inputs: [String: InputKnowledge]) -> [OutputDeclaration]? { knownArrays }

  /// Checks that every placeholder names something.
  public func check(_ inputs: [String: InputKnowledge], _ diagnostics: inout Diagnostics) {
    checkPlaceholders(inputs, &diagnostics)
  }

  /// Runs the program.
  public func run(_ context: StageContext) async throws -> StageResult {
    try await execute(context)
  }
}
