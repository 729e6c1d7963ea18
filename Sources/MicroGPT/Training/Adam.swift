// The optimizer: Adam (Kingma and Ba, 2015), one loop over flat buffers.

/// The running means of every parameter's gradient and squared gradient, and the step that they decide.
struct Adam<A: ArithmeticPolicy> {
  let beta1, beta2, epsilon: A.Scalar
  /// The running mean of each gradient, in the order of the parameters.
  let mean: UnsafeMutablePointer<A.Scalar>
  /// The running mean of each gradient's square, likewise.
  let meanSquare: UnsafeMutablePointer<A.Scalar>

  /// Moves every parameter against its gradient, and sets the gradient to zero for the next document.
  ///
  /// Both means start from 0 and are too small at first, by `1 - βᵗ` at step `t`; dividing by that makes
  /// them right: `parameter -= rate·m̂ / (√v̂ + ε)`.
  ///
  /// - Parameters:
  ///   - count: The number of parameters.
  ///   - step: Steps taken before this one.
  /// - Complexity: O(*count*).
  func update(
    _ parameters: UnsafeMutablePointer<A.Scalar>, _ gradients: UnsafeMutablePointer<A.Scalar>, count: Int,
    step: Int, learningRate: A.Scalar
  ) {
    let correction1 = 1 - A.power(beta1, A.Scalar(step + 1))
    let correction2 = 1 - A.power(beta2, A.Scalar(step + 1))
    for i in 0..<count {
      let gradient = gradients[i]
      mean[i] = beta1 * mean[i] + (1 - beta1) * gradient
      meanSquare[i] = beta2 * meanSquare[i] + (1 - beta2) * A.square(gradient)
      let step = learningRate * (mean[i] / correction1)
      parameters[i] -= step / (A.squareRoot(meanSquare[i] / correction2) + epsilon)
      gradients[i] = 0
    }
  }
}
