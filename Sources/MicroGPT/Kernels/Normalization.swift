// Root-mean-square normalization of many rows, and its backward pass.

/// `y[r] = s·x[r]` with `s = (mean(x[r]²) + 1e-5)^(-1/2)`, for every row.
struct Normalize<Scalar> {
  /// `[rows, stride]`; lanes beyond the channels are zero.
  var x: UnsafePointer<Scalar>
  /// `[rows, stride]`, overwritten.
  var y: UnsafeMutablePointer<Scalar>
  /// `s` and its derivative by the mean, `[rows]` each, overwritten up to the end of a vector.
  var scale, slope: UnsafeMutablePointer<Scalar>
  var rows, channels: Int
  /// The distance between rows: the channels, padded.
  var stride: Int
  /// Scratch of the fast arithmetic: as many vectors as a vector has lanes.
  var square: UnsafeMutablePointer<Scalar>
}

/// `dx[r] += s·dy[r] + 2·x[r]·(slope/C)·Σ x[r]·dy[r]`, for every row.
struct NormalizeBackward<Scalar> {
  /// `[rows, stride]` each.
  var dy, x: UnsafePointer<Scalar>
  /// `[rows]` each.
  var scale, slope: UnsafePointer<Scalar>
  /// `[rows, stride]`. Added to, or overwritten if `isOverwritten`.
  var dx: UnsafeMutablePointer<Scalar>
  var rows, channels, stride: Int
  var isOverwritten: Bool
  /// Scratch of the fast arithmetic: as many vectors as a vector has lanes, and one more.
  var square: UnsafeMutablePointer<Scalar>
}

extension FastLanes {
  /// Takes a row for each lane at a time, so that one vector holds their scales.
  @inline(__always)
  static func normalize(_ a: Normalize<Float>) {
    let folding = Folding<Self>(), inverse = all(1 / Float(a.channels))
    var first = 0
    while first < a.rows {
      let rows = Swift.min(count, a.rows &- first), start = first &* a.stride
      for r in 0..<rows {
        let x = a.x + (start &+ r &* a.stride)
        var sum = all(0), c = 0
        while c < a.stride {
          let part = load(x + c)
          sum = add(sum, part, times: part)
          c &+= count
        }
        store(sum, a.square + r &* count)
      }
      let scale = inverseRoot(add(all(1e-5), folding.all(a.square, add), times: inverse))
      store(scale, a.scale + first)
      store(multiply(multiply(all(-0.5), scale), multiply(scale, scale)), a.slope + first)
      for r in 0..<rows {
        let x = a.x + (start &+ r &* a.stride), y = a.y + (start &+ r &* a.stride)
        let scale = all(a.scale[first &+ r])
        var c = 0
        while c < a.stride {
          store(multiply(load(x + c), scale), y + c)
          c &+= count
        }
      }
      first &+= count
    }
  }

  @inline(__always)
  static func normalizeBackward(_ a: NormalizeBackward<Float>) {
    let folding = Folding<Self>(), inverse = all(2 / Float(a.channels))
    let factors = a.square + count &* count
    var first = 0
    while first < a.rows {
      let rows = Swift.min(count, a.rows &- first), start = first &* a.stride
      for r in 0..<rows {
        let x = a.x + (start &+ r &* a.stride), dy = a.dy + (start &+ r &* a.stride)
        var product = all(0), c = 0
        while c < a.stride {
          product = add(product, load(x + c), times: load(dy + c))
          c &+= count
        }
        store(product, a.square + r &* count)
      }
      store(multiply(multiply(inverse, load(a.slope + first)), folding.all(a.square, add)), factors)
      for r in 0..<rows {
        let x = a.x + (start &+ r &* a.stride), dy = a.dy + (start &+ r &* a.stride)
        let dx = a.dx + (start &+ r &* a.stride), scale = all(a.scale[first &+ r]), factor = all(factors[r])
        var c = 0
        while c < a.stride {
          let start = a.isOverwritten ? all(0) : load(dx + c)
          store(add(add(start, scale, times: load(dy + c)), load(x + c), times: factor), dx + c)
          c &+= count
        }
      }
      first &+= count
    }
  }
}

extension ExactLanes {
  /// Takes a row for each lane at a time where one number of each row is computed.
  @inline(__always)
  static func normalize(_ a: Normalize<Double>) {
    let inverse = settledPower(Double(a.channels), -1)
    for r in 0..<a.rows {
      let x = a.x + r &* a.stride
      var sum = 0.0
      for c in 0..<a.channels { sum += x[c] * x[c] }
      a.scale[r] = sum
    }
    for padding in a.rows..<a.rows.rounded(up: count) { a.scale[padding] = 1 }
    var first = 0
    while first < a.rows {
      let means = add(multiply(load(a.scale + first), all(inverse)), all(1e-5))
      let (scales, slopes) = powers(means, -0.5, -1.5)
      store(scales, a.scale + first)
      store(multiply(all(-0.5), slopes), a.slope + first)
      first &+= count
    }
    for r in 0..<a.rows {
      let x = a.x + r &* a.stride, y = a.y + r &* a.stride, scale = all(a.scale[r])
      var c = 0
      while c < a.stride {
        store(multiply(load(x + c), scale), y + c)
        c &+= count
      }
    }
  }

  @inline(__always)
  static func normalizeBackward(_ a: NormalizeBackward<Double>) {
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
        let start = a.isOverwritten ? all(0) : load(dx + c), correction = multiply(load(x + c), g)
        store(add(add(add(start, s, times: load(dy + c)), correction), correction), dx + c)
        c &+= count
      }
    }
  }
}
