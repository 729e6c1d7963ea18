// `pow`: Szabolcs Nagy's algorithm in ARM's optimized routines, which is glibc's since 2.28.

extension FunctionLanes {
  /// A logarithm with a relative error of about 2⁻⁶⁸: the sum of two doubles.
  typealias PreciseLogarithm = (high: Vector, low: Vector)

  /// `x^y` for positive normal numbers whose logarithm times `y` is less than 512, and not less than 2⁻⁵⁴, in size; in
  /// every lane.
  ///
  /// - Parameters:
  ///   - logarithm: That of `x`.
  ///   - powers: `ExponentialTable.powers`.
  @inline(__always)
  static func power(_ logarithm: PreciseLogarithm, _ y: Vector, _ powers: UnsafePointer<UInt64>) -> Vector {
    let (product, tail) = times(y, logarithm)
    let (scale, rest) = exponentialParts(product, tail: tail, powers)
    return fused(numbers(scale), numbers(scale), rest)
  }

  /// The logarithm of positive normal numbers, from their bits.
  ///
  /// - Parameter rows: `PowerTable.rows`.
  @inline(__always)
  static func preciseLogarithm(_ x: Words, _ rows: UnsafePointer<Double>) -> PreciseLogarithm {
    typealias Table = PowerTable
    let (row, k, z) = split(x, from: 0x3fe6_9555_0000_0000), place = add(shiftLeft(row, 1), row)
    let r = fused(all(-1), z, lookUp(rows, place))
    // k·ln 2 + log c + r, with what each addition loses.
    let large = fused(lookUp(rows + 1, place), k, all(Table.ln2High)), sum = add(large, r)
    let low1 = fused(lookUp(rows + 2, place), k, all(Table.ln2Low)), low2 = add(subtract(large, sum), r)
    // The term of r², likewise.
    let ar = multiply(all(Table.a0), r), ar2 = multiply(r, ar), ar3 = multiply(r, ar2)
    let upper = add(sum, ar2)
    let low3 = fused(subtract(all(0), ar2), ar, r), low4 = add(subtract(sum, upper), ar2)
    let last = fused(fused(all(Table.a3), r, all(Table.a4)), ar2, fused(all(Table.a5), r, all(Table.a6)))
    let polynomial = fused(fused(all(Table.a1), r, all(Table.a2)), ar2, last)
    let lower = fused(add(add(add(low1, low2), low3), low4), ar3, polynomial)
    let high = add(upper, lower)
    return (high, add(subtract(upper, high), lower))
  }

  /// `y` times a logarithm: the product, and what it lacks.
  @inline(__always)
  static func times(_ y: Vector, _ logarithm: PreciseLogarithm) -> (product: Vector, tail: Vector) {
    let product = multiply(y, logarithm.high)
    return (product, fused(fused(subtract(all(0), product), y, logarithm.high), y, logarithm.low))
  }
}

extension OneLane {
  /// `x^y`, with all the special values of C's `pow`.
  @inline(__always)
  static func power(_ x: Double, _ y: Double) -> Double {
    var base = x, isNegative = false
    let size = abs(y)
    if !(x >= .leastNormalMagnitude && x < .infinity && size >= 0x1p-65 && size < 0x1p63),
      let special = specialPower(&base, y, &isNegative)
    {
      return special
    }
    let bits = base >= .leastNormalMagnitude ? words(base) : words(base * 0x1p52) &- 52 &<< 52
    let (product, tail) = times(y, preciseLogarithm(bits, PowerTable.rows))
    return exponential(product, tail: tail, isNegative: isNegative)
  }
}

/// `x^y` where that needs no logarithm.
///
/// - Parameters:
///   - x: If the result is `nil`, its magnitude afterward: a positive number.
///   - isNegative: If the result is `nil`, whether the power of the magnitude has to be negated.
@inline(never)
private func specialPower(_ x: inout Double, _ y: Double, _ isNegative: inout Bool) -> Double? {
  if y == 0 || x == 1 { return 1 }
  if x.isNaN || y.isNaN { return .nan }
  if y.isInfinite { return abs(x) == 1 ? 1 : (abs(x) < 1) == (y < 0) ? .infinity : 0 }
  // From 2⁵³ on all numbers are even integers.
  let isSmall = abs(y) < 0x1p53, isInteger = !isSmall || Double(Int64(y)) == y
  isNegative = x.sign == .minus && isSmall && isInteger && Int64(y) & 1 == 1
  if x == 0 || x.isInfinite {
    let result = (x == 0) == (y < 0) ? Double.infinity : 0
    return isNegative ? -result : result
  }
  if x < 0 && !isInteger { return .nan }
  x = abs(x)
  if x == 1 { return isNegative ? -1 : 1 }
  if abs(y) < 0x1p-65 { return 1 }
  return abs(y) >= 0x1p63 ? ((x > 1) == (y > 0) ? .infinity : 0) : nil
}
