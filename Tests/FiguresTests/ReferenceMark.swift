import Foundation

/// A mark of a random figure, and which places of the panel it covers by its definition: an independent account of what
/// a picture must show, which knows nothing of how it is clipped or drawn.
struct ReferenceMark {
  /// The declaration of the series, and the arrays that it is drawn from.
  let series: String
  let arrays: [String: [Double]]
  /// How dark a place is, where x and y run from 0 to 1 within the frame.
  let darkness: (_ x: Double, _ y: Double) -> Double
}

/// An axis of a random figure.
struct ReferenceAxis {
  let from: Double
  let to: Double
  let isLog: Bool

  init(_ random: inout RandomNumbers) {
    isLog = random.next() < 0.4
    from = isLog ? pow(10, random.next(-6, 3)) : random.next(-20, 20)
    to = isLog ? from * pow(10, random.next(0.5, 5)) : from + pow(10, random.next(-2, 2))
  }

  var yaml: String { "{ from: \(from), to: \(to), scale: \(isLog ? "log" : "linear") }" }

  func fraction(_ value: Double) -> Double {
    isLog ? log(value / from) / log(to / from) : (value - from) / (to - from)
  }

  /// The value at a fraction, which may lie outside the frame.
  func value(_ fraction: Double) -> Double {
    isLog ? from * pow(to / from, fraction) : from + fraction * (to - from)
  }
}

/// Random numbers from a seed (SplitMix64).
struct RandomNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// A number from 0 to 1.
  mutating func next() -> Double {
    state &+= 0x9e37_79b9_7f4a_7c15
    var bits = state
    bits = (bits ^ bits >> 30) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ bits >> 27) &* 0x94d0_49bb_1331_11eb
    return Double((bits ^ bits >> 31) >> 11) * 0x1p-53
  }

  mutating func next(_ from: Double, _ to: Double) -> Double { from + (to - from) * next() }

  mutating func next(_ count: Int) -> Int { min(count - 1, Int(next() * Double(count))) }
}

/// The random marks of each kind. Places reach a panel's width beyond the frame on each side.
struct ReferenceMarks {
  typealias Place = (x: Double, y: Double)

  let x: ReferenceAxis
  let y: ReferenceAxis
  /// The size of the panel, in points.
  let size: (width: Double, height: Double)

  private func places(_ count: Int, _ random: inout RandomNumbers, reach: Double = 1) -> [Place] {
    (0..<count).map { _ in (random.next(-reach, 1 + reach), random.next(-reach, 1 + reach)) }
  }

  private func arrays(_ places: [Place]) -> [String: [Double]] {
    ["x": places.map { x.value($0.x) }, "y": places.map { y.value($0.y) }]
  }

  func region(_ random: inout RandomNumbers) -> ReferenceMark {
    let corners = places(3 + random.next(9), &random)
    return ReferenceMark(
      series: "draw: region, x: data/x, y: data/y, color: black, opacity: 0.6",
      arrays: arrays(corners)
    ) { x, y in
      // How often the outline winds around the place.
      var winding = 0
      for (from, to) in zip(corners, corners.dropFirst() + corners.prefix(1)) where (from.y <= y) != (to.y <= y) {
        guard from.x + (y - from.y) / (to.y - from.y) * (to.x - from.x) > x else { continue }
        winding += to.y > from.y ? 1 : -1
      }
      return winding == 0 ? 0 : 0.6
    }
  }

  func band(_ random: inout RandomNumbers) -> ReferenceMark {
    let count = 3 + random.next(20)
    let across = (0..<count).map { _ in random.next(-0.7, 1.7) }.sorted()
    let low = places(count, &random).map(\.y)
    let high = places(count, &random).map(\.y)
    let gap = random.next(count)
    var arrays = arrays(zip(across, low).map { ($0, $1) })
    arrays["high"] = high.enumerated().map { $0.offset == gap ? .nan : y.value($0.element) }
    return ReferenceMark(
      series: "draw: band, x: data/x, y: data/y, y2: data/high, color: black, opacity: 0.6",
      arrays: arrays
    ) { x, y in
      for index in 1..<count where index != gap && index - 1 != gap && across[index - 1] <= x && x < across[index] {
        let share = (x - across[index - 1]) / (across[index] - across[index - 1])
        let ends = [low, high].map { $0[index - 1] + share * ($0[index] - $0[index - 1]) }
        if (ends.min() ?? 0) <= y, y <= (ends.max() ?? 0) { return 0.6 }
      }
      return 0
    }
  }

