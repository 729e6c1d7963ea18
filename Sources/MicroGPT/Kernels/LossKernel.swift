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
  @inline(__always)
  static func loss(_ a: Loss<Double>) {
    var loss = 0.0
    for r in 0..<a.rows {
      let z = a.logits + r &* a.stride, target = Int(a.targets[r])
      var peak = z[0], total = 0.0
      for c in 1..<Swift.max(a.vocabulary, 1) where z[c] > peak { peak = z[c] }
      exponentials(z, a.vocabulary, minus: all(peak))
      for c in 0..<a.vocabulary { total += z[c] }
      let inverse = settledPower(total, -1), probability = z[target] * inverse
      loss += functions.log(probability) * -1
      let dProbability = 1 / probability * (-1 * a.weight)
      let dTotal = -1 * settledPower(total, -2) * (z[target] * dProbability)
      let dTarget = z[target] * (inverse * dProbability + dTotal)
      for c in 0..<a.vocabulary { z[c] *= dTotal }
      z[target] = dTarget
      // The exponentials have overwritten the padding.
      for c in a.vocabulary..<a.stride { z[c] = 0 }
    }
    a.loss[0] = loss
  }
}
