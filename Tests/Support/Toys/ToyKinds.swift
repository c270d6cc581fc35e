public import Artifacts
internal import Configuration
internal import Glibc
public import Planning

extension StageKinds {
  /// Kinds of stage that add integers, and some that misbehave.
  public static let toys = StageKinds(
    [Number.self, Sum.self, Quotient.self, Pick.self, Drawing.self, Diary.self, Stacked.self, Misbehaviour.self],
    fingerprints: ["Toys/ToyKinds.swift": "toys"]
  )
}

/// The pipeline in a text, with toys for stages.
public func toyPipeline(_ text: String, _ choices: Pipeline.Choices = .init()) throws -> Pipeline {
  try Pipeline(try YAMLParser.parse(Array(text.utf8), name: "toy.yaml"), choices: choices, kinds: .toys)
}

/// The whole number that a toy stage made.
public func toyValue(_ artifact: Artifact) -> Int? {
  guard case .int64(let values) = artifact["value"]?.values else { return nil }
  return values.first.map { Int($0) }
}

private let value = OutputDeclaration("value", [], "A whole number.")

private func result(_ kind: any StageKind.Type, _ number: Int) throws -> StageResult {
  var builder = ResultBuilder(kind.declaration)
  try builder.set("value", .int64([Int64(number)]), shape: [])
  return try builder.finish()
}

private func number(_ context: StageContext, _ input: String) throws -> Int {
  guard let number = toyValue(try context.input(input)) else { throw StageFailure("'\(input)' holds no number") }
  return number
}

private struct Number: StageKind {
  var value = 0
  var note = ""

  static let declaration = KindDeclaration("number", "A number.", outputs: [Toys.value])
  static let fields: [Field<Number>] = [
    .init("value", \.value, "The number.", limit: .within(-1_000_000...1_000_000), required: true),
    .init("note", \.note, "Belongs to the parameters and not to the result."),
  ]

  func run(_ context: StageContext) async throws -> StageResult {
    try result(Self.self, value)
  }
}

private struct Sum: StageKind {
  static let declaration = KindDeclaration("sum", "The sum of all inputs.", inputs: .free, outputs: [value])
  static let fields: [Field<Sum>] = []

  func run(_ context: StageContext) async throws -> StageResult {
    try result(Self.self, try context.inputs.keys.sorted().reduce(0) { try $0 + number(context, $1) })
  }
}

private struct Quotient: StageKind {
  var divisor = 10

  static let declaration = KindDeclaration(
    "quotient",
    "An input divided by a number, without the remainder.",
    inputs: .named([.init("of", "The number to divide.")]),
    outputs: [value]
  )
  static let fields: [Field<Quotient>] = [
    .init("divisor", \.divisor, "The number to divide by.", limit: .positive)
  ]

  func run(_ context: StageContext) async throws -> StageResult {
    try result(Self.self, try number(context, "of") / divisor)
  }
}

private struct Pick: StageKind {
  var array = ""

  static let declaration = KindDeclaration(
    "pick",
    "An array of the input, by name.",
    inputs: .named([.init("of", "Where to pick.")]),
    outputs: nil
  )
  static let fields: [Field<Pick>] = [.init("array", \.array, "The array.", required: true)]

  func check(_ inputs: [String: InputKnowledge], _ diagnostics: inout Diagnostics) {
    guard let outputs = inputs["of"]?.outputs, !outputs.contains(where: { $0.name == array }) else { return }
    diagnostics.report("'of' has no array '\(array)'", at: nil)
  }

  func run(_ context: StageContext) async throws -> StageResult {
    var artifact = Artifact()
    guard let picked = try context.input("of")[array] else { throw StageFailure("there is no '\(array)'") }
    try artifact.add(picked, as: array)
    return StageResult(artifact)
  }
}

private struct Drawing: StageKind {
  var name: String?
  var text = ""

  var fileStem: String? { name.map { String($0.prefix { $0 != "." }) } ?? "drawing" }

