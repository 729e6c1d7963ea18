// What an engine computes with: a number type and the few operations in which the arithmetics differ. The
// engine is written once over this policy and compiled for each; nothing outside the library sees it.

/// A policy of numbers.
protocol ArithmeticPolicy {
  associatedtype Scalar: BinaryFloatingPoint & SIMDScalar

  static func exp(_ x: Scalar) -> Scalar
  static func log(_ x: Scalar) -> Scalar
  /// `base` to the power `exponent`; called once a row at the most, never in an inner loop.
  static func power(_ base: Scalar, _ exponent: Scalar) -> Scalar
  /// `x²`, as the arithmetic's `power` rounds it.
  static func square(_ x: Scalar) -> Scalar
  /// `√x`, as the arithmetic's `power` rounds it.
  static func squareRoot(_ x: Scalar) -> Scalar
}

/// The reference's arithmetic: doubles, every product rounded before it is added, and the C library's
/// `exp`, `log` and `pow`, so that a run gives CPython's bits.
enum ExactArithmetic: ArithmeticPolicy {
  @inline(__always) static func exp(_ x: Double) -> Double { MicroGPT.exp(x) }
  @inline(__always) static func log(_ x: Double) -> Double { MicroGPT.log(x) }
  /// `pow(base, exponent)` to the last bit. For the four powers of softmax and normalization mostly without calling
  /// it: a quotient, and how far the exact result is from it.
  @inline(__always) static func power(_ base: Double, _ exponent: Double) -> Double {
    let x = base
    guard x > 0x1p-40, x < 0x1p40 else { return MicroGPT.power(x, exponent) }
    let y: Double, rest: Double
    switch exponent {
    case -1:
      y = 1 / x
      rest = y * (1).addingProduct(-x, y)
    case -2:
      let square = x * x, squareRest = (-square).addingProduct(x, x)
      y = 1 / square
      rest = y * ((1).addingProduct(-square, y) - squareRest * y)
    case -0.5:
      y = 1 / x.squareRoot()
      let square = y * y, squareRest = (-square).addingProduct(y, y)
      rest = 0.5 * y * ((1).addingProduct(-square, x) - squareRest * x)
    case -1.5:
      y = 1 / (x * x.squareRoot())
      let square = y * y, squareRest = (-square).addingProduct(y, y)
      let baseSquare = x * x, baseSquareRest = (-baseSquare).addingProduct(x, x), cube = baseSquare * x
      let cubeRest = (-cube).addingProduct(baseSquare, x) + baseSquareRest * x
      rest = 0.5 * y * ((1).addingProduct(-square, cube) - (square * cubeRest + squareRest * cube))
    default: return MicroGPT.power(x, exponent)
    }
    let better = y + rest
    return isSettled(better, error: (y - better) + rest) ? better : MicroGPT.power(x, exponent)
  }

  /// `pow(x, 2)` to the last bit, mostly without calling it; see `isSettled`.
  @inline(__always) static func square(_ x: Double) -> Double {
    let y = x * x
    return isSettled(y, error: (-y).addingProduct(x, x)) ? y : power(x, 2)
  }

  /// `pow(x, 0.5)` to the last bit, mostly without calling it; see `isSettled`.
  @inline(__always) static func squareRoot(_ x: Double) -> Double {
    let y = x.squareRoot()
    return isSettled(y, error: (-x).addingProduct(y, y) / (2 * y)) ? y : power(x, 0.5)
  }

  /// Whether `y`, the rounded result of an operation with this error, is also what the C library's `pow`
  /// gives for it.
  ///
  /// glibc's `pow` is not correctly rounded, but nearly: it differs only where the exact result lies within
  /// 0.01 units in the last place of the middle between two doubles, as two results in a hundred do. The bound
  /// leaves half as much again, and the range is the one for which glibc states its own. On another C library
  /// nothing is settled, and every power is a call. Documentation/Exactness.md has the measurements.
  @inline(__always) private static func isSettled(_ y: Double, error: Double) -> Bool {
    let binade = Double(bitPattern: y.bitPattern & 0x7ff0_0000_0000_0000)
    return CLibrary.hasGlibcPow && y > 0x1p-126 && y < 0x1p126 && abs(error) < 0.485 * 0x1p-52 * binade
  }
}

/// Floats, with products and sums as the processor does them best: the scalar specification of the kernels,
/// which agree with it but for rounding.
enum FastArithmetic: ArithmeticPolicy {
  @inline(__always) static func exp(_ x: Float) -> Float { Float(MicroGPT.exp(Double(x))) }
  @inline(__always) static func log(_ x: Float) -> Float { Float(MicroGPT.log(Double(x))) }
  @inline(__always) static func power(_ base: Float, _ exponent: Float) -> Float {
    Float(MicroGPT.power(Double(base), Double(exponent)))
  }
  @inline(__always) static func square(_ x: Float) -> Float { x * x }
  @inline(__always) static func squareRoot(_ x: Float) -> Float { x.squareRoot() }
}
