// The fast arithmetic's exponential, in lanes.

extension FastLanes {
  /// `eˣ` for `x ≤ 0`, within 2 ulp; 0 below `leastExponent`.
  ///
  /// With `n` the integer nearest to `x/ln 2` and `r = x - n·ln 2`, at most 0.35 away from 0, it is `2ⁿ·eʳ`.
  /// Adding 1.5·2²³ leaves no room for a fraction, so the sum's low bits are `n`. `n·ln 2` is subtracted in two
  /// parts; the first part of `ln 2` has so few bits that its product with `n` is exact. The polynomial is that of
  /// Cephes' expf.c.
  @inline(__always)
  static func exponential(_ x: Vector) -> Vector { exponential(x, from: leastExponent) }

  /// The same for `x ≤ 80`; 0 below `least`, which is -87 or more.
  @inline(__always)
  static func exponential(_ x: Vector, from least: Float) -> Vector {
    wherePositive(add(x, all(-least)), exponential(inside: max(x, all(least))))
  }

  /// `eˣ` for `x` of either sign, clamped to `leastExponent` and 87.
  @inline(__always)
  static func boundedExponential(_ x: Vector) -> Vector {
    exponential(inside: min(max(x, all(leastExponent)), all(87)))
  }

  @inline(__always)
  private static func exponential(inside: Vector) -> Vector {
    let shifted = add(all(12_582_912), inside, times: all(1.442_695_04))
    let n = subtract(shifted, all(12_582_912))
    let r = add(add(inside, n, times: all(-0.693_359_375)), n, times: all(2.121_944_4e-4))
    var p = all(1.987_569_15e-4)
    p = add(all(1.398_199_950_7e-3), p, times: r)
    p = add(all(8.333_451_907_3e-3), p, times: r)
    p = add(all(4.166_579_589_4e-2), p, times: r)
    p = add(all(1.666_666_545_9e-1), p, times: r)
    p = add(all(5.000_000_120_1e-1), p, times: r)
    let power = add(add(all(1), r), p, times: multiply(r, r))
    return scale(power, byPowerOf2: shifted)
  }
}
