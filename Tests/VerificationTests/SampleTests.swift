import Testing
import Verification

/// Samples of actions, and what follows from them.
@Suite struct SampleTests {
  private let costs = Dictionary(uniqueKeysWithValues: (1...100).map { ("action \($0)", Double($0)) })

  @Test(arguments: [("5%", 100, 5), ("1%", 150, 2), ("7", 100, 7), ("0.5%", 10, 1)])
  func `A size is a number of draws, parts rounded up`(text: String, total: Int, draws: Int) throws {
    #expect(try #require(SampleSize(text)).draws(from: total) == draws)
  }

  @Test(arguments: ["100%", "100", "250"])
  func `As many as there are is all of them, each once`(text: String) throws {
    let sample = Sample(try #require(SampleSize(text)), of: costs, seed: 1)
    #expect(sample.draws == nil)
    #expect(sample.times.count == 100 && sample.times.values.allSatisfy { $0 == 1 })
  }

  @Test(arguments: ["", "0", "-1", "0%", "101%", "five", "nan%", "5 %x"])
  func `An invalid sample size is refused`(text: String) {
    #expect(SampleSize(text) == nil)
  }

  @Test func `A seed draws the same actions each time, and another seed others`() throws {
    let size = try #require(SampleSize("20"))
    let first = Sample(size, of: costs, seed: 7)
    #expect(first.times == Sample(size, of: costs, seed: 7).times)
    #expect(first.times != Sample(size, of: costs, seed: 8).times)
    #expect(first.times.values.reduce(0, +) == 20)
    // The numbers do not change from version to version: a report names its seed.
    var stream = SeededStream(seed: 7)
    #expect([stream.next(), stream.next()] == [0.6303682771512235, 0.7229846090025107])
  }

  @Test func `An action is drawn as often as its part of the cost says`() throws {
    let times = Sample(try #require(SampleSize("2")), of: ["cheap": 1, "dear": 3, "none": 0], seed: 0).times
    #expect(times.values.reduce(0, +) == 2)
    var counts: [String: Int] = [:]
    for seed in 0..<3000 {
      let sample = Sample(try #require(SampleSize("1")), of: ["cheap": 1, "dear": 3], seed: seed)
      counts[try #require(sample.times.keys.first), default: 0] += 1
    }
    // Four standard deviations of a binomial count of 3000 with probability 3/4.
    let deviation = (3000 * 0.75 * 0.25 as Double).squareRoot()
    let distance = abs(counts["dear", default: 0] - 2250)
    #expect(Double(distance) < 4 * deviation)
  }

  @Test func `Without a difference among n draws at most 1 - 0.05^(1/n) would differ`() {
    for draws in [1, 5, 59, 1000] {
      let share = Sample.largestShare(differing: 0, of: draws)
      var probability = 1.0
      for _ in 0..<draws { probability *= 1 - share }
      #expect(abs(probability - 0.05) < 1e-9)
    }
    // The rule of three, and the number that is known best: 59 draws for 5 %.
    #expect(Sample.largestShare(differing: 0, of: 59) < 0.05)
    #expect(Sample.largestShare(differing: 0, of: 58) > 0.05)
  }

  @Test func `With differences the bound is that of Clopper and Pearson`() {
    // By Python, from exact binomial coefficients.
    for (differing, draws, bound) in [(1, 10, 0.3941633024365), (3, 20, 0.3436638043143), (10, 100, 0.1637176232758)] {
      #expect(abs(Sample.largestShare(differing: differing, of: draws) - bound) < 1e-12)
    }
    #expect(Sample.largestShare(differing: 4, of: 4) == 1)
  }

  @Test func `The bound holds in at least 95 of 100 experiments`() throws {
    // A tenth of the cost would differ; in each experiment it is drawn and counted.
    let differing = Set((1...100).filter { $0 % 10 == 0 }.map { "action \($0)" })
    let total: Double = costs.values.reduce(0, +)
    let part: Double = differing.reduce(0) { $0 + costs[$1, default: 0] }
    let share = part / total
    var covered = 0
    for seed in 0..<1000 {
      let times = Sample(try #require(SampleSize("30")), of: costs, seed: seed).times
      let found: Int = differing.reduce(0) { $0 + times[$1, default: 0] }
      if Sample.largestShare(differing: found, of: 30) >= share { covered += 1 }
    }
    #expect(covered >= 950, "\(covered)")
  }
}
