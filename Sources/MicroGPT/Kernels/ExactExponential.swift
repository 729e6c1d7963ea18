// The C library's `exp` to the last bit, in lanes, mostly without a call.

/// What glibc's `exp` gives, for lanes of numbers.
///
/// glibc's `exp` is almost correctly rounded: its documented error is 0.511 units in the last place, so it differs
/// from the correctly rounded result only where the exact one lies close to the middle between two doubles. Here `eˣ`
/// is computed with an error of about 0.003 units before rounding. Where rounding changes it by less than 0.48 units,
/// the rounded result is glibc's; for the other 4 in 100, `exp` is called. Of 1.1·10⁹ arguments tried, none whose
/// rounding changed less than 0.4883 units differed. On another C library, and without fused multiply-adds, `exp` is
/// called for all.
enum ExactExponential {
  /// The size of the table: 64 powers of two, each in two parts.
  static var tableCount: Int { 128 }

  /// Writes the table that the kernels read, `[64, 2]`: `2^(j/64)` rounded, and its rounding error.
  static func fill<Scalar: BinaryFloatingPoint>(_ table: UnsafeMutablePointer<Scalar>) {
    for i in 0..<tableCount { table[i] = Scalar(powers[i]) }
  }

  private static let powers: [Double] = [
    0x1p+0, 0,
    0x1.02c9a3e778061p+0, -0x1.19083535b085dp-56,
    0x1.059b0d3158574p+0, 0x1.d73e2a475b465p-55,
    0x1.0874518759bc8p+0, 0x1.186be4bb284ffp-57,
    0x1.0b5586cf9890fp+0, 0x1.8a62e4adc610bp-54,
    0x1.0e3ec32d3d1a2p+0, 0x1.03a1727c57b53p-59,
    0x1.11301d0125b51p+0, -0x1.6c51039449b3ap-54,
    0x1.1429aaea92dep+0, -0x1.32fbf9af1369ep-54,
    0x1.172b83c7d517bp+0, -0x1.19041b9d78a76p-55,
    0x1.1a35beb6fcb75p+0, 0x1.e5b4c7b4968e4p-55,
    0x1.1d4873168b9aap+0, 0x1.e016e00a2643cp-54,
    0x1.2063b88628cd6p+0, 0x1.dc775814a8495p-55,
    0x1.2387a6e756238p+0, 0x1.9b07eb6c70573p-54,
    0x1.26b4565e27cddp+0, 0x1.2bd339940e9d9p-55,
    0x1.29e9df51fdee1p+0, 0x1.612e8afad1255p-55,
    0x1.2d285a6e4030bp+0, 0x1.0024754db41d5p-54,
    0x1.306fe0a31b715p+0, 0x1.6f46ad23182e4p-55,
    0x1.33c08b26416ffp+0, 0x1.32721843659a6p-54,
    0x1.371a7373aa9cbp+0, -0x1.63aeabf42eae2p-54,
    0x1.3a7db34e59ff7p+0, -0x1.5e436d661f5e3p-56,
    0x1.3dea64c123422p+0, 0x1.ada0911f09ebcp-55,
    0x1.4160a21f72e2ap+0, -0x1.ef3691c309278p-58,
    0x1.44e086061892dp+0, 0x1.89b7a04ef80dp-59,
    0x1.486a2b5c13cdp+0, 0x1.3c1a3b69062fp-56,
    0x1.4bfdad5362a27p+0, 0x1.d4397afec42e2p-56,
    0x1.4f9b2769d2ca7p+0, -0x1.4b309d25957e3p-54,
    0x1.5342b569d4f82p+0, -0x1.07abe1db13cadp-55,
    0x1.56f4736b527dap+0, 0x1.9bb2c011d93adp-54,
    0x1.5ab07dd485429p+0, 0x1.6324c054647adp-54,
    0x1.5e76f15ad2148p+0, 0x1.ba6f93080e65ep-54,
    0x1.6247eb03a5585p+0, -0x1.383c17e40b497p-54,
    0x1.6623882552225p+0, -0x1.bb60987591c34p-54,
    0x1.6a09e667f3bcdp+0, -0x1.bdd3413b26456p-54,
    0x1.6dfb23c651a2fp+0, -0x1.bbe3a683c88abp-57,
    0x1.71f75e8ec5f74p+0, -0x1.16e4786887a99p-55,
    0x1.75feb564267c9p+0, -0x1.0245957316dd3p-54,
    0x1.7a11473eb0187p+0, -0x1.41577ee04992fp-55,
    0x1.7e2f336cf4e62p+0, 0x1.05d02ba15797ep-56,
    0x1.82589994cce13p+0, -0x1.d4c1dd41532d8p-54,
    0x1.868d99b4492edp+0, -0x1.fc6f89bd4f6bap-54,
    0x1.8ace5422aa0dbp+0, 0x1.6e9f156864b27p-54,
    0x1.8f1ae99157736p+0, 0x1.5cc13a2e3976cp-55,
    0x1.93737b0cdc5e5p+0, -0x1.75fc781b57ebcp-57,
    0x1.97d829fde4e5p+0, -0x1.d185b7c1b85d1p-54,
    0x1.9c49182a3f09p+0, 0x1.c7c46b071f2bep-56,
    0x1.a0c667b5de565p+0, -0x1.359495d1cd533p-54,
    0x1.a5503b23e255dp+0, -0x1.d2f6edb8d41e1p-54,
    0x1.a9e6b5579fdbfp+0, 0x1.0fac90ef7fd31p-54,
    0x1.ae89f995ad3adp+0, 0x1.7a1cd345dcc81p-54,
    0x1.b33a2b84f15fbp+0, -0x1.2805e3084d708p-57,
    0x1.b7f76f2fb5e47p+0, -0x1.5584f7e54ac3bp-56,
    0x1.bcc1e904bc1d2p+0, 0x1.23dd07a2d9e84p-55,
    0x1.c199bdd85529cp+0, 0x1.11065895048ddp-55,
    0x1.c67f12e57d14bp+0, 0x1.2884dff483cadp-54,
    0x1.cb720dcef9069p+0, 0x1.503cbd1e949dbp-56,
    0x1.d072d4a07897cp+0, -0x1.cbc3743797a9cp-54,
    0x1.d5818dcfba487p+0, 0x1.2ed02d75b3707p-55,
    0x1.da9e603db3285p+0, 0x1.c2300696db532p-54,
    0x1.dfc97337b9b5fp+0, -0x1.1a5cd4f184b5cp-54,
    0x1.e502ee78b3ff6p+0, 0x1.39e8980a9cc8fp-55,
    0x1.ea4afa2a490dap+0, -0x1.e9c23179c2893p-54,
    0x1.efa1bee615a27p+0, 0x1.dc7f486a4b6bp-54,
    0x1.f50765b6e454p+0, 0x1.9d3e12dd8a18bp-54,
    0x1.fa7c1819e90d8p+0, 0x1.74853f3a5931ep-55,
  ]
}

