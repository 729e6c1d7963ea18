// The vectors that kernels are written over: a number of lanes of one type, and the operations on them. Lanes are
// different outputs and each lane adds in index order, so the width of a vector does not change the bits of a result.
// FastLanes.swift and ExactLanes.swift have the vectors of each instruction set.

/// A vector of an instruction set in one of the two arithmetics.
///
/// Kernels are generic over it. Their entries name the concrete type, so that each is compiled for its instruction
/// set.
protocol Lanes {
  associatedtype Scalar: BinaryFloatingPoint & SIMDScalar
  associatedtype Vector: SIMD where Vector.Scalar == Scalar
  /// The same register as a vector of doubles, each a double or a pair of floats.
  associatedtype Doubles: ExactLanes

  /// The rows of a register tile two vectors wide: 8 where the processor has 32 registers, otherwise 4.
  static var tileRows: Int { get }

  /// The vector at any number's address, aligned to a vector or not.
  static func load(_ p: UnsafePointer<Scalar>) -> Vector
  static func store(_ x: Vector, _ p: UnsafeMutablePointer<Scalar>)
  /// `x` in every lane.
  static func all(_ x: Scalar) -> Vector
  static func add(_ a: Vector, _ b: Vector) -> Vector
  static func subtract(_ a: Vector, _ b: Vector) -> Vector
  static func multiply(_ a: Vector, _ b: Vector) -> Vector
  /// `a + b·c`: rounded twice in the exact arithmetic, once in the fast one where the processor has the instruction.
  static func add(_ a: Vector, _ b: Vector, times c: Vector) -> Vector
  static func max(_ a: Vector, _ b: Vector) -> Vector
  static func min(_ a: Vector, _ b: Vector) -> Vector
  /// The lanes of `a` where those of `x` are above 0, and 0 elsewhere.
  static func wherePositive(_ x: Vector, _ a: Vector) -> Vector
  /// The lanes of both interleaved, `a[0], b[0], a[1], b[1]` and so on: the first half and the second half.
  static func zip(_ a: Vector, _ b: Vector) -> (Vector, Vector)
  /// For each pair of lanes, the sum of the pair in `a` and, in the next lane, the sum of the pair in `b`. Floats
  /// only: for doubles it is `a`.
  static func pairSums(_ a: Vector, _ b: Vector) -> Vector
  /// Eight bytes broadcast: `p[0]` in every lane of doubles, `p[0]` and `p[1]` in turn in lanes of floats.
  static func broadcastPair(_ p: UnsafePointer<Scalar>) -> Vector
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
  // Where the processor has no mode that takes subnormal numbers for 0, each costs a hundred cycles, and these three keep
  // numbers away from them. What they change is far below what an update can show.

  /// `x`; without such a mode rounded to a multiple of 2⁻⁶³, whose square is a normal number.
  static func settled(_ x: Vector) -> Vector
  /// `x`, which is not negative; without such a mode at least 2⁻¹⁰⁰, of which a small share is still a normal number.
  static func settledSquare(_ x: Vector) -> Vector
  /// Exponentials of less than this count as 0: -87, where they would not be normal numbers; without such a mode -40, so
  /// that their products are normal too.
  static var leastExponent: Float { get }
  /// The sum of all lanes.
  static func sum(_ x: Vector) -> Float
  /// The largest lane.
  static func largest(_ x: Vector) -> Float
  /// Exchanges each lane with the one whose index differs in bit `k` alone.
  static func swap(_ x: Vector, _ k: Int) -> Vector
  /// All ones in the lanes whose index has bit `k`, zeros in the others.
  static func lanes(with k: Int) -> Bits
  /// The lanes of `b` where `mask` has ones, and those of `a` elsewhere.
  static func select(_ mask: Bits, _ a: Vector, _ b: Vector) -> Vector
}

/// The factor that `FastLanes.roughRoot` leaves out.
///
/// Shifting the bits of `(1 + f)·2ᵉ` right by one halves the biased exponent, `e + 127`, and the fraction `f`, into
/// which the exponent's lowest bit moves as a half. What results is between √2 and 3/2 times `√x·2⁻⁶⁴`.
let roughRootUnit: Float = 0x1p-64 * 1.457_106_8

/// Vectors of the exact arithmetic.
protocol ExactLanes: Lanes, FunctionLanes where Scalar == Double {
  static func divide(_ a: Vector, _ b: Vector) -> Vector
  static func squareRoot(_ a: Vector) -> Vector
  static func magnitude(_ a: Vector) -> Vector
  /// Whether no lane is 0, negative, not a number, or of a size for which `nearRoot` has no estimate.
  static func hasNearRoots(_ x: Vector) -> Bool
  /// `√x`, less than 0.95 units in the last place off, and half its inverse within 2⁻²¹; of infinity, where it is let
  /// through, not a number.
  static func nearRoot(_ x: Vector) -> (root: Vector, halfInverse: Vector)
  /// Whether the processor has a fused multiply-add. Without one `fused` takes some forty operations.
  static var hasFused: Bool { get }
  /// The functions of one double, compiled for the lanes' instruction set.
  static var functions: Functions { get }
  /// The lanes where `x` is not below `y`, as bits.
  static func notBelow(_ x: Vector, _ y: Vector) -> UInt8
  /// The lanes where `x` is not equal to `y`, as bits.
  static func differ(_ x: Vector, _ y: Vector) -> UInt8
  /// `a` where `x` is below `y`, and `b` elsewhere.
  static func whereLess(_ x: Vector, _ y: Vector, _ a: Vector, _ b: Vector) -> Vector
}

extension Lanes {
  /// The number of lanes.
  @inline(__always) static var count: Int { Vector.scalarCount }

  @inline(__always) static func load(_ p: UnsafeMutablePointer<Scalar>) -> Vector { load(UnsafePointer(p)) }
}

extension FastLanes {
  /// `x` rounded to a multiple of 2⁻⁶³: adding 2⁻⁴⁰ leaves no room for anything below that.
  @inline(__always) static func awayFromSubnormal(_ x: Vector) -> Vector {
    subtract(add(x, all(0x1p-40)), all(0x1p-40))
  }
  @inline(__always) static func settled(_ x: Vector) -> Vector { x }
  @inline(__always) static func settledSquare(_ x: Vector) -> Vector { x }
  @inline(__always) static var leastExponent: Float { -87 }

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
}
