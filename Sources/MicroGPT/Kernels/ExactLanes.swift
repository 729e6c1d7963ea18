// The exact arithmetic's vectors: doubles, whose products are rounded before they are added.

import CMicroGPT

enum Exact8: ExactLanes {
  typealias Vector = SIMD8<Double>
  typealias Doubles = Exact8
  typealias Scalar = Double
  @inline(__always) static var tileRows: Int { 8 }
  @inline(__always) static func load(_ p: UnsafePointer<Double>) -> Vector { microgpt_f64x8_load(p) }
  @inline(__always) static func store(_ x: Vector, _ p: UnsafeMutablePointer<Double>) {
    microgpt_f64x8_store(x, p)
  }
  @inline(__always) static func all(_ x: Double) -> Vector { microgpt_f64x8_all(x) }
  @inline(__always) static func add(_ a: Vector, _ b: Vector) -> Vector { microgpt_f64x8_add(a, b) }
  @inline(__always) static func subtract(_ a: Vector, _ b: Vector) -> Vector { microgpt_f64x8_subtract(a, b) }
  @inline(__always) static func multiply(_ a: Vector, _ b: Vector) -> Vector { microgpt_f64x8_multiply(a, b) }
  @inline(__always) static func add(_ a: Vector, _ b: Vector, times c: Vector) -> Vector {
    microgpt_f64x8_add(a, microgpt_f64x8_multiply(b, c))
  }
  @inline(__always) static func max(_ a: Vector, _ b: Vector) -> Vector { microgpt_f64x8_max(a, b) }
  @inline(__always) static func min(_ a: Vector, _ b: Vector) -> Vector { microgpt_f64x8_min(a, b) }
  @inline(__always) static func wherePositive(_ x: Vector, _ a: Vector) -> Vector {
    microgpt_f64x8_where_positive(x, a)
  }
  @inline(__always) static func zip(_ a: Vector, _ b: Vector) -> (Vector, Vector) {
    (microgpt_f64x8_zip_low(a, b), microgpt_f64x8_zip_high(a, b))
  }
  @inline(__always) static func divide(_ a: Vector, _ b: Vector) -> Vector { microgpt_f64x8_divide(a, b) }
  @inline(__always) static func squareRoot(_ a: Vector) -> Vector { microgpt_f64x8_root(a) }
  @inline(__always) static func broadcastPair(_ p: UnsafePointer<Double>) -> Vector { all(p[0]) }
  // Far from underflow. Lanes of 0, of which there may be many, take the way of those that underflow.
  @inline(__always) static func hasNearRoots(_ x: Vector) -> Bool { notBelow(all(0x1p-800), x) == 0 }
  @inline(__always) static func nearRoot(_ x: Vector) -> (root: Vector, halfInverse: Vector) {
    // An estimate within 2⁻¹⁴; a Newton step for both, within 1.5·2⁻²⁸; one for the root, which without its rounding is
    // within 1.5³·2⁻⁵⁶.
    var x = x, inverse = x
    microgpt_f64x8_inverse_root(&x, &inverse)
    var root = multiply(x, inverse), half = multiply(inverse, all(0.5))
    let rest = fusedRest(all(0.5), root, half)
    root = fused(root, root, rest)
    half = fused(half, half, rest)
    return (fused(root, half, fusedRest(x, root, root)), half)
  }
  @inline(__always) static var hasFused: Bool { true }
  @inline(__always) static func magnitude(_ a: Vector) -> Vector { microgpt_f64x8_abs(a) }
  @inline(__always) static func fused(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector {
    microgpt_f64x8_fused(a, b, c)
  }
  @inline(__always) static func fusedRest(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector {
    microgpt_f64x8_fused_rest(a, b, c)
  }
  @inline(__always) static var functions: Functions { .fused }
  typealias Words = SIMD8<Int64>
  @inline(__always) static func words(_ x: Vector) -> Words { microgpt_f64x8_words(x) }
  @inline(__always) static func numbers(_ x: Words) -> Vector { microgpt_f64x8_numbers(x) }
  @inline(__always) static func allWords(_ x: Int64) -> Words { microgpt_f64x8_all_words(x) }
  @inline(__always) static func add(_ a: Words, _ b: Words) -> Words { microgpt_f64x8_add_words(a, b) }
  @inline(__always) static func subtract(_ a: Words, _ b: Words) -> Words {
    microgpt_f64x8_subtract_words(a, b)
  }
  @inline(__always) static func and(_ a: Words, _ b: Words) -> Words { microgpt_f64x8_and_words(a, b) }
  @inline(__always) static func exclusiveOr(_ a: Words, _ b: Words) -> Words {
    microgpt_f64x8_exclusive_or_words(a, b)
  }
  @inline(__always) static func shiftLeft(_ a: Words, _ n: Int) -> Words { microgpt_f64x8_shift_left(a, n) }
  @inline(__always) static func shiftRight(_ a: Words, _ n: Int) -> Words { microgpt_f64x8_shift_right(a, n) }
  @inline(__always) static func differing(_ a: Vector, _ b: Vector) -> Words {
    microgpt_f64x8_differing(a, b)
  }
  @inline(__always) static func lookUp(_ table: UnsafePointer<Double>, _ i: Words) -> Vector {
    microgpt_f64x8_look_up(table, i)
  }
  @inline(__always) static func lookUp(_ table: UnsafePointer<UInt64>, _ i: Words) -> Words {
    microgpt_f64x8_look_up_words(table, i)
  }
  @inline(__always) static func notBelow(_ x: Vector, _ y: Vector) -> UInt8 { microgpt_f64x8_not_below(x, y) }
  @inline(__always) static func differ(_ x: Vector, _ y: Vector) -> UInt8 { microgpt_f64x8_differ(x, y) }
  @inline(__always) static func whereLess(_ x: Vector, _ y: Vector, _ a: Vector, _ b: Vector) -> Vector {
    microgpt_f64x8_where_less(x, y, a, b)
  }
}

enum Exact4: RootsFromFloats {
  typealias Vector = SIMD4<Double>
  typealias Doubles = Exact4
  typealias Scalar = Double
  #if arch(arm64)
    @inline(__always) static var tileRows: Int { 8 }
  #else
    @inline(__always) static var tileRows: Int { 4 }
  #endif
  @inline(__always) static func load(_ p: UnsafePointer<Double>) -> Vector { microgpt_f64x4_load(p) }
  @inline(__always) static func store(_ x: Vector, _ p: UnsafeMutablePointer<Double>) {
    microgpt_f64x4_store(x, p)
  }
  @inline(__always) static func all(_ x: Double) -> Vector { microgpt_f64x4_all(x) }
  @inline(__always) static func add(_ a: Vector, _ b: Vector) -> Vector { microgpt_f64x4_add(a, b) }
  @inline(__always) static func subtract(_ a: Vector, _ b: Vector) -> Vector { microgpt_f64x4_subtract(a, b) }
  @inline(__always) static func multiply(_ a: Vector, _ b: Vector) -> Vector { microgpt_f64x4_multiply(a, b) }
  @inline(__always) static func add(_ a: Vector, _ b: Vector, times c: Vector) -> Vector {
    microgpt_f64x4_add(a, microgpt_f64x4_multiply(b, c))
  }
  @inline(__always) static func max(_ a: Vector, _ b: Vector) -> Vector { microgpt_f64x4_max(a, b) }
  @inline(__always) static func min(_ a: Vector, _ b: Vector) -> Vector { microgpt_f64x4_min(a, b) }
  @inline(__always) static func wherePositive(_ x: Vector, _ a: Vector) -> Vector {
    microgpt_f64x4_where_positive(x, a)
  }
  @inline(__always) static func zip(_ a: Vector, _ b: Vector) -> (Vector, Vector) {
    (microgpt_f64x4_zip_low(a, b), microgpt_f64x4_zip_high(a, b))
  }
  @inline(__always) static func divide(_ a: Vector, _ b: Vector) -> Vector { microgpt_f64x4_divide(a, b) }
  @inline(__always) static func squareRoot(_ a: Vector) -> Vector { microgpt_f64x4_root(a) }
  @inline(__always) static func broadcastPair(_ p: UnsafePointer<Double>) -> Vector { all(p[0]) }
  @inline(__always) static func inverseRootEstimate(_ x: Vector) -> Vector {
    microgpt_f64x4_inverse_root_estimate(x)
  }
  @inline(__always) static var hasFused: Bool { true }
  @inline(__always) static func magnitude(_ a: Vector) -> Vector { microgpt_f64x4_abs(a) }
  @inline(__always) static func fused(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector {
    microgpt_f64x4_fused(a, b, c)
  }
  @inline(__always) static func fusedRest(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector {
    microgpt_f64x4_fused_rest(a, b, c)
  }
  @inline(__always) static var functions: Functions { .fused }
  typealias Words = SIMD4<Int64>
  @inline(__always) static func words(_ x: Vector) -> Words { microgpt_f64x4_words(x) }
  @inline(__always) static func numbers(_ x: Words) -> Vector { microgpt_f64x4_numbers(x) }
  @inline(__always) static func allWords(_ x: Int64) -> Words { microgpt_f64x4_all_words(x) }
  @inline(__always) static func add(_ a: Words, _ b: Words) -> Words { microgpt_f64x4_add_words(a, b) }
  @inline(__always) static func subtract(_ a: Words, _ b: Words) -> Words {
    microgpt_f64x4_subtract_words(a, b)
  }
  @inline(__always) static func and(_ a: Words, _ b: Words) -> Words { microgpt_f64x4_and_words(a, b) }
  @inline(__always) static func exclusiveOr(_ a: Words, _ b: Words) -> Words {
    microgpt_f64x4_exclusive_or_words(a, b)
  }
  @inline(__always) static func shiftLeft(_ a: Words, _ n: Int) -> Words { microgpt_f64x4_shift_left(a, n) }
  @inline(__always) static func shiftRight(_ a: Words, _ n: Int) -> Words { microgpt_f64x4_shift_right(a, n) }
  @inline(__always) static func differing(_ a: Vector, _ b: Vector) -> Words {
    microgpt_f64x4_differing(a, b)
  }
  @inline(__always) static func lookUp(_ table: UnsafePointer<Double>, _ i: Words) -> Vector {
    microgpt_f64x4_look_up(table, i)
  }
  @inline(__always) static func lookUp(_ table: UnsafePointer<UInt64>, _ i: Words) -> Words {
    microgpt_f64x4_look_up_words(table, i)
  }
  @inline(__always) static func notBelow(_ x: Vector, _ y: Vector) -> UInt8 { microgpt_f64x4_not_below(x, y) }
  @inline(__always) static func differ(_ x: Vector, _ y: Vector) -> UInt8 { microgpt_f64x4_differ(x, y) }
  @inline(__always) static func whereLess(_ x: Vector, _ y: Vector, _ a: Vector, _ b: Vector) -> Vector {
    microgpt_f64x4_where_less(x, y, a, b)
  }
}

enum Exact2: RootsFromFloats {
  typealias Vector = SIMD2<Double>
  typealias Doubles = Exact2
  typealias Scalar = Double
  #if arch(arm64)
    @inline(__always) static var tileRows: Int { 8 }
  #else
    @inline(__always) static var tileRows: Int { 4 }
  #endif
  @inline(__always) static func load(_ p: UnsafePointer<Double>) -> Vector { microgpt_f64x2_load(p) }
  @inline(__always) static func store(_ x: Vector, _ p: UnsafeMutablePointer<Double>) {
    microgpt_f64x2_store(x, p)
  }
  @inline(__always) static func all(_ x: Double) -> Vector { microgpt_f64x2_all(x) }
  @inline(__always) static func add(_ a: Vector, _ b: Vector) -> Vector { microgpt_f64x2_add(a, b) }
  @inline(__always) static func subtract(_ a: Vector, _ b: Vector) -> Vector { microgpt_f64x2_subtract(a, b) }
  @inline(__always) static func multiply(_ a: Vector, _ b: Vector) -> Vector { microgpt_f64x2_multiply(a, b) }
  @inline(__always) static func add(_ a: Vector, _ b: Vector, times c: Vector) -> Vector {
    microgpt_f64x2_add(a, microgpt_f64x2_multiply(b, c))
  }
  @inline(__always) static func max(_ a: Vector, _ b: Vector) -> Vector { microgpt_f64x2_max(a, b) }
  @inline(__always) static func min(_ a: Vector, _ b: Vector) -> Vector { microgpt_f64x2_min(a, b) }
  @inline(__always) static func wherePositive(_ x: Vector, _ a: Vector) -> Vector {
    microgpt_f64x2_where_positive(x, a)
  }
  @inline(__always) static func zip(_ a: Vector, _ b: Vector) -> (Vector, Vector) {
    (microgpt_f64x2_zip_low(a, b), microgpt_f64x2_zip_high(a, b))
  }
  @inline(__always) static func divide(_ a: Vector, _ b: Vector) -> Vector { microgpt_f64x2_divide(a, b) }
  @inline(__always) static func squareRoot(_ a: Vector) -> Vector { microgpt_f64x2_root(a) }
  @inline(__always) static func broadcastPair(_ p: UnsafePointer<Double>) -> Vector { all(p[0]) }
  @inline(__always) static func inverseRootEstimate(_ x: Vector) -> Vector {
    microgpt_f64x2_inverse_root_estimate(x)
  }
  #if arch(arm64) || arch(riscv64)
    @inline(__always) static var hasFused: Bool { true }
  #else
    @inline(__always) static var hasFused: Bool { false }
  #endif
  @inline(__always) static func magnitude(_ a: Vector) -> Vector { microgpt_f64x2_abs(a) }
  @inline(__always) static func fused(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector {
    hasFused ? microgpt_f64x2_fused(a, b, c) : emulatedFused(a, b, c)
  }
  @inline(__always) static func fusedRest(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector {
    hasFused ? microgpt_f64x2_fused_rest(a, b, c) : emulatedFused(a, subtract(all(0), b), c)
  }
  @inline(__always) static var functions: Functions { .baseline }
  typealias Words = SIMD2<Int64>
  @inline(__always) static func words(_ x: Vector) -> Words { microgpt_f64x2_words(x) }
  @inline(__always) static func numbers(_ x: Words) -> Vector { microgpt_f64x2_numbers(x) }
  @inline(__always) static func allWords(_ x: Int64) -> Words { microgpt_f64x2_all_words(x) }
  @inline(__always) static func add(_ a: Words, _ b: Words) -> Words { microgpt_f64x2_add_words(a, b) }
  @inline(__always) static func subtract(_ a: Words, _ b: Words) -> Words {
    microgpt_f64x2_subtract_words(a, b)
  }
  @inline(__always) static func and(_ a: Words, _ b: Words) -> Words { microgpt_f64x2_and_words(a, b) }
  @inline(__always) static func exclusiveOr(_ a: Words, _ b: Words) -> Words {
    microgpt_f64x2_exclusive_or_words(a, b)
  }
  @inline(__always) static func shiftLeft(_ a: Words, _ n: Int) -> Words { microgpt_f64x2_shift_left(a, n) }
  @inline(__always) static func shiftRight(_ a: Words, _ n: Int) -> Words { microgpt_f64x2_shift_right(a, n) }
  @inline(__always) static func differing(_ a: Vector, _ b: Vector) -> Words {
    microgpt_f64x2_differing(a, b)
  }
  @inline(__always) static func lookUp(_ table: UnsafePointer<Double>, _ i: Words) -> Vector {
    microgpt_f64x2_look_up(table, i)
  }
  @inline(__always) static func lookUp(_ table: UnsafePointer<UInt64>, _ i: Words) -> Words {
    microgpt_f64x2_look_up_words(table, i)
  }
  @inline(__always) static func notBelow(_ x: Vector, _ y: Vector) -> UInt8 { microgpt_f64x2_not_below(x, y) }
  @inline(__always) static func differ(_ x: Vector, _ y: Vector) -> UInt8 { microgpt_f64x2_differ(x, y) }
  @inline(__always) static func whereLess(_ x: Vector, _ y: Vector, _ a: Vector, _ b: Vector) -> Vector {
    microgpt_f64x2_where_less(x, y, a, b)
  }
}

/// Vectors whose roots begin with an estimate in floats.
protocol RootsFromFloats: ExactLanes {
  /// `x^(-1/2)` within 2⁻²¹ of it, for `x` in the range of floats.
  static func inverseRootEstimate(_ x: Vector) -> Vector
}

extension RootsFromFloats {
  @inline(__always)
  static func hasNearRoots(_ x: Vector) -> Bool {
    notBelow(x, all(0x1p100)) | notBelow(all(0x1p-100), x) == 0
  }

  @inline(__always)
  static func nearRoot(_ x: Vector) -> (root: Vector, halfInverse: Vector) {
    let inverse = inverseRootEstimate(x), half = multiply(inverse, all(0.5))
    // Two Newton steps: within 2⁻⁴¹, then within 2⁻⁶¹ before it is rounded.
    var root = multiply(x, inverse)
    root = fused(root, half, fusedRest(x, root, root))
    root = fused(root, half, fusedRest(x, root, root))
    return (root, half)
  }
}
