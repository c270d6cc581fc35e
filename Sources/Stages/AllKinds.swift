public import Planning

extension StageKinds {
  /// Every kind of stage of this program.
  public static let all = StageKinds(
    [],
    fingerprints: CodeFingerprints.byFile
  )
}
