// Powers in lanes, to the last bit: those of softmax and normalization.

extension ExactLanes {
  /// `1/x` and `1/x²` as powers.
  @inline(__always)
  static func inversePowers(_ x: Vector) -> (inverse: Vector, inverseSquare: Vector) { powers(x, -1, -2) }

  /// `x^a` and `x^b`.
  @inline(__always)
  static func powers(_ x: Vector, _ a: Double, _ b: Double) -> (Vector, Vector) {
    // In this range neither number nor result is special.
    let isUsual = notBelow(x, all(0x1p100)) | notBelow(all(0x1p-100), x) == 0
    if hasFused && isUsual {
      let logarithm = preciseLogarithm(words(x), PowerTable.rows), powers = ExponentialTable.powers
      return (power(logarithm, all(a), powers), power(logarithm, all(b), powers))
    }
    var (first, second) = (x, x)
    for lane in 0..<count {
      (first[lane], second[lane]) = (settledPower(x[lane], a), settledPower(x[lane], b))
    }
    return (first, second)
  }
}
