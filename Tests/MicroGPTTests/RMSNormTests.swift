import Testing

@testable import MicroGPT

@Suite struct RMSNormTests {
  /// `y = s·x` with `s = (mean(x²) + 1e-5)^(-1/2)`, and the derivative of `s`, as a beginner would write it.
  private func specification(_ x: [Double]) -> (y: [Double], scale: Double, slope: Double) {
    var sum = 0.0
    for value in x { sum += value * value }
    let mean = sum * power(Double(x.count), -1) + 1e-5
    let scale = power(mean, -0.5)
    return (x.map { $0 * scale }, scale, -0.5 * power(mean, -1.5))
  }

  @Test("rmsNorm equals its specification bit for bit", arguments: kernelSizes, [1e-4, 1, 1e6])
  func forward(count: Int, magnitude: Double) {
    var random = PythonRandom(seed: UInt64(count))
    let x = Numbers(random.gaussians(count, standardDeviation: magnitude)), before = x.values
    let y = Numbers(unwritten: count), expected = specification(before)
    let (scale, slope) = Specification.rmsNorm(x.base, count: count, into: y.base)
    y.expect(expected.y, "y")
    x.expect(before, "x")
    #expect(scale == expected.scale)
    #expect(slope == expected.slope)
  }

  @Test("a normalized row has a mean square of 1, and a row of zeros stays zero")
  func meanSquare() {
    var random = PythonRandom(seed: 1)
    let x = Numbers(random.gaussians(27, standardDeviation: 40)), y = Numbers(unwritten: 27)
    _ = Specification.rmsNorm(x.base, count: 27, into: y.base)
    #expect(abs(y.values.reduce(0) { $0 + $1 * $1 } / 27 - 1) < 1e-7)
    let zeros = Numbers([0, 0, 0])
    let (scale, _) = Specification.rmsNorm(zeros.base, count: 3, into: zeros.base)
    zeros.expect([0, 0, 0], "zeros")
    #expect(abs(scale - 1 / 1e-5.squareRoot()) < 1e-9)
  }

  @Test(
    "rmsNorm's backward pass equals its specification bit for bit and adds to its destination",
    arguments: kernelSizes)
  func backward(count: Int) {
    var random = PythonRandom(seed: UInt64(count))
    let x = random.gaussians(count), dy = random.gaussians(count), dx = random.gaussians(count)
    let forward = specification(x)
    var product = 0.0
    for i in x.indices.reversed() { product += x[i] * dy[i] }
    let g = power(Double(count), -1) * (forward.slope * product)
    let expected = x.indices.map { i in ((dx[i] + forward.scale * dy[i]) + x[i] * g) + x[i] * g }

    let found = Numbers(dx)
    Specification.rmsNormBackward(
      Numbers(dy).base, Numbers(x).base, count: count, scale: forward.scale, slope: forward.slope,
      to: found.base)
    found.expect(expected, "dx")
  }

  @Test("rmsNorm's backward pass is the slope by finite differences", arguments: [2, 5, 27])
  func differences(count: Int) {
    var random = PythonRandom(seed: UInt64(count))
    let x = random.gaussians(count), dy = random.gaussians(count)
    let forward = specification(x), dx = Numbers(Array(repeating: 0, count: count))
    Specification.rmsNormBackward(
      Numbers(dy).base, Numbers(x).base, count: count, scale: forward.scale, slope: forward.slope,
      to: dx.base)
    func loss(_ x: [Double]) -> Double { zip(specification(x).y, dy).reduce(0) { $0 + $1.0 * $1.1 } }
    for i in 0..<count {
      var (above, below) = (x, x)
      above[i] += 1e-5
      below[i] -= 1e-5
      #expect(abs((loss(above) - loss(below)) / 2e-5 - dx.values[i]) < 1e-7, "dx[\(i)]")
    }
  }
}
