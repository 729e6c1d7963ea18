// `sin` and `cos`: IBM's accurate algorithm as glibc 2.28 and later have it, without its slow paths.

extension OneLane {
  /// The sine of `x` radians, for `|x| < 10⁸`.
  @inline(__always)
  static func sine(_ x: Double) -> Double {
    let high = highWord(x)
    if high < 0x3e50_0000 { return x }
    if high < 0x3feb_6000 { return sine(x, 0) }
    if high < 0x4003_68fd {
      let y = cosine(SineTable.halfPi - abs(x), SineTable.halfPiRest)
      return x < 0 ? -y : y
    }
    return reduced(x, 0)
  }

  /// The cosine of `x` radians, for `|x| < 10⁸`.
  @inline(__always)
  static func cosine(_ x: Double) -> Double {
    let high = highWord(x)
    if high < 0x3e40_0000 { return 1 }
    if high < 0x3feb_6000 { return cosine(x, 0) }
    if high < 0x4003_68fd {
      let y = SineTable.halfPi - abs(x), a = y + SineTable.halfPiRest
      return sine(a, y - a + SineTable.halfPiRest)
    }
    return reduced(x, 1)
  }

  /// The upper half of the bits, without the sign. The limits between the cases are such halves.
  @inline(__always)
  private static func highWord(_ x: Double) -> UInt32 {
    UInt32(truncatingIfNeeded: x.bitPattern &>> 32) & 0x7fff_ffff
  }

  /// `sin(x + dx)` for `|x| < 0.86`.
  @inline(__always)
  private static func sine(_ x: Double, _ dx: Double) -> Double {
    typealias Table = SineTable
    if abs(x) < 0.126 {
      let x2 = x * x
      var p = fused(Table.s4, Table.s5, x2)
      p = fused(Table.s3, p, x2)
      p = fused(Table.s2, p, x2)
      p = fused(Table.s1, p, x2)
      return x + fused(dx, fused(-(0.5 * dx), p, x), x2)
    }
    let (row, r) = nearest(x), dr = x <= 0 ? -dx : dx, r2 = r * r
    let s = r + fused(dr, r * r2, fused(Table.sine3, r2, Table.sine5))
    let c = fused(r2 * cosinePolynomial(r2), r, dr)
    let y = row[0] + fused(fused(fused(row[1], s, row[3]), -row[0], c), row[2], s)
    return x < 0 ? -y : y
  }

  /// `cos(x + dx)` for `|x| < 0.86`.
  @inline(__always)
  private static func cosine(_ x: Double, _ dx: Double) -> Double {
    typealias Table = SineTable
    let (row, rest) = nearest(x), r = rest + (x < 0 ? -dx : dx), r2 = r * r
    let s = fused(r, r * r2, fused(Table.sine3, r2, Table.sine5)), c = r2 * cosinePolynomial(r2)
    return row[2] + fused(fused(fused(row[3], -s, row[1]), -row[2], c), -row[0], s)
  }

  /// The row of the table nearest to `|x|`, and the distance from it.
  @inline(__always)
  private static func nearest(_ x: Double) -> (row: UnsafePointer<Double>, rest: Double) {
    let shifted = SineTable.shift + abs(x)
    let row = SineTable.rows + 4 &* Int(truncatingIfNeeded: shifted.bitPattern & 0xffff_ffff)
    return (row, abs(x) - (shifted - SineTable.shift))
  }

  /// `(1 - cos r)/r²`.
  @inline(__always)
  private static func cosinePolynomial(_ r2: Double) -> Double {
    fused(SineTable.cosine2, r2, fused(SineTable.cosine4, r2, SineTable.cosine6))
  }

  /// `sin(x + quarter·π/2)`, by subtracting a multiple of `π/2` in four parts.
  @inline(__always)
  private static func reduced(_ x: Double, _ quarter: UInt64) -> Double {
    typealias Table = SineTable
    precondition(abs(x) < 1e8, "Sine and cosine are for angles below 10⁸.")
    let shifted = fused(Table.integer, x, Table.inverseHalfPi), n = shifted - Table.integer
    let upper = fused(fused(x, -n, Table.part1), -n, Table.part2)
    let middle = fused(upper, -n, Table.part3), middleRest = fused(upper - middle, -n, Table.part3)
    let a = fused(middle, -n, Table.part4), da = middleRest + fused(middle - a, -n, Table.part4)
    let q = shifted.bitPattern &+ quarter
    let y = q & 1 == 0 ? sine(a, da) : cosine(a, da)
    return q & 2 == 0 ? y : -y
  }
}
