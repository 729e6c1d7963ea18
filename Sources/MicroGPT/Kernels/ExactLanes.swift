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
