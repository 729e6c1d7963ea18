// Adam over a run of parameters, in lanes. Training/Adam.swift has the formula and is the specification.

/// How the optimizer moves parameters in one step.
struct Update<Scalar> {
  var beta1, beta2, epsilon, learningRate: Scalar
  /// `1 - βᵗ` for both.
  var correction1, correction2: Scalar
}

/// One step of Adam for `count` parameters.
struct AdamStep<Scalar> {
  /// `[count]` each. The fast arithmetic's means are to be multiplied by `1 - β`.
  var parameters, mean, meanSquare: UnsafeMutablePointer<Scalar>
  /// `[count]`. Set to zero if `clearsGradients`.
  var gradients: UnsafeMutablePointer<Scalar>
  /// A multiple of the vector.
  var count: Int
  var update: Update<Scalar>
  var clearsGradients: Bool
  /// Room to compute in, `[8·AdamStep.chunk]`; the exact arithmetic's.
  var scratch: UnsafeMutablePointer<Scalar>

  /// How many parameters the exact arithmetic moves in one go.
  static var chunk: Int { 512 }
}

/// The optimizer's step for single vectors.
///
/// The means lack the factors `1 - β`, which the step makes up for: `m/(1-β₁) → β₁·m/(1-β₁) + g`.
///
/// `1/(√v̂ + ε)` is one estimate with a step of Newton's, `(v̂ + 2ε√v̂ + ε²)^(-1/2)`, and since the root in it only
/// decides how much `ε` counts, it is taken from the exponent's bits: the step is as if `ε` were up to 3 % larger or
/// smaller than it is, and what is left of that where `√v̂` is a hundred times `ε` is less than 0.03 % of the step.
struct FastAdam<L: FastLanes> {
  private let beta1, beta2, rate, inverse2, twice, square: L.Vector

  @inline(__always)
  init(_ update: Update<Float>) {
    (beta1, beta2) = (L.all(update.beta1), L.all(update.beta2))
    rate = L.all(-update.learningRate * (1 - update.beta1) / update.correction1)
    let inverse2 = (1 - update.beta2) / update.correction2
    self.inverse2 = L.all(inverse2)
    twice = L.all(2 * update.epsilon * (inverse2.squareRoot() / roughRootUnit))
    // An ε below 1e-18 counts as that: there would be no power -1/2 of its square.
    square = L.all(Swift.max(update.epsilon * update.epsilon, 1e-36))
  }

  @inline(__always)
  func move(
    _ parameter: UnsafeMutablePointer<Float>, _ mean: UnsafeMutablePointer<Float>,
    _ meanSquare: UnsafeMutablePointer<Float>, against g: L.Vector
  ) {
    let m = L.add(g, beta1, times: L.load(mean)), p = L.load(parameter)
    let v = L.add(L.multiply(beta2, L.load(meanSquare)), g, times: g)
    L.store(m, mean)
    L.store(v, meanSquare)
    let sum = L.add(L.add(square, v, times: inverse2), twice, times: L.roughRoot(v))
    L.store(L.add(p, L.multiply(rate, m), times: L.inverseRoot(sum)), parameter)
  }
}

extension FastLanes {
  @inline(__always)
  static func adam(_ a: AdamStep<Float>) {
    let optimizer = FastAdam<Self>(a.update)
    var i = 0
    while i < a.count {
      optimizer.move(a.parameters + i, a.mean + i, a.meanSquare + i, against: load(a.gradients + i))
      if a.clearsGradients { store(all(0), a.gradients + i) }
      i &+= count
    }
  }
}

