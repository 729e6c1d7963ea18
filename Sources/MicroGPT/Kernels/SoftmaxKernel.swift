// Causal softmax over the rows of one head's scores, and its backward pass: a row sees the columns up to its own.

/// Rows of scores, which become attention weights.
struct CausalSoftmax<Scalar> {
  /// `[rows, stride]`: `q·k`, then `softmax(scale·q·k)`, and 0 beyond the row's own column. The backward
  /// pass only reads it.
  var weights: UnsafeMutablePointer<Scalar>
  /// `[rows, stride]`: the gradients of the weights, then those of `q·k`. Only in the backward pass.
  var gradients: UnsafeMutablePointer<Scalar>
  var stride: Int
  /// The index of the first row, how many rows there are, and how many columns each has.
  var first, rows, columns: Int
  var scale: Scalar
}

extension FastLanes {
  @inline(__always)
  static func causalSoftmax(_ a: CausalSoftmax<Float>) {
    for r in 0..<a.rows {
      let z = a.weights + r &* a.stride
      var c = a.first &+ r &+ 1
      let end = c.rounded(up: count)
      while c < end {
        z[c] = -.infinity
        c &+= 1
      }
      var peaks = load(z)
      c = count
      while c < end {
        peaks = max(peaks, load(z + c))
        c &+= count
      }
      let scale = all(a.scale), shift = all(-largest(peaks) * a.scale)
      var totals = all(0)
      c = 0
      while c < end {
        let e = exponential(add(shift, load(z + c), times: scale))
        totals = add(totals, e)
        store(e, z + c)
        c &+= count
      }
      let inverse = all(1 / sum(totals))
      c = 0
      while c < end {
        store(multiply(load(z + c), inverse), z + c)
        c &+= count
      }
      while c < a.columns {
        store(all(0), z + c)
        c &+= count
      }
    }
  }

  /// `dz = scale·p·(dp - Σ p·dp)`.
  @inline(__always)
  static func causalSoftmaxBackward(_ a: CausalSoftmax<Float>) {
    for r in 0..<a.rows {
      let p = a.weights + r &* a.stride, d = a.gradients + r &* a.stride
      var product = all(0), c = 0
      while c < a.columns {
        product = add(product, load(p + c), times: load(d + c))
        c &+= count
      }
      let mean = all(sum(product)), scale = all(a.scale)
      c = 0
      while c < a.columns {
        store(multiply(multiply(load(p + c), scale), subtract(load(d + c), mean)), d + c)
        c &+= count
      }
    }
  }
}
