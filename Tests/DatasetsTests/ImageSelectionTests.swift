import Datasets
import Testing

@Suite struct ImageSelectionTests {
  private let batches = [Samples.images([0, 1, 1, 2]), Samples.images([2, 0, 1, 0]), Samples.images([2, 2])]

  private func take(_ subset: ImageSubset) throws -> LabelledImages {
    var selection = ImageSelection(subset, pixelCount: 4, classes: ["a", "b", "c"])
    for batch in batches where !selection.isComplete { try selection.take(from: batch) }
    return try selection.finish()
  }

  @Test(arguments: [
    (ImageSubset.firstOfEachBatch(2), [0, 1, 2, 0, 2, 2]), (.first(5), [0, 1, 1, 2, 2]), (.first(4), [0, 1, 1, 2]),
    (.firstOfEachClass(1), [0, 1, 2]), (.firstOfEachClass(2), [0, 1, 1, 2, 2, 0]),
    (.first(10), [0, 1, 1, 2, 2, 0, 1, 0, 2, 2]),
  ])
  func `A subset is taken in the order of the set, pixels with their labels`(subset: ImageSubset, labels: [UInt8])
    throws
  {
    #expect(try take(subset) == Samples.images(labels))
  }

  @Test func `Files that cannot add anything are not asked for`() throws {
    var selection = ImageSelection(.firstOfEachClass(1), pixelCount: 4, classes: ["a", "b", "c"])
    #expect(!selection.isComplete)
    try selection.take(from: batches[0])
    #expect(selection.isComplete)
  }

  @Test(arguments: [
    (ImageSubset.firstOfEachBatch(3), "has 2 images, and 3 are asked for"),
    (.first(11), "has 10 images, and 11 are asked for"),
    (.firstOfEachClass(4), "has 3 images of the class 'a', and 4 are asked for"),
  ])
  func `Too few images are an error`(subset: ImageSubset, message: String) {
    #expect(throws: DatasetError(message)) { try take(subset) }
  }
}