extension PowerLanes {
  /// `z = exp(z - peak)` in place, for the first `count` numbers.
  ///
  /// With `k` the integer nearest to `64·x/ln 2`, `j` its lowest six bits and `r = x - k·ln 2/64`, at most
  /// 0.0055 away from 0, it is `2^(k/64 - j/64) · 2^(j/64) · eʳ`. `ln 2/64` is subtracted in two parts: the
  /// first leaves no error, since the difference is a multiple of the last place that the product has.
  ///
  /// - Parameters:
  ///   - z: Overwritten up to the end of the last vector.
  ///   - peaks: What is subtracted from each vector.
  ///   - table: Written by `ExactExponential.fill`.
  @inline(__always)
  static func exponentials(
    _ z: UnsafeMutablePointer<Double>, _ count: Int, minus peaks: Vector, _ table: UnsafePointer<Double>
  ) {
    guard hasFused, CLibrary.hasGlibcPow else {
      for i in 0..<count { z[i] = exp(z[i] - peaks[i % Self.count]) }
      return
    }
    var i = 0
    while i < count {
      let x = subtract(load(z + i), peaks)
      let (y, unsettled) = exponential(x, table)
      store(y, z + i)
      var lanes = unsettled
      if count &- i < Self.count { lanes &= 1 &<< UInt8(truncatingIfNeeded: count &- i) &- 1 }
      while lanes != 0 {
        let lane = lanes.trailingZeroBitCount
        z[i &+ lane] = exp(x[lane])
        lanes &= lanes &- 1
      }
      i &+= Self.count
    }
  }

  /// `eˣ`, and a mask of the lanes in which glibc may give another number.
  @inline(__always)
  static func exponential(_ x: Vector, _ table: UnsafePointer<Double>) -> (Vector, UInt8) {
    let shift = all(0x1.8p52)
    let shifted = add(shift, x, times: all(0x1.71547652b82fep+6)), k = subtract(shift, shifted)
    let r = fused(x, k, all(0x1.62e42fefa39efp-7)), rest = multiply(k, all(0x1.abc9e3b39803fp-62))
    let (power, powerRest) = powers(shifted, table)
    var p = all(1.0 / 720)
    p = fused(all(1.0 / 120), p, r)
    p = fused(all(1.0 / 24), p, r)
    p = fused(all(1.0 / 6), p, r)
    p = fused(all(0.5), p, r)
    let small = add(r, fused(fused(rest, rest, r), p, multiply(r, r)))
    // The power times 1 + small, as a sum whose second part is small.
    let tail = fused(fused(powerRest, powerRest, small), power, small)
    let y = add(power, tail), error = magnitude(add(subtract(power, y), tail))
    let isSettled = whereLess(error, multiply(binade(y), all(0.48 * 0x1p-52)), x, all(-.infinity))
    return (scale(y, byPowerOf2: shifted), notBelow(all(-700), isSettled))
  }
}

