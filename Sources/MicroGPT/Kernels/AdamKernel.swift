// Adam over a run of parameters, in lanes. Training/Adam.swift has the formula and is the specification.

/// One step of Adam for `count` parameters.
struct AdamStep<Scalar> {
  /// `[count]` each.
  var parameters, mean, meanSquare: UnsafeMutablePointer<Scalar>
  /// `[count]`. Set to zero if `clearsGradients`.
  var gradients: UnsafeMutablePointer<Scalar>
  /// A multiple of the vector.
  var count: Int
  var beta1, beta2, epsilon, learningRate: Scalar
  /// `1 - βᵗ` for both.
  var correction1, correction2: Scalar
  var clearsGradients: Bool
  /// Room to compute in, `[3·AdamStep.chunk]`; the exact arithmetic's.
  var scratch: UnsafeMutablePointer<Scalar>

  /// How many parameters the exact arithmetic moves in one go.
  static var chunk: Int { 512 }
}

extension FastLanes {
  @inline(__always)
  static func adam(_ a: AdamStep<Float>) {
    let beta1 = all(a.beta1), beta2 = all(a.beta2), rest1 = all(1 - a.beta1), rest2 = all(1 - a.beta2)
    let rate = all(-a.learningRate / a.correction1), inverse2 = all(1 / a.correction2)
    let epsilon = all(a.epsilon), tiny = all(1e-36)
    var i = 0
    while i < a.count {
      let g = load(a.gradients + i)
      let m = add(multiply(beta1, load(a.mean + i)), rest1, times: g)
      let v = add(multiply(beta2, load(a.meanSquare + i)), multiply(rest2, g), times: g)
      store(m, a.mean + i)
      store(v, a.meanSquare + i)
      // √v as v·v^(-1/2), where the root of 0 is 0 because `tiny` keeps the estimate finite.
      let corrected = add(tiny, v, times: inverse2)
      let root = add(epsilon, corrected, times: inverseRoot(corrected))
      store(add(load(a.parameters + i), multiply(rate, m), times: inverse(root)), a.parameters + i)
      if a.clearsGradients { store(all(0), a.gradients + i) }
      i &+= count
    }
  }
}

extension ExactLanes {
  /// Three loops over a chunk: squares, roots, parameters. The C library's `pow` is called between them, for the
  /// few numbers where it may round differently, so that no loop has to wait for a call.
  @inline(__always)
  static func adam(_ a: AdamStep<Double>) {
    let chunk = AdamStep<Double>.chunk, squares = a.scratch, roots = a.scratch + chunk
    let open = UnsafeMutableRawPointer(a.scratch + 2 &* chunk).assumingMemoryBound(to: Int32.self)
    let beta1 = all(a.beta1), beta2 = all(a.beta2), rest1 = all(1 - a.beta1), rest2 = all(1 - a.beta2)
    let rate = all(a.learningRate), epsilon = all(a.epsilon)
    let correction1 = Divisor<Self>(a.correction1), correction2 = Divisor<Self>(a.correction2)
    var first = 0
    while first < a.count {
      let n = Swift.min(chunk, a.count &- first), gradients = a.gradients + first
      let mean = a.mean + first, meanSquare = a.meanSquare + first, parameters = a.parameters + first

      var count = 0, i = 0
      while i < n {
        let g = load(gradients + i), y = multiply(g, g)
        store(add(multiply(beta1, load(mean + i)), rest1, times: g), mean + i)
        store(y, squares + i)
        let unsettled = unsettled(
          magnitude(g), y, error: squareError(g, y, from: y), slope: all(1), isUsual: false)
        open[count] = Int32(truncatingIfNeeded: i &<< 8) | Int32(unsettled)
        count &+= unsettled == 0 ? 0 : 1
        i &+= Self.count
      }
      forEachLane(open, count) { i in squares[i] = power(gradients[i], 2) }

      (count, i) = (0, 0)
      while i < n {
        let v = add(multiply(beta2, load(meanSquare + i)), rest2, times: load(squares + i))
        store(v, meanSquare + i)
        // Nearly all numbers are in a range where nothing can overflow or lose bits to underflow.
        let isUsual = hasFused && isWithin(v, 0x1p-100, 0x1p100)
        let x = isUsual ? correction2.divideUsual(v) : correction2.divide(v)
        let y = isUsual ? rootNearly(x) : squareRoot(x)
        store(x, squares + i)
        store(y, roots + i)
        let error = squareError(y, multiply(y, y), from: x)
        let unsettled = unsettled(x, y, error: error, slope: add(y, y), isUsual: isUsual)
        open[count] = Int32(truncatingIfNeeded: i &<< 8) | Int32(unsettled)
        count &+= unsettled == 0 ? 0 : 1
        i &+= Self.count
      }
      forEachLane(open, count) { i in roots[i] = power(squares[i], 0.5) }

      i = 0
      while i < n {
        let step = multiply(rate, correction1.divide(load(mean + i)))
        store(
          subtract(load(parameters + i), divide(step, add(load(roots + i), epsilon))), parameters + i)
        if a.clearsGradients { store(all(0), gradients + i) }
        i &+= Self.count
      }
      first &+= chunk
    }
  }

