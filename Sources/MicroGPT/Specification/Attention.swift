// Causal attention of one head at one position: products of the query with the keys of this and earlier positions
// decide the weights of their values. Rows of keys and values are `stride` numbers apart, because a row holds all
// heads of a position.

/// One head's part of the buffers, at its first channel.
struct Head {
  /// The distance between positions: *C*.
  let stride: Int
  /// Channels, *D*.
  let width: Int
  /// `[T, D]` within `[T, C]`, all positions.
  let key, value: UnsafeMutablePointer<Double>
}

extension Specification {
  /// `scores[s] = q·key[s] · scale`, `attention = softmax(scores)` over `s ≤ t`, and
  /// `output[c] = Σₛ attention[s]·value[s, c]`.
  ///
  /// - Parameters:
  ///   - query: Position `t`, `[D]`.
  ///   - scale: `√D` to the power -1.
  ///   - scores: `[t + 1]`. Overwritten.
  ///   - exponentials: `[t + 1]`. Overwritten.
  ///   - attention: `[t + 1]`. Overwritten.
  ///   - output: Position `t`, `[D]`. Overwritten.
  /// - Returns: The sum of the exponentials, and its power -1.
  static func attention(
    _ query: Buffer, _ head: Head, at t: Int, scale: Double, into scores: Buffer,
    exponentials: Buffer, into attention: Buffer, into output: Buffer
  ) -> (total: Double, inverse: Double) {
    for s in 0...t {
      let key = head.key + s &* head.stride
      var product = 0.0
      for c in 0..<head.width { product += query[c] * key[c] }
      scores[s] = product * scale
    }
    let sums = softmax(scores, count: t &+ 1, exponentials: exponentials, into: attention)
    for c in 0..<head.width {
      var sum = 0.0
      for s in 0...t { sum += attention[s] * head.value[s &* head.stride &+ c] }
      output[c] = sum
    }
    return sums
  }

  /// The backward pass of `attention`.
  ///
  /// Forward `output[c] = Σₛ a[s]·value[s, c]`, so `da[s] = Σ꜀ value[s, c]·dOutput[c]` and
  /// `dValue[s, c] += a[s]·dOutput[c]`. Through softmax, `a[s] = e[s]/total`, every exponential affects the total:
  /// `dScore[s] = e[s]·(da[s]/total + dTotal)` with `dTotal = -Σₛ e[s]·da[s]/total²`. And as
  /// `score[s] = scale·Σ꜀ query[c]·key[s, c]`, `dQuery[c] += key[s, c]·scale·dScore[s]` and
  /// `dKey[s, c] += query[c]·scale·dScore[s]`. Sums over channels and positions go from the last to the first.
  ///
  /// - Parameters:
  ///   - dOutput: Position `t`, `[D]`.
  ///   - gradient: The gradients of keys and values, laid out as in `head`. Added to.
  ///   - dAttention: `[t + 1]`. Overwritten.
  ///   - dScores: `[t + 1]`. Overwritten.
  ///   - dQuery: Position `t`, `[D]`. Overwritten.
  static func attentionBackward(
    _ dOutput: Buffer, _ query: Buffer, _ head: Head, at t: Int, scale: Double, exponentials: Buffer,
    attention: Buffer, sums: (total: Double, inverse: Double), to gradient: Head,
    into dAttention: Buffer, into dScores: Buffer, into dQuery: Buffer
  ) {
    for s in 0...t {
      let value = head.value + s &* head.stride, dValue = gradient.value + s &* head.stride
      var da = 0.0, c = head.width
      while c > 0 {
        c &-= 1
        da += value[c] * dOutput[c]
      }
      dAttention[s] = da
      for c in 0..<head.width { dValue[c] += attention[s] * dOutput[c] }
    }

    let slope = -1 * power(sums.total, -2)
    var dTotal = 0.0, s = t &+ 1
    while s > 0 {
      s &-= 1
      dTotal += slope * (exponentials[s] * dAttention[s])
    }

    for c in 0..<head.width { dQuery[c] = 0 }
    s = t &+ 1
    while s > 0 {
      s &-= 1
      let key = head.key + s &* head.stride, dKey = gradient.key + s &* head.stride
      dScores[s] = exponentials[s] * (sums.inverse * dAttention[s] + dTotal)
      let dProduct = scale * dScores[s]
      for c in 0..<head.width {
        dQuery[c] += key[c] * dProduct
        dKey[c] += query[c] * dProduct
      }
    }
  }
}
