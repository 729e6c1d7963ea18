// Root-mean-square normalization of a row, without a gain, forward and backward.

extension Specification {
  /// `y = s·x` with `s = (mean(x²) + 1e-5)^(-1/2)`.
  ///
  /// - Parameters:
  ///   - x: `[C]`.
  ///   - y: `[C]`. Overwritten.
  /// - Returns: `s`, and its derivative by the mean, `-½·(mean(x²) + 1e-5)^(-3/2)`.
  static func rmsNorm(
    _ x: Buffer, count: Int, into y: Buffer
  ) -> (scale: Double, slope: Double) {
    var sum = 0.0
    for i in 0..<count { sum += x[i] * x[i] }
    let mean = sum * power(Double(count), -1) + 1e-5
    let scale = power(mean, -0.5)
    for i in 0..<count { y[i] = x[i] * scale }
    return (scale, -0.5 * power(mean, -1.5))
  }

  /// Adds the gradient of `rmsNorm` to `dx`, which already holds the residual connection's share.
  ///
  /// Forward `y = s·x`. Every channel also affects `s`, through the mean of squares, by `2·x/C` times the derivative
  /// of `s`. So `dx += s·dy + 2·x·g` with `g = (slope·Σ x·dy) / C`; the product `x·g` is added twice, as in the
  /// reference's product of `x` with itself.
  ///
  /// - Parameters:
  ///   - dy: `[C]`.
  ///   - x: The input of the forward pass, `[C]`.
  ///   - dx: `[C]`. Added to.
  static func rmsNormBackward(
    _ dy: Buffer, _ x: Buffer, count: Int,
    scale: Double, slope: Double, to dx: Buffer
  ) {
    var product = 0.0, i = count
    while i > 0 {
      i &-= 1
      product += x[i] * dy[i]
    }
    let g = power(Double(count), -1) * (slope * product)
    for i in 0..<count { dx[i] = dx[i] + scale * dy[i] + x[i] * g + x[i] * g }
  }
}
