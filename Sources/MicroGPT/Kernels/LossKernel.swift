// Softmax, cross-entropy and the backward pass through both, for many rows.

/// For every row: its loss, and the gradients of its logits in place of the logits.
struct Loss<Scalar> {
  /// `[rows, stride]`. Logits, overwritten with `(softmax(logits)[j] - [j = target])·weight`.
  var logits: UnsafeMutablePointer<Scalar>
  /// The next token, `[rows]`.
  var targets: UnsafePointer<Int32>
  /// The sum of the rows' `-log softmax(logits)[target]`. Overwritten.
  var loss: UnsafeMutablePointer<Scalar>
  /// 0 for every token and -∞ in the padding, `[stride]`.
  var padding: UnsafePointer<Scalar>
  var rows, vocabulary: Int
  /// The distance between rows: the vocabulary, padded.
  var stride: Int
  /// The weight of one row in the step's loss: 1/(*n*·*B*).
  var weight: Scalar
  /// Scratch of the fast arithmetic: as many vectors as a vector has lanes, and one more.
  var square: UnsafeMutablePointer<Scalar>
}

extension FastLanes {
  /// Takes a row for each lane at a time, so that one vector holds their peaks, and one their totals. The sum of the
  /// totals' logarithms is the logarithm of their product, taken whenever the product has grown large.
  @inline(__always)
  static func loss(_ a: Loss<Float>) {
    let folding = Folding<Self>(), numbers = a.square + count &* count
    var loss = 0.0, totalProduct = 1.0, first = 0
    while first < a.rows {
      let rows = Swift.min(count, a.rows &- first), logits = a.logits + first &* a.stride
      for r in 0..<rows {
        let z = logits + r &* a.stride
        var peaks = add(load(z), load(a.padding)), c = count
        while c < a.stride {
          peaks = max(peaks, add(load(z + c), load(a.padding + c)))
          c &+= count
        }
        store(peaks, a.square + r &* count)
      }
      store(folding.all(a.square, max), numbers)
      for r in 0..<rows {
        let z = logits + r &* a.stride, peak = numbers[r], shift = all(-peak)
        loss += Double(peak - z[Int(a.targets[first &+ r])])
        var totals = all(0), c = 0
        while c < a.stride {
          let e = exponential(add(add(load(z + c), shift), load(a.padding + c)))
          totals = add(totals, e)
          store(e, z + c)
          c &+= count
        }
        store(totals, a.square + r &* count)
      }
      let totals = folding.all(a.square, add)
      store(totals, numbers)
      for r in 0..<rows {
        totalProduct *= Double(numbers[r])
        if totalProduct > 1e200 {
          loss += log(totalProduct)
          totalProduct = 1
        }
      }
      store(multiply(all(a.weight), inverse(totals)), numbers)
      for r in 0..<rows {
        let z = logits + r &* a.stride, factor = all(numbers[r])
        var c = 0
        while c < a.stride {
          store(multiply(load(z + c), factor), z + c)
          c &+= count
        }
        z[Int(a.targets[first &+ r])] -= a.weight
      }
      first &+= count
    }
    a.loss[0] = Float(loss + log(totalProduct))
  }
}

extension ExactLanes {
  /// Takes a row for each lane at a time where one number of each row is computed.
  @inline(__always)
  static func loss(_ a: Loss<Double>) {
    var loss = 0.0, first = 0
    while first < a.rows {
      let rows = Swift.min(count, a.rows &- first), logits = a.logits + first &* a.stride
      for r in 0..<rows {
        let z = logits + r &* a.stride
        var peaks = add(load(z), load(a.padding)), c = count
        while c < a.stride {
          peaks = max(peaks, add(load(z + c), load(a.padding + c)))
          c &+= count
        }
        var peak = peaks[0]
        for lane in 1..<count { peak = Swift.max(peak, peaks[lane]) }
        exponentials(z, a.vocabulary, minus: all(peak))
      }
      var targets = all(1)
      for r in 0..<rows { targets[r] = logits[r &* a.stride &+ Int(a.targets[first &+ r])] }
      let (inverse, inverseSquare) = inversePowers(totals(logits, rows, a))
      let probabilities = multiply(targets, inverse)
      let dProbabilities = multiply(divide(all(1), probabilities), all(-1 * a.weight))
      let dTotals = multiply(multiply(all(-1), inverseSquare), multiply(targets, dProbabilities))
      let dTargets = multiply(targets, add(multiply(inverse, dProbabilities), dTotals))
      let logarithms = logarithm(probabilities)
      for r in 0..<rows {
        loss += logarithms[r] * -1
        let z = logits + r &* a.stride, dTotal = all(dTotals[r])
        var c = 0
        while c < a.stride {
          store(multiply(load(z + c), dTotal), z + c)
          c &+= count
        }
        z[Int(a.targets[first &+ r])] = dTargets[r]
        // The exponentials have overwritten the padding.
        for c in a.vocabulary..<a.stride { z[c] = 0 }
      }
      first &+= count
    }
    a.loss[0] = loss
  }

  /// The sum of each row's exponentials, and 1 in the lanes without a row. Four rows are added up side by side, so that
  /// no addition waits for the one before it.
  @inline(__always)
  private static func totals(_ rows: UnsafePointer<Double>, _ count: Int, _ a: Loss<Double>) -> Vector {
    var totals = all(1), r = 0
    while r < count {
      let last = count &- 1
      let (z0, z1) = (rows + r &* a.stride, rows + Swift.min(r &+ 1, last) &* a.stride)
      let (z2, z3) = (rows + Swift.min(r &+ 2, last) &* a.stride, rows + Swift.min(r &+ 3, last) &* a.stride)
      var (t0, t1, t2, t3) = (0.0, 0.0, 0.0, 0.0)
      for c in 0..<a.vocabulary {
        t0 += z0[c]
        t1 += z1[c]
        t2 += z2[c]
        t3 += z3[c]
      }
      totals[r] = t0
      if r &+ 1 < count { totals[r &+ 1] = t1 }
      if r &+ 2 < count { totals[r &+ 2] = t2 }
      if r &+ 3 < count { totals[r &+ 3] = t3 }
      r &+= 4
    }
    return totals
  }
}
