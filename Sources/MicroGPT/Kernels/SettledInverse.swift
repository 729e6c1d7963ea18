// `power` for the power -1 to the last bit, in lanes: as in SettledPower.swift, a quotient mostly settles it.

extension ExactLanes {
  /// `pow(x, -1)` in every lane: `settledPower` for the power -1.
  ///
  /// - Parameter scratch: A vector of scratch.
  @inline(__always)
  static func settledInverses(_ x: Vector, _ scratch: UnsafeMutablePointer<Double>) -> Vector {
    let y = divide(all(1), x), rest = multiply(y, fusedRest(all(1), x, y)), better = add(y, rest)
    let error = magnitude(add(subtract(y, better), rest))
    let binade = numbers(and(words(better), allWords(0x7ff0_0000_0000_0000)))
    // Outside these powers of two products may underflow; NaN is outside too.
    var unsettled = notBelow(error, multiply(all(0.485 * 0x1p-52), binade))
    unsettled |= notBelow(x, all(0x1p40)) | notBelow(all(0x1p-40), x)
    if unsettled == 0 { return better }
    store(better, scratch)
    while unsettled != 0 {
      let lane = unsettled.trailingZeroBitCount
      scratch[lane] = functions.power(x[lane], -1)
      unsettled &= unsettled &- 1
    }
    return load(scratch)
  }
}
