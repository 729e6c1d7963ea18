// Adam over a run of parameters, in lanes: the arguments, and the fast arithmetic's kernel. ExactAdam.swift has the
// exact one, Specification/Adam.swift the formula.

import CMicroGPT

/// The hyperparameters of one optimizer update.
struct Update<Scalar> {
  var beta1, beta2, epsilon, learningRate: Scalar
  /// `1 - βᵗ` for either β.
  var correction1, correction2: Scalar
}

/// One step of Adam for `count` parameters.
struct AdamStep<Scalar> {
  /// The parameters and their first and second moments, `[count]` each. In the fast arithmetic the moments lack the
  /// factor `1 - β`.
  var parameters, firstMoment, secondMoment: UnsafeMutablePointer<Scalar>
  /// `[count]`. Set to zero if `clearsGradients`.
  var gradients: UnsafeMutablePointer<Scalar>
  /// A multiple of a vector's lanes.
  var count: Int
  var update: Update<Scalar>
  var clearsGradients: Bool
  /// Scratch of the exact arithmetic, `[6·AdamStep.chunk]`.
  var scratch: UnsafeMutablePointer<Scalar>

  /// The parameters that the exact arithmetic updates between two checks for results in doubt.
  static var chunk: Int { 256 }
}

/// The optimizer update of one vector of parameters.
///
/// The moments lack the factor `1 - β`, for which the learning rate and the second moment's correction compensate:
/// the first moment becomes `β₁·m + g`, the second `β₂·v + g²`.
///
/// `1/(√v̂ + ε)` is computed as `(v̂ + 2ε√v̂ + ε²)^(-1/2)`, an estimate refined by one Newton step. The `√v̂` in it
/// only scales `ε`, so a rough root is enough: the update is the same as with an `ε` up to 3 % larger or smaller.
/// Where `√v̂` is a hundred times `ε`, that changes the update by less than 0.03 %.
struct FastAdam<L: FastLanes> {
  private let beta1, beta2, rate, inverse2, twice, square: L.Vector

  @inline(__always)
  init(_ update: Update<Float>) {
    (beta1, beta2) = (L.all(update.beta1), L.all(update.beta2))
    rate = L.all(-update.learningRate * (1 - update.beta1) / update.correction1)
    let inverse2 = (1 - update.beta2) / update.correction2
    self.inverse2 = L.all(inverse2)
    twice = L.all(2 * update.epsilon * (microgpt_f32_root(inverse2) / roughRootUnit))
    // A smaller ε is taken as 1e-18: the square would underflow, and 0 has no inverse root.
    square = L.all(Swift.max(update.epsilon * update.epsilon, 1e-36))
  }

  @inline(__always)
  func move(
    _ parameter: UnsafeMutablePointer<Float>, _ firstMoment: UnsafeMutablePointer<Float>,
    _ secondMoment: UnsafeMutablePointer<Float>, against g: L.Vector
  ) {
    // Gradients that vanish, and moments that decay once they have, would become subnormal.
    let g = L.settled(g), p = L.load(parameter)
    let m = L.settled(L.add(g, beta1, times: L.load(firstMoment)))
    let v = L.settledSquare(L.add(L.multiply(beta2, L.load(secondMoment)), g, times: g))
    L.store(m, firstMoment)
    L.store(v, secondMoment)
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
      optimizer.move(a.parameters + i, a.firstMoment + i, a.secondMoment + i, against: load(a.gradients + i))
      if a.clearsGradients { store(all(0), a.gradients + i) }
      i &+= count
    }
  }
}
