// A matrix times a vector, and the way back. Weights are stored one output after the other, `[O, I]`.

extension ArithmeticPolicy {
  /// `y[o] = Σᵢ weight[o, i]·x[i]`, each sum from 0 up its index.
  ///
  /// - Parameters:
  ///   - x: `[I]`.
  ///   - weight: `[O, I]`.
  ///   - y: `[O]`. Overwritten.
  @inline(__always)
  static func linear(
    _ x: UnsafeMutablePointer<Scalar>, _ weight: UnsafeMutablePointer<Scalar>, inputs: Int, outputs: Int,
    into y: UnsafeMutablePointer<Scalar>
  ) {
    // Four outputs at a time, because the additions of one sum have to wait for each other.
    var o = 0
    while o &+ 4 <= outputs {
      let w0 = weight + o &* inputs, w1 = w0 + inputs, w2 = w1 + inputs, w3 = w2 + inputs
      var (y0, y1, y2, y3) = (Scalar(0), Scalar(0), Scalar(0), Scalar(0))
      for i in 0..<inputs {
        y0 += w0[i] * x[i]
        y1 += w1[i] * x[i]
        y2 += w2[i] * x[i]
        y3 += w3[i] * x[i]
      }
      (y[o], y[o &+ 1], y[o &+ 2], y[o &+ 3]) = (y0, y1, y2, y3)
      o &+= 4
    }
    while o < outputs {
      let row = weight + o &* inputs
      var sum = Scalar(0)
      for i in 0..<inputs { sum += row[i] * x[i] }
      y[o] = sum
      o &+= 1
    }
  }

  /// The way back through one output `o` of `linear`.
  ///
  /// Forward `y[o] = Σᵢ weight[o, i]·x[i]`, so `dWeight[o, i] += x[i]·dy[o]` and `dx[i] += weight[o, i]·dy[o]`.
  /// The order of the outputs is the caller's, because `dx` adds them up.
  ///
  /// - Parameters:
  ///   - dy: The gradient of output `o`.
  ///   - x: `[I]`.
  ///   - weight: Row `o`, `[I]`.
  ///   - dWeight: Row `o`, `[I]`. Added to.
  ///   - dx: `[I]`. Added to.
  @inline(__always)
  static func linearBackward(
    _ dy: Scalar, _ x: UnsafeMutablePointer<Scalar>, _ weight: UnsafeMutablePointer<Scalar>, inputs: Int,
    to dWeight: UnsafeMutablePointer<Scalar>, to dx: UnsafeMutablePointer<Scalar>
  ) {
    for i in 0..<inputs {
      dWeight[i] += x[i] * dy
      dx[i] += weight[i] * dy
    }
  }

  /// The way back through the outputs `rows` of `linear`, from the last to the first.
  @inline(__always)
  static func linearBackward(
    _ dy: UnsafeMutablePointer<Scalar>, rows: Range<Int>, _ x: UnsafeMutablePointer<Scalar>,
    _ weight: UnsafeMutablePointer<Scalar>, inputs: Int,
    to dWeight: UnsafeMutablePointer<Scalar>, to dx: UnsafeMutablePointer<Scalar>
  ) {
    var o = rows.upperBound
    while o > rows.lowerBound {
      o &-= 1
      linearBackward(
        dy[o], x, weight + o &* inputs, inputs: inputs, to: dWeight + o &* inputs, to: dx)
    }
  }
}
