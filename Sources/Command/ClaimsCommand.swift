import ArgumentParser
import Claims
import Configuration
import Execution
import Planning
import Reporting
import Stages
import Store
import SystemPackage

/// `pipeline claims`.
struct ClaimsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "claims",
    abstract: "Explain claims, or check those of a pipeline.",
    discussion: """
      A claim is a condition that a result must meet, as data in the pipeline file; 'pipeline run' checks them. With a \
      pipeline, its claims are evaluated on the results in the store and listed with their verdicts (as JSON with the \
      addresses of the results). A claim whose results are not there keeps the verdict of the last run that could check \
      it. The exit code is 3 if a claim fails.

      Examples:
        pipeline claims
        pipeline claims fig4 --profile quick
        pipeline claims fig4 --json
      """
  )

  @Argument(help: "The pipeline file, by path or by its name in pipelines/.")
  var pipeline: String?

  @OptionGroup var values: ChoiceOptions

  @Option(name: .long, help: "The folder of the store (default: that of the project).")
  var store: String?

  @Flag(name: .long, help: "One JSON object: the claims with their verdicts, or the JSON Schema of a claim.")
  var json = false

  func run() async throws {
    guard let pipeline else {
      return Terminal.sayText(
        json ? PipelineSchema(.all, claim: Claim.shape).claimJSON.canonicalText : Self.documentation
      )
    }
    let project = try Project(finding: pipeline)
    let choices = try values.choices()
    let planned = try project.pipeline(choices, .all)
    let root = store.map { FilePath($0) } ?? project.storePath
    let name = RunName(planned.name, choices).description
    let list = ClaimList(of: planned)
    let claims: [CheckedClaim]
    var forecast: Forecast?
    if let store = try ArtifactStore(existingAt: root) {
      let found = Forecast(planned, store: store, latest: LatestRun(of: name, in: store))
      claims = await ClaimChecker(of: store).check(list, found, known: ClaimLedger(of: name, in: store))
      forecast = found
    } else {
      claims = list.entries.map { entry in
        var claim = CheckedClaim(entry)
        claim.finding = Finding(unchecked: "no run has checked it yet")
        return claim
      }
    }
    if json { Terminal.sayJSON(ClaimLedger(claims).sealedJSON) } else { tell(claims) }
    try forecast?.checkIsRead()
    if claims.contains(where: { $0.finding.verdict == .fails }) { throw ExitStatus.checkFailed }
  }

  private func tell(_ claims: [CheckedClaim]) {
    let narrative = ClaimNarrative(claims)
    Terminal.say(claims.isEmpty ? "the pipeline claims nothing" : narrative.sum)
    for claim in claims {
      let (line, isProblem) = narrative.line(claim)
      if isProblem { Terminal.complain(line) } else { Terminal.say(line) }
    }
  }

  private static var documentation: String {
    """
    A claim is something that a result must show: an element of the list 'claims' of a pipeline file.

      claims:
        - name: "period 2 turns into period 4"
          value: orbit/flip[level=2]
          expect: 1.2360679775
          tolerance: 1e-9

    keys:
    \(KindDocumentation.describe(Claim.fieldDescriptions).joined(separator: "\n"))

    A selection in brackets has for each dimension its value, [level=2], the nearest one, [ratio~1.4], or a position,
    [step@0], negative ones from the end; several, [step=1|5|10], or a range, [step@-5..]; without a name the dimensions
    are meant in their order, [2]. An array along one dimension selects as well, [outcome=converges]. Values that are
    missing meet no claim. Documentation/claims.md has more.
    """
  }
}