extension ExactLanes {
  /// Squares and roots are computed as the processor rounds them, and beside each the only other number that the C
  /// library's `pow` could give, `other`: the neighbor on the side of the exact result if that is nearly as close, and
  /// mostly the number itself. Only where the other one leads to another mean square or parameter is `pow` called,
  /// behind the loop, so that the loop has to wait for no call.
  ///
  /// Two loops for every chunk: estimates of its roots, and then its parameters together with the next chunk's means.
  /// While vectors wait for a division, others have to be in the processor's sight that do not.
  @inline(__always)
  static func adam(_ a: AdamStep<Double>) {
    let chunk = AdamStep<Double>.chunk, corrected = a.scratch, inverses = a.scratch + chunk
    let squares = Doubts<Self>(a.scratch + 2 &* chunk), others = Doubts<Self>(a.scratch + 5 &* chunk)
    let update = a.update, beta1 = all(update.beta1), beta2 = all(update.beta2)
    let rest1 = all(1 - update.beta1), rest2 = all(1 - update.beta2)
    let rate = all(update.learningRate), epsilon = all(update.epsilon)
    // Changes nothing but numbers so small that a square's rest may have lost bits.
    let slack = all(0x1p-960)
    let correction1 = Divisor<Self>(update.correction1), correction2 = Divisor<Self>(update.correction2)
    let everyLane: UInt8 = CLibrary.hasGlibcPow ? 0 : .max &>> UInt8(truncatingIfNeeded: 8 &- count)

    /// Moves the means of a vector.
    @inline(__always) func moveMeans(_ i: Int, _ open: inout Int) {
      let g = load(a.gradients + i), y = multiply(g, g)
      store(add(multiply(beta1, load(a.mean + i)), rest1, times: g), a.mean + i)
      let decayed = multiply(beta2, load(a.meanSquare + i)), meanSquare = add(decayed, rest2, times: y)
      store(meanSquare, a.meanSquare + i)
      let other = near(y, squareRest(g, y), times: all(doubt))
      var lanes = differ(add(add(decayed, slack), rest2, times: other), meanSquare) | everyLane
      if lanes != 0 {
        // The square of 0 is 0.
        lanes &= differ(g, all(0))
        squares.note(i, lanes, decayed, decayed, at: &open)
      }
    }
    @inline(__always) func settleMeans(_ open: Int) {
      squares.forEach(open) { i, lanes, decayed, _ in
        forEachLane(lanes) { lane in
          a.meanSquare[i &+ lane] = decayed[lane] + (1 - update.beta2) * power(a.gradients[i &+ lane], 2)
        }
      }
    }
    /// Moves the parameters of a vector, the `place`-th of its chunk.
    @inline(__always) func moveParameters(_ i: Int, _ place: Int, _ open: inout Int) {
      let (root, other) = roots(
        load(corrected + place), load(inverses + place), load(a.meanSquare + i), over: correction2)
      let step = divide(multiply(rate, correction1.divide(load(a.mean + i))), add(root, epsilon))
      let parameter = load(a.parameters + i)
      store(subtract(parameter, step), a.parameters + i)
      others.note(i, differ(root, other) | everyLane, parameter, other, at: &open)
      if a.clearsGradients { store(all(0), a.gradients + i) }
    }
    @inline(__always) func settleParameters(_ open: Int) {
      others.forEach(open) { i, lanes, parameter, other in
        let step = divide(
          multiply(rate, correction1.divide(load(a.mean + i))), add(load(other), epsilon))
        let isOpen = differ(subtract(load(parameter), step), load(a.parameters + i))
        forEachLane(lanes & isOpen | everyLane) { lane in
          let root = power(a.meanSquare[i &+ lane] / update.correction2, 0.5)
          a.parameters[i &+ lane] =
            parameter[lane] - update.learningRate * (a.mean[i &+ lane] / update.correction1)
            / (root + update.epsilon)
        }
      }
    }

    var first = 0, open = 0, i = 0, next = Swift.min(chunk, a.count)
    while i < next {
      moveMeans(i, &open)
      i &+= count
    }
    settleMeans(open)
    while first < a.count {
      let end = next
      next = Swift.min(end &+ chunk, a.count)
      i = hasFused ? first : end
      while i < end {
        let x = correction2.divideUsual(load(a.meanSquare + i))
        store(x, corrected + (i &- first))
        store(inverseRootEstimate(x), inverses + (i &- first))
        i &+= count
      }
      var openMeans = 0
      (open, i) = (0, first)
      while i &+ chunk < next {
        moveParameters(i, i &- first, &open)
        moveMeans(i &+ chunk, &openMeans)
        i &+= count
      }
      while i < end {
        moveParameters(i, i &- first, &open)
        i &+= count
      }
      settleParameters(open)
      settleMeans(openMeans)
      first = end
    }
  }

  /// The share of a rounding error that is added to a rounded number to see whether that is in doubt.
  ///
  /// The bound is that of `settledPower`: glibc's `pow` rounds as the exact result does where the rounded one is
  /// less than 0.485 units in the last place off; so much times this is more than the half that rounds to a neighbor.
  @inline(__always)
  private static var doubt: Double { 1.031 }

