// What exp, log, pow, sin and cos compute with: one double, or a vector of doubles. Each function is written once, over
// this protocol, with every fused operation named: which are fused is part of the bits.

/// Doubles, one or several, with a multiply-add that rounds once.
protocol FunctionLanes {
  associatedtype Vector
  /// The bits of a vector's doubles, as integers.
  associatedtype Words

  /// `x` in every lane.
  static func all(_ x: Double) -> Vector
  static func add(_ a: Vector, _ b: Vector) -> Vector
  static func subtract(_ a: Vector, _ b: Vector) -> Vector
  static func multiply(_ a: Vector, _ b: Vector) -> Vector
  /// `a + b·c`, rounded once, on every processor. In lanes without the instruction, only for numbers whose products
  /// neither overflow nor lose bits to underflow.
  static func fused(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector
  /// `a - b·c`, likewise.
  static func fusedRest(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector

  static func words(_ x: Vector) -> Words
  static func numbers(_ x: Words) -> Vector
  static func allWords(_ x: Int64) -> Words
  static func add(_ a: Words, _ b: Words) -> Words
  static func subtract(_ a: Words, _ b: Words) -> Words
  static func and(_ a: Words, _ b: Words) -> Words
  static func exclusiveOr(_ a: Words, _ b: Words) -> Words
  static func shiftLeft(_ a: Words, _ n: Int) -> Words
  /// Fills with zeros.
  static func shiftRight(_ a: Words, _ n: Int) -> Words
  /// All ones where `a` and `b` differ, as numbers, and zeros elsewhere.
  static func differing(_ a: Vector, _ b: Vector) -> Words
  /// `table[i]` for the `i` of each lane.
  static func lookUp(_ table: UnsafePointer<Double>, _ i: Words) -> Vector
  static func lookUp(_ table: UnsafePointer<UInt64>, _ i: Words) -> Words
}

extension FunctionLanes {
  /// `a + b·c`, rounded once, from operations that round: the error-free product and sums, joined by rounding to odd.
  ///
  /// The product is `u + v` (Dekker, 1971), and `a + u + v` is `s + t + w` with a large `s` (Knuth). `t + w` is rounded to
  /// odd, so that adding it to `s` rounds as if it had been exact (Boldo and Melquiond, 2008).
  ///
  /// - Precondition: Nothing overflows, and products are not so small that their errors underflow: see `fused`.
  @inline(__always)
  static func emulatedFused(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector {
    let u = multiply(b, c), v = productRest(u, b, c)
    let (t, w) = sum(a, v), (s, x) = sum(u, t)
    return add(s, oddSum(w, x))
  }

  /// `b·c - product`, exactly, for the rounded `product` of `b` and `c`.
  @inline(__always)
  static func productRest(_ product: Vector, _ b: Vector, _ c: Vector) -> Vector {
    let (b1, b2) = halves(b), (c1, c2) = halves(c)
    let cross = add(subtract(multiply(b1, c1), product), multiply(b1, c2))
    return add(add(cross, multiply(b2, c1)), multiply(b2, c2))
  }

  /// Two numbers of at most 26 bits whose sum is `x`.
  @inline(__always)
  static func halves(_ x: Vector) -> (high: Vector, low: Vector) {
    let shifted = multiply(x, all(134_217_729)), high = subtract(shifted, subtract(shifted, x))
    return (high, subtract(x, high))
  }

  /// `a + b`, rounded, and its error, exactly.
  @inline(__always)
  static func sum(_ a: Vector, _ b: Vector) -> (sum: Vector, rest: Vector) {
    let sum = add(a, b), part = subtract(sum, a)
    return (sum, add(subtract(a, subtract(sum, part)), subtract(b, part)))
  }

  /// `a + b` rounded to odd: if it is not a double, the one of its two neighbors whose last bit is 1.
  @inline(__always)
  static func oddSum(_ a: Vector, _ b: Vector) -> Vector {
    let (sum, rest) = sum(a, b), bits = words(sum)
    // Away from zero if the rest has the sign of the sum, else toward it; only from an even number.
    let isToward = shiftRight(exclusiveOr(bits, words(rest)), 63)
    let step = subtract(allWords(1), shiftLeft(isToward, 1))
    let isEven = subtract(and(bits, allWords(1)), allWords(1))
    return numbers(add(bits, and(step, and(isEven, differing(rest, all(0))))))
  }
}

/// One double.
protocol OneLane: FunctionLanes where Vector == Double, Words == Int64 {}

extension OneLane {
  @inline(__always) static func all(_ x: Double) -> Double { x }
  @inline(__always) static func add(_ a: Double, _ b: Double) -> Double { a + b }
  @inline(__always) static func subtract(_ a: Double, _ b: Double) -> Double { a - b }
  @inline(__always) static func multiply(_ a: Double, _ b: Double) -> Double { a * b }
  @inline(__always) static func fusedRest(_ a: Double, _ b: Double, _ c: Double) -> Double { fused(a, -b, c) }
  @inline(__always) static func words(_ x: Double) -> Int64 { Int64(bitPattern: x.bitPattern) }
  @inline(__always) static func numbers(_ x: Int64) -> Double { Double(bitPattern: UInt64(bitPattern: x)) }
  @inline(__always) static func allWords(_ x: Int64) -> Int64 { x }
  @inline(__always) static func add(_ a: Int64, _ b: Int64) -> Int64 { a &+ b }
  @inline(__always) static func subtract(_ a: Int64, _ b: Int64) -> Int64 { a &- b }
  @inline(__always) static func and(_ a: Int64, _ b: Int64) -> Int64 { a & b }
  @inline(__always) static func exclusiveOr(_ a: Int64, _ b: Int64) -> Int64 { a ^ b }
  @inline(__always) static func shiftLeft(_ a: Int64, _ n: Int) -> Int64 { a &<< Int64(n) }
  @inline(__always) static func shiftRight(_ a: Int64, _ n: Int) -> Int64 {
    Int64(bitPattern: UInt64(bitPattern: a) &>> UInt64(n))
  }
  @inline(__always) static func differing(_ a: Double, _ b: Double) -> Int64 { a != b ? -1 : 0 }
  @inline(__always) static func lookUp(_ table: UnsafePointer<Double>, _ i: Int64) -> Double { table[Int(i)] }
  @inline(__always) static func lookUp(_ table: UnsafePointer<UInt64>, _ i: Int64) -> Int64 {
    Int64(bitPattern: table[Int(i)])
  }
}

/// One double on a processor with a fused multiply-add, in code that is compiled for it.
enum FusedNumber: OneLane {
  @inline(__always) static func fused(_ a: Double, _ b: Double, _ c: Double) -> Double {
    a.addingProduct(b, c)
  }
}

/// One double on any processor.
enum EmulatedNumber: OneLane {
  @inline(__always) static func fused(_ a: Double, _ b: Double, _ c: Double) -> Double {
    FusedMultiplyAdd.of(a, b, c)
  }
}
