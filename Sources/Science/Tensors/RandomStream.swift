/// Random numbers from a counter: Philox4x32-10 (Salmon et al., SC 2011).
///
/// A stream is keyed by a seed and a name, so that its draws do not depend on the order in which other streams are
/// drawn from, and can be asked for at any index.
public struct RandomStream: Sendable {
  private let key: SIMD2<UInt32>
  private let stream: UInt64
  private var index: UInt64 = 0
  /// The second number of the pair that the normal transform makes.
  private var spare: Double?

  /// The stream `name` of `seed`.
  public init(seed: UInt64, _ name: String) {
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    // FNV-1a: names are few and chosen by us, so that only their being apart matters.
    stream = name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  /// One block of Philox4x32-10: four random words from a counter and a key.
  public static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var x = counter
    var k = key
    for _ in 0..<10 {
      let first = UInt64(0xd251_1f53) * UInt64(x[0])
      let second = UInt64(0xcd9e_8d57) * UInt64(x[2])
      x = SIMD4(
        UInt32(second >> 32) ^ x[1] ^ k[0],
        UInt32(truncatingIfNeeded: second),
        UInt32(first >> 32) ^ x[3] ^ k[1],
        UInt32(truncatingIfNeeded: first)
      )
      k &+= SIMD2(0x9e37_79b9, 0xbb67_ae85)
    }
    return x
  }

  /// The next 128 random bits.
  private mutating func words() -> SIMD4<UInt32> {
    let counter = SIMD4(
      UInt32(truncatingIfNeeded: index),
      UInt32(truncatingIfNeeded: index >> 32),
      UInt32(truncatingIfNeeded: stream),
      UInt32(truncatingIfNeeded: stream >> 32)
    )
    index += 1
    return Self.block(counter: counter, key: key)
  }

  /// Two uniform numbers in (0, 1), from 52 bits each.
  private mutating func pair() -> (Double, Double) {
    let words = words()
    func uniform(_ low: UInt32, _ high: UInt32) -> Double {
      // The middle of one of 2^52 equal intervals: neither 0 nor 1 comes out.
      (Double((UInt64(high) << 32 | UInt64(low)) >> 12) + 0.5) * 0x1p-52
    }
    return (uniform(words[0], words[1]), uniform(words[2], words[3]))
  }

  /// A uniform number in (0, 1).
  public mutating func uniform() -> Double { pair().0 }

  /// A uniform number in a range.
  public mutating func uniform(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// A standard normal number (Box and Muller).
  public mutating func normal() -> Double {
    if let spare {
      self.spare = nil
      return spare
    }
    let (first, second) = pair()
    let radius = (-2 * Elementary.log(first)).squareRoot()
    spare = radius * Elementary.sin(turns: second)
    return radius * Elementary.cos(turns: second)
  }

  /// Independent normal numbers with mean 0.
  public mutating func normals(_ count: Int, deviation: Double = 1) -> [Double] {
    (0..<count).map { _ in deviation * normal() }
  }

  /// Independent numbers of mean 0 and variance 1, uniform in (-√3, √3), from 32 bits each: four times as fast as normal
  /// ones.
  public mutating func centeredUniforms(_ count: Int) -> [Double] {
    let width = 12.0.squareRoot()
    var block = SIMD4<UInt32>()
    return (0..<count).map { index in
      if index % 4 == 0 { block = words() }
      return width * ((Double(block[index % 4]) + 0.5) * 0x1p-32 - 0.5)
    }
  }

  /// Independent numbers that are 1 or -1, each a bit of the stream.
  public mutating func signs(_ count: Int) -> [Double] {
    var block = SIMD4<UInt32>()
    return (0..<count).map { index in
      if index % 128 == 0 { block = words() }
      return block[index % 128 / 32] >> UInt32(index % 32) & 1 == 0 ? 1 : -1
    }
  }
}
