// Interim: until kernels have their own.

extension ExactArithmetic {
  /// `pow(base, exponent)` to the last bit. For the four powers of softmax and normalization mostly without calling
  /// it: a quotient, and how far the exact result is from it.
  @inline(__always) static func power(_ base: Double, _ exponent: Double) -> Double {
    let x = base
    guard x > 0x1p-40, x < 0x1p40 else { return MicroGPT.power(x, exponent) }
    let y: Double, rest: Double
    switch exponent {
    case -1:
      y = 1 / x
      rest = y * (1).addingProduct(-x, y)
    case -2:
      let square = x * x, squareRest = (-square).addingProduct(x, x)
      y = 1 / square
      rest = y * ((1).addingProduct(-square, y) - squareRest * y)
    case -0.5:
      y = 1 / x.squareRoot()
      let square = y * y, squareRest = (-square).addingProduct(y, y)
      rest = 0.5 * y * ((1).addingProduct(-square, x) - squareRest * x)
    case -1.5:
      y = 1 / (x * x.squareRoot())
      let square = y * y, squareRest = (-square).addingProduct(y, y)
      let baseSquare = x * x, baseSquareRest = (-baseSquare).addingProduct(x, x), cube = baseSquare * x
      let cubeRest = (-cube).addingProduct(baseSquare, x) + baseSquareRest * x
      rest = 0.5 * y * ((1).addingProduct(-square, cube) - (square * cubeRest + squareRest * cube))
    default: return MicroGPT.power(x, exponent)
    }
    let better = y + rest
    return isSettled(better, error: (y - better) + rest) ? better : MicroGPT.power(x, exponent)
  }

  /// `pow(x, 2)` to the last bit, mostly without calling it; see `isSettled`.
  @inline(__always) static func square(_ x: Double) -> Double {
    let y = x * x
    return isSettled(y, error: (-y).addingProduct(x, x)) ? y : power(x, 2)
  }

  /// `pow(x, 0.5)` to the last bit, mostly without calling it; see `isSettled`.
  @inline(__always) static func squareRoot(_ x: Double) -> Double {
    let y = x.squareRoot()
    return isSettled(y, error: (-x).addingProduct(y, y) / (2 * y)) ? y : power(x, 0.5)
  }

  /// Whether `y`, the rounded result of an operation with this error, is also what the C library's `pow`
  /// gives for it.
  ///
  /// glibc's `pow` is not correctly rounded, but nearly: it differs only where the exact result lies within
  /// 0.01 units in the last place of the middle between two doubles, as two results in a hundred do. The bound
  /// leaves half as much again, and the range is the one for which glibc states its own. On another C library
  /// nothing is settled, and every power is a call. Documentation/Exactness.md has the measurements.
  @inline(__always) private static func isSettled(_ y: Double, error: Double) -> Bool {
    let binade = Double(bitPattern: y.bitPattern & 0x7ff0_0000_0000_0000)
    return CLibrary.hasGlibcPow && y > 0x1p-126 && y < 0x1p126 && abs(error) < 0.485 * 0x1p-52 * binade
  }
}

/// Floats, with products and sums as the processor does them best: the scalar specification of the kernels,

// Causal attention of one head at one position: a query against the keys of this position and those before
// it, and a mix of their values. Rows of keys and values are `stride` numbers apart, since the heads of a
// position lie side by side.

/// One head's part of the buffers, at its first channel.
struct OldHead<Scalar> {
  /// From one position's channels to the next one's: *C*.
  let stride: Int
  /// Channels, *D*.
  let width: Int
  /// `[T, D]` within `[T, C]`, all positions.
  let key, value: UnsafeMutablePointer<Scalar>
}

extension ExactArithmetic {
  typealias Scalar = Double
  @inline(__always) static func exp(_ x: Double) -> Double { MicroGPT.exp(x) }

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
    _ query: UnsafeMutablePointer<Scalar>, _ head: OldHead<Scalar>, at t: Int, scale: Scalar,
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
    _ dMixed: UnsafeMutablePointer<Scalar>, _ query: UnsafeMutablePointer<Scalar>, _ head: OldHead<Scalar>,
    at t: Int, scale: Scalar, exponentials: UnsafeMutablePointer<Scalar>,
    attention: UnsafeMutablePointer<Scalar>, sums: (total: Scalar, inverse: Scalar),
    to gradient: OldHead<Scalar>, dAttention: UnsafeMutablePointer<Scalar>,
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
// Exponentials in proportion to their sum.

extension ExactArithmetic {
  /// `probabilities = e / Σ e` with `e = exp(z - max z)`; the quotient is a product with the sum's power -1.
  ///
  /// - Parameters:
  ///   - z: `[N]`.
  ///   - exponentials: `[N]`. Overwritten with `e`.
  ///   - probabilities: `[N]`. Overwritten.
  /// - Returns: The sum of the exponentials, and its power -1.
  @inline(__always)
  static func softmax(
    _ z: UnsafeMutablePointer<Scalar>, count: Int,
    exponentials: UnsafeMutablePointer<Scalar>, into probabilities: UnsafeMutablePointer<Scalar>
  ) -> (total: Scalar, inverse: Scalar) {
    var peak = z[0]
    for i in 1..<max(count, 1) where z[i] > peak { peak = z[i] }
    var total = Scalar(0)
    for i in 0..<count {
      exponentials[i] = exp(z[i] - peak)
      total += exponentials[i]
    }
    let inverse = power(total, -1)
    for i in 0..<count { probabilities[i] = exponentials[i] * inverse }
    return (total, inverse)
  }
}
