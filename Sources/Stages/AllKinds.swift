internal import Figures
public import Planning
internal import Programs

extension StageKinds {
  /// Every kind of stage of this program.
  public static let all = StageKinds(
    [
      UVTrajectories.self, UVPhasePortrait.self, UVFixedPoints.self, UVFitStage.self, UVEffective.self,
      UVBifurcation.self, UVPhaseDiagram.self, UVLaws.self, UVNetworkOrbits.self, Train.self, TrainContinuation.self,
      SharpnessStage.self, CIFAR10Data.self, MNISTData.self, SyntheticData.self, RegressionData.self, Spectrum.self,
      CorrelationStage.self, Statistics.self, Arrays.self, UserProgram.self, Figure.self, Table.self,
    ],
    fingerprints: CodeFingerprints.byFile,
    parts: CodeFingerprints.partsByFile
  )
}
