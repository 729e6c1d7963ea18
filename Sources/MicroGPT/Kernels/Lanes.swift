// The vectors that kernels are written over: so many numbers of a type, and the operations on them. Lanes lie
// across outputs and every lane adds in index order, so the width of a vector does not change a bit.

import CMicroGPT

/// A vector of an instruction set in one of the two arithmetics.
///
/// Kernels are generic over it and compiled for each, by entries that name the type.
protocol Lanes {
  associatedtype Scalar: BinaryFloatingPoint & SIMDScalar
  associatedtype Vector: SIMD where Vector.Scalar == Scalar
  /// The same register as doubles, one or pairs of floats.
  associatedtype Doubles: ExactLanes

  /// The rows of a register tile that is two vectors wide: 8 where there are 32 registers, else 4.
  static var tileRows: Int { get }

  static func add(_ a: Vector, _ b: Vector) -> Vector
  static func subtract(_ a: Vector, _ b: Vector) -> Vector
  static func multiply(_ a: Vector, _ b: Vector) -> Vector
  /// `a + b·c`: rounded twice in the exact arithmetic, once in the fast one where the processor can.
  static func add(_ a: Vector, _ b: Vector, times c: Vector) -> Vector
  static func max(_ a: Vector, _ b: Vector) -> Vector
  static func min(_ a: Vector, _ b: Vector) -> Vector
  /// The lanes of `a` where those of `x` are above 0, and 0 elsewhere.
  static func wherePositive(_ x: Vector, _ a: Vector) -> Vector
  /// `[0]` and `[1]` of the lanes of both by turns: the first half of the result, and the second.
  static func zip(_ a: Vector, _ b: Vector) -> (Vector, Vector)
  /// Two lanes of `a` and the same two of `b` added up, side by side in their place; not for doubles.
  static func pairSums(_ a: Vector, _ b: Vector) -> Vector
  /// A double's worth of numbers again and again: `p[0]`, or `p[0]` and `p[1]` by turns.
  static func everywhere(_ p: UnsafePointer<Scalar>) -> Vector
}

/// Vectors of the fast arithmetic.
protocol FastLanes: Lanes where Scalar == Float {
  associatedtype Bits: SIMD where Bits.Scalar == Int32
  /// `x^(-1/2)` within 2 ulp; `x` must be above 0.
  static func inverseRoot(_ x: Vector) -> Vector
  /// `1/x` within 2 ulp.
  static func inverse(_ x: Vector) -> Vector
  /// `√x` within 3 %, times `roughRootUnit`; `x` must not be below 0.
  static func roughRoot(_ x: Vector) -> Vector
  /// `x·2ⁿ`, for normal results; the low bits of `n` are an integer's.
  static func scale(_ x: Vector, byPowerOf2 n: Vector) -> Vector
  /// The sum of all lanes.
  static func sum(_ x: Vector) -> Float
  /// The largest lane.
  static func largest(_ x: Vector) -> Float
  /// Every lane changes places with the one whose number differs in bit `k` only.
  static func swap(_ x: Vector, _ k: Int) -> Vector
  /// The lanes whose number has bit `k`.
  static func lanes(with k: Int) -> Bits
  /// The lanes of `b` where there are ones, and those of `a` elsewhere.
  static func select(_ mask: Bits, _ a: Vector, _ b: Vector) -> Vector
}

/// What `FastLanes.roughRoot` is a multiple of. Half the bits of a number `(1 + f)·2ᵉ` are an exponent of half of
/// `e + 127`, less 127, and a fraction of half of `f`, or of that and a half: √2 to 3/2 times `√x`, times 2⁻⁶⁴.
let roughRootUnit: Float = 0x1p-64 * 1.457_106_8

