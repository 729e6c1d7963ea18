// The fused multiply-add where the processor has none.

/// `a + b·c`, rounded once, for all doubles.
enum FusedMultiplyAdd {
  /// `a + b·c`, rounded once.
  @inline(__always)
  static func of(_ a: Double, _ b: Double, _ c: Double) -> Double {
    let exponents = (exponent(b), exponent(c), exponent(a))
    let product = exponents.0 &+ exponents.1
    // The product is between 2⁻⁸⁰⁰ and 2⁹⁰⁰, no number is near overflow, and the factors can be split. They are not
    // zero either, so that a sum of two zeros gets its sign.
    if product &- (2046 &- 800) < 1700, exponents.0 &- 1 < 1899, exponents.1 &- 1 < 1899, exponents.2 < 1900 {
      return EmulatedNumber.emulatedFused(a, b, c)
    }
    return byIntegers(a, b, c)
  }

  @inline(__always)
  private static func exponent(_ x: Double) -> UInt { UInt(truncatingIfNeeded: x.bitPattern &>> 52) & 0x7ff }

  /// The same in integers: the specification of the fast way, and what handles the numbers for which that fails.
  @inline(never)
  static func byIntegers(_ a: Double, _ b: Double, _ c: Double) -> Double {
    // A product with infinity or NaN is exact, as is one with 0; an infinite `a` outweighs any other.
    if !b.isFinite || !c.isFinite || b == 0 || c == 0 { return a + b * c }
    if !a.isFinite { return a }
    let (x, y, z) = (Parts(b), Parts(c), Parts(a))
    // Both terms as 128 bits, with the top bit at 124 or 125: the lowest 20 bits are free.
    let full = x.significand.multipliedFullWidth(by: y.significand)
    var product = Wide(high: full.high, low: full.low).shiftedLeft(20)
    var addend = Wide(high: z.significand, low: 0).shiftedLeft(8)
    let productExponent = x.exponent + y.exponent - 20, addendExponent = z.exponent - 72
    let isNegative = (b < 0) != (c < 0), exponent: Int
    if a == 0 || productExponent >= addendExponent {
      addend = a == 0 ? addend : addend.shiftedRight(productExponent - addendExponent)
      exponent = productExponent
    } else {
      product = product.shiftedRight(addendExponent - productExponent)
      exponent = addendExponent
    }
    if isNegative == (a < 0) || a == 0 { return rounded(product.plus(addend), exponent, isNegative) }
    if product.isLess(addend) { return rounded(addend.minus(product), exponent, a < 0) }
    return rounded(product.minus(addend), exponent, isNegative)
  }

  /// `±magnitude·2^exponent` as the nearest double, or the even one of two.
  private static func rounded(_ magnitude: Wide, _ exponent: Int, _ isNegative: Bool) -> Double {
    let width = magnitude.bitWidth
    if width == 0 { return 0 }
    // The last place of the result: 53 bits, or what is left of them above 2⁻¹⁰⁷⁴.
    let place = max(exponent + width - 53, -1074), drop = place - exponent
    var significand: UInt64
    if drop <= 0 {
      significand = magnitude.shiftedLeft(-drop).low
    } else {
      // With two more bits, the last of which stands for all others that are dropped.
      let kept = (drop < 2 ? magnitude.shiftedLeft(2 - drop) : magnitude.shiftedRight(drop - 2)).low
      significand = kept &>> 2
      if kept & 3 == 3 || kept & 7 == 6 { significand += 1 }
    }
    let sign: UInt64 = isNegative ? 1 << 63 : 0
    if significand < 1 << 52 { return Double(bitPattern: sign | significand) }
    if place + 1075 >= 2047 { return isNegative ? -.infinity : .infinity }
    let bits = UInt64(place + 1075) &<< 52 &+ (significand &- 1 << 52)
    return Double(bitPattern: sign | min(bits, Double.infinity.bitPattern))
  }

  /// A finite number without its sign: `significand·2^exponent`, with the significand's bit 52 set unless it is 0.
  private struct Parts {
    let significand: UInt64, exponent: Int

    init(_ x: Double) {
      let fraction = x.bitPattern & (1 << 52 - 1), biased = Int(x.bitPattern &>> 52 & 0x7ff)
      if biased > 0 {
        (significand, exponent) = (fraction | 1 << 52, biased - 1075)
      } else {
        let shift = fraction == 0 ? 0 : fraction.leadingZeroBitCount - 11
        (significand, exponent) = (fraction << UInt64(shift), -1074 - shift)
      }
    }
  }

  /// An unsigned integer of 128 bits. (The standard library's needs a newer macOS than the package.)
  private struct Wide {
    let high, low: UInt64

    /// How many bits it has without leading zeros.
    var bitWidth: Int {
      high > 0 ? 128 - high.leadingZeroBitCount : 64 - low.leadingZeroBitCount
    }

    func shiftedLeft(_ n: Int) -> Wide {
      if n == 0 { return self }
      if n >= 64 { return Wide(high: low << UInt64(n - 64), low: 0) }
      return Wide(high: high << UInt64(n) | low >> UInt64(64 - n), low: low << UInt64(n))
    }

    /// Keeps a trace of the bits that it drops: if one of them is 1, so is the last bit of the result.
    func shiftedRight(_ n: Int) -> Wide {
      if n == 0 { return self }
      if n >= 128 { return Wide(high: 0, low: high | low == 0 ? 0 : 1) }
      if n >= 64 {
        let dropped = low | (n == 64 ? 0 : high << UInt64(128 - n))
        return Wide(high: 0, low: high >> UInt64(n - 64) | (dropped == 0 ? 0 : 1))
      }
      let dropped = low << UInt64(64 - n)
      return Wide(
        high: high >> UInt64(n), low: low >> UInt64(n) | high << UInt64(64 - n) | (dropped == 0 ? 0 : 1))
    }

    func plus(_ other: Wide) -> Wide {
      let (sum, carries) = low.addingReportingOverflow(other.low)
      return Wide(high: high &+ other.high &+ (carries ? 1 : 0), low: sum)
    }

    func minus(_ other: Wide) -> Wide {
      let (difference, borrows) = low.subtractingReportingOverflow(other.low)
      return Wide(high: high &- other.high &- (borrows ? 1 : 0), low: difference)
    }

    func isLess(_ other: Wide) -> Bool { high == other.high ? low < other.low : high < other.high }
  }
}
