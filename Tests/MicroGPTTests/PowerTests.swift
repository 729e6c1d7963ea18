import Testing

@testable import MicroGPT

/// `pow`, by the fused operations and by the emulated ones, beside the C library's.
@Suite("Power") struct PowerTests {
  /// The exponents of the reference: softmax, normalization, Adam.
  static let exponents: [Double] = [-2, -1.5, -1, -0.5, 0.5, 2]

  @Test("special values are those of C's pow", arguments: [Functions.current, .baseline])
  func specialValues(_ functions: Functions) {
    let pow = functions.power, infinity = Double.infinity
    for y in [0, -0.0, 1, -3, 0.5, infinity, -infinity, .nan] {
      #expect(pow(1, y) == 1)
      #expect(pow(y, 0) == 1 && pow(y, -0.0) == 1)
    }
    #expect(pow(.nan, 2).isNaN && pow(2, .nan).isNaN && pow(.nan, .nan).isNaN)
    // Zeros and infinities, with the sign of an odd power.
    #expect(pow(0, 3).bitPattern == 0 && pow(-0.0, 3).bitPattern == 1 << 63 && pow(-0.0, 2).bitPattern == 0)
    #expect(pow(0, -3) == infinity && pow(-0.0, -3) == -infinity && pow(-0.0, -2) == infinity)
    #expect(pow(-0.0, 0.5).bitPattern == 0 && pow(-0.0, -0.5) == infinity)
    #expect(
      pow(-infinity, 3) == -infinity && pow(-infinity, 2) == infinity && pow(-infinity, 0.5) == infinity)
    #expect(pow(-infinity, -3).bitPattern == 1 << 63 && pow(-infinity, -2).bitPattern == 0)
    #expect(pow(2, infinity) == infinity && pow(0.5, infinity) == 0 && pow(2, -infinity) == 0)
    #expect(pow(-1, infinity) == 1 && pow(-1, -infinity) == 1 && pow(-2, infinity) == infinity)
    // Negative bases.
    #expect(pow(-2, 3) == -8 && pow(-2, 2) == 4 && pow(-2, 0.5).isNaN && pow(-1, 3) == -1 && pow(-1, 2) == 1)
    #expect(pow(-2, 0x1p53) == infinity && pow(-1, 0x1.fffffffffffffp52) == -1 && pow(-1, 0x1p53) == 1)
    #expect(pow(-2, 1023) == -0x1p1023 && pow(-2, -1073).bitPattern == 1 << 63 | 2)
    // Exponents for which every other number's power is 1, zero or infinite.
    #expect(pow(2, 0x1p-66) == 1 && pow(0.5, -0x1p-1074) == 1 && pow(-2, 0x1p-70).isNaN)
    #expect(
      pow(1.0.nextUp, 0x1p63) == infinity && pow(1.0.nextDown, 0x1p63) == 0 && pow(1.0.nextUp, -0x1p64) == 0)
    #expect(pow(2, 1023) == 0x1p1023 && pow(2, 1024) == infinity && pow(2, -1074) == .leastNonzeroMagnitude)
    #expect(pow(2, -1075) == 0 && pow(2, -1022.5) == 0x1.6a09e667f3bccp-1023)
    #expect(pow(10, 2) == 100 && pow(0x1p-1074, 0.5) == 0x1p-537 && pow(0x1p-1074, -1) == infinity)
  }

  @Test(
    "random numbers to the reference's exponents have the C library's bits", .againstInstalledLibrary,
    arguments: PowerTests.exponents)
  func random(_ exponent: Double) {
    var random = RandomDoubles(stream: 130 &+ exponent.bitPattern)
    let pow = Functions.current.power, installed = InstalledLibrary.power
    expectSame(
      "x^\(exponent)", RandomDoubles.count, { _ in random.binary(-45...45) }, { pow($0, exponent) },
      { installed($0, exponent) })
    expectSame(
      "any x^\(exponent)", RandomDoubles.count / 4, { _ in random.any() }, { pow($0, exponent) },
      { installed($0, exponent) })
  }

  @Test("the powers of Adam's decay rates have the C library's bits", .againstInstalledLibrary)
  func decay() {
    var random = RandomDoubles(stream: 131)
    let pow = Functions.current.power, installed = InstalledLibrary.power
    for beta in [0.85, 0.9, 0.95, 0.99, 0.999, 0.9999] {
      let steps = tried(small: [2000], large: [100_000]).last!
      expectSame("\(beta)^t", steps, { Double($0 + 1) }, { pow(beta, $0) }, { installed(beta, $0) })
    }
    /// A step between 1 and 1000, from the last digits of the rate.
    func step(_ beta: Double) -> Double { Double(beta.bitPattern % 1000 + 1) }
    expectSame(
      "β^t", RandomDoubles.count / 4, { _ in random.uniform(0..<1) }, { pow($0, step($0)) },
      { installed($0, step($0)) })
  }

  @Test(
    "random numbers to random exponents have the C library's bits", .againstInstalledLibrary,
    arguments: ["any", "usual", "subnormal results", "near overflow", "near one"])
  func randomExponents(_ range: String) {
    var random = RandomDoubles(stream: 132), different = 0, first = (0.0, 0.0)
    let count = RandomDoubles.count / 4
    for _ in 0..<count {
      var x = random.binary(-1022...1023), y: Double
      switch range {
      case "any": (x, y) = (random.any(), random.any())
      case "usual": (x, y) = (random.binary(-20...20), random.uniform(-20..<20))
      // From the logarithm that the result is to have.
      case "subnormal results": y = random.uniform(-745.5 ..< -707) / log(x)
      case "near overflow": y = random.uniform(700..<710) / log(x)
      default:
        x = 1 + random.uniform(-1..<1) * random.binary(-52 ... -4)
        y = random.binary(-3...60)
      }
      if !sameBits(Functions.current.power(x, y), InstalledLibrary.power(x, y)) {
        if different == 0 { first = (x, y) }
        different += 1
      }
    }
    #expect(different == 0, "\(range): of \(count), e.g. \(first)")
  }

  /// The first number of each interval of the table, at many binary exponents, and its neighbors.
  @Test(
    "numbers around the limits of the table's intervals have the C library's bits", .againstInstalledLibrary,
    arguments: exponents + [3.7])
  func rows(_ exponent: Double) {
    let pow = Functions.current.power, installed = InstalledLibrary.power
    for row in 0..<128 {
      let first = Double(bitPattern: 0x3fe6_9555_0000_0000 + UInt64(row) << 45)
      let numbers = LogarithmTests.exponents.compactMap { k -> Double? in
        let x = first * Double(sign: .plus, exponent: k, significand: 1)
        return x.isNormal ? x : nil
      }
      expectSame(
        "row \(row)", neighborhood(of: numbers), { pow($0, exponent) }, { installed($0, exponent) })
    }
  }

  @Test("special numbers to special exponents have the C library's bits", .againstInstalledLibrary)
  func special() {
    let exponents =
      specialNumbers.filter { !$0.isNormal || abs($0) < 4 || abs($0.exponent) % 64 < 3 }
      + [2.5, 1023, 1024, 1074, 1075, 1076, 3, 5, 7, 0x1.fffffffffffffp52, 0x1.fffffffffffffp53]
      + [-1.5, -1023, -1074, -1075, -3, -5, -0x1.fffffffffffffp52, 1e-5, 1e5]
    for functions in [Functions.current, .baseline] {
      let bases = tried(small: specialNumbers.filter { abs($0.exponent % 97) < 3 }, large: specialNumbers)
      for y in exponents {
        expectSame(
          "x^\(y)", bases, { functions.power($0, y) }, { InstalledLibrary.power($0, y) })
      }
    }
  }

  /// The exact result lies within 0.01 units in the last place of the middle between two doubles, so that the smallest
  /// difference in the arithmetic shows. `pow` gives the farther one for some.
  @Test(
    "results near the middle between two doubles have the C library's bits", .againstInstalledLibrary,
    arguments: exponents)
  func middles(_ exponent: Double) {
    var random = RandomDoubles(stream: 133), numbers: [Double] = [], otherThanNearest = 0
    for _ in 0..<RandomDoubles.slowCount {
      let x = random.binary(-45...45), square = Pair.product(x, x)
      let y: Pair =
        switch exponent {
        case 2: square
        case -2: Pair(1) / square
        case -1: Pair(1) / Pair(x)
        case 0.5: .squareRoot(Pair(x))
        case -0.5: Pair(1) / .squareRoot(Pair(x))
        default: Pair(1) / (Pair(x) * .squareRoot(Pair(x)))
        }
      if abs(abs(y.low) / y.high.ulp - 0.5) < 0.01 {
        numbers.append(x)
        if power(x, exponent) != y.high { otherThanNearest += 1 }
      }
    }
    if RandomDoubles.areMany {
      #expect(numbers.count > RandomDoubles.slowCount / 60)
      // A hundred times as many as of all numbers, and still few.
      #expect(otherThanNearest > 0 && otherThanNearest < numbers.count / 4)
    }
    expectSame(
      "x^\(exponent)", numbers, { Functions.current.power($0, exponent) },
      { InstalledLibrary.power($0, exponent) })
  }

  /// Integers whose squares, cut off after 53 bits, leave a chosen rest: the middle between two doubles, and numbers
  /// next to it.
  @Test("squares at the middle between two doubles have the C library's bits", .againstInstalledLibrary)
  func squares() {
    var numbers: [Double] = []
    for step in 0..<2000 {
      let rest = (UInt64(1) << 52 &+ UInt64(8 * step) &- 8000) & 0x1F_FFFF_FFFF_FFF8 | 1
      for m in PowerTests.rootsModulo(rest) where Double(m) > 0x1.6A09E667F3BCDp52 {
        let y = Pair.product(Double(m), Double(m))
        #expect(abs(abs(y.low) / y.high.ulp - 0.5) < 1e-9)
        numbers.append(Double(m))
      }
    }
    #expect(numbers.count > 1000)
    expectSame("squares", numbers, { Functions.current.power($0, 2) }, { InstalledLibrary.power($0, 2) })
  }

  /// The odd numbers below 2⁵³ whose squares are `rest` modulo 2⁵³, with `rest` 1 modulo 8: four, found bit by bit.
  private static func rootsModulo(_ rest: UInt64) -> [UInt64] {
    var root: UInt64 = 1
    for bit in 3..<53 where (root &* root ^ rest) >> UInt64(bit) & 1 == 1 { root += 1 << UInt64(bit - 1) }
    let half: UInt64 = 1 << 52, all: UInt64 = 1 << 53
    return [root, all - root, root ^ half, (all - root) ^ half].map { $0 & (all - 1) }
  }
}
