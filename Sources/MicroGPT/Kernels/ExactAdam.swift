// The exact arithmetic's Adam: the bits that `pow` gives for squares and roots, mostly without a call.

import CMicroGPT

extension ExactLanes {
  /// Squares and roots are computed as the processor rounds them. For each, `other` is the only other number that the
  /// reference's `pow` could give: the neighbor on the side of the exact result if that is nearly as close, and
  /// otherwise the number itself. Where `other` would lead to another second moment or parameter, `pow` is called,
  /// after the loop, so that no iteration waits for a call.
  ///
  /// A loop updates the parameters of one chunk and the moments of the next: independent work while divisions are in
  /// flight.
  @inline(__always)
  static func adam(_ a: AdamStep<Double>) {
    let chunk = AdamStep<Double>.chunk
    let squares = Doubts<Self>(a.scratch), others = Doubts<Self>(a.scratch + 3 &* chunk)
    let update = a.update, beta1 = all(update.beta1), beta2 = all(update.beta2)
    let rest1 = all(1 - update.beta1), rest2 = all(1 - update.beta2)
    let rate = all(update.learningRate), epsilon = all(update.epsilon)
    // Matters only for numbers so small that the error of a square may have lost bits.
    let slack = all(0x1p-960)
    let correction1 = Divisor<Self>(update.correction1), correction2 = Divisor<Self>(update.correction2)

    /// Updates the moments of a vector.
    @inline(__always) func updateMoments(_ i: Int, _ open: inout Int) {
      // The processor's own prefetching ends with each page.
      prefetch(a.firstMoment + (i &+ prefetchDistance))
      prefetch(a.secondMoment + (i &+ prefetchDistance))
      let g = load(a.gradients + i), y = multiply(g, g)
      store(add(multiply(beta1, load(a.firstMoment + i)), rest1, times: g), a.firstMoment + i)
      let decayed = multiply(beta2, load(a.secondMoment + i)), secondMoment = add(decayed, rest2, times: y)
      store(secondMoment, a.secondMoment + i)
      let other = near(y, squareRest(g, y), times: all(-doubt))
      var lanes = differ(add(decayed, near(slack, rest2, times: other)), secondMoment)
      if lanes != 0 {
        // The square of 0 is 0.
        lanes &= differ(g, all(0))
        squares.note(i, lanes, decayed, decayed, at: &open)
      }
    }
    @inline(__always) func settleMoments(_ open: Int) {
      squares.forEach(open) { i, lanes, decayed, _ in
        forEachLane(lanes) { lane in
          a.secondMoment[i &+ lane] =
            decayed[lane] + (1 - update.beta2) * functions.power(a.gradients[i &+ lane], 2)
        }
      }
    }
    /// Updates the parameters of a vector.
    @inline(__always) func updateParameters(_ i: Int, _ open: inout Int) {
      prefetch(a.parameters + (i &+ prefetchDistance))
      let (root, other) = roots(load(a.secondMoment + i), over: correction2)
      let step = divide(multiply(rate, correction1.divide(load(a.firstMoment + i))), add(root, epsilon))
      let parameter = load(a.parameters + i)
      store(subtract(parameter, step), a.parameters + i)
      others.note(i, differ(root, other), parameter, step, at: &open)
      if a.clearsGradients { store(all(0), a.gradients + i) }
    }
    @inline(__always) func settleParameters(_ open: Int) {
      // The margin is more than the steps of neighboring roots can differ by: two units in the last place of the sum
      // with ε, and one of the step. A subnormal step has none, but such steps do not change parameters above 2⁻⁹⁶⁸.
      others.forEach(open) { i, lanes, parameter, step in
        let p = load(parameter), s = load(step), moved = load(a.parameters + i)
        var isOpen = differ(subtract(p, near(s, s, times: all(0x1p-50))), moved)
        isOpen |= differ(subtract(p, near(s, s, times: all(-0x1p-50))), moved)
        if lanes & isOpen == 0 { return }
        let (_, other) = roots(load(a.secondMoment + i), over: correction2)
        let otherStep = divide(
          multiply(rate, correction1.divide(load(a.firstMoment + i))), add(other, epsilon))
        isOpen = differ(subtract(p, otherStep), moved)
        forEachLane(lanes & isOpen) { lane in
          let root = functions.power(a.secondMoment[i &+ lane] / update.correction2, 0.5)
          a.parameters[i &+ lane] =
            parameter[lane] - update.learningRate * (a.firstMoment[i &+ lane] / update.correction1)
            / (root + update.epsilon)
        }
      }
    }

    var first = 0, open = 0, i = 0, next = Swift.min(chunk, a.count)
    while i < next {
      updateMoments(i, &open)
      i &+= count
    }
    settleMoments(open)
    while first < a.count {
      let end = next
      next = Swift.min(end &+ chunk, a.count)
      var openMoments = 0
      (open, i) = (0, first)
      while i &+ chunk < next {
        updateParameters(i, &open)
        updateMoments(i &+ chunk, &openMoments)
        i &+= count
      }
      while i < end {
        updateParameters(i, &open)
        i &+= count
      }
      settleParameters(open)
      settleMoments(openMoments)
      first = end
    }
  }

