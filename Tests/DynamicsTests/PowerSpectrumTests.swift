import Dynamics
import Tensors
import Testing

@Suite struct PowerSpectrumTests {
  @Test func `The density of white noise is flat and adds up to the variance`() {
    var random = RandomStream(seed: 61, "white")
    let series = random.normals(1 << 16)
    let spectrum = PowerSpectrum(series, segmentLength: 256)
    #expect(spectrum.segments == 511)
    #expect((spectrum.power.reduce(0, +) / 256 - 1).magnitude < 0.03)
    #expect(spectrum.slope(in: 0.01...0.49).value.magnitude < 0.03)
    #expect((spectrum.share(above: 0.45) - 0.1).magnitude < 0.01)
  }

  @Test func `An alternating series has all its power at one half`() {
    let series = (0..<1024).map { $0 % 2 == 0 ? 1.0 : -1.0 }
    let spectrum = PowerSpectrum(series, segmentLength: 512)
    #expect(spectrum.share(above: 0.45) > 0.9999)
    #expect(spectrum.frequency.last == 0.5)
  }

  @Test(arguments: [1_024, 8_192])
  func `The 95 % band covers the true power of noise in 93 to 97 of 100 cases`(count: Int) {
    var random = RandomStream(seed: 63, "coverage")
    var (covered, atEnds, all, ends) = (0, 0, 0, 0)
    for _ in 0..<(1 << 20) / count {
      // x' = a x + noise has the density 2 / |1 - a e^(-2 pi i f)|^2.
      let a = 0.5
      var x = random.normal() / (1 - a * a).squareRoot()
      let series = (0..<count).map { _ in
        x = a * x + random.normal()
        return x
      }
      let spectrum = PowerSpectrum(series, segmentLength: 256)
      let band = spectrum.band
      for (index, frequency) in spectrum.frequency.enumerated().dropFirst(2) {
        let isEnd = index == 128
        let truth = (isEnd ? 1 : 2) / (1 + a * a - 2 * a * Elementary.cos(turns: frequency))
        let isCovered = (band.low[index]...band.high[index]).contains(truth)
        covered += isCovered ? 1 : 0
        all += 1
        atEnds += isEnd && isCovered ? 1 : 0
        ends += isEnd ? 1 : 0
      }
    }
    #expect((0.93...0.97).contains(Double(covered) / Double(all)))
    // Fewer cases: 128 or 1,024 spectra have one end each.
    #expect((0.88...0.99).contains(Double(atEnds) / Double(ends)))
  }

  @Test func `The degrees of freedom are two for one segment, and nearly two for each of many`() {
    let one = PowerSpectrum((0..<256).map { Double($0 % 3) }, segmentLength: 256)
    #expect(one.degreesOfFreedom == 2)
    #expect(one.slope(in: 0.01...0.4).standardError.isNaN)
    let many = PowerSpectrum((0..<1 << 14).map { Double($0 % 3) }, segmentLength: 256)
    #expect(many.segments == 127)
    #expect((many.degreesOfFreedom / 127 - 36.0 / 19).magnitude < 1e-3)
  }

  @Test func `An alternating series leaves no power at low frequencies`() {
    let series = (0..<4_096).map { $0 % 2 == 0 ? 3.0 : 2.0 }
    let spectrum = PowerSpectrum(series, segmentLength: 1_024)
    #expect(zip(spectrum.frequency, spectrum.power).allSatisfy { $0 > 0.49 || $1 < 1e-20 })
    #expect(spectrum.peakAtHalf > 1e20)
  }

  @Test func `The peak at one half is one for noise, and grows with an alternating part`() {
    var random = RandomStream(seed: 64, "peak")
    let noise = random.normals(1 << 16)
    #expect((PowerSpectrum(noise, segmentLength: 256).peakAtHalf - 1).magnitude < 0.2)
    let alternating = noise.enumerated().map { $1 + ($0 % 2 == 0 ? 0.2 : -0.2) }
    // 0.2² N on top of the density of the noise, under a Hann window 2/3 of it.
    #expect((PowerSpectrum(alternating, segmentLength: 256).peakAtHalf - 1 - 0.04 * 256 * 2 / 3).magnitude < 1)
  }

  @Test func `The drift of a stationary series is small, that of a series with a trend is not`() {
    var random = RandomStream(seed: 65, "drift")
    let noise = random.normals(1 << 14)
    #expect(PowerSpectrum.drift(of: noise) < 0.1)
    let trend = noise.enumerated().map { $1 + 4 * Double($0) / Double(1 << 14) }
    #expect(PowerSpectrum.drift(of: trend) > 2)
    #expect(PowerSpectrum.drift(of: noise + [.nan, .nan, .nan, .nan]).isNaN)
    #expect(PowerSpectrum.drift(of: [1, 2]).isNaN)
  }

  @Test func `The error of a slope is that of its scatter over independent series`() {
    var random = RandomStream(seed: 66, "slopes")
    let slopes = (0..<100).map { _ in
      PowerSpectrum(random.normals(1 << 13), segmentLength: 512).slope(in: 0.004...0.04)
    }
    let mean = slopes.reduce(0) { $0 + $1.value } / 100
    let spread = (slopes.reduce(0) { $0 + ($1.value - mean) * ($1.value - mean) } / 99).squareRoot()
    let stated = (slopes.reduce(0) { $0 + $1.standardError * $1.standardError } / 100).squareRoot()
    #expect((stated / spread - 1).magnitude < 0.3)
    #expect(mean.magnitude < 0.1)
  }

  @Test func `The sum of a random walk's steps has slope minus two`() {
    var random = RandomStream(seed: 62, "walk")
    var sum = 0.0
    let walk = (0..<1 << 16).map { _ in
      sum += random.normal()
      return sum
    }
    let slope = PowerSpectrum(walk, segmentLength: 4096).slope(in: 0.003...0.05)
    #expect((slope.value + 2).magnitude < 0.1)
    #expect(slope.standardError < 0.05)
  }

  @Test(arguments: [1.1, 1.2])
  func `In the range of period two the UV map's sharpness has its power near one half`(ratio: Double) {
    let model = UVModel(kappa: 1, target: 2)
    let eta = ratio * model.criticalLearningRate
    let states = model.trajectory(from: model.state(output: 0, trace: 1), learningRate: eta, count: 3_000)
    let spectrum = PowerSpectrum(states.suffix(2_048).map { eta * model.sharpness($0) }, segmentLength: 1_024)
    #expect(spectrum.share(above: 0.45) >= 0.95)
  }
}
