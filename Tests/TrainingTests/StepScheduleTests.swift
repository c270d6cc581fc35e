import Testing
import Training

@Suite struct StepScheduleTests {
  private func steps(_ schedule: StepSchedule, below end: Int) -> [Int] {
    (0..<end).filter(schedule.contains)
  }

  @Test func `Every so many steps, from the first`() {
    #expect(steps(StepSchedule(every: 4), below: 14) == [0, 4, 8, 12])
    #expect(steps(.always, below: 3) == [0, 1, 2])
    #expect(steps(.never, below: 100).isEmpty)
  }

  @Test func `A window is dense, beside what else there is`() {
    #expect(steps(StepSchedule(every: 10, window: 12..<15), below: 25) == [0, 10, 12, 13, 14, 20])
  }

  @Test func `So many steps a decade are even in the logarithm`() {
    #expect(steps(StepSchedule(perDecade: 1), below: 20_000) == [0, 1, 10, 100, 1_000, 10_000])
    // 10^(1/3) = 2.15, 10^(2/3) = 4.64, rounded up.
    #expect(steps(StepSchedule(perDecade: 3), below: 1_100) == [0, 1, 3, 5, 10, 22, 47, 100, 216, 465, 1_000])
  }

  @Test(arguments: [1, 2, 7, 20, 33, 100])
  func `The marks of a decade are its least steps that reach each power`(perDecade: Int) {
    // (step / decade)^perDecade >= 10^number, in whole numbers.
    func power(_ base: Int, _ exponent: Int) -> WholeNumber {
      (0..<exponent).reduce(WholeNumber(1)) { product, _ in product * base }
    }
    var expected: Set = [0]
    for decade in [1, 10, 100, 1_000] {
      for number in 0...perDecade {
        let least = (0..<perDecade).reduce(power(10, number)) { product, _ in product * decade }
        let reaches = { (step: Int) in !(power(step, perDecade) < least) }
        expected.formUnion((decade...10 * decade).first(where: reaches).map { [$0] } ?? [])
      }
    }
    #expect(steps(StepSchedule(perDecade: perDecade), below: 10_001) == expected.sorted())
  }
}

/// A whole number of any length: digits to the base 10^9, the lowest first.
private struct WholeNumber {
  private var digits: [Int]

  init(_ value: Int) {
    precondition(value >= 0 && value < 1_000_000_000)
    digits = [value]
  }

  static func * (number: Self, factor: Int) -> Self {
    var (product, carry) = (number, 0)
    for index in product.digits.indices {
      carry += product.digits[index] * factor
      product.digits[index] = carry % 1_000_000_000
      carry /= 1_000_000_000
    }
    if carry > 0 { product.digits.append(carry) }
    return product
  }

  static func < (left: Self, right: Self) -> Bool {
    guard left.digits.count == right.digits.count else { return left.digits.count < right.digits.count }
    return left.digits.reversed().lexicographicallyPrecedes(right.digits.reversed())
  }
}
