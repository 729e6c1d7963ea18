import Testing

@testable import MicroGPT

/// `exp`, by the fused operations and by the emulated ones, beside the C library's.
@Suite("Exponential") struct ExponentialTests {
  @Test("special values are those of IEEE 754", arguments: [Functions.current, .baseline])
  func specialValues(_ functions: Functions) {
    let exp = functions.exp
    #expect(exp(0) == 1 && exp(-0.0) == 1)
    #expect(exp(.infinity) == .infinity && exp(-.infinity).bitPattern == 0 && exp(.nan).isNaN)
    #expect(exp(1) == 2.718281828459045 && exp(-1) == 0.36787944117144233)
    // The greatest finite result, and the least; beyond them infinity and zero.
    #expect(exp(0x1.62e42fefa39efp9) == 0x1.fffffffffff2ap1023 && exp(0x1.62e42fefa39f0p9) == .infinity)
    #expect(exp(-0x1.74910d52d3051p9) == .leastNonzeroMagnitude && exp(-0x1.74910d52d3052p9) == 0)
    #expect(exp(0x1p-54) == 1 && exp(0x1p-53) == 1 && exp(0x1.8p-53) == 0x1.0000000000001p0)
    #expect(exp(1024) == .infinity && exp(-1024) == 0 && exp(1e300) == .infinity && exp(-1e300) == 0)
  }

  @Test(
    "random numbers have the C library's bits", .againstInstalledLibrary,
    arguments: ["softmax", "near zero", "all", "subnormal results", "large"])
  func random(_ range: String) {
    var random = RandomDoubles(stream: 100), count = RandomDoubles.count
    let exp = Functions.current.exp, installed = InstalledLibrary.exp
    // The range that training meets takes most of the numbers.
    if range != "softmax" { count /= 4 }
    switch range {
    case "softmax": expectSame(range, count, { _ in random.uniform(-36..<0) }, exp, installed)
    case "near zero": expectSame(range, count, { _ in random.uniform(-1..<1) }, exp, installed)
    case "all":
      expectSame(range, count, { i in random.binary(-60...9) * (i & 1 == 0 ? 1 : -1) }, exp, installed)
    case "subnormal results":
      expectSame(range, count, { _ in random.uniform(-745.5 ..< -707) }, exp, installed)
    default: expectSame(range, count, { _ in random.uniform(500..<710) }, exp, installed)
    }
  }

  /// `k·ln 2/128`, where the remainder is 0, and those halfway between two, where the row of the table changes.
  @Test(
    "numbers around the table's rows and their limits have the C library's bits", .againstInstalledLibrary)
  func rows() {
    let step = 0x1.62e42fefa39efp-8
    for ks in [-137_700 ..< -100_000, -100_000 ..< -1000, -1000..<1000, 1000..<132_000] {
      let stride = tried(small: [101], large: [1]).last!
      var numbers: [Double] = []
      for k in Swift.stride(from: ks.lowerBound, to: ks.upperBound, by: ks.contains(0) ? 1 : stride) {
        numbers += neighborhood(of: [Double(k) * step, (Double(k) + 0.5) * step])
      }
      expectSame("rows \(ks)", numbers, Functions.current.exp, InstalledLibrary.exp)
    }
  }

  @Test("numbers around the limits of every case have the C library's bits", .againstInstalledLibrary)
  func limits() {
    let limits: [Double] = [
      0x1p-54, 0x1p-53, 1, 512, 708, 0x1.6232bdd7abcd2p9, 709, 0x1.62e42fefa39efp9, 710, 744, 745,
      0x1.74910d52d3051p9, 746, 1023, 1024, 1025,
    ]
    let numbers = neighborhood(of: limits + limits.map { -$0 }, steps: 100) + specialNumbers
    for functions in [Functions.current, .baseline] {
      expectSame("limits", numbers, functions.exp, InstalledLibrary.exp)
    }
  }

  /// The exact result lies within 0.01 units in the last place of the middle between two doubles, so that the smallest
  /// difference in the arithmetic shows.
  @Test("results near the middle between two doubles have the C library's bits", .againstInstalledLibrary)
  func middles() {
    var random = RandomDoubles(stream: 101), numbers: [Double] = [], otherThanNearest = 0
    for _ in 0..<RandomDoubles.slowCount {
      let x = random.uniform(-36..<0), y = Pair.exponential(x)
      if abs(abs(y.low) / y.high.ulp - 0.5) < 0.01 {
        numbers.append(x)
        if exp(x) != y.high { otherThanNearest += 1 }
      }
    }
    if RandomDoubles.areMany {
      #expect(numbers.count > RandomDoubles.slowCount / 60)
      // If every result were the nearest double the test would show little.
      #expect(otherThanNearest > numbers.count / 50 && otherThanNearest < numbers.count / 2)
    }
    expectSame("middles", numbers, Functions.current.exp, InstalledLibrary.exp)
  }
}
