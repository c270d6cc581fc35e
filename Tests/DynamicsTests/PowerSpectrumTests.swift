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

  @Test func `A band is missing where there is no power, and for one segment`() {
    let nothing = PowerSpectrum([Double](repeating: 0, count: 1024), segmentLength: 256)
    #expect(nothing.segments == 7)
    #expect((nothing.band.low + nothing.band.high).allSatisfy { $0.isNaN })
    let single = PowerSpectrum((0..<256).map { Double($0 % 3) }, segmentLength: 256)
    #expect((single.band.low + single.band.high).allSatisfy { $0.isNaN })
  }

  @Test func `A trend is taken away`() {
    let series = (0..<256).map { 3 * Double($0) - 7 }
    #expect(PowerSpectrum(series, segmentLength: 256).power.allSatisfy { $0 < 1e-20 })
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