  func lines(_ random: inout RandomNumbers) -> ReferenceMark {
    let corners = places(2 + random.next(20), &random)
    let gap = random.next(corners.count + 4)
    var arrays = arrays(corners)
    if gap < corners.count { arrays["y"]?[gap] = .nan }
    let edges = (1..<corners.count).filter { $0 != gap && $0 - 1 != gap }.map { (corners[$0 - 1], corners[$0]) }
    return ReferenceMark(
      series: "draw: lines, x: data/x, y: data/y, color: black, weight: 1.5",
      arrays: arrays
    ) { x, y in edges.contains { distance((x, y), $0, $1) <= 0.75 } ? 1 : 0 }
  }

  func horizontal(_ random: inout RandomNumbers) -> ReferenceMark {
    let height = random.next(-0.4, 1.4)
    return ReferenceMark(
      series: "draw: horizontal, y: \(y.value(height)), color: black, line: solid, weight: 2",
      arrays: [:]
    ) { _, place in abs(place - height) * size.height <= 1 && (0...1).contains(height) ? 1 : 0 }
  }

  func vertical(_ random: inout RandomNumbers) -> ReferenceMark {
    let across = random.next(-0.4, 1.4)
    return ReferenceMark(
      series: "draw: vertical, x: \(x.value(across)), color: black, line: solid, weight: 2",
      arrays: [:]
    ) { place, _ in abs(place - across) * size.width <= 1 && (0...1).contains(across) ? 1 : 0 }
  }

  func points(_ random: inout RandomNumbers) -> ReferenceMark {
    let centers = places(20, &random, reach: 0.3)
    let inside = centers.filter { (0...1).contains($0.x) && (0...1).contains($0.y) }
    return ReferenceMark(
      series: "draw: points, x: data/x, y: data/y, color: black, size: 6",
      arrays: arrays(centers)
    ) { x, y in inside.contains { distance((x, y), $0, $0) <= 3 } ? 1 : 0 }
  }

  func heatmap(_ random: inout RandomNumbers) -> ReferenceMark {
    func centers() -> [Double] {
      var place = random.next(-0.5, 0.2)
      return (0..<3 + random.next(6)).map { _ in
        defer { place += random.next(0.1, 0.4) }
        return place
      }
    }
    let (columns, rows) = (centers(), centers())
    let cells = (0..<columns.count * rows.count).map { _ in random.next(5) == 0 ? .nan : random.next() }
    func cell(_ place: Double, _ centers: [Double]) -> Int? {
      let first = centers[0] - (centers[1] - centers[0]) / 2
      let last = centers[centers.count - 1]
      let end = last + (last - centers[centers.count - 2]) / 2
      guard place >= first, place < end else { return nil }
      return centers.indices.min { abs(centers[$0] - place) < abs(centers[$1] - place) }
    }
    return ReferenceMark(
      series: "draw: heatmap, x: data/x, y: data/y, z: data/z",
      arrays: ["x": columns.map(x.value), "y": rows.map(y.value), "z": cells]
    ) { x, y in
      guard let column = cell(x, columns), let row = cell(y, rows) else { return 0 }
      let value = cells[row * columns.count + column]
      // The palette 'grey' runs from e0 to 20.
      return value.isNaN ? 0 : 1 - (224 - 192 * value) / 255
    }
  }

  /// How far a place is from an edge, in points.
  private func distance(_ place: Place, _ from: Place, _ to: Place) -> Double {
    let (width, height) = size
    let (ax, ay) = ((to.x - from.x) * width, (to.y - from.y) * height)
    let (px, py) = ((place.x - from.x) * width, (place.y - from.y) * height)
    let length = ax * ax + ay * ay
    let share = length > 0 ? min(max((px * ax + py * ay) / length, 0), 1) : 0
    let (dx, dy) = (px - share * ax, py - share * ay)
    return (dx * dx + dy * dy).squareRoot()
  }
}
