/// Where the boxes and arrows of a graph stand, in layers from top to bottom: each stage below all that it needs.
///
/// An arrow that passes a layer gets a place of its own there, so that it runs around the boxes and not through them.
struct GraphLayout {
  /// A place in a layer: the box of a node, or an arrow that passes.
  struct Place {
    /// The node; nil where an arrow passes.
    let node: Int?
    let width: Double
    var x = 0.0
    let layer: Int
  }

  /// An arrow, through these places.
  struct Arrow {
    let source: Int
    let user: Int
    let route: [Int]
  }

  /// How far it is from one layer to the next.
  static let layerHeight = 96.0
  /// The height of a box.
  static let boxHeight = 44.0
  private static let gap = 28.0
  private static let passingWidth = 8.0

  private(set) var places: [Place] = []
  private(set) var arrows: [Arrow] = []
  private(set) var layers: [[Int]]

  /// The layout of a graph; `width` is that of a node's box.
  init(_ graph: PipelineGraph, width: (PipelineGraph.Node) -> Double) {
    var depths = [Int](repeating: 0, count: graph.nodes.count)
    for (number, node) in graph.nodes.enumerated() {
      depths[number] = node.inputs.map { depths[$0.source] + 1 }.max() ?? 0
    }
    // What only one stage needs stands just above it, and not at the top of the page.
    for number in graph.nodes.indices.reversed() where graph.nodes[number].inputs.isEmpty {
      if let next = graph.users[number].map({ depths[$0] }).min() { depths[number] = next - 1 }
    }
    layers = [[Int]](repeating: [], count: (depths.max() ?? -1) + 1)
    for (number, node) in graph.nodes.enumerated() {
      add(Place(node: number, width: width(node), layer: depths[number]))
    }
    for (source, users) in graph.users.enumerated() {
      for user in users {
        var route = [source]
        for layer in depths[source] + 1..<depths[user] {
          route.append(places.count)
          add(Place(node: nil, width: Self.passingWidth, layer: layer))
        }
        arrows.append(Arrow(source: source, user: user, route: route + [user]))
      }
    }
    order()
    spread()
  }

  private mutating func add(_ place: Place) {
    layers[place.layer].append(places.count)
    places.append(place)
  }

  /// The width of the drawing.
  var width: Double { places.map { $0.x + $0.width / 2 }.max() ?? 0 }

  /// The height of the drawing.
  var height: Double { Double(max(0, layers.count - 1)) * Self.layerHeight + Self.boxHeight }

  /// Orders each layer by the mean place of its neighbours above, then below, a few times: few arrows cross.
  private mutating func order() {
    let (above, below) = neighbours()
    for round in 0..<8 {
      let isDownwards = round % 2 == 0
      let positions = positionsInLayers()
      var current = positions
      for layer in isDownwards ? Array(layers.indices) : layers.indices.reversed() {
        let sorted = layers[layer].map { place in
          let near = (isDownwards ? above : below)[place].map { Double(current[$0]) }
          let mean = near.isEmpty ? Double(current[place]) : near.reduce(0, +) / Double(near.count)
          return (mean: mean, before: current[place], place: place)
        }.sorted { ($0.mean, $0.before) < ($1.mean, $1.before) }
        layers[layer] = sorted.map(\.place)
        for (position, place) in layers[layer].enumerated() { current[place] = position }
      }
    }
  }

  private func neighbours() -> (above: [[Int]], below: [[Int]]) {
    var above = [[Int]](repeating: [], count: places.count)
    var below = above
    for arrow in arrows {
      for (upper, lower) in zip(arrow.route, arrow.route.dropFirst()) {
        above[lower].append(upper)
        below[upper].append(lower)
      }
    }
    return (above, below)
  }

  private func positionsInLayers() -> [Int] {
    var positions = [Int](repeating: 0, count: places.count)
    for layer in layers {
      for (position, place) in layer.enumerated() { positions[place] = position }
    }
    return positions
  }

  /// Gives every place its x: as near to the mean of its neighbours as its layer lets it stand.
  private mutating func spread() {
    for layer in layers { pack(layer, around: layer.map { _ in 0 }) }
    let (above, below) = neighbours()
    for round in 0..<12 {
      let near = round % 2 == 0 ? above : below
      for layer in round % 2 == 0 ? layers : layers.reversed() {
        let wishes = layer.map { place in
          let around = near[place].map { places[$0].x }
          return around.isEmpty ? places[place].x : around.reduce(0, +) / Double(around.count)
        }
        pack(layer, around: wishes)
      }
    }
    let left = places.map { $0.x - $0.width / 2 }.min() ?? 0
    for index in places.indices { places[index].x -= left }
  }

  /// Places that want to stand at `wishes`, moved apart: neighbours that would overlap stand side by side around the
  /// mean of their wishes.
  private mutating func pack(_ layer: [Int], around wishes: [Double]) {
    struct Block {
      var first: Int
      var count: Int
      /// The wished x of the block's first place, summed over its members.
      var sum: Double
      var start: Double { sum / Double(count) }
    }
    var offsets = [0.0]
    for (left, right) in zip(layer, layer.dropFirst()) {
      let distance = (places[left].width + places[right].width) / 2 + Self.gap
      offsets.append((offsets.last ?? 0) + distance)
    }
    var blocks: [Block] = []
    for index in layer.indices {
      // With the offsets taken out, all that is asked is that the wishes do not go down.
      blocks.append(Block(first: index, count: 1, sum: wishes[index] - offsets[index]))
      while blocks.count > 1, blocks[blocks.count - 2].start > blocks[blocks.count - 1].start {
        let last = blocks.removeLast()
        blocks[blocks.count - 1].count += last.count
        blocks[blocks.count - 1].sum += last.sum
      }
    }
    for block in blocks {
      for index in block.first..<block.first + block.count {
        places[layer[index]].x = block.start + offsets[index]
      }
    }
  }
}
