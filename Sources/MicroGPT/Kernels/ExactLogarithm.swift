// The natural logarithm in lanes, to the last bit.

extension ExactLanes {
  /// The natural logarithm, for all numbers.
  @inline(__always)
  static func logarithm(_ x: Vector) -> Vector {
    let isUsual = notBelow(x, all(0x1p100)) | notBelow(all(0x1p-100), x) == 0
    guard hasFused && isUsual else {
      var y = x
      for lane in 0..<count { y[lane] = functions.log(x[lane]) }
      return y
    }
    let (low, high) = (all(0x0.fp0), all(0x1.109p0)), y = logarithm(words(x), LogarithmTable.rows)
    if notBelow(x, low) & ~notBelow(x, high) == 0 { return y }
    // At 1 the polynomial is exactly 0.
    return whereLess(x, low, y, whereLess(x, high, logarithmNearOne(x), y))
  }
}
