// Root-mean-square normalization of many rows, and the way back. Engine/RMSNorm.swift has the formulas and is
// the specification.

/// `y[r] = s·x[r]` with `s = (mean(x[r]²) + 1e-5)^(-1/2)`, for every row.
struct Normalize<Scalar> {
  /// `[rows, stride]`; lanes beyond the channels are zero.
  var x: UnsafePointer<Scalar>
  /// `[rows, stride]`, overwritten.
  var y: UnsafeMutablePointer<Scalar>
  /// `s` and its slope along the mean, `[rows]` each, overwritten.
  var scale, slope: UnsafeMutablePointer<Scalar>
  var rows, channels: Int
  /// From a row to the next: the channels, padded.
  var stride: Int
}

/// `dx[r] += s·dy[r] + 2·x[r]·(slope/C)·Σ x[r]·dy[r]`, for every row.
struct NormalizeBack<Scalar> {
  /// `[rows, stride]` each.
  var dy, x: UnsafePointer<Scalar>
  /// `[rows]` each.
  var scale, slope: UnsafePointer<Scalar>
  /// `[rows, stride]`. Added to, or overwritten if it is `fresh`.
  var dx: UnsafeMutablePointer<Scalar>
  var rows, channels, stride: Int
  var fresh: Bool
}

extension FastLanes {
  @inline(__always)
  static func normalize(_ a: Normalize<Float>) {
    let inverse = 1 / Float(a.channels)
    for r in 0..<a.rows {
      let x = a.x + r &* a.stride, y = a.y + r &* a.stride
      var sum = all(0), c = 0
      while c < a.stride {
        let part = load(x + c)
        sum = add(sum, part, times: part)
        c &+= count
      }
      let s = 1 / (self.sum(sum) * inverse + 1e-5).squareRoot()
      a.scale[r] = s
      a.slope[r] = -0.5 * s * s * s
      c = 0
      while c < a.stride {
        store(multiply(load(x + c), all(s)), y + c)
        c &+= count
      }
    }
  }

  @inline(__always)
  static func normalizeBack(_ a: NormalizeBack<Float>) {
    let inverse = 2 / Float(a.channels)
    for r in 0..<a.rows {
      let x = a.x + r &* a.stride, dy = a.dy + r &* a.stride, dx = a.dx + r &* a.stride
      var product = all(0), c = 0
      while c < a.stride {
        product = add(product, load(x + c), times: load(dy + c))
        c &+= count
      }
      let s = all(a.scale[r]), g = all(inverse * a.slope[r] * sum(product))
      c = 0
      while c < a.stride {
        let start = a.fresh ? all(0) : load(dx + c)
        store(add(add(start, s, times: load(dy + c)), load(x + c), times: g), dx + c)
        c &+= count
      }
    }
  }
}

extension ExactLanes {
  @inline(__always)
  static func normalize(_ a: Normalize<Double>) {
    let inverse = settledPower(Double(a.channels), -1)
    for r in 0..<a.rows {
      let x = a.x + r &* a.stride, y = a.y + r &* a.stride
      var sum = 0.0
      for c in 0..<a.channels { sum += x[c] * x[c] }
      let mean = sum * inverse + 1e-5
      let s = settledPower(mean, -0.5)
      a.scale[r] = s
      a.slope[r] = -0.5 * settledPower(mean, -1.5)
      var c = 0
      while c < a.stride {
        store(multiply(load(x + c), all(s)), y + c)
        c &+= count
      }
    }
  }

  @inline(__always)
  static func normalizeBack(_ a: NormalizeBack<Double>) {
    let inverse = settledPower(Double(a.channels), -1)
    for r in 0..<a.rows {
      let x = a.x + r &* a.stride, dy = a.dy + r &* a.stride, dx = a.dx + r &* a.stride
      var product = 0.0, c = a.channels
      while c > 0 {
        c &-= 1
        product += x[c] * dy[c]
      }
      let s = all(a.scale[r]), g = all(inverse * (a.slope[r] * product))
      c = 0
      while c < a.stride {
        let start = a.fresh ? all(0) : load(dx + c), correction = multiply(load(x + c), g)
        store(add(add(add(start, s, times: load(dy + c)), correction), correction), dx + c)
        c &+= count
      }
    }
  }
}