  /// How many numbers ahead parameters and moments are read into the cache: 1 KB.
  @inline(__always)
  private static var prefetchDistance: Int { 128 }

  @inline(__always)
  private static func prefetch(_ p: UnsafeMutablePointer<Double>) { microgpt_prefetch(p) }

  /// The factor of a rounding error that, added to the rounded number, shows whether the number is in doubt.
  ///
  /// The bound is that of `settledPower`: glibc's `pow` is correctly rounded where the rounded number is less than
  /// 0.485 units in the last place off. 0.485 times this factor is just above the half unit that rounds to a
  /// neighbor.
  @inline(__always)
  private static var doubt: Double { 1.031 }

  /// `√(secondMoment/correction)`, and the other number that `pow` could give.
  @inline(__always)
  private static func roots(
    _ secondMoment: Vector, over correction: Divisor<Self>
  ) -> (Vector, other: Vector) {
    if hasFused {
      let x = correction.divideUsual(secondMoment)
      if hasNearRoots(x) {
        let (y, half) = nearRoot(x)
        // A root that is not the nearest number is in doubt too: its neighbor is.
        return (y, fused(y, fusedRest(x, y, y), multiply(half, all(doubt))))
      }
    }
    let x = correction.divide(secondMoment)
    let y = squareRoot(x)
    // Adds doubt only where `x` is so small that the error may have lost bits, and for 0, where it does no harm.
    let slack = all(0x1p-1010), least = all(0x1p-500)
    let rest = add(slack, multiply(squareRest(y, x), all(0.5 * doubt)))
    return (y, add(y, divide(rest, max(y, least))))
  }

  /// `a + b·c`, rounded once or twice.
  @inline(__always)
  private static func near(_ a: Vector, _ b: Vector, times c: Vector) -> Vector {
    hasFused ? fused(a, b, c) : add(a, b, times: c)
  }

  /// `x - y²`, exactly, for an `x` near `y²`.
  @inline(__always)
  private static func squareRest(_ y: Vector, _ x: Vector) -> Vector {
    if hasFused { return fusedRest(x, y, y) }
    // Without the instruction: Dekker's product of halves of 26 bits. Each of its terms is exact.
    let square = multiply(y, y), (high, low) = halves(y), cross = multiply(high, low)
    let error = add(add(subtract(multiply(high, high), square), add(cross, cross)), multiply(low, low))
    return subtract(subtract(x, square), error)
  }

  @inline(__always)
  private static func forEachLane(_ lanes: UInt8, _ body: (Int) -> Void) {
    var lanes = lanes
    while lanes != 0 {
      body(lanes.trailingZeroBitCount)
      lanes &= lanes &- 1
    }
  }
}

