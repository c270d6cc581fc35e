internal import Planning
internal import References

extension InputKnowledge {
  /// What is known of the input, for those who refer to its arrays.
  var outline: InputOutline {
    InputOutline(
      kind: kind,
      arrays: outputs?.map { .init(path: $0.name, dimensions: $0.dimensions, meanings: $0.meanings) }
    )
  }
}
