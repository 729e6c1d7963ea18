import Testing

@testable import MicroGPT

/// `log`, by the fused operations and by the emulated ones, beside the C library's.
@Suite("Logarithm") struct LogarithmTests {
  @Test("special values are those of IEEE 754", arguments: [Functions.current, .baseline])
  func specialValues(_ functions: Functions) {
    let log = functions.log
    #expect(log(1).bitPattern == 0)
    #expect(log(0) == -.infinity && log(-0.0) == -.infinity && log(.infinity) == .infinity)
    #expect(log(.nan).isNaN && log(-1).isNaN && log(-.infinity).isNaN && log(-.leastNonzeroMagnitude).isNaN)
    #expect(log(2) == 0.6931471805599453 && log(10) == 2.302585092994046)
    #expect(log(.leastNonzeroMagnitude) == -744.4400719213812)
    #expect(log(.greatestFiniteMagnitude) == 709.782712893384)
  }

  @Test(
    "random numbers have the C library's bits", .againstInstalledLibrary,
    arguments: ["probabilities", "near one", "all", "subnormal"])
  func random(_ range: String) {
    var random = RandomDoubles(stream: 110), count = RandomDoubles.count
    let log = Functions.current.log, installed = InstalledLibrary.log
    if range != "probabilities" { count /= 4 }
    switch range {
    case "probabilities": expectSame(range, count, { _ in random.uniform(0..<1) }, log, installed)
    case "near one": expectSame(range, count, { _ in random.uniform(0.9..<1.1) }, log, installed)
    case "all": expectSame(range, count, { _ in random.any() }, log, installed)
    default:
      expectSame(
        range, count, { _ in Double(bitPattern: (random.bits() >> 12) >> (random.bits() & 63)) }, log,
        installed)
    }
  }

  /// The binary exponents at which intervals are tested, all of them in a release build.
  static let exponents = tried(
    small: [Array(-3...3) + [-1022, -1000, -500, 500, 1023]], large: [Array(-1022...1023)]
  ).last!

  @Test(
    "numbers around the limits of the table's intervals have the C library's bits", .againstInstalledLibrary)
  func rows() {
    for row in 0..<128 {
      let first = 0x3fe6_0000_0000_0000 + UInt64(row) << 45
      let numbers = LogarithmTests.exponents.compactMap { k -> Double? in
        let x = Double(bitPattern: first) * Double(sign: .plus, exponent: k, significand: 1)
        return x.isNormal ? x : nil
      }
      expectSame("row \(row)", neighborhood(of: numbers), Functions.current.log, InstalledLibrary.log)
    }
  }

  @Test(
    "numbers around one, and the limits of every case, have the C library's bits", .againstInstalledLibrary)
  func limits() {
    let near = [0x0.fp0, 0x1.09p0, 0x1.1p0, 0x1.109p0, 1, .leastNormalMagnitude, 0x1p-1073]
    let steps = (1...60).flatMap { k in
      [
        1 + Double(sign: .plus, exponent: -k, significand: 1),
        1 - Double(sign: .plus, exponent: -k, significand: 1),
      ]
    }
    let numbers = neighborhood(of: near, steps: 100) + neighborhood(of: steps) + specialNumbers
    for functions in [Functions.current, .baseline] {
      expectSame("limits", numbers, functions.log, InstalledLibrary.log)
    }
  }

  @Test("results near the middle between two doubles have the C library's bits", .againstInstalledLibrary)
  func middles() {
    var random = RandomDoubles(stream: 111), numbers: [Double] = [], otherThanNearest = 0
    for _ in 0..<RandomDoubles.slowCount {
      let x = random.uniform(0..<1), y = Pair.logarithm(x)
      if abs(abs(y.low) / y.high.ulp - 0.5) < 0.01 {
        numbers.append(x)
        if log(x) != y.high { otherThanNearest += 1 }
      }
    }
    if RandomDoubles.areMany {
      #expect(numbers.count > RandomDoubles.slowCount / 60)
      // If every result were the nearest double the test would show little.
      #expect(otherThanNearest > numbers.count / 50 && otherThanNearest < numbers.count / 2)
    }
    expectSame("middles", numbers, Functions.current.log, InstalledLibrary.log)
  }
}
