// The C library's `pow` to the last bit, mostly without a call.

extension ExactLanes {
  /// `pow(x, exponent)` for the four powers of softmax and normalization: a quotient, and its distance from the exact
  /// result. Where these do not settle what `pow` gives, `pow` is called. Without fused multiply-adds it always is,
  /// because these would be calls themselves.
  @inline(__always)
  static func settledPower(_ x: Double, _ exponent: Double) -> Double {
    guard hasFused, x > 0x1p-40, x < 0x1p40 else { return power(x, exponent) }
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
    default: return power(x, exponent)
    }
    let better = y + rest
    return isSettled(better, error: (y - better) + rest) ? better : power(x, exponent)
  }

  /// Whether `y`, the rounded result of an operation with this error, is also what the C library's `pow` gives.
  ///
  /// glibc's `pow` is almost correctly rounded: it differs only where the exact result lies within 0.01 units in the
  /// last place of the middle between two doubles, as two results in a hundred do. The bound adds half of that as a
  /// margin, and the range is the one for which glibc states its error. On another C library nothing is settled, and
  /// every power is a call. Documentation/Exactness.md has the measurements.
  @inline(__always)
  private static func isSettled(_ y: Double, error: Double) -> Bool {
    let binade = Double(bitPattern: y.bitPattern & 0x7ff0_0000_0000_0000)
    return CLibrary.hasGlibcPow && y > 0x1p-126 && y < 0x1p126 && abs(error) < 0.485 * 0x1p-52 * binade
  }
}
