import Tensors
import Testing

@Suite struct RandomStreamTests {
  // The vectors that come with Random123, kat_vectors, philox4x32 10.
  @Test(arguments: [
    (
      SIMD4<UInt32>(repeating: 0), SIMD2<UInt32>(repeating: 0),
      SIMD4<UInt32>(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)
    ),
    (
      SIMD4<UInt32>(repeating: .max), SIMD2<UInt32>(repeating: .max),
      SIMD4<UInt32>(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
    ),
    (
      SIMD4<UInt32>(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), SIMD2<UInt32>(0xa409_3822, 0x299f_31d0),
      SIMD4<UInt32>(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
    ),
  ])
  func `Philox gives the published words`(
    counter: SIMD4<UInt32>,
    key: SIMD2<UInt32>,
    expected: SIMD4<UInt32>
  ) {
    #expect(RandomStream.block(counter: counter, key: key) == expected)
  }

  @Test func `A stream is the same however others are drawn`() {
    var first = RandomStream(seed: 7, "weights")
    var other = RandomStream(seed: 7, "input")
    let alone = (0..<10).map { _ in first.normal() }
    var again = RandomStream(seed: 7, "weights")
    let mixed = (0..<10).map { _ in
      _ = other.uniform()
      return again.normal()
    }
    #expect(alone == mixed)
  }

  @Test func `Seeds and names make streams that differ`() {
    var streams = [
      RandomStream(seed: 1, "a"), RandomStream(seed: 2, "a"), RandomStream(seed: 1, "b"),
      RandomStream(seed: 1 << 40, "a"),
    ]
    #expect(Set(streams.indices.map { streams[$0].uniform() }).count == 4)
  }

  @Test func `Normal numbers have the moments of the normal distribution`() {
    var stream = RandomStream(seed: 5, "moments")
    let count = 400_000
    let values = stream.normals(count)
    let mean = { (power: Int) in
      values.reduce(0) { sum, x in sum + (0..<power).reduce(1) { product, _ in product * x } } / Double(count)
    }
    // Four standard errors of each moment: 1, √2, √15 and √96 over √count.
    #expect(mean(1).magnitude < 4 * 1 / 632)
    #expect((mean(2) - 1).magnitude < 4 * 1.414 / 632)
    #expect(mean(3).magnitude < 4 * 3.873 / 632)
    #expect((mean(4) - 3).magnitude < 4 * 9.798 / 632)
  }

  @Test func `Uniform numbers fill their range evenly and never reach its ends`() {
    var stream = RandomStream(seed: 6, "uniform")
    var counts = [Int](repeating: 0, count: 10)
    for _ in 0..<100_000 {
      let value = stream.uniform()
      #expect(value > 0 && value < 1)
      counts[Int(value * 10)] += 1
    }
    // χ² with 9 degrees of freedom exceeds 27.9 once in a thousand.
    let chi = counts.reduce(0) { $0 + Double(($1 - 10_000) * ($1 - 10_000)) / 10_000 }
    #expect(chi < 27.9)
  }

  @Test func `Signs are the bits of the blocks, evenly`() {
    var random = RandomStream(seed: 7, "signs")
    let signs = random.signs(100_000)
    #expect(signs.allSatisfy { $0.magnitude == 1 })
    // Four standard errors, of the mean and of the product with a neighbour.
    let bound = 4 * 100_000.0.squareRoot()
    #expect(signs.reduce(0, +).magnitude < bound)
    for distance in [1, 31, 32, 127, 128] {
      #expect(zip(signs, signs.dropFirst(distance)).reduce(0) { $0 + $1.0 * $1.1 }.magnitude < bound)
    }
    var again = RandomStream(seed: 7, "signs")
    #expect(again.signs(130) == Array(signs.prefix(130)))
  }
}
