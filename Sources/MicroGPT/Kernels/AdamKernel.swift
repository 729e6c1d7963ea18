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
  /// Room to compute in, `[4·AdamStep.chunk]`; the exact arithmetic's.
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
  /// Three loops over a chunk: means, roots, parameters. They compute squares and roots as the processor rounds
  /// them, and find out for which numbers the C library's `pow` might round differently and where that could
  /// matter: only for these is `pow` called, behind the loop, so that the loop has to wait for no call.
  ///
  /// A square or root matters where one a unit in the last place larger or smaller changes the mean square or the
  /// parameter. Rounding is monotonic: if both ends of an interval round to the same number, all that lies between
  /// does. What `above` and `below` leave room for are that unit and the roundings on the way.
  @inline(__always)
  static func adam(_ a: AdamStep<Double>) {
    let chunk = AdamStep<Double>.chunk, roots = a.scratch
    let unsettledRoots = UnsafeMutableRawPointer(a.scratch + chunk).assumingMemoryBound(to: UInt8.self)
    let doubts = Doubts<Self>(a.scratch + 2 &* chunk)
    let update = a.update, beta1 = all(update.beta1), beta2 = all(update.beta2)
    let rest1 = all(1 - update.beta1), rest2 = all(1 - update.beta2)
    let rate = all(update.learningRate), epsilon = all(update.epsilon)
    let above = all(1 + 0x1p-50), below = all(1 - 0x1p-50)
    let minusAbove = all(-1 - 0x1p-50), minusBelow = all(-1 + 0x1p-50)
    // Changes nothing but numbers so small that units in the last place are no longer in proportion.
    let slack = all(0x1p-960)
    let correction1 = Divisor<Self>(update.correction1), correction2 = Divisor<Self>(update.correction2)
    let everyLane: UInt8 = CLibrary.hasGlibcPow ? 0 : .max &>> UInt8(truncatingIfNeeded: 8 &- count)
    var first = 0
    while first < a.count {
      let n = Swift.min(chunk, a.count &- first), gradients = a.gradients + first
      let mean = a.mean + first, meanSquares = a.meanSquare + first, parameters = a.parameters + first

      var open = 0, i = 0
      while i < n {
        let g = load(gradients + i), y = multiply(g, g)
        store(add(multiply(beta1, load(mean + i)), rest1, times: g), mean + i)
        let decayed = multiply(beta2, load(meanSquares + i)), term = multiply(rest2, y)
        store(add(decayed, term), meanSquares + i)
        let isSensitive = differ(
          add(near(decayed, term, times: above), slack), near(decayed, term, times: below))
        let isUnsettled = unsettled(y, error: squareError(g, y, from: y), times: all(1))
        doubts.note(i, isSensitive & isUnsettled | everyLane, decayed, at: &open)
        i &+= count
      }
      doubts.forEachLane(open) { i, decayed in
        func meanSquare(_ square: Double) -> Double { decayed + (1 - update.beta2) * square }
        let g = gradients[i], y = g * g
        if g == 0 { return }
        let isSettled =
          hasFused && everyLane == 0 && y > 0x1p-900
          && meanSquares[i] == meanSquare(neighbor(y, toward: (-y).addingProduct(g, g)))
        if !isSettled { meanSquares[i] = meanSquare(power(g, 2)) }
      }

      i = 0
      while i < n {
        let v = load(meanSquares + i)
        // Nearly all numbers are in a range where nothing can overflow or lose bits to underflow.
        let isUsual = hasFused && isWithin(v, 0x1p-100, 0x1p100)
        let x = isUsual ? correction2.divideUsual(v) : correction2.divide(v)
        let y = isUsual ? rootNearly(x) : squareRoot(x)
        store(y, roots + i)
        unsettledRoots[i] = unsettled(y, error: squareError(y, multiply(y, y), from: x), times: add(y, y))
        i &+= count
      }

      (open, i) = (0, 0)
      while i < n {
        let parameter = load(parameters + i)
        let step = divide(multiply(rate, correction1.divide(load(mean + i))), add(load(roots + i), epsilon))
        store(subtract(parameter, step), parameters + i)
        let isSensitive = differ(
          near(add(parameter, slack), step, times: minusAbove), near(parameter, step, times: minusBelow))
        doubts.note(i, isSensitive & unsettledRoots[i] | everyLane, parameter, at: &open)
        if a.clearsGradients { store(all(0), gradients + i) }
        i &+= count
      }
      doubts.forEachLane(open) { i, parameter in
        func moved(_ root: Double) -> Double {
          parameter - update.learningRate * (mean[i] / update.correction1) / (root + update.epsilon)
        }
        let x = meanSquares[i] / update.correction2, y = roots[i]
        let isSettled =
          hasFused && everyLane == 0 && y > 0x1p-400
          && parameters[i] == moved(neighbor(y, toward: x.addingProduct(-y, y)))
        if !isSettled { parameters[i] = moved(power(x, 0.5)) }
      }
      first &+= chunk
    }
  }

  /// The number next to `y` on the side of the exact result, `rest` beyond it: what glibc's `pow` gives if not
  /// `y`.
  @inline(__always)
  private static func neighbor(_ y: Double, toward rest: Double) -> Double {
    rest > 0 ? y.nextUp : y.nextDown
  }

  /// `a + b·c`, rounded once or twice.
  @inline(__always)
  private static func near(_ a: Vector, _ b: Vector, times c: Vector) -> Vector {
    hasFused ? fused(a, b, c) : add(a, b, times: c)
  }

  /// `|y² - x|`, for a `y²` near `x` and without its rounding error. `square` is `y²`, rounded.
  @inline(__always)
  private static func squareError(_ y: Vector, _ square: Vector, from x: Vector) -> Vector {
    if hasFused { return magnitude(fusedRest(x, y, y)) }
    // Without the instruction: Dekker's product of halves of 26 bits, every one of whose terms is exact.
    let shifted = multiply(y, all(134_217_729)), high = subtract(shifted, subtract(shifted, y))
    let low = subtract(y, high), cross = multiply(high, low)
    let error = add(add(subtract(multiply(high, high), square), add(cross, cross)), multiply(low, low))
    return magnitude(add(subtract(square, x), error))
  }

  /// The lanes, as bits, whose rounded result `y` need not be what glibc's `pow` gives.
  ///
  /// The bound is that of `ExactArithmetic`: glibc's `pow` rounds as the exact result does where `y` is less than
  /// 0.485 units in the last place off. Where `y` is below 2⁻¹³⁰ the bound is negative and nothing is settled.
  ///
  /// - Parameter error: How far `y` is off, times `factor`.
  @inline(__always)
  private static func unsettled(_ y: Vector, error: Vector, times factor: Vector) -> UInt8 {
    notBelow(error, multiply(factor, near(all(-0x1p-184), binade(y), times: all(0.485 * 0x1p-52))))
  }

  /// Whether all lanes are above `low` and below `high`.
  @inline(__always)
  private static func isWithin(_ x: Vector, _ low: Double, _ high: Double) -> Bool {
    notBelow(x, all(high)) | notBelow(all(low), x) == 0
  }

  /// `√x`, or a neighbor of it in rare lanes: from an estimate in floats, twice corrected.
  @inline(__always)
  private static func rootNearly(_ x: Vector) -> Vector {
    let inverse = inverseRootEstimate(x), half = multiply(inverse, all(0.5))
    var y = multiply(x, inverse)
    y = fused(y, half, fusedRest(x, y, y))
    return fused(y, half, fusedRest(x, y, y))
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

/// Numbers that may have to be computed again, with what they were computed from.
private struct Doubts<L: ExactLanes> {
  /// A vector's index and, in the low eight bits, its lanes.
  private let places: UnsafeMutablePointer<Int32>
  /// A vector for each of these.
  private let vectors: UnsafeMutablePointer<Double>

  /// - Parameter scratch: Room for the vectors of a chunk and one more, and for the places.
  @inline(__always)
  init(_ scratch: UnsafeMutablePointer<Double>) {
    vectors = scratch
    places = UnsafeMutableRawPointer(scratch + (AdamStep<Double>.chunk &+ L.count))
      .assumingMemoryBound(to: Int32.self)
  }

  /// Writes an entry, and keeps it if there are lanes: cheaper than a branch that cannot be foreseen.
  @inline(__always)
  func note(_ index: Int, _ lanes: UInt8, _ vector: L.Vector, at end: inout Int) {
    L.store(vector, vectors + end &* L.count)
    places[end] = Int32(truncatingIfNeeded: index &<< 8) | Int32(lanes)
    end &+= lanes == 0 ? 0 : 1
  }

  /// Calls `body` with the index of every number and its lane of the vector.
  @inline(__always)
  func forEachLane(_ end: Int, _ body: (Int, Double) -> Void) {
    for entry in 0..<end {
      var lanes = UInt8(truncatingIfNeeded: places[entry])
      while lanes != 0 {
        let lane = lanes.trailingZeroBitCount
        body(Int(places[entry] &>> 8) &+ lane, vectors[entry &* L.count &+ lane])
        lanes &= lanes &- 1
      }
    }
  }
}