  static let declaration = KindDeclaration("drawing", "A file for people.", inputs: .free, outputs: [])
  static let fields: [Field<Drawing>] = [
    .init("name", \.name, "The file's name."),
    .init("text", \.text, "What is in it."),
  ]

  func run(_ context: StageContext) async throws -> StageResult {
    let path = context.scratch + "/picture.txt"
    guard let file = fopen(path, "w") else { throw StageFailure("no file") }
    fputs(text, file)
    fclose(file)
    return StageResult(Artifact(attributes: ["text": .string(text)]), files: [name ?? "drawing.txt": path])
  }
}

/// Leaves a trace of having been computed, which a real kind may not.
private struct Diary: StageKind {
  var number = 0
  var path = ""
  var milliseconds = 20

  static let declaration = KindDeclaration("diary", "A number, which is also added to a file.", outputs: [value])
  static let fields: [Field<Diary>] = [
    .init("number", \.number, "The number.", required: true),
    .init("path", \.path, "The file that gets a line.", required: true),
    .init("milliseconds", \.milliseconds, "How long it takes."),
  ]

  func run(_ context: StageContext) async throws -> StageResult {
    guard let file = fopen(path, "a") else { throw StageFailure("no file") }
    fputs("\(number)\n", file)
    fclose(file)
    try await Task.sleep(for: .milliseconds(milliseconds))
    return try result(Self.self, number)
  }
}

private struct Stacked: StageKind {
  static let declaration = KindDeclaration(
    "stacked",
    "How many points a sweep has.",
    inputs: .named([.init("of", "The sweep.")]),
    outputs: [value]
  )
  static let fields: [Field<Stacked>] = []

  func run(_ context: StageContext) async throws -> StageResult {
    try result(Self.self, try context.input("of")["value"]?.values.count ?? 0)
  }
}

private struct Misbehaviour: StageKind {
  enum Way: String, Choice {
    case fail
    case signal
    case exit
    case print
    case complain
    case sleep
    case meet
    case progress
    case hoard
  }

  var way = Way.fail
  var number = 0
  var text = ""

  static let declaration = KindDeclaration("misbehave", "Fails in some way.", inputs: .free, outputs: [value])
  static let fields: [Field<Misbehaviour>] = [
    .init("way", \.way, "In which.", required: true),
    .init("number", \.number, "The signal, the exit code, the seconds, the MiB, or how many meet."),
    .init("text", \.text, "What is printed, or the file by which others see this one."),
  ]

  func run(_ context: StageContext) async throws -> StageResult {
    switch way {
    case .fail: throw StageFailure("line one\nline two \u{2028} \u{85} \u{7f} with everything")
    case .signal:
      context.report(StageProgress(0.1, "about to die"))
      kill(getpid(), Int32(number))
      try await Task.sleep(for: .seconds(5))
    case .exit: exit(Int32(number))
    case .print:
      puts("{\"outcome\":\"done\",\"address\":\"nonsense\"}")
      puts(text)
      fflush(nil)
    case .complain:
      puts(text)
      fflush(nil)
      throw StageFailure("no more to say")
    case .sleep:
      context.report(StageProgress(0.5, "asleep"))
      try await Task.sleep(for: .seconds(number))
    case .meet: try await meet()
    case .hoard:
      let bytes = [UInt8](repeating: 1, count: number << 20)
      try await Task.sleep(for: .seconds(20))
      return try result(Self.self, Int(bytes[0]))
    case .progress:
      for fraction in [-1, .nan, .infinity, 1e300, 0.5] { context.report(StageProgress(fraction, "\u{2028}\n")) }
    }
    return try result(Self.self, number)
  }

  /// Makes a file, and waits until `number` of them are in its folder at once or have been there.
  private func meet() async throws {
    guard let own = fopen(text, "w") else { throw StageFailure("no file") }
    fclose(own)
    let folder = String(text[..<(text.lastIndex(of: "/") ?? text.startIndex)])
    var met = 0
    while met < number {
      met = (0..<4).count { access("\(folder)/\($0)", F_OK) == 0 }
      try await Task.sleep(for: .milliseconds(5))
    }
  }
}
