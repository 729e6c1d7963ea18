import Testing

@testable import MicroGPT

/// The emulated fused multiply-add beside the standard library's, which is the processor's where it has one.
@Suite("Fused multiply-add") struct FusedMultiplyAddTests {
  /// What kind of numbers a test draws.
  enum Kind: String, CaseIterable {
    case usual, any, cancellation, ties, far, subnormal, overflow, small, limits
  }

  /// A random `a + b·c` of a kind.
  @inline(__always)
  private static func draw(_ kind: Kind, _ random: inout RandomDoubles) -> (a: Double, b: Double, c: Double) {
    /// A few units in the last place more or less.
    func moved(_ x: Double) -> Double { Double(bitPattern: x.bitPattern &+ random.bits() % 9 &- 4) }
    func signed(_ exponents: ClosedRange<Int>) -> Double {
      random.binary(exponents) * (random.bits() & 1 == 0 ? 1 : -1)
    }
    /// With so few bits that products and sums are often exact or exactly between two doubles.
    func short(_ exponents: ClosedRange<Int>) -> Double {
      let x = signed(exponents), dropped = random.bits() % 50
      return Double(bitPattern: x.bitPattern & ~(1 << dropped - 1))
    }
    switch kind {
    case .usual: return (signed(-60...60), signed(-30...30), signed(-30...30))
    case .any: return (random.any(), random.any(), random.any())
    case .cancellation:
      let b = signed(-400...400), c = signed(-400...400)
      return (moved(-(b * c)), b, c)
    case .ties:
      // `a` is a power of two times a short number, and the product about half of its last place, or exactly that.
      let b = short(-30...30), c = short(-30...30),
        scale = Double(sign: .plus, exponent: Int(random.bits() % 5) + 51, significand: 1)
      return (short(0...0) * abs(b * c).binade * scale, b, c)
    case .far:
      // One term far smaller than the other: it is only seen by how it rounds.
      let b = short(-30...30), c = short(-30...30), distance = Int(random.bits() % 400) - 200
      return (short(distance...distance), b, c)
    case .subnormal:
      let b = short(-600...(-400)), c = short(-600...(-400))
      return (
        random.bits() & 1 == 0
          ? short(-1022 ... -1000) : Double(bitPattern: random.bits() & 0x800f_ffff_ffff_ffff), b, c
      )
    case .overflow: return (signed(1015...1023), signed(500...523), signed(500...523))
    case .small:
      // Products of the smallest numbers there are.
      return (
        Double(bitPattern: (random.bits() >> 12) >> (random.bits() % 52)), signed(-1022 ... -900),
        signed(-150...60)
      )
    case .limits:
      // Around the exponents at which the quick way is left.
      let product = [-805, -800, -795, 895, 900, 905][Int(random.bits() % 6)],
        b = Int(random.bits() % 900) - 450
      return (
        short(max(-1022, product - 60)...product + 60), short(b...b),
        short(max(-1022, min(1023, product - b))...min(1023, max(-1022, product - b)))
      )
    }
  }

  @Test("random numbers of every kind give the processor's bits, both ways", arguments: Kind.allCases)
  func random(_ kind: Kind) {
    var random = RandomDoubles(stream: 140), different = 0, first = (0.0, 0.0, 0.0)
    let count = kind == .usual || kind == .any ? RandomDoubles.count / 2 : RandomDoubles.count / 8
    for _ in 0..<count {
      let (a, b, c) = FusedMultiplyAddTests.draw(kind, &random), expected = a.addingProduct(b, c)
      let isSame =
        sameBits(FusedMultiplyAdd.of(a, b, c), expected)
        && sameBits(FusedMultiplyAdd.byIntegers(a, b, c), expected)
      if !isSame {
        if different == 0 { first = (a, b, c) }
        different += 1
      }
    }
    #expect(different == 0, "\(kind): of \(count), e.g. \(first)")
  }

  @Test("special numbers give the processor's bits, both ways")
  func special() {
    let numbers = specialNumbers.filter {
      $0 == 0 || !$0.isFinite || abs($0.exponent) % tried(small: [512], large: [149]).last! < 2
    }
    var first: (Double, Double, Double)?
    for a in numbers {
      for b in numbers {
        for c in numbers {
          let expected = a.addingProduct(b, c)
          let isSame =
            sameBits(FusedMultiplyAdd.of(a, b, c), expected)
            && sameBits(FusedMultiplyAdd.byIntegers(a, b, c), expected)
          if !isSame { first = first ?? (a, b, c) }
        }
      }
    }
    #expect(first == nil, "\(first!)")
  }

  @Test("known sums are rounded once")
  func known() {
    // The product's last bit decides: rounded by itself it would be lost.
    let x = 1 + 0x1p-30
    #expect(FusedMultiplyAdd.of(-1, x, x) == 0x1p-29 + 0x1p-60 && x * x - 1 == 0x1p-29)
    // Exactly between two doubles, and beside the middle by a product's last bit.
    #expect(FusedMultiplyAdd.of(0x1p53, 1, 1) == 0x1p53)
    #expect(FusedMultiplyAdd.of(0x1p53, 1 + 0x1p-52, 1) == 0x1p53 + 2)
    #expect(FusedMultiplyAdd.of(0x1p53 + 2, 1, 1) == 0x1p53 + 4)
    // Zeros have the sign of a sum of zeros.
    #expect(
      FusedMultiplyAdd.of(-0.0, 0, -1e84).sign == .minus && FusedMultiplyAdd.of(0, 0, -1e84).sign == .plus)
    // Half of the least number rounds to the even 0, anything more does not.
    #expect(FusedMultiplyAdd.of(0, 0x1p-1074, 0.5) == 0)
    #expect(FusedMultiplyAdd.of(0, 0x1p-1074, 0x1.0000000000001p-1) == 0x1p-1074)
    #expect(
      FusedMultiplyAdd.of(-.greatestFiniteMagnitude, .greatestFiniteMagnitude, 2) == .greatestFiniteMagnitude)
  }
}
