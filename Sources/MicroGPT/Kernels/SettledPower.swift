// `power` to the last bit, mostly by a quotient.

extension ExactLanes {
  /// `pow(x, exponent)` for the four powers of softmax and normalization: a quotient, and its distance from the exact
  /// result. Where these do not settle what `pow` gives, `pow` is called.
  ///
  /// Quicker than `pow` for one number; for several there are lanes.
  @inline(__always)
  static func settledPower(_ x: Double, _ exponent: Double) -> Double {
    guard x > 0x1p-40, x < 0x1p40 else { return functions.power(x, exponent) }
    let y: Double, rest: Double
    switch exponent {
    case -1:
      y = 1 / x
      rest = y * fusedOne(1, -x, y)
    case -2:
      let square = x * x, squareRest = fusedOne(-square, x, x)
      y = 1 / square
      rest = y * (fusedOne(1, -square, y) - squareRest * y)
    case -0.5:
      y = 1 / sqrt(x)
      let square = y * y, squareRest = fusedOne(-square, y, y)
      rest = 0.5 * y * (fusedOne(1, -square, x) - squareRest * x)
    case -1.5:
      y = 1 / (x * sqrt(x))
      let square = y * y, squareRest = fusedOne(-square, y, y)
      let baseSquare = x * x, baseSquareRest = fusedOne(-baseSquare, x, x), cube = baseSquare * x
      let cubeRest = fusedOne(-cube, baseSquare, x) + baseSquareRest * x
      rest = 0.5 * y * (fusedOne(1, -square, cube) - (square * cubeRest + squareRest * cube))
    default: return functions.power(x, exponent)
    }
    let better = y + rest
    return isSettled(better, error: (y - better) + rest) ? better : functions.power(x, exponent)
  }

  /// `a + b·c` for an `a` near `-b·c`, so that the result is exact.
  @inline(__always)
  private static func fusedOne(_ a: Double, _ b: Double, _ c: Double) -> Double {
    if hasFused { return a.addingProduct(b, c) }
    // Without the instruction: the rounded product cancels, and its error remains.
    let product = b * c
    return (a + product) + EmulatedNumber.productRest(product, b, c)
  }

  /// Whether `y`, the rounded result of an operation with this error, is also what `pow` gives.
  ///
  /// `pow` is almost correctly rounded: it differs only where the exact result lies within 0.01 units in the last place of
  /// the middle between two doubles, as two results in a hundred do. The bound adds half of that as a margin.
  /// Documentation/Exactness.md has the measurements.
  @inline(__always)
  private static func isSettled(_ y: Double, error: Double) -> Bool {
    let binade = Double(bitPattern: y.bitPattern & 0x7ff0_0000_0000_0000)
    return y > 0x1p-126 && y < 0x1p126 && abs(error) < 0.485 * 0x1p-52 * binade
  }
}
