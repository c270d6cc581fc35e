import ArgumentParser
import Artifacts
import Claims
import Configuration
import Execution
import Planning
import Reporting
import Stages
import Store
import SystemPackage

/// `pipeline plan`.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Show what a run would do and why, without running it.",
    discussion: """
      Lists what is cached, what would run and why (no cached result, a changed parameter, input or code, a missing or \
      damaged object), and what may have to follow: a stage is not run if its inputs turn out unchanged. A changed \
      parameter is shown with its old and new value and where the new one is set: in the file, in a profile or by --set. \
      Changed code is shown by the names of its modules. Claims are listed as holding, failing, or not checked because \
      there are no results yet.

      Examples: pipeline plan fig4 --set steps=1000000; pipeline status fig4 --profile quick --json
      """,
    aliases: ["status"]
  )

  @OptionGroup var options: PipelineOptions

  @Flag(name: .long, help: "Write one JSON object.")
  var json = false

  func run() throws {
    let project = try Project(finding: options.pipeline)
    let choices = try options.choices()
    let storePath = options.storePath(of: project)
    if !json, let request = CompletedRun.Request(project.file, choices, program: "/proc/self/exe"),
      let known = CompletedRun(request, in: storePath)
    {
      Terminal.say(ForecastDescription.nothingToDo(known.name, known.total))
      // The first line is their sum.
      if known.claims.count > 1 { Terminal.say(ForecastDescription.allHold(known.claims.count - 1)) }
      return
    }
    let text = try project.text()
    let pipeline = try project.pipeline(in: text, choices, .all)
    let store = try ArtifactStore(at: storePath)
    let name = RunName(pipeline.name, choices).description
    let latest = LatestRun(of: name, in: store, code: StageKinds.all.code)
    let forecast = Forecast(pipeline, store: store, latest: latest)
    try pipeline.check(memory: ThisMachine.memory, isNeeded: forecast.isRun)
    let claims = ClaimForecast(ClaimList(of: pipeline), forecast, known: ClaimLedger(of: name, in: store))
    let description = ForecastDescription(forecast, claims, of: pipeline, places: ParameterPlaces(text.root, choices))
    if json { Terminal.sayJSON(description.json) } else { description.lines.forEach(Terminal.say) }
    try forecast.checkIsRead()
  }
}
