internal import Artifacts
internal import Glibc

/// How many of the recorded actions are drawn: a part of their number, or a number.
public struct SampleSize: Sendable, Equatable {
  private let count: Int?
  private let part: Double

  /// Reads `5%` or `20`.
  public init?(_ text: String) {
    if text.hasSuffix("%") {
      guard let percent = Double(text.dropLast()), percent > 0, percent <= 100 else { return nil }
      (count, part) = (nil, percent / 100)
    } else {
      guard let number = Int(text), number > 0 else { return nil }
      (count, part) = (number, 0)
    }
  }

  /// How many draws are made from so many actions; nil where all of them are taken.
  package func draws(from total: Int) -> Int? {
    let draws = count ?? Int((part * Double(total)).rounded(.up))
    return draws >= total || part == 1 ? nil : draws
  }
}

/// Actions that are drawn at random, each with a probability in proportion to its cost, and put back: an action may be
/// drawn more than once, and is then made again once. The draws are independent, which is what `confidence` rests on.
public struct Sample: Sendable {
  /// The seed. The same seed draws the same actions from the same store.
  public let seed: Int
  /// How many draws were made; nil where every action is taken.
  public let draws: Int?
  /// How often each action was drawn, by its key.
  public let times: [String: Int]
  /// How many actions were drawn from.
  public let total: Int

  /// The largest seed, which JSON holds exactly.
  public static let largestSeed = 1 << 53

  /// Draws.
  ///
  /// - Parameter costs: the cost of each action, above zero, by its key.
  public init(_ size: SampleSize, of costs: [String: Double], seed: Int) {
    self.seed = seed
    total = costs.count
    draws = size.draws(from: costs.count)
    guard let draws else {
      times = costs.mapValues { _ in 1 }
      return
    }
    // In the order of the keys, whatever the order of the pipelines.
    let keys = costs.keys.sorted()
    var sums: [Double] = []
    for key in keys { sums.append((sums.last ?? 0) + (costs[key] ?? 0)) }
    var stream = SeededStream(seed: seed)
    var times: [String: Int] = [:]
    for _ in 0..<draws {
      let place = stream.next() * (sums.last ?? 0)
      // The first sum beyond the place; rounding may leave none.
      var (low, high) = (0, keys.count - 1)
      while low < high {
        let middle = (low + high) / 2
        if sums[middle] > place { high = middle } else { low = middle + 1 }
      }
      times[keys[low], default: 0] += 1
    }
    self.times = times
  }

  /// At most this share of all results, weighted by cost, would come out otherwise, with a confidence.
  ///
  /// That is the upper bound of Clopper and Pearson: the share of which so few draws are that unlikely. Without a
  /// difference among n draws it is 1 - (1 - confidence)^(1/n).
  ///
  /// - Parameter differing: how many draws came out otherwise.
  public static func largestShare(differing: Int, of draws: Int, confidence: Double = 0.95) -> Double {
    guard differing < draws else { return 1 }
    if differing == 0 { return 1 - pow(1 - confidence, 1 / Double(draws)) }
    // The probability of so few falls as the share rises.
    var (low, high) = (Double(differing) / Double(draws), 1.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if probability(ofAtMost: differing, of: draws, share: middle) > 1 - confidence {
        low = middle
      } else {
        high = middle
      }
    }
    return high
  }

  private static func probability(ofAtMost count: Int, of draws: Int, share: Double) -> Double {
    guard share > 0, share < 1 else { return share > 0 ? 0 : 1 }
    var sum = 0.0
    // In logarithms: the terms of many draws are beyond a double.
    var logarithm = Double(draws) * log1p(-share)
    for number in 0...count {
      if number > 0 {
        logarithm += log(Double(draws - number + 1) / Double(number)) + log(share) - log1p(-share)
      }
      sum += exp(logarithm)
    }
    return sum
  }
}

/// Numbers that follow from a seed: the SHA-256 of the seed and a counter.
package struct SeededStream {
  private let seed: Int
  private var counter = 0

  package init(seed: Int) {
    self.seed = seed
  }

  /// The next number, from 0 to below 1, in steps of 2^-53.
  package mutating func next() -> Double {
    // The number is raised when the draws change.
    let digest = ContentDigest(of: "pipeline sample 1 \(seed) \(counter)")
    counter += 1
    let bits = UInt64(digest.description.prefix(16), radix: 16) ?? 0
    return Double(bits >> 11) * 0x1p-53
  }
}
