// A matrix times a vector, forward and backward. Weights are stored one output after the other, `[O, I]`.

extension Specification {
  /// `y[o] = Σᵢ weight[o, i]·x[i]`, each sum in the order of `i`, starting from 0.
  ///
  /// - Parameters:
  ///   - x: `[I]`.
  ///   - weight: `[O, I]`.
  ///   - y: `[O]`. Overwritten.
  static func linear(
    _ x: Buffer, _ weight: Buffer, inputs: Int, outputs: Int,
    into y: Buffer
  ) {
    for o in 0..<outputs {
      let row = weight + o &* inputs
      var sum = 0.0
      for i in 0..<inputs { sum += row[i] * x[i] }
      y[o] = sum
    }
  }

  /// The backward pass of one output `o` of `linear`.
  ///
  /// Forward `y[o] = Σᵢ weight[o, i]·x[i]`, so `dWeight[o, i] += x[i]·dy[o]` and `dx[i] += weight[o, i]·dy[o]`.
  /// The caller chooses the order of the outputs, because `dx` sums over them.
  ///
  /// - Parameters:
  ///   - dy: The gradient of output `o`.
  ///   - x: `[I]`.
  ///   - weight: Row `o`, `[I]`.
  ///   - dWeight: Row `o`, `[I]`. Added to.
  ///   - dx: `[I]`. Added to.
  static func linearBackward(
    _ dy: Double, _ x: Buffer, _ weight: Buffer, inputs: Int,
    to dWeight: Buffer, to dx: Buffer
  ) {
    for i in 0..<inputs {
      dWeight[i] += x[i] * dy
      dx[i] += weight[i] * dy
    }
  }

  /// The backward pass of the outputs `rows` of `linear`, from the last to the first.
  static func linearBackward(
    _ dy: Buffer, rows: Range<Int>, _ x: Buffer,
    _ weight: Buffer, inputs: Int,
    to dWeight: Buffer, to dx: Buffer
  ) {
    var o = rows.upperBound
    while o > rows.lowerBound {
      o &-= 1
      linearBackward(
        dy[o], x, weight + o &* inputs, inputs: inputs, to: dWeight + o &* inputs, to: dx)
    }
  }
}
