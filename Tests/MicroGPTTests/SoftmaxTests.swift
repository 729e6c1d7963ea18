import Testing

@testable import MicroGPT

@Suite struct SoftmaxTests {
  /// `e / Σ e` with `e = exp(z - max z)`, as a beginner would write it.
  private func specification(
    _ z: [Double]
  ) -> (exponentials: [Double], probabilities: [Double], total: Double, inverse: Double) {
    let peak = z.max()!
    let exponentials = z.map { exp($0 - peak) }
    var total = 0.0
    for e in exponentials { total += e }
    let inverse = power(total, -1)
    return (exponentials, exponentials.map { $0 * inverse }, total, inverse)
  }

  @Test("softmax equals its specification bit for bit", arguments: kernelSizes, [0.01, 1, 300])
  func equalsSpecification(count: Int, magnitude: Double) {
    var random = PythonRandom(seed: UInt64(count))
    let z = Numbers(random.gaussians(count, standardDeviation: magnitude)), before = z.values
    let exponentials = Numbers(unwritten: count), probabilities = Numbers(unwritten: count)
    let expected = specification(before)
    let (total, inverse) = Specification.softmax(
      z.base, count: count, exponentials: exponentials.base, into: probabilities.base)
    exponentials.expect(expected.exponentials, "exponentials")
    probabilities.expect(expected.probabilities, "probabilities")
    z.expect(before, "z")
    #expect(total == expected.total)
    #expect(inverse == expected.inverse)
  }

  @Test("input and both outputs may share memory", arguments: kernelSizes)
  func inPlace(count: Int) {
    var random = PythonRandom(seed: UInt64(count))
    let z = Numbers(random.gaussians(count)), expected = specification(z.values)
    let (total, _) = Specification.softmax(z.base, count: count, exponentials: z.base, into: z.base)
    z.expect(expected.probabilities, "probabilities")
    #expect(total == expected.total)
  }

  @Test("numbers of any size give probabilities, because the largest is subtracted first")
  func noOverflow() {
    let z = Numbers([-1e300, 1e300, 1e300, 0]), exponentials = Numbers(unwritten: 4)
    _ = Specification.softmax(z.base, count: 4, exponentials: exponentials.base, into: z.base)
    exponentials.expect([0, 1, 1, 0], "exponentials")
    z.expect([0, 0.5, 0.5, 0], "probabilities")
  }
}
