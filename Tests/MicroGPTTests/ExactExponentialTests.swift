import Testing

@testable import MicroGPT

/// The exponentials of the exact kernels: vectors where they are right, and single numbers where they are not.
@Suite("Exact exponential")
struct ExactExponentialTests {
  /// Expects the numbers' exponentials at the lanes of a vector type.
  private func expect<L: ExactLanes>(_ lanes: L.Type, _ arguments: [Double]) {
    // Exponentials are for whole vectors, the last of which may be padding.
    let padded = arguments + Array(repeating: 0, count: 8)
    let numbers = Numbers(padded)
    L.exponentials(numbers.base, arguments.count, minus: L.all(0))
    for (x, y) in zip(arguments, numbers.values) where !sameBits(y, exp(x)) {
      Issue.record("\(L.self): the exponential of \(x), \(x.bitPattern), is \(y), not \(exp(x)).")
      return
    }
  }

  @Test("the exponentials of random numbers are exp's to the last bit")
  func random() {
    var random = PythonRandom(seed: 8)
    let arguments = (0..<tried(small: [20_000], large: [200_000]).last!).map { i in
      -random.uniform() * [0.001, 0.1, 1, 10, 100, 690][i % 6]
    }
    expect(Exact8.self, arguments)
    expect(Exact4.self, arguments)
    expect(Exact2.self, arguments)
  }

  @Test(
    "those of zero, the smallest numbers, and where they are 0, NaN, infinite or subnormal, are exp's too")
  func edges() {
    let edges: [Double] = [
      0, -0.0, -.leastNonzeroMagnitude, -0x1p-60, -0x1p-53, -0x1p-54, -511.9, -512, -512.1, -700, -708, -709,
      -740,
      -746, -1e300, -.infinity, .nan, 511.9, 512, 709, 710, .infinity,
    ]
    // Every number in every lane.
    for first in 0..<8 {
      let arguments = Array(repeating: -1, count: first) + edges
      expect(Exact8.self, arguments)
      expect(Exact4.self, arguments)
      expect(Exact2.self, arguments)
    }
  }

  @Test("numbers are replaced up to their count, whatever the padding", arguments: 1...17)
  func counts(_ count: Int) {
    var random = PythonRandom(seed: 5)
    let values = random.gaussians(24) + [.nan, .infinity]
    for peak in [0.0, 3.5] {
      let numbers = Numbers(values)
      Exact8.exponentials(numbers.base, count, minus: Exact8.all(peak))
      for i in 0..<count { #expect(numbers.values[i] == exp(values[i] - peak)) }
      let pairs = Numbers(values)
      Exact2.exponentials(pairs.base, count, minus: [peak, 1])
      for i in 0..<count { #expect(pairs.values[i] == exp(values[i] - (i % 2 == 0 ? peak : 1))) }
    }
  }
}
