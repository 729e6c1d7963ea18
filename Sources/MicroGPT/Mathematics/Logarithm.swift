// `log`: Szabolcs Nagy's algorithm in ARM's optimized routines, which is glibc's since 2.28.

extension FunctionLanes {
  /// A positive normal number as `2^k·z`, with the row of a table whose `c` is near `z`.
  ///
  /// - Parameters:
  ///   - bits: The number's.
  ///   - first: The bits of the smallest `z`, where the first of 128 intervals begins.
  @inline(__always)
  static func split(_ bits: Words, from first: Int64) -> (row: Words, k: Vector, z: Vector) {
    let above = add(bits, allWords(0 &- first))
    let row = and(shiftRight(above, 45), allWords(127))
    // The exponent is shifted as an unsigned number, with 2048 added, and becomes a double as the last bits of one.
    let biased = shiftRight(add(above, allWords(.min)), 52)
    let k = subtract(numbers(add(biased, words(all(0x1p52)))), all(0x1p52 + 2048))
    return (row, k, numbers(subtract(bits, and(above, allWords(0xfff &<< 52)))))
  }

  /// The natural logarithm of positive normal numbers that are not between 15/16 and 1.065, in every lane.
  ///
  /// - Parameter rows: `LogarithmTable.rows`.
  @inline(__always)
  static func logarithm(_ x: Words, _ rows: UnsafePointer<Double>) -> Vector {
    typealias Table = LogarithmTable
    let (row, k, z) = split(x, from: 0x3fe6_0000_0000_0000), place = shiftLeft(row, 1)
    let r = fused(all(-1), z, lookUp(rows, place)), r2 = multiply(r, r)
    let large = fused(lookUp(rows + 1, place), k, all(Table.ln2High)), high = add(large, r)
    let low = fused(add(subtract(large, high), r), k, all(Table.ln2Low))
    let first = fused(all(Table.a1), r, all(Table.a2)), last = fused(all(Table.a3), r, all(Table.a4))
    let polynomial = fused(first, r2, last)
    return add(fused(fused(low, r2, all(Table.a0)), multiply(r, r2), polynomial), high)
  }

  /// The natural logarithm of numbers between 15/16 and 1.065, in every lane.
  @inline(__always)
  static func logarithmNearOne(_ x: Vector) -> Vector {
    typealias Table = LogarithmTable
    let r = subtract(x, all(1)), r2 = multiply(r, r), r3 = multiply(r, r2)
    @inline(__always) func part(_ a: Double, _ b: Double, _ c: Double) -> Vector {
      fused(fused(all(a), r, all(b)), r2, all(c))
    }
    let last = fused(part(Table.b7, Table.b8, Table.b9), r3, all(Table.b10))
    let middle = fused(part(Table.b4, Table.b5, Table.b6), r3, last)
    let polynomial = fused(part(Table.b1, Table.b2, Table.b3), r3, middle)
    // b0·r² in two parts: the square of the upper half of r is exact.
    let shifted = multiply(r, all(0x1p27)), upper = subtract(add(r, shifted), shifted)
    let lower = subtract(r, upper), square = multiply(multiply(upper, upper), all(Table.b0))
    let high = add(r, square), rest = add(subtract(r, high), square)
    let low = fused(rest, multiply(all(Table.b0), lower), add(upper, r))
    return add(fused(low, r3, polynomial), high)
  }
}

extension OneLane {
  /// The natural logarithm of `x`.
  @inline(__always)
  static func logarithm(_ x: Double) -> Double {
    if x >= 0x0.fp0 && x < 0x1.109p0 { return x == 1 ? 0 : logarithmNearOne(x) }
    if x >= .leastNormalMagnitude && x < .infinity { return logarithm(words(x), LogarithmTable.rows) }
    if x == 0 { return -.infinity }
    if !(x > 0) || x == .infinity { return x > 0 || x.isNaN ? x : .nan }
    return logarithm(words(x * 0x1p52) &- 52 &<< 52, LogarithmTable.rows)
  }
}
