import Testing

@testable import MicroGPT

/// `ExactArithmetic` calls the C library's `pow` for few squares and roots. Here it is called for all.
@Suite struct ArithmeticTests {
  @Test("square and squareRoot are the C library's pow to the last bit, at a million random arguments")
  func million() {
    var random = Shuffled(state: 42), squaresOfPow = 0, rootsOfPow = 0
    for _ in 0..<1_000_000 {
      // Any mantissa; exponents of which most squares and all roots are within the range of doubles.
      let mantissa = random.next() & 0x000F_FFFF_FFFF_FFFF, exponent = random.next() % 1200 + 423
      let x = Double(bitPattern: exponent << 52 | mantissa)
      let (square, root) = (ExactArithmetic.square(x), ExactArithmetic.squareRoot(x))
      if square.bitPattern != power(x, 2).bitPattern { return report(x, square, power(x, 2)) }
      if root.bitPattern != power(x, 0.5).bitPattern { return report(x, root, power(x, 0.5)) }
      if square != x * x { squaresOfPow += 1 }
      if root != x.squareRoot() { rootsOfPow += 1 }
    }
    // Were none of them another than the product or root, the test would show nothing.
    if CLibrary.roundsAsReference {
      #expect((700...1100).contains(squaresOfPow))
      #expect((700...1300).contains(rootsOfPow))
    }
  }

  @Test(
    "inverse and inverseSquareRoot are the C library's pow to the last bit, at a million random arguments")
  func inverses() {
    var random = Shuffled(state: 43), inversesOfPow = 0, rootsOfPow = 0
    for _ in 0..<1_000_000 {
      let mantissa = random.next() & 0x000F_FFFF_FFFF_FFFF, exponent = random.next() % 600 + 723
      let x = Double(bitPattern: exponent << 52 | mantissa)
      let (inverse, root) = (ExactArithmetic.inverse(x), ExactArithmetic.inverseSquareRoot(x))
      if inverse.bitPattern != power(x, -1).bitPattern { return report(x, inverse, power(x, -1)) }
      if root.bitPattern != power(x, -0.5).bitPattern { return report(x, root, power(x, -0.5)) }
      if inverse != 1 / x { inversesOfPow += 1 }
      if root != 1 / x.squareRoot() { rootsOfPow += 1 }
    }
    if CLibrary.roundsAsReference {
      #expect((600...1100).contains(inversesOfPow))
      #expect((200_000...260_000).contains(rootsOfPow))
    }
    for x in [0, -0.0, .leastNonzeroMagnitude, 0x1p-1022, 1, 2, 0x1p1023, .infinity, .nan] as [Double] {
      #expect(sameBits(ExactArithmetic.inverse(x), power(x, -1)))
      #expect(sameBits(ExactArithmetic.inverseSquareRoot(x), power(x, -0.5)))
    }
  }

  @Test("and of either sign, zero, denormal, infinite, near the ends of the range and of an exponent")
  func edges() {
    var edges: [Double] = [0, 0x1.8p-1064, .greatestFiniteMagnitude, .infinity]
    for exponent in -1074...1023 {
      let power = Double(sign: .plus, exponent: exponent, significand: 1)
      edges += [power.nextDown, power, power.nextUp]
      edges += [power * 2.0.squareRoot(), power * 2.0.squareRoot().nextDown]
    }
    for x in edges {
      for x in [x, -x] {
        let square = ExactArithmetic.square(x)
        if !sameBits(square, power(x, 2)) { return report(x, square, power(x, 2)) }
        let root = ExactArithmetic.squareRoot(x)
        if !sameBits(root, power(x, 0.5)) { return report(x, root, power(x, 0.5)) }
      }
    }
    #expect(ExactArithmetic.square(.nan).isNaN)
    #expect(ExactArithmetic.squareRoot(.nan).isNaN)
  }

  /// Squares in chosen distances from the middle between two doubles, where `pow` may go either way: at the
  /// middle, at the distance from which on it is not called any more, and around that at which glibc's has
  /// been seen to err, 0.4908 units in the last place from the nearest double.
  @Test(
    "and where squares lie at, near and not so near the middle between two doubles",
    arguments: [0.5, 0.4999, 0.4912, 0.4908, 0.4904, 0.4851, 0.485, 0.4849, 0.484, 0.47, 0])
  func middles(distance: Double) {
    var random = Shuffled(state: distance.bitPattern), found = 0
    for step in 0..<1000 {
      // x is an integer m below 2⁵³ whose square has 106 bits. What m² leaves modulo 2⁵³ is cut off.
      for sign in [1, -1] {
        let rest = UInt64(Double(sign) * distance * 0x1p53 + 0x1p53) &+ UInt64(8 * step)
        for m in rootsModulo(rest & 0x1F_FFFF_FFFF_FFF8 | 1) where Double(m) > 0x1.6A09E667F3BCDp52 {
          let scale = Double(sign: .plus, exponent: Int(random.next() % 400) - 250, significand: 1)
          let x = Double(m) * scale, square = ExactArithmetic.square(x)
          if square.bitPattern != power(x, 2).bitPattern { return report(x, square, power(x, 2)) }
          let error = abs((-x * x).addingProduct(x, x)) / (x * x).ulp
          #expect(abs(error - distance) < 1e-9)
          found += 1
        }
      }
    }
    #expect(found > 1000)
  }

  /// The odd numbers below 2⁵³ whose square leaves `rest` modulo 2⁵³, which leaves 1 modulo 8: four, found
  /// bit by bit.
  private func rootsModulo(_ rest: UInt64) -> [UInt64] {
    var root: UInt64 = 1
    for bit in 3..<53 where (root &* root ^ rest) >> UInt64(bit) & 1 == 1 { root += 1 << UInt64(bit - 1) }
    let half: UInt64 = 1 << 52, all: UInt64 = 1 << 53
    return [root, all - root, root ^ half, (all - root) ^ half].map { $0 & (all - 1) }
  }

  private func report(_ x: Double, _ found: Double, _ expected: Double) {
    Issue.record("Of \(x), \(x.bitPattern), comes \(found), from pow \(expected).")
  }

  /// Random bits, quickly: SplitMix64 (Steele, Lea and Flood, 2014).
  private struct Shuffled {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
      return z ^ z >> 31
    }
  }
}