/// Division of many numbers by one, as a multiplication and one or two corrections.
///
/// If `1/d` is correctly rounded and a quotient is at most one unit in the last place off, adding its remainder times
/// `1/d` gives the correctly rounded quotient (Markstein, 1990). Where the remainder could underflow, and without a
/// fused multiply-add, it divides.
private struct Divisor<L: ExactLanes> {
  private let value, inverse: L.Vector
  private let isOne: Bool
  /// `1/d` where one correction of a quotient is not enough, else 0: a second correction that may change nothing is
  /// cheaper than a branch.
  ///
  /// One is enough if `x·(1/d)`, rounded, is always less than one unit in the last place off. Rounding takes up half a
  /// unit; the error of `1/d`, in units of 2⁻⁵³, times half the quotient's significand, which is less than 2, takes up
  /// the rest.
  private let second: L.Vector

  @inline(__always)
  init(_ value: Double) {
    let inverse = 1 / value
    (self.value, self.inverse, isOne) = (L.all(value), L.all(inverse), value == 1)
    let isClose = L.hasFused && abs(L.fusedRest(L.all(1), L.all(value), L.all(inverse))[0]) < 0x1p-54
    second = L.all(isClose ? 0 : inverse)
  }

  @inline(__always)
  func divide(_ x: L.Vector) -> L.Vector {
    if isOne { return x }
    let size = L.magnitude(x), least = L.all(0x1p-900), zero = L.all(0)
    let tiny = L.whereLess(size, least, size, zero)
    guard L.hasFused, L.notBelow(tiny, L.all(.leastNonzeroMagnitude)) == 0 else { return L.divide(x, value) }
    return divideUsual(x)
  }

  /// `divide` for numbers far from underflow.
  @inline(__always)
  func divideUsual(_ x: L.Vector) -> L.Vector {
    if isOne { return x }
    let q = L.multiply(x, inverse), better = L.fused(q, L.fusedRest(x, q, value), inverse)
    return L.fused(better, L.fusedRest(x, better, value), second)
  }
}

/// Vectors with lanes that may have to be computed again, and what they were computed from.
private struct Doubts<L: ExactLanes> {
  /// The index of a vector and, in the low eight bits, its lanes in doubt.
  private let places: UnsafeMutablePointer<Int64>
  /// Two vectors for each entry of `places`.
  private let vectors: UnsafeMutablePointer<Double>

  /// - Parameter scratch: Has room for two chunks, two vectors and the places.
  @inline(__always)
  init(_ scratch: UnsafeMutablePointer<Double>) {
    vectors = scratch
    places = UnsafeMutableRawPointer(scratch + 2 &* (AdamStep<Double>.chunk &+ L.count))
      .assumingMemoryBound(to: Int64.self)
  }

  /// Writes an entry and keeps it if `lanes` is not 0, without a branch, which would often be mispredicted.
  @inline(__always)
  func note(_ index: Int, _ lanes: UInt8, _ a: L.Vector, _ b: L.Vector, at end: inout Int) {
    L.store(a, vectors + 2 &* end &* L.count)
    L.store(b, vectors + (2 &* end &+ 1) &* L.count)
    places[end] = Int64(index) &<< 8 | Int64(lanes)
    end &+= (Int(lanes) &+ 255) &>> 8
  }

  /// Calls `body` with the index, the lanes and both vectors of every entry.
  @inline(__always)
  func forEach(
    _ end: Int, _ body: (Int, UInt8, UnsafePointer<Double>, UnsafePointer<Double>) -> Void
  ) {
    for entry in 0..<end {
      let a = UnsafePointer(vectors) + 2 &* entry &* L.count
      body(Int(places[entry] &>> 8), UInt8(truncatingIfNeeded: places[entry]), a, a + L.count)
    }
  }
}
