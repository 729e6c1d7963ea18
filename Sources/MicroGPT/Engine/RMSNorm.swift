// Root-mean-square normalization of a row, without a gain, and the way back.

extension ArithmeticPolicy {
  /// `y = s·x` with `s = (mean(x²) + 1e-5)^(-1/2)`.
  ///
  /// - Parameters:
  ///   - x: `[C]`.
  ///   - y: `[C]`. Overwritten.
  /// - Returns: `s`, and its slope along the mean, `-½·(mean(x²) + 1e-5)^(-3/2)`.
  @inline(__always)
  static func rmsNorm(
    _ x: UnsafeMutablePointer<Scalar>, count: Int, into y: UnsafeMutablePointer<Scalar>
  ) -> (scale: Scalar, slope: Scalar) {
    var sum = Scalar(0)
    for i in 0..<count { sum += x[i] * x[i] }
    let mean = sum * power(Scalar(count), -1) + 1e-5
    let scale = power(mean, -0.5)
    for i in 0..<count { y[i] = x[i] * scale }
    return (scale, -0.5 * power(mean, -1.5))
  }

  /// Adds the gradient of `rmsNorm` to `dx`, which holds the residual connection's share already.
  ///
  /// Forward `y = s·x`. Every channel moves `s` as well, through the mean of squares, by `2·x/C` times the
  /// slope of `s`. So `dx += s·dy + 2·x·g` with `g = (slope·Σ x·dy) / C`; the product `x·g` is added twice,
  /// as the reference's product of `x` with itself does it.
  ///
  /// - Parameters:
  ///   - dy: `[C]`.
  ///   - x: The input of the forward pass, `[C]`.
  ///   - dx: `[C]`. Added to.
  @inline(__always)
  static func rmsNormBackward(
    _ dy: UnsafeMutablePointer<Scalar>, _ x: UnsafeMutablePointer<Scalar>, count: Int,
    scale: Scalar, slope: Scalar, to dx: UnsafeMutablePointer<Scalar>
  ) {
    var product = Scalar(0), i = count
    while i > 0 {
      i &-= 1
      product += x[i] * dy[i]
    }
    let g = power(Scalar(count), -1) * (slope * product)
    for i in 0..<count { dx[i] = dx[i] + scale * dy[i] + x[i] * g + x[i] * g }
  }
}
