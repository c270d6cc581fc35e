internal import Figures
public import Planning

extension StageKinds {
  /// Every kind of stage of this program.
  public static let all = StageKinds(
    [
      UVTrajectories.self, UVPhasePortrait.self, UVFixedPoints.self, UVFitStage.self, UVBifurcation.self,
      UVPhaseDiagram.self, Spectrum.self, Statistics.self, Arrays.self,
      Figure.self, Table.self,
    ],
    fingerprints: CodeFingerprints.byFile,
    parts: CodeFingerprints.partsByFile
  )
}
