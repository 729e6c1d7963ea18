// The fast arithmetic's vectors: floats, with fused multiply-adds where the processor has them.

import CMicroGPT

enum Fast16: FastLanes {
  typealias Vector = SIMD16<Float>
  typealias Scalar = Float
  typealias Bits = SIMD16<Int32>
  typealias Doubles = Exact8
  @inline(__always) static var tileRows: Int { 8 }
  @inline(__always) static func load(_ p: UnsafePointer<Float>) -> Vector { microgpt_f32x16_load(p) }
  @inline(__always) static func store(_ x: Vector, _ p: UnsafeMutablePointer<Float>) {
    microgpt_f32x16_store(x, p)
  }
  @inline(__always) static func all(_ x: Float) -> Vector { microgpt_f32x16_all(x) }
  @inline(__always) static func add(_ a: Vector, _ b: Vector) -> Vector { microgpt_f32x16_add(a, b) }
  @inline(__always) static func subtract(_ a: Vector, _ b: Vector) -> Vector {
    microgpt_f32x16_subtract(a, b)
  }
  @inline(__always) static func multiply(_ a: Vector, _ b: Vector) -> Vector {
    microgpt_f32x16_multiply(a, b)
  }
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
  @inline(__always) static func broadcastPair(_ p: UnsafePointer<Float>) -> Vector {
    microgpt_f32x16_broadcast_pair(p)
  }
  @inline(__always) static func inverse(_ x: Vector) -> Vector { microgpt_f32x16_inverse(x) }
  @inline(__always) static func roughRoot(_ x: Vector) -> Vector { microgpt_f32x16_half_bits(x) }
  @inline(__always) static func scale(_ x: Vector, byPowerOf2 n: Vector) -> Vector {
    microgpt_f32x16_scale(x, n)
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
  @inline(__always) static func load(_ p: UnsafePointer<Float>) -> Vector { microgpt_f32x8_load(p) }
  @inline(__always) static func store(_ x: Vector, _ p: UnsafeMutablePointer<Float>) {
    microgpt_f32x8_store(x, p)
  }
  @inline(__always) static func all(_ x: Float) -> Vector { microgpt_f32x8_all(x) }
  @inline(__always) static func add(_ a: Vector, _ b: Vector) -> Vector { microgpt_f32x8_add(a, b) }
  @inline(__always) static func subtract(_ a: Vector, _ b: Vector) -> Vector { microgpt_f32x8_subtract(a, b) }
  @inline(__always) static func multiply(_ a: Vector, _ b: Vector) -> Vector { microgpt_f32x8_multiply(a, b) }
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
  @inline(__always) static func broadcastPair(_ p: UnsafePointer<Float>) -> Vector {
    microgpt_f32x8_broadcast_pair(p)
  }
  @inline(__always) static func inverse(_ x: Vector) -> Vector { microgpt_f32x8_inverse(x) }
  @inline(__always) static func roughRoot(_ x: Vector) -> Vector { microgpt_f32x8_half_bits(x) }
  @inline(__always) static func scale(_ x: Vector, byPowerOf2 n: Vector) -> Vector {
    microgpt_f32x8_scale(x, n)
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
  @inline(__always) static func load(_ p: UnsafePointer<Float>) -> Vector { microgpt_f32x4_load(p) }
  @inline(__always) static func store(_ x: Vector, _ p: UnsafeMutablePointer<Float>) {
    microgpt_f32x4_store(x, p)
  }
  @inline(__always) static func all(_ x: Float) -> Vector { microgpt_f32x4_all(x) }
  @inline(__always) static func add(_ a: Vector, _ b: Vector) -> Vector { microgpt_f32x4_add(a, b) }
  @inline(__always) static func subtract(_ a: Vector, _ b: Vector) -> Vector { microgpt_f32x4_subtract(a, b) }
  @inline(__always) static func multiply(_ a: Vector, _ b: Vector) -> Vector { microgpt_f32x4_multiply(a, b) }
  #if arch(arm64)
    @inline(__always) static func add(_ a: Vector, _ b: Vector, times c: Vector) -> Vector {
      microgpt_f32x4_fused(a, b, c)
    }
  #else
    // Without the instruction, a fused multiply-add would be a call for every lane.
    @inline(__always) static func add(_ a: Vector, _ b: Vector, times c: Vector) -> Vector {
      microgpt_f32x4_add(a, microgpt_f32x4_multiply(b, c))
    }
  #endif
  #if !arch(x86_64) && !arch(arm64)
    @inline(__always) static func settled(_ x: Vector) -> Vector { awayFromSubnormal(x) }
    @inline(__always) static func settledSquare(_ x: Vector) -> Vector { max(x, all(0x1p-100)) }
    @inline(__always) static var leastExponent: Float { -40 }
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
  @inline(__always) static func broadcastPair(_ p: UnsafePointer<Float>) -> Vector {
    microgpt_f32x4_broadcast_pair(p)
  }
  @inline(__always) static func inverse(_ x: Vector) -> Vector { microgpt_f32x4_inverse(x) }
  @inline(__always) static func roughRoot(_ x: Vector) -> Vector { microgpt_f32x4_half_bits(x) }
  @inline(__always) static func scale(_ x: Vector, byPowerOf2 n: Vector) -> Vector {
    microgpt_f32x4_scale(x, n)
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
