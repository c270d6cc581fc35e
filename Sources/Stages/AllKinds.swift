internal import Figures
public import Planning

extension StageKinds {
  /// Every kind of stage of this program.
  public static let all = StageKinds(
    [Figure.self],
    fingerprints: CodeFingerprints.byFile
  )
}
