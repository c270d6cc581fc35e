import Artifacts

/// The artifact of the test vector in Documentation/artifact-format.md.
func testVector() throws -> Artifact {
  var artifact = Artifact(attributes: ["title": .string("Test vector")])
  try artifact.add(try Variable(.float64([0, 0.5, 1]), over: [("eta", 3)], units: "1"), as: "eta")
  try artifact.add(
    try Variable(.int32([1, 2, 3, 4, 5, 6]), over: [("seed", 2), ("eta", 3)], description: "steps"),
    as: "count"
  )
  return artifact
}

/// An artifact with everything that one may hold.
func everything() throws -> Artifact {
  var artifact = Artifact(attributes: [
    "title": .string("Everything, with ünïcödé 😀"),
    "empty_text": .string(""),
    "version": .integer(-7),
    "half": .number(0.5),
    "missing": .number(.nan),
    "list": .list(.float32([1.5, -.infinity, .nan])),
    "bytes": .list(.int8([-128, 127])),
    "words": .list(.string(["a", "", "b c"])),
    "no_words": .list(.string([])),
    "no_numbers": .list(.float64([])),
    "many": .list(.float64((0..<10_000).map(Double.init))),
    "A": .string("sorted by bytes: upper case before _ before lower case"),
    "_a": .integer(1),
  ])
  try artifact.add(
    try Variable(.float64([0.1, 0.2, 0.4]), over: [("eta", 3)], units: "1", description: "learning rate"),
    as: "eta"
  )
  let matrix: [Double] = [1, -0.0, .nan, .infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
  try artifact.add(
    try Variable(.float64(matrix), over: [("step", 2), ("eta", 3)], units: "m s-1", description: "a matrix"),
    as: "matrix"
  )
  try artifact.add(try Variable(.float32([1, .nan]), over: [("step", 2)]), as: "singles")
  try artifact.add(try Variable(.int64([.min, .max]), over: [("step", 2)]), as: "int64")
  try artifact.add(try Variable(.int32([.min, 0, .max]), over: [("eta", 3)]), as: "int32")
  var labels = try Variable(.int8([0, 1]), over: [("step", 2)], description: "regime")
  labels.attributes["flag_values"] = .list(.int8([0, 1]))
  labels.attributes["flag_meanings"] = .string("calm wild")
  try artifact.add(labels, as: "labels")
  try artifact.add(try Variable(.string(["", "ünï", "a\nb"]), over: [("eta", 3)]), as: "texts")
  try artifact.add(try Variable(.float64([2.5]), units: "1", description: "a single value"), as: "scalar")
  try artifact.add(try Variable(.string(["one"])), as: "text")
  try artifact.add(try Variable(.float64([]), over: [("none", 0), ("eta", 3)]), as: "empty")
  try artifact.add(try Variable(.string([]), over: [("none", 0)]), as: "no_texts")
  var group = Artifact(attributes: ["kind": .string("inner")])
  try group.add(try Variable(.float64([1, 2]), over: [("eta", 2)]), as: "eta")
  try group.add(try Variable(.int8([1, 2, 3, 4]), over: [("eta", 2), ("run", 2)]), as: "runs")
  try group.add(Artifact(), as: "empty")
  try artifact.add(group, as: "inner")
  return artifact
}
