// `e^x` in lanes, to the last bit.

extension ExactLanes {
  /// `z = exp(z - peak)` in place, for the first `count` numbers.
  ///
  /// - Parameters:
  ///   - z: Overwritten up to the end of the last vector.
  ///   - peaks: What is subtracted from each vector.
  @inline(__always)
  static func exponentials(
    _ z: UnsafeMutablePointer<Double>, _ count: Int, minus peaks: Vector
  ) {
    let powers = ExponentialTable.powers
    var i = 0
    while i < count {
      let x = subtract(load(z + i), peaks)
      store(exponential(x, powers), z + i)
      // Beyond this the result may be subnormal or infinite, or there may be none.
      var lanes = notBelow(magnitude(x), all(512))
      if count &- i < Self.count { lanes &= 1 &<< UInt8(truncatingIfNeeded: count &- i) &- 1 }
      while lanes != 0 {
        let lane = lanes.trailingZeroBitCount
        z[i &+ lane] = functions.exp(x[lane])
        lanes &= lanes &- 1
      }
      i &+= Self.count
    }
  }
}
