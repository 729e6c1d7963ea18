// `exp`: Szabolcs Nagy's algorithm in ARM's optimized routines, which is glibc's since 2.28.

extension FunctionLanes {
  /// `e^x` for `|x| < 512`, in every lane.
  ///
  /// - Parameter powers: `ExponentialTable.powers`.
  @inline(__always)
  static func exponential(_ x: Vector, _ powers: UnsafePointer<UInt64>) -> Vector {
    let (scale, rest) = exponentialParts(x, tail: nil, powers)
    return fused(numbers(scale), numbers(scale), rest)
  }

  /// `e^(x + tail)` as `scale·(1 + rest)`. These are the scale's bits: its exponent wraps around where `x` is below -708
  /// or above 709.
  ///
  /// With `k` the integer nearest to `128·x/ln 2` and `r = x - k·ln 2/128`, the scale is `2^(k/128)`, rounded, and
  /// `1 + rest` is `e^r` and what the scale lacks.
  ///
  /// - Parameter tail: What a number near `x` has beyond the digits of a double.
  @inline(__always)
  static func exponentialParts(
    _ x: Vector, tail: Vector?, _ powers: UnsafePointer<UInt64>
  ) -> (scale: Words, rest: Vector) {
    typealias Table = ExponentialTable
    let shift = all(0x1.8p52), shifted = fused(shift, all(Table.inverse), x)
    let bits = words(shifted), k = subtract(shifted, shift)
    var r = fused(fused(x, k, all(Table.high)), k, all(Table.low))
    if let tail { r = add(r, tail) }
    let row = shiftLeft(and(bits, allWords(127)), 1)
    let scale = add(lookUp(powers + 1, row), shiftLeft(bits, 45))
    let lack = numbers(lookUp(powers, row)), r2 = multiply(r, r)
    let low = fused(all(Table.c2), r, all(Table.c3)), high = fused(all(Table.c4), r, all(Table.c5))
    return (scale, fused(fused(add(lack, r), r2, low), multiply(r2, r2), high))
  }
}

extension OneLane {
  /// `e^x`.
  @inline(__always)
  static func exponential(_ x: Double) -> Double { exponential(x, tail: nil, isNegative: false) }

  /// `e^(x + tail)`, or its negative.
  @inline(__always)
  static func exponential(_ x: Double, tail: Double?, isNegative: Bool) -> Double {
    let size = abs(x)
    // The sum rounds to 1.
    if size < 0x1p-54 { return isNegative ? -1 - x : 1 + x }
    if !(size < 1024) {
      let y: Double = x.isNaN ? x : x < 0 ? 0 : .infinity
      return isNegative ? -y : y
    }
    var (scale, rest) = exponentialParts(x, tail: tail, ExponentialTable.powers)
    if isNegative { scale ^= .min }
    return size < 512 ? fused(numbers(scale), numbers(scale), rest) : scaled(scale, rest, isLarge: x > 0)
  }

  /// `scale·(1 + rest)` where it may overflow or be subnormal, and the scale's exponent may have wrapped around.
  @inline(__always)
  private static func scaled(_ scale: Int64, _ rest: Double, isLarge: Bool) -> Double {
    if isLarge {
      let scale = numbers(scale &- 1009 &<< 52)
      return 0x1p1009 * fused(scale, scale, rest)
    }
    // glibc fuses nothing here: gcc leaves a product alone that both branches need.
    let scale = numbers(scale &+ 1022 &<< 52), product = scale * rest, y = scale + product
    guard abs(y) < 1 else { return 0x1p-1022 * y }
    // The result is subnormal. Adding 1 rounds `y` to the result's last place, so that the last product does not round
    // again.
    let one: Double = y < 0 ? -1 : 1
    let high = one + y, low = one - high + y + (scale - y + product)
    let rounded = high + low - one
    return 0x1p-1022 * (rounded == 0 ? (scale < 0 ? -0.0 : 0) : rounded)
  }
}