/// Vectors of the exact arithmetic.
protocol ExactLanes: Lanes where Scalar == Double {
  static func divide(_ a: Vector, _ b: Vector) -> Vector
  static func squareRoot(_ a: Vector) -> Vector
  static func magnitude(_ a: Vector) -> Vector
  /// `x^(-1/2)` within 2⁻²¹ of it, for `x` between 2⁻¹⁰⁰ and 2¹⁰⁰.
  static func inverseRootEstimate(_ x: Vector) -> Vector
  /// Whether the processor has fused multiply-adds; without them `fused` is a call for every lane.
  static var hasFused: Bool { get }
  /// `a + b·c`, rounded once: for the errors of rounded results only.
  static func fused(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector
  /// `a - b·c`, likewise.
  static func fusedRest(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector
  /// The lanes where `x` is not below `y`, as bits.
  static func notBelow(_ x: Vector, _ y: Vector) -> UInt8
  /// The lanes where `x` is not equal to `y`, as bits.
  static func differ(_ x: Vector, _ y: Vector) -> UInt8
  /// `a` where `x` is below `y`, and `b` elsewhere.
  static func whereLess(_ x: Vector, _ y: Vector, _ a: Vector, _ b: Vector) -> Vector
  /// The largest power of two that is not above a positive number, for numbers above the smallest normal ones.
  static func binade(_ x: Vector) -> Vector
}

extension Lanes {
  /// Numbers in a vector.
  @inline(__always) static var count: Int { Vector.scalarCount }

  @inline(__always) static func load(_ p: UnsafePointer<Scalar>) -> Vector {
    UnsafeRawPointer(p).loadUnaligned(as: Vector.self)
  }
  @inline(__always) static func load(_ p: UnsafeMutablePointer<Scalar>) -> Vector {
    UnsafeRawPointer(p).loadUnaligned(as: Vector.self)
  }
  @inline(__always) static func store(_ x: Vector, _ p: UnsafeMutablePointer<Scalar>) {
    UnsafeMutableRawPointer(p).storeBytes(of: x, as: Vector.self)
  }
  @inline(__always) static func all(_ x: Scalar) -> Vector { Vector(repeating: x) }
}

extension FastLanes {
  @inline(__always) static func pairSums(_ a: Vector, _ b: Vector) -> Vector {
    let odd = lanes(with: 1)
    return add(select(odd, a, b), swap(select(odd, b, a), 1))
  }

  /// In every lane the sum of its group of `width` lanes, a power of two.
  @inline(__always) static func groupSum(_ x: Vector, width: Int) -> Vector {
    var x = x
    if width > 1 { x = add(x, swap(x, 1)) }
    if width > 2 { x = add(x, swap(x, 2)) }
    if width > 4 { x = add(x, swap(x, 4)) }
    if width > 8 { x = add(x, swap(x, 8)) }
    return x
  }
}

extension ExactLanes {
  @inline(__always) static func pairSums(_ a: Vector, _ b: Vector) -> Vector { a }
  /// `ExactArithmetic.power`, which is worth its fused multiply-adds only where they are no calls.
  @inline(__always) static func settledPower(_ x: Double, _ exponent: Double) -> Double {
    hasFused ? ExactArithmetic.power(x, exponent) : power(x, exponent)
  }
}

enum Fast16: FastLanes {
  typealias Vector = SIMD16<Float>
  typealias Scalar = Float
  typealias Bits = SIMD16<Int32>
  typealias Doubles = Exact8
  @inline(__always) static var tileRows: Int { 8 }
  @inline(__always) static func add(_ a: Vector, _ b: Vector) -> Vector { a + b }
  @inline(__always) static func subtract(_ a: Vector, _ b: Vector) -> Vector { a - b }
  @inline(__always) static func multiply(_ a: Vector, _ b: Vector) -> Vector { a * b }
  @inline(__always) static func add(_ a: Vector, _ b: Vector, times c: Vector) -> Vector {
    microgpt_f32x16_fused(a, b, c)
  }
  @inline(__always) static func max(_ a: Vector, _ b: Vector) -> Vector { microgpt_f32x16_max(a, b) }
  @inline(__always) static func min(_ a: Vector, _ b: Vector) -> Vector { microgpt_f32x16_min(a, b) }
  @inline(__always) static func wherePositive(_ x: Vector, _ a: Vector) -> Vector {
    microgpt_f32x16_where_positive(x, a)
  }
  @inline(__always) static func zip(_ a: Vector, _ b: Vector) -> (Vector, Vector) {
    (microgpt_f32x16_zip_low(a, b), microgpt_f32x16_zip_high(a, b))
  }
  @inline(__always) static func inverseRoot(_ x: Vector) -> Vector { microgpt_f32x16_inverse_root(x) }
  @inline(__always) static func everywhere(_ p: UnsafePointer<Float>) -> Vector {
    let pair = UnsafeRawPointer(p).loadUnaligned(as: Double.self)
    return unsafeBitCast(SIMD8<Double>(repeating: pair), to: Vector.self)
  }
  @inline(__always) static func inverse(_ x: Vector) -> Vector { microgpt_f32x16_inverse(x) }
  @inline(__always) static func roughRoot(_ x: Vector) -> Vector {
    unsafeBitCast(unsafeBitCast(x, to: Bits.self) &>> Bits(repeating: 1), to: Vector.self)
  }
  @inline(__always) static func scale(_ x: Vector, byPowerOf2 n: Vector) -> Vector {
    let exponents = unsafeBitCast(n, to: Bits.self) &<< Bits(repeating: 23)
    return unsafeBitCast(unsafeBitCast(x, to: Bits.self) &+ exponents, to: Vector.self)
  }
  @inline(__always) static func sum(_ x: Vector) -> Float { Fast8.sum(x.lowHalf + x.highHalf) }
  @inline(__always) static func swap(_ x: Vector, _ k: Int) -> Vector {
    switch k {
    case 1: microgpt_f32x16_swap1(x)
    case 2: microgpt_f32x16_swap2(x)
    case 4: microgpt_f32x16_swap4(x)
    default: microgpt_f32x16_swap8(x)
    }
  }
  @inline(__always) static func lanes(with k: Int) -> Bits { microgpt_f32x16_lanes_with(k) }
  @inline(__always) static func select(_ mask: Bits, _ a: Vector, _ b: Vector) -> Vector {
    microgpt_f32x16_select(mask, a, b)
  }
  @inline(__always) static func largest(_ x: Vector) -> Float {
    Fast8.largest(Fast8.max(x.lowHalf, x.highHalf))
  }
}

enum Fast8: FastLanes {
  typealias Vector = SIMD8<Float>
  typealias Scalar = Float
  typealias Bits = SIMD8<Int32>
  typealias Doubles = Exact4
  @inline(__always) static var tileRows: Int { 4 }
  @inline(__always) static func add(_ a: Vector, _ b: Vector) -> Vector { a + b }
  @inline(__always) static func subtract(_ a: Vector, _ b: Vector) -> Vector { a - b }
  @inline(__always) static func multiply(_ a: Vector, _ b: Vector) -> Vector { a * b }
  @inline(__always) static func add(_ a: Vector, _ b: Vector, times c: Vector) -> Vector {
    microgpt_f32x8_fused(a, b, c)
  }
  @inline(__always) static func max(_ a: Vector, _ b: Vector) -> Vector { microgpt_f32x8_max(a, b) }
  @inline(__always) static func min(_ a: Vector, _ b: Vector) -> Vector { microgpt_f32x8_min(a, b) }
  @inline(__always) static func wherePositive(_ x: Vector, _ a: Vector) -> Vector {
    microgpt_f32x8_where_positive(x, a)
  }
  @inline(__always) static func zip(_ a: Vector, _ b: Vector) -> (Vector, Vector) {
    (microgpt_f32x8_zip_low(a, b), microgpt_f32x8_zip_high(a, b))
  }
  @inline(__always) static func inverseRoot(_ x: Vector) -> Vector { microgpt_f32x8_inverse_root(x) }
  @inline(__always) static func everywhere(_ p: UnsafePointer<Float>) -> Vector {
    let pair = UnsafeRawPointer(p).loadUnaligned(as: Double.self)
    return unsafeBitCast(SIMD4<Double>(repeating: pair), to: Vector.self)
  }
  @inline(__always) static func inverse(_ x: Vector) -> Vector { microgpt_f32x8_inverse(x) }
  @inline(__always) static func roughRoot(_ x: Vector) -> Vector {
    unsafeBitCast(unsafeBitCast(x, to: Bits.self) &>> Bits(repeating: 1), to: Vector.self)
  }
  @inline(__always) static func scale(_ x: Vector, byPowerOf2 n: Vector) -> Vector {
    let exponents = unsafeBitCast(n, to: Bits.self) &<< Bits(repeating: 23)
    return unsafeBitCast(unsafeBitCast(x, to: Bits.self) &+ exponents, to: Vector.self)
  }
  @inline(__always) static func sum(_ x: Vector) -> Float { Fast4.sum(x.lowHalf + x.highHalf) }
  @inline(__always) static func swap(_ x: Vector, _ k: Int) -> Vector {
    switch k {
    case 1: microgpt_f32x8_swap1(x)
    case 2: microgpt_f32x8_swap2(x)
    default: microgpt_f32x8_swap4(x)
    }
  }
  @inline(__always) static func lanes(with k: Int) -> Bits { microgpt_f32x8_lanes_with(k) }
  @inline(__always) static func select(_ mask: Bits, _ a: Vector, _ b: Vector) -> Vector {
    microgpt_f32x8_select(mask, a, b)
  }
  @inline(__always) static func largest(_ x: Vector) -> Float {
    Fast4.largest(Fast4.max(x.lowHalf, x.highHalf))
  }
}

enum Fast4: FastLanes {
  typealias Vector = SIMD4<Float>
  typealias Scalar = Float
  typealias Bits = SIMD4<Int32>
  typealias Doubles = Exact2
  #if arch(arm64)
    @inline(__always) static var tileRows: Int { 8 }
  #else
    @inline(__always) static var tileRows: Int { 4 }
  #endif
  @inline(__always) static func add(_ a: Vector, _ b: Vector) -> Vector { a + b }
  @inline(__always) static func subtract(_ a: Vector, _ b: Vector) -> Vector { a - b }
  @inline(__always) static func multiply(_ a: Vector, _ b: Vector) -> Vector { a * b }
  #if arch(arm64)
    @inline(__always) static func add(_ a: Vector, _ b: Vector, times c: Vector) -> Vector {
      microgpt_f32x4_fused(a, b, c)
    }
  #else
    // Without the instruction a fused multiply-add is a call for every lane.
    @inline(__always) static func add(_ a: Vector, _ b: Vector, times c: Vector) -> Vector { a + b * c }
  #endif
  @inline(__always) static func max(_ a: Vector, _ b: Vector) -> Vector { microgpt_f32x4_max(a, b) }
  @inline(__always) static func min(_ a: Vector, _ b: Vector) -> Vector { microgpt_f32x4_min(a, b) }
  @inline(__always) static func wherePositive(_ x: Vector, _ a: Vector) -> Vector {
    microgpt_f32x4_where_positive(x, a)
  }
  @inline(__always) static func zip(_ a: Vector, _ b: Vector) -> (Vector, Vector) {
    (microgpt_f32x4_zip_low(a, b), microgpt_f32x4_zip_high(a, b))
  }
  @inline(__always) static func inverseRoot(_ x: Vector) -> Vector { microgpt_f32x4_inverse_root(x) }
  @inline(__always) static func everywhere(_ p: UnsafePointer<Float>) -> Vector {
    let pair = UnsafeRawPointer(p).loadUnaligned(as: Double.self)
    return unsafeBitCast(SIMD2<Double>(repeating: pair), to: Vector.self)
  }
  @inline(__always) static func inverse(_ x: Vector) -> Vector { microgpt_f32x4_inverse(x) }
  @inline(__always) static func roughRoot(_ x: Vector) -> Vector {
    unsafeBitCast(unsafeBitCast(x, to: Bits.self) &>> Bits(repeating: 1), to: Vector.self)
  }
  @inline(__always) static func scale(_ x: Vector, byPowerOf2 n: Vector) -> Vector {
    let exponents = unsafeBitCast(n, to: Bits.self) &<< Bits(repeating: 23)
    return unsafeBitCast(unsafeBitCast(x, to: Bits.self) &+ exponents, to: Vector.self)
  }
  @inline(__always) static func sum(_ x: Vector) -> Float { x[0] + x[1] + (x[2] + x[3]) }
  @inline(__always) static func swap(_ x: Vector, _ k: Int) -> Vector {
    switch k {
    case 1: microgpt_f32x4_swap1(x)
    default: microgpt_f32x4_swap2(x)
    }
  }
  @inline(__always) static func lanes(with k: Int) -> Bits { microgpt_f32x4_lanes_with(k) }
  @inline(__always) static func select(_ mask: Bits, _ a: Vector, _ b: Vector) -> Vector {
    microgpt_f32x4_select(mask, a, b)
  }
  @inline(__always) static func largest(_ x: Vector) -> Float {
    Swift.max(Swift.max(x[0], x[1]), Swift.max(x[2], x[3]))
  }
}

enum Exact8: ExactLanes {
  typealias Vector = SIMD8<Double>
  typealias Doubles = Exact8
  typealias Scalar = Double
  @inline(__always) static var tileRows: Int { 8 }
  @inline(__always) static func add(_ a: Vector, _ b: Vector) -> Vector { a + b }
  @inline(__always) static func subtract(_ a: Vector, _ b: Vector) -> Vector { a - b }
  @inline(__always) static func multiply(_ a: Vector, _ b: Vector) -> Vector { a * b }
  @inline(__always) static func add(_ a: Vector, _ b: Vector, times c: Vector) -> Vector { a + b * c }
  @inline(__always) static func max(_ a: Vector, _ b: Vector) -> Vector { microgpt_f64x8_max(a, b) }
  @inline(__always) static func min(_ a: Vector, _ b: Vector) -> Vector { microgpt_f64x8_min(a, b) }
  @inline(__always) static func wherePositive(_ x: Vector, _ a: Vector) -> Vector {
    microgpt_f64x8_where_positive(x, a)
  }
  @inline(__always) static func zip(_ a: Vector, _ b: Vector) -> (Vector, Vector) {
    (microgpt_f64x8_zip_low(a, b), microgpt_f64x8_zip_high(a, b))
  }
  @inline(__always) static func divide(_ a: Vector, _ b: Vector) -> Vector { a / b }
  @inline(__always) static func squareRoot(_ a: Vector) -> Vector { microgpt_f64x8_root(a) }
  @inline(__always) static func everywhere(_ p: UnsafePointer<Double>) -> Vector { all(p[0]) }
  @inline(__always) static func inverseRootEstimate(_ x: Vector) -> Vector {
    microgpt_f64x8_inverse_root_estimate(x)
  }
  @inline(__always) static var hasFused: Bool { true }
  @inline(__always) static func magnitude(_ a: Vector) -> Vector { microgpt_f64x8_abs(a) }
  @inline(__always) static func fused(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector {
    microgpt_f64x8_fused(a, b, c)
  }
  @inline(__always) static func fusedRest(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector {
    microgpt_f64x8_fused_rest(a, b, c)
  }
  @inline(__always) static func notBelow(_ x: Vector, _ y: Vector) -> UInt8 { microgpt_f64x8_not_below(x, y) }
  @inline(__always) static func differ(_ x: Vector, _ y: Vector) -> UInt8 { microgpt_f64x8_differ(x, y) }
  @inline(__always) static func whereLess(_ x: Vector, _ y: Vector, _ a: Vector, _ b: Vector) -> Vector {
    microgpt_f64x8_where_less(x, y, a, b)
  }
  @inline(__always) static func binade(_ x: Vector) -> Vector {
    let exponent = unsafeBitCast(x, to: SIMD8<UInt64>.self) & SIMD8(repeating: 0x7ff0_0000_0000_0000)
    return unsafeBitCast(exponent, to: Vector.self)
  }
}

enum Exact4: ExactLanes {
  typealias Vector = SIMD4<Double>
  typealias Doubles = Exact4
  typealias Scalar = Double
  #if arch(arm64)
    @inline(__always) static var tileRows: Int { 8 }
  #else
    @inline(__always) static var tileRows: Int { 4 }
  #endif
  @inline(__always) static func add(_ a: Vector, _ b: Vector) -> Vector { a + b }
  @inline(__always) static func subtract(_ a: Vector, _ b: Vector) -> Vector { a - b }
  @inline(__always) static func multiply(_ a: Vector, _ b: Vector) -> Vector { a * b }
  @inline(__always) static func add(_ a: Vector, _ b: Vector, times c: Vector) -> Vector { a + b * c }
  @inline(__always) static func max(_ a: Vector, _ b: Vector) -> Vector { microgpt_f64x4_max(a, b) }
  @inline(__always) static func min(_ a: Vector, _ b: Vector) -> Vector { microgpt_f64x4_min(a, b) }
  @inline(__always) static func wherePositive(_ x: Vector, _ a: Vector) -> Vector {
    microgpt_f64x4_where_positive(x, a)
  }
  @inline(__always) static func zip(_ a: Vector, _ b: Vector) -> (Vector, Vector) {
    (microgpt_f64x4_zip_low(a, b), microgpt_f64x4_zip_high(a, b))
  }
  @inline(__always) static func divide(_ a: Vector, _ b: Vector) -> Vector { a / b }
  @inline(__always) static func squareRoot(_ a: Vector) -> Vector { microgpt_f64x4_root(a) }
  @inline(__always) static func everywhere(_ p: UnsafePointer<Double>) -> Vector { all(p[0]) }
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
  @inline(__always) static func notBelow(_ x: Vector, _ y: Vector) -> UInt8 { microgpt_f64x4_not_below(x, y) }
  @inline(__always) static func differ(_ x: Vector, _ y: Vector) -> UInt8 { microgpt_f64x4_differ(x, y) }
  @inline(__always) static func whereLess(_ x: Vector, _ y: Vector, _ a: Vector, _ b: Vector) -> Vector {
    microgpt_f64x4_where_less(x, y, a, b)
  }
  @inline(__always) static func binade(_ x: Vector) -> Vector {
    let exponent = unsafeBitCast(x, to: SIMD4<UInt64>.self) & SIMD4(repeating: 0x7ff0_0000_0000_0000)
    return unsafeBitCast(exponent, to: Vector.self)
  }
}

enum Exact2: ExactLanes {
  typealias Vector = SIMD2<Double>
  typealias Doubles = Exact2
  typealias Scalar = Double
  #if arch(arm64)
    @inline(__always) static var tileRows: Int { 8 }
  #else
    @inline(__always) static var tileRows: Int { 4 }
  #endif
  @inline(__always) static func add(_ a: Vector, _ b: Vector) -> Vector { a + b }
  @inline(__always) static func subtract(_ a: Vector, _ b: Vector) -> Vector { a - b }
  @inline(__always) static func multiply(_ a: Vector, _ b: Vector) -> Vector { a * b }
  @inline(__always) static func add(_ a: Vector, _ b: Vector, times c: Vector) -> Vector { a + b * c }
  @inline(__always) static func max(_ a: Vector, _ b: Vector) -> Vector { microgpt_f64x2_max(a, b) }
  @inline(__always) static func min(_ a: Vector, _ b: Vector) -> Vector { microgpt_f64x2_min(a, b) }
  @inline(__always) static func wherePositive(_ x: Vector, _ a: Vector) -> Vector {
    microgpt_f64x2_where_positive(x, a)
  }
  @inline(__always) static func zip(_ a: Vector, _ b: Vector) -> (Vector, Vector) {
    (microgpt_f64x2_zip_low(a, b), microgpt_f64x2_zip_high(a, b))
  }
  @inline(__always) static func divide(_ a: Vector, _ b: Vector) -> Vector { a / b }
  @inline(__always) static func squareRoot(_ a: Vector) -> Vector { microgpt_f64x2_root(a) }
  @inline(__always) static func everywhere(_ p: UnsafePointer<Double>) -> Vector { all(p[0]) }
  @inline(__always) static func inverseRootEstimate(_ x: Vector) -> Vector {
    microgpt_f64x2_inverse_root_estimate(x)
  }
  #if arch(arm64)
    @inline(__always) static var hasFused: Bool { true }
  #else
    @inline(__always) static var hasFused: Bool { false }
  #endif
  @inline(__always) static func magnitude(_ a: Vector) -> Vector { microgpt_f64x2_abs(a) }
  @inline(__always) static func fused(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector {
    microgpt_f64x2_fused(a, b, c)
  }
  @inline(__always) static func fusedRest(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector {
    microgpt_f64x2_fused_rest(a, b, c)
  }
  @inline(__always) static func notBelow(_ x: Vector, _ y: Vector) -> UInt8 { microgpt_f64x2_not_below(x, y) }
  @inline(__always) static func differ(_ x: Vector, _ y: Vector) -> UInt8 { microgpt_f64x2_differ(x, y) }
  @inline(__always) static func whereLess(_ x: Vector, _ y: Vector, _ a: Vector, _ b: Vector) -> Vector {
    microgpt_f64x2_where_less(x, y, a, b)
  }
  @inline(__always) static func binade(_ x: Vector) -> Vector {
    let exponent = unsafeBitCast(x, to: SIMD2<UInt64>.self) & SIMD2(repeating: 0x7ff0_0000_0000_0000)
    return unsafeBitCast(exponent, to: Vector.self)
  }
}