/// Lanes with a table of powers of two, indexed by the low bits of numbers.
protocol PowerLanes: ExactLanes {
  /// `table[2j]` and `table[2j + 1]`, with `j` the low six bits of each lane.
  static func powers(_ n: Vector, _ table: UnsafePointer<Double>) -> (Vector, Vector)
  /// `x·2^⌊n/64⌋`, for normal results; the low bits of `n` hold an integer.
  static func scale(_ x: Vector, byPowerOf2 n: Vector) -> Vector
}

extension Exact8: PowerLanes {
  @inline(__always) static func powers(_ n: Vector, _ table: UnsafePointer<Double>) -> (Vector, Vector) {
    let j = (unsafeBitCast(n, to: SIMD8<Int64>.self) & SIMD8(repeating: 63)) &<< SIMD8(repeating: 1)
    return (
      SIMD8(
        table[Int(j[0])], table[Int(j[1])], table[Int(j[2])], table[Int(j[3])], table[Int(j[4])],
        table[Int(j[5])], table[Int(j[6])],
        table[Int(j[7])]),
      SIMD8(
        table[Int(j[0]) &+ 1], table[Int(j[1]) &+ 1], table[Int(j[2]) &+ 1], table[Int(j[3]) &+ 1],
        table[Int(j[4]) &+ 1],
        table[Int(j[5]) &+ 1], table[Int(j[6]) &+ 1], table[Int(j[7]) &+ 1])
    )
  }
  @inline(__always) static func scale(_ x: Vector, byPowerOf2 n: Vector) -> Vector {
    let exponent =
      unsafeBitCast(n, to: SIMD8<UInt64>.self) &<< SIMD8(repeating: 46)
      & SIMD8(repeating: 0xfff0_0000_0000_0000)
    return unsafeBitCast(unsafeBitCast(x, to: SIMD8<UInt64>.self) &+ exponent, to: Vector.self)
  }
}

extension Exact4: PowerLanes {
  @inline(__always) static func powers(_ n: Vector, _ table: UnsafePointer<Double>) -> (Vector, Vector) {
    let j = (unsafeBitCast(n, to: SIMD4<Int64>.self) & SIMD4(repeating: 63)) &<< SIMD4(repeating: 1)
    return (
      SIMD4(table[Int(j[0])], table[Int(j[1])], table[Int(j[2])], table[Int(j[3])]),
      SIMD4(table[Int(j[0]) &+ 1], table[Int(j[1]) &+ 1], table[Int(j[2]) &+ 1], table[Int(j[3]) &+ 1])
    )
  }
  @inline(__always) static func scale(_ x: Vector, byPowerOf2 n: Vector) -> Vector {
    let exponent =
      unsafeBitCast(n, to: SIMD4<UInt64>.self) &<< SIMD4(repeating: 46)
      & SIMD4(repeating: 0xfff0_0000_0000_0000)
    return unsafeBitCast(unsafeBitCast(x, to: SIMD4<UInt64>.self) &+ exponent, to: Vector.self)
  }
}

extension Exact2: PowerLanes {
  @inline(__always) static func powers(_ n: Vector, _ table: UnsafePointer<Double>) -> (Vector, Vector) {
    let j = (unsafeBitCast(n, to: SIMD2<Int64>.self) & SIMD2(repeating: 63)) &<< SIMD2(repeating: 1)
    return (SIMD2(table[Int(j[0])], table[Int(j[1])]), SIMD2(table[Int(j[0]) &+ 1], table[Int(j[1]) &+ 1]))
  }
  @inline(__always) static func scale(_ x: Vector, byPowerOf2 n: Vector) -> Vector {
    let exponent =
      unsafeBitCast(n, to: SIMD2<UInt64>.self) &<< SIMD2(repeating: 46)
      & SIMD2(repeating: 0xfff0_0000_0000_0000)
    return unsafeBitCast(unsafeBitCast(x, to: SIMD2<UInt64>.self) &+ exponent, to: Vector.self)
  }
}
