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
  @inline(__always)
  static func adam(_ a: AdamStep<Double>) {
    let beta1 = all(a.beta1), beta2 = all(a.beta2), rest1 = all(1 - a.beta1), rest2 = all(1 - a.beta2)
    let rate = all(a.learningRate), epsilon = all(a.epsilon)
    let correction1 = all(a.correction1), correction2 = all(a.correction2)
    var i = 0
    while i < a.count {
      let g = load(a.gradients + i)
      let m = add(multiply(beta1, load(a.mean + i)), rest1, times: g)
      let v = add(multiply(beta2, load(a.meanSquare + i)), rest2, times: square(g))
      store(m, a.mean + i)
      store(v, a.meanSquare + i)
      let step = multiply(rate, divide(m, correction1))
      let root = add(rootOf(divide(v, correction2)), epsilon)
      store(subtract(load(a.parameters + i), divide(step, root)), a.parameters + i)
      if a.clearsGradients { store(all(0), a.gradients + i) }
      i &+= count
    }
  }

  /// `pow(x, 2)` lane by lane, to the last bit; see `ExactArithmetic.square`.
  @inline(__always)
  private static func square(_ x: Vector) -> Vector {
    var y = multiply(x, x)
    let error = magnitude(fused(subtract(all(0), y), x, x))
    var open = unsettled(magnitude(x), error: error, bound: multiply(ulp(y), all(0.485)))
    while open != 0 {
      let lane = open.trailingZeroBitCount
      y[lane] = power(x[lane], 2)
      open &= open &- 1
    }
    return y
  }

  /// `pow(x, 0.5)` lane by lane, to the last bit; see `ExactArithmetic.squareRoot`.
  @inline(__always)
  private static func rootOf(_ x: Vector) -> Vector {
    var y = squareRoot(x)
    let error = magnitude(fused(subtract(all(0), x), y, y))
    var open = unsettled(x, error: error, bound: multiply(multiply(ulp(y), all(0.97)), y))
    while open != 0 {
      let lane = open.trailingZeroBitCount
      y[lane] = power(x[lane], 0.5)
      open &= open &- 1
    }
    return y
  }

  /// The lanes, as bits, whose rounded result need not be what the C library's `pow` gives for `x`.
  ///
  /// Below 2⁻²⁴⁰ nothing is settled but 0, since there the error itself would be rounded: `x` in the error's
  /// place is above every bound.
  @inline(__always)
  private static func unsettled(_ x: Vector, error: Vector, bound: Vector) -> UInt8 {
    guard CLibrary.hasGlibcPow else { return .max >> UInt8(8 &- count) }
    let least = all(.leastNonzeroMagnitude)
    return notBelow(whereLess(x, all(0x1p-240), x, error), max(bound, least))
  }
}
