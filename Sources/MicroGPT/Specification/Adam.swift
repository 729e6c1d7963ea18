// The optimizer: Adam (Kingma and Ba, 2015), one loop over flat buffers.

/// Adam's moments for every parameter, and its update.
struct Adam {
  let beta1, beta2, epsilon: Double
  /// Decoupled weight decay (AdamW), times the learning rate.
  var weightDecay = 0.0
  /// The first moment: the running mean of each gradient, in the order of the parameters.
  let firstMoment: UnsafeMutablePointer<Double>
  /// The second moment: the running mean of each gradient's square, likewise.
  let secondMoment: UnsafeMutablePointer<Double>

  /// Moves every parameter against its gradient, and sets the gradient to zero for the next document.
  ///
  /// Both moments start from 0 and are too small at first, by `1 - βᵗ` at step `t`; dividing by that corrects
  /// them: `parameter -= rate·m̂ / (√v̂ + ε)`. Weight decay then shrinks each by its share.
  ///
  /// - Parameters:
  ///   - count: The number of parameters.
  ///   - step: Steps taken before this one.
  /// - Complexity: O(*count*).
  func update(
    _ parameters: UnsafeMutablePointer<Double>, _ gradients: UnsafeMutablePointer<Double>, count: Int,
    step: Int, learningRate: Double
  ) {
    let correction1 = 1 - power(beta1, Double(step + 1))
    let correction2 = 1 - power(beta2, Double(step + 1))
    for i in 0..<count {
      let gradient = gradients[i]
      firstMoment[i] = beta1 * firstMoment[i] + (1 - beta1) * gradient
      secondMoment[i] = beta2 * secondMoment[i] + (1 - beta2) * square(gradient)
      let step = learningRate * (firstMoment[i] / correction1)
      parameters[i] -= step / (root(secondMoment[i] / correction2) + epsilon)
      gradients[i] = 0
    }
    if weightDecay > 0 {
      let factor = 1 - learningRate * weightDecay
      for i in 0..<count { parameters[i] *= factor }
    }
  }
}
