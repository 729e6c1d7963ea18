// Softmax: exponentials divided by their sum.

extension Specification {
  /// `probabilities = e / Σ e` with `e = exp(z - max z)`; the division multiplies by the sum's power -1.
  ///
  /// - Parameters:
  ///   - z: `[N]`.
  ///   - exponentials: `[N]`. Overwritten with `e`.
  ///   - probabilities: `[N]`. Overwritten.
  /// - Returns: The sum of the exponentials, and its power -1.
  static func softmax(
    _ z: Buffer, count: Int,
    exponentials: Buffer, into probabilities: Buffer
  ) -> (total: Double, inverse: Double) {
    var peak = z[0]
    for i in 1..<Swift.max(count, 1) where z[i] > peak { peak = z[i] }
    var total = 0.0
    for i in 0..<count {
      exponentials[i] = exp(z[i] - peak)
      total += exponentials[i]
    }
    let inverse = power(total, -1)
    for i in 0..<count { probabilities[i] = exponentials[i] * inverse }
    return (total, inverse)
  }
}
