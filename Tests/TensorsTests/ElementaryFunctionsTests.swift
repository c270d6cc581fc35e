import Tensors
import Testing

@Suite struct ElementaryFunctionsTests {
  /// The largest distance from the exact value, in units of the last place of that rounded.
  private func worst(_ arguments: [Double], _ function: (Double) -> Double, _ exact: (Double) -> DoubleDouble) -> Double
  {
    arguments.map { x in
      let exact = exact(x)
      return (DoubleDouble(function(x)) - exact).high.magnitude / exact.high.ulp
    }.max() ?? 0
  }

  private func arguments(_ range: ClosedRange<Double>) -> [Double] {
    var random = RandomStream(seed: 1, "arguments")
    return (0..<100_000).map { _ in random.uniform(in: range) }
  }

  @Test func `exp is within one ulp over its whole range`() {
    let errors = (arguments(-708...709) + arguments(-1...1)).map { x in
      let (exact, exponent) = DoubleDouble.exp(x)
      let ours = Double(sign: .plus, exponent: -exponent, significand: Elementary.exp(x))
      return (DoubleDouble(ours) - exact).high.magnitude / exact.high.ulp
    }
    #expect((errors.max() ?? 0) < 1)
  }

  @Test func `exp of special values is as in IEEE 754`() {
    #expect(Elementary.exp(0) == 1)
    #expect(Elementary.exp(710) == .infinity)
    #expect(Elementary.exp(-746) == 0)
    #expect(Elementary.exp(-744) == 2 * .leastNonzeroMagnitude)
    #expect(Elementary.exp(.nan).isNaN)
    #expect(Elementary.exp(-.infinity) == 0)
  }

  @Test func `log is within one ulp, near one and for subnormal numbers too`() {
    for range in [0...1e6, 0.5...2, 4 * .leastNonzeroMagnitude...1e-308] {
      #expect(worst(arguments(range), Elementary.log, DoubleDouble.log) < 1)
    }
    #expect(Elementary.log(1) == 0)
    #expect(Elementary.log(0) == -.infinity)
    #expect(Elementary.log(-1).isNaN)
  }

  @Test func `tanh is within three ulp, near zero too`() {
    for range in [-25.0...25, -1...1, -1e-3...1e-3] {
      #expect(worst(arguments(range), Elementary.tanh, DoubleDouble.tanh) < 3)
    }
  }

  @Test func `erf is within two ulp, near zero too`() {
    for range in [-7.0...7, -1...1, -1e-3...1e-3] {
      #expect(worst(arguments(range), Elementary.erf, DoubleDouble.erf) < 2)
    }
  }

  @Test(arguments: [Elementary.tanh, Elementary.erf])
  func `tanh and erf of special values are as in IEEE 754`(function: @Sendable (Double) -> Double) {
    #expect(function(0) == 0)
    #expect(function(.infinity) == 1)
    #expect(function(-.infinity) == -1)
    #expect(function(.nan).isNaN)
    #expect(function(8 * .leastNonzeroMagnitude) > 0)
  }

  @Test func `Sine and cosine of turns are within one ulp`() {
    let turns = arguments(-2...2) + arguments(-1e-3...1e-3)
    #expect(worst(turns, Elementary.sin(turns:)) { DoubleDouble.sineAndCosine(turns: $0).sine } < 1)
    #expect(worst(turns, Elementary.cos(turns:)) { DoubleDouble.sineAndCosine(turns: $0).cosine } < 1)
  }

  @Test(arguments: [(0.0, 0.0, 1.0), (0.25, 1, 0), (0.5, 0, -1), (0.75, -1, 0), (1e300, 0, 1), (-0.25, -1, 0)])
  func `Quarter turns are exact`(turns: Double, sine: Double, cosine: Double) {
    #expect(Elementary.sin(turns: turns) == sine)
    #expect(Elementary.cos(turns: turns) == cosine)
  }

  @Test func `Fused multiply-add in integers is the processor's`() {
    var random = RandomStream(seed: 3, "bits")
    func bits() -> Double {
      // Every exponent, subnormal numbers, infinities and not-a-numbers are as likely as their share of bit patterns.
      Double(bitPattern: UInt64(random.uniform() * 0x1p32) << 32 | UInt64(random.uniform() * 0x1p32))
    }
    func near(_ value: Double) -> Double { value * (1 + random.uniform(in: -1...1) * 0x1p-50) }
    for round in 0..<400_000 {
      let (x, y) = (bits(), round % 3 == 0 ? random.uniform(in: -2...2) : bits())
      // A third of the sums cancel nearly all of the product.
      let z = round % 3 == 1 ? -near(x * y) : round % 3 == 2 ? near(x * y) * 0x1p-53 : bits()
      let exact = z.addingProduct(x, y)
      let ours = Elementary.fusedMultiplyAdd(x, y, z)
      if ours.bitPattern != exact.bitPattern, !(ours.isNaN && exact.isNaN) {
        Issue.record("\(x) * \(y) + \(z) gave \(ours) and not \(exact)")
        return
      }
    }
  }

  @Test func `Fused multiply-add of floats is the processor's`() {
    var random = RandomStream(seed: 5, "floats")
    func bits() -> Float { Float(bitPattern: UInt32(random.uniform() * 0x1p32)) }
    for round in 0..<400_000 {
      let (x, y) = (bits(), round % 2 == 0 ? Float(random.uniform(in: -2...2)) : bits())
      let near = -x * y * Float(1 + random.uniform(in: -1...1) * 0x1p-20)
      let z = round % 3 == 0 ? bits() : round % 3 == 1 ? near : near * 0x1p-24
      let exact = z.addingProduct(x, y)
      let ours = Elementary.fusedMultiplyAdd(x, y, z)
      if ours.bitPattern != exact.bitPattern, !(ours.isNaN && exact.isNaN) {
        Issue.record("\(x) * \(y) + \(z) gave \(ours) and not \(exact)")
        return
      }
    }
  }

  @Test func `Fused multiply-add rounds subnormal results once`() {
    var random = RandomStream(seed: 4, "subnormal")
    for _ in 0..<200_000 {
      let x = random.uniform(in: -1...1) * 0x1p-530
      let y = random.uniform(in: -1...1) * 0x1p-530
      let z = random.uniform(in: -1...1) * 0x1p-1040
      #expect(Elementary.fusedMultiplyAdd(x, y, z).bitPattern == z.addingProduct(x, y).bitPattern)
    }
  }
}