  /// Calls `body` with the index of every lane that an entry of `open` names: a vector's index and, in the low
  /// eight bits, lanes.
  @inline(__always)
  private static func forEachLane(_ open: UnsafePointer<Int32>, _ count: Int, _ body: (Int) -> Void) {
    for entry in 0..<count {
      var lanes = UInt8(truncatingIfNeeded: open[entry])
      while lanes != 0 {
        body(Int(open[entry] &>> 8) &+ lanes.trailingZeroBitCount)
        lanes &= lanes &- 1
      }
    }
  }

  /// `|y² - x|`, for a `y²` near `x` and without its rounding error. `square` is `y²`, rounded.
  @inline(__always)
  private static func squareError(_ y: Vector, _ square: Vector, from x: Vector) -> Vector {
    if hasFused { return magnitude(fused(subtract(all(0), x), y, y)) }
    // Without the instruction: Dekker's product of halves of 26 bits, every one of whose terms is exact.
    let shifted = multiply(y, all(134_217_729)), high = subtract(shifted, subtract(shifted, y))
    let low = subtract(y, high), cross = multiply(high, low)
    let error = add(add(subtract(multiply(high, high), square), add(cross, cross)), multiply(low, low))
    return magnitude(add(subtract(square, x), error))
  }

  /// The lanes, as bits, whose rounded result `y` need not be what the C library's `pow` gives for `x`.
  ///
  /// The bound is that of `ExactArithmetic`: glibc's `pow` rounds as the exact result does where `y` is less than
  /// 0.485 units in the last place off. Below 2⁻¹²⁶ nothing is settled but 0: `x` in the error's place is above
  /// every bound.
  ///
  /// - Parameters:
  ///   - error: How far `y` is off, times `slope`.
  ///   - isUsual: Whether `y` is known to be within 2^±60.
  @inline(__always)
  private static func unsettled(
    _ x: Vector, _ y: Vector, error: Vector, slope: Vector, isUsual: Bool
  ) -> UInt8 {
    guard CLibrary.hasGlibcPow else { return .max &>> UInt8(truncatingIfNeeded: 8 &- count) }
    let bound = multiply(multiply(ulp(y), all(0.485)), slope)
    if isUsual { return notBelow(error, bound) }
    return notBelow(whereLess(y, all(0x1p-126), x, error), max(bound, all(.leastNonzeroMagnitude)))
  }

  /// Whether all lanes are above `low` and below `high`.
  @inline(__always)
  private static func isWithin(_ x: Vector, _ low: Double, _ high: Double) -> Bool {
    notBelow(x, all(high)) | notBelow(all(low), x) == 0
  }

  /// `√x`, or a neighbor of it in rare lanes: from an estimate in floats, twice corrected.
  @inline(__always)
  private static func rootNearly(_ x: Vector) -> Vector {
    let inverse = inverseRootEstimate(x), half = multiply(inverse, all(0.5)), zero = all(0)
    var y = multiply(x, inverse)
    y = fused(y, half, fused(x, subtract(zero, y), y))
    return fused(y, half, fused(x, subtract(zero, y), y))
  }
}

/// Division by one and the same number, as a multiplication and two corrections.
///
/// With `1/d` rounded correctly, and a quotient at most one unit in the last place off, its remainder times
/// `1/d` corrects it to the correctly rounded one (Markstein, 1990). Where the remainder could underflow, and
/// where there is no fused multiply-add, it divides.
private struct Divisor<L: ExactLanes> {
  let value, inverse: L.Vector

  @inline(__always)
  init(_ value: Double) { (self.value, inverse) = (L.all(value), L.all(1 / value)) }

  @inline(__always)
  func divide(_ x: L.Vector) -> L.Vector {
    let size = L.magnitude(x), least = L.all(0x1p-900), zero = L.all(0)
    let tiny = L.whereLess(size, least, size, zero)
    guard L.hasFused, L.notBelow(tiny, L.all(.leastNonzeroMagnitude)) == 0 else { return L.divide(x, value) }
    return divideUsual(x)
  }

  /// `divide` for numbers far from underflow.
  @inline(__always)
  func divideUsual(_ x: L.Vector) -> L.Vector {
    let zero = L.all(0)
    var q = L.multiply(x, inverse)
    q = L.fused(q, L.fused(x, L.subtract(zero, q), value), inverse)
    return L.fused(q, L.fused(x, L.subtract(zero, q), value), inverse)
  }
}
