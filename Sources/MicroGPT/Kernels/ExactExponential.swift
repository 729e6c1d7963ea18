// `e^x` in lanes, to the last bit.

extension ExactLanes {
  /// `e^x`, for all numbers.
  @inline(__always)
  static func exponential(_ x: Vector) -> Vector {
    var y = exponential(x, ExponentialTable.powers)
    // Beyond this the result may be subnormal or infinite, or there may be none.
    var lanes = notBelow(magnitude(x), all(512))
    while lanes != 0 {
      let lane = lanes.trailingZeroBitCount
      y[lane] = functions.exp(x[lane])
      lanes &= lanes &- 1
    }
    return y
  }

  /// `z = exp(z - peak)` in place, for the first `count` numbers.
  ///
  /// - Parameters:
  ///   - z: Overwritten up to the end of the last vector.
  ///   - peaks: What is subtracted from each vector.
  @inline(__always)
  static func exponentials(_ z: UnsafeMutablePointer<Double>, _ count: Int, minus peaks: Vector) {
    var i = 0
    while i &+ Self.count <= count {
      store(exponential(subtract(load(z + i), peaks)), z + i)
      i &+= Self.count
    }
    if i < count {
      // What follows the last number may be anything.
      for lane in count &- i..<Self.count { z[i &+ lane] = peaks[lane] }
      store(exponential(subtract(load(z + i), peaks)), z + i)
    }
  }
}
