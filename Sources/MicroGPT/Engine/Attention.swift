// Causal attention of one head at one position: a query against the keys of this position and those before
// it, and a mix of their values. Rows of keys and values are `stride` numbers apart, since the heads of a
// position lie side by side.

/// One head's part of the buffers, at its first channel.
struct Head<Scalar> {
  /// From one position's channels to the next one's: *C*.
  let stride: Int
  /// Channels, *D*.
  let width: Int
  /// `[T, D]` within `[T, C]`, all positions.
  let key, value: UnsafeMutablePointer<Scalar>
}

extension ArithmeticPolicy {
  /// `attention = softmax(q·key[s] · scale)` over `s ≤ t`, and `mixed[c] = Σₛ attention[s]·value[s, c]`.
  ///
  /// - Parameters:
  ///   - query: Position `t`, `[D]`.
  ///   - scale: `√D` to the power -1.
  ///   - exponentials: `[t + 1]`. Overwritten.
  ///   - attention: `[t + 1]`. Overwritten.
  ///   - mixed: Position `t`, `[D]`. Overwritten.
  /// - Returns: The sum of the exponentials, and its power -1.
  @inline(__always)
  static func attention(
    _ query: UnsafeMutablePointer<Scalar>, _ head: Head<Scalar>, at t: Int, scale: Scalar,
    exponentials: UnsafeMutablePointer<Scalar>, into attention: UnsafeMutablePointer<Scalar>,
    into mixed: UnsafeMutablePointer<Scalar>
  ) -> (total: Scalar, inverse: Scalar) {
    for s in 0...t {
      let key = head.key + s &* head.stride
      var product = Scalar(0)
      for c in 0..<head.width { product += query[c] * key[c] }
      attention[s] = product * scale
    }
    let sums = softmax(attention, count: t &+ 1, exponentials: exponentials, into: attention)
    for c in 0..<head.width {
      var sum = Scalar(0)
      for s in 0...t { sum += attention[s] * head.value[s &* head.stride &+ c] }
      mixed[c] = sum
    }
    return sums
  }

  /// The way back through `attention`.
  ///
  /// Forward `mixed[c] = Σₛ a[s]·value[s, c]`, so `da[s] = Σ꜀ value[s, c]·dMixed[c]` and
  /// `dValue[s, c] += a[s]·dMixed[c]`. Through softmax, `a[s] = e[s]/total`, every exponential moves the total:
  /// `dScore[s] = e[s]·(da[s]/total + dTotal)` with `dTotal = -Σₛ e[s]·da[s]/total²`. And as
  /// `score[s] = scale·Σ꜀ query[c]·key[s, c]`, `dQuery[c] += key[s, c]·scale·dScore[s]` and
  /// `dKey[s, c] += query[c]·scale·dScore[s]`. Sums over channels and positions run down.
  ///
  /// - Parameters:
  ///   - dMixed: Position `t`, `[D]`.
  ///   - gradient: Where the keys' and values' gradients are added to, as `head` lies.
  ///   - dAttention: `[t + 1]`. Overwritten.
  ///   - dQuery: Position `t`, `[D]`. Overwritten.
  @inline(__always)
  static func attentionBackward(
    _ dMixed: UnsafeMutablePointer<Scalar>, _ query: UnsafeMutablePointer<Scalar>, _ head: Head<Scalar>,
    at t: Int, scale: Scalar, exponentials: UnsafeMutablePointer<Scalar>,
    attention: UnsafeMutablePointer<Scalar>, sums: (total: Scalar, inverse: Scalar),
    to gradient: Head<Scalar>, dAttention: UnsafeMutablePointer<Scalar>,
    into dQuery: UnsafeMutablePointer<Scalar>
  ) {
    for s in 0...t {
      let value = head.value + s &* head.stride, dValue = gradient.value + s &* head.stride
      var da = Scalar(0), c = head.width
      while c > 0 {
        c &-= 1
        da += value[c] * dMixed[c]
      }
      dAttention[s] = da
      for c in 0..<head.width { dValue[c] += attention[s] * dMixed[c] }
    }

    let slope = -1 * power(sums.total, -2)
    var dTotal = Scalar(0), s = t &+ 1
    while s > 0 {
      s &-= 1
      dTotal += slope * (exponentials[s] * dAttention[s])
    }

    for c in 0..<head.width { dQuery[c] = 0 }
    s = t &+ 1
    while s > 0 {
      s &-= 1
      let key = head.key + s &* head.stride, dKey = gradient.key + s &* head.stride
      let dScore = scale * (exponentials[s] * (sums.inverse * dAttention[s] + dTotal))
      for c in 0..<head.width {
        dQuery[c] += key[c] * dScore
        dKey[c] += query[c] * dScore
      }
    }
  }
}