  /// `√x` for `x = meanSquare/correction`, and the other number that `pow` could give.
  ///
  /// - Parameters:
  ///   - x: `correction.divideUsual(meanSquare)`, if there are fused multiply-adds.
  ///   - inverse: An estimate of its power -1/2.
  @inline(__always)
  private static func roots(
    _ x: Vector, _ inverse: Vector, _ meanSquare: Vector, over correction: Divisor<Self>
  ) -> (Vector, other: Vector) {
    // Nearly all numbers are in a range where nothing can overflow or lose bits to underflow.
    if hasFused && isWithin(x, 0x1p-100, 0x1p100) {
      // An estimate in floats, twice corrected: the root, or a neighbor of it in rare lanes, which are in doubt then.
      let half = multiply(inverse, all(0.5))
      var y = multiply(x, inverse)
      y = fused(y, half, fusedRest(x, y, y))
      y = fused(y, half, fusedRest(x, y, y))
      return (y, fused(y, fusedRest(x, y, y), multiply(inverse, all(0.5 * doubt))))
    }
    let x = correction.divide(meanSquare), y = squareRoot(x)
    // Leads to doubt only where `x` is so small that its rest may have lost bits, and for 0, where it does no harm.
    let slack = all(0x1p-1010), least = all(0x1p-500)
    let rest = subtract(slack, multiply(squareRest(y, x), all(0.5 * doubt)))
    return (y, add(y, divide(rest, max(y, least))))
  }

  /// `a + b·c`, rounded once or twice.
  @inline(__always)
  private static func near(_ a: Vector, _ b: Vector, times c: Vector) -> Vector {
    hasFused ? fused(a, b, c) : add(a, b, times: c)
  }

  /// `y² - x`, exactly, for an `x` near `y²`.
  @inline(__always)
  private static func squareRest(_ y: Vector, _ x: Vector) -> Vector {
    if hasFused { return fused(subtract(all(0), x), y, y) }
    // Without the instruction: Dekker's product of halves of 26 bits, every one of whose terms is exact.
    let square = multiply(y, y), shifted = multiply(y, all(134_217_729))
    let high = subtract(shifted, subtract(shifted, y)), low = subtract(y, high), cross = multiply(high, low)
    let error = add(add(subtract(multiply(high, high), square), add(cross, cross)), multiply(low, low))
    return add(subtract(square, x), error)
  }

  /// Whether all lanes are above `low` and below `high`.
  @inline(__always)
  private static func isWithin(_ x: Vector, _ low: Double, _ high: Double) -> Bool {
    notBelow(x, all(high)) | notBelow(all(low), x) == 0
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

/// Division by one and the same number, as a multiplication and a correction or two.
///
/// With `1/d` rounded correctly, and a quotient at most one unit in the last place off, its remainder times
/// `1/d` corrects it to the correctly rounded one (Markstein, 1990). Where the remainder could underflow, and
/// where there is no fused multiply-add, it divides.
private struct Divisor<L: ExactLanes> {
  private let value, inverse: L.Vector
  private let isOne: Bool
  /// Whether `x·(1/d)`, rounded, is less than a unit in the last place off: half of one comes from rounding, and
  /// as many halves as the quotient's significand, which is less than 2, times the error of `1/d` in 2⁻⁵³.
  private let isClose: Bool

  @inline(__always)
  init(_ value: Double) {
    let inverse = 1 / value
    (self.value, self.inverse, isOne) = (L.all(value), L.all(inverse), value == 1)
    isClose = L.hasFused && abs(L.fusedRest(L.all(1), L.all(value), L.all(inverse))[0]) < 0x1p-54
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
    return isClose ? better : L.fused(better, L.fusedRest(x, better, value), inverse)
  }
}

/// Vectors that may have to be computed again, with what they were computed from.
private struct Doubts<L: ExactLanes> {
  /// A vector's index and, in the low eight bits, its lanes in doubt.
  private let places: UnsafeMutablePointer<Int64>
  /// Two vectors for each of these.
  private let vectors: UnsafeMutablePointer<Double>

  /// - Parameter scratch: Room for two chunks and two vectors, and for the places.
  @inline(__always)
  init(_ scratch: UnsafeMutablePointer<Double>) {
    vectors = scratch
    places = UnsafeMutableRawPointer(scratch + 2 &* (AdamStep<Double>.chunk &+ L.count))
      .assumingMemoryBound(to: Int64.self)
  }

  /// Writes an entry, and keeps it if there are lanes: cheaper than a branch that cannot be foreseen.
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
