// Softmax, cross-entropy and the way back to the logits, for many rows. Engine/Engine.swift has the formulas
// and is the specification.

/// For every row: its loss, and its logits' gradients in the logits' place.
struct Loss<Scalar> {
  /// `[rows, stride]`. Logits, then `(softmax(logits) - [j = target])·weight`.
  var logits: UnsafeMutablePointer<Scalar>
  /// The next token, `[rows]`.
  var targets: UnsafePointer<Int32>
  /// `-log softmax(logits)[target]`, `[rows]`, overwritten.
  var losses: UnsafeMutablePointer<Scalar>
  var rows, vocabulary: Int
  /// From a row to the next: the vocabulary, padded.
  var stride: Int
  /// The share of one row in the step's loss: 1/(*n*·*B*).
  var weight: Scalar
}

extension FastLanes {
  @inline(__always)
  static func loss(_ a: Loss<Float>) {
    for r in 0..<a.rows {
      let z = a.logits + r &* a.stride, target = Int(a.targets[r]), targetLogit = z[target]
      var c = a.vocabulary
      while c < a.stride {
        z[c] = -.infinity
        c &+= 1
      }
      var peaks = load(z)
      c = count
      while c < a.stride {
        peaks = max(peaks, load(z + c))
        c &+= count
      }
      let peak = largest(peaks)
      var totals = all(0)
      c = 0
      while c < a.stride {
        let e = exponential(subtract(load(z + c), all(peak)))
        totals = add(totals, e)
        store(e, z + c)
        c &+= count
      }
      let total = sum(totals), factor = all(a.weight / total)
      c = 0
      while c < a.stride {
        store(multiply(load(z + c), factor), z + c)
        c &+= count
      }
      z[target] -= a.weight
      a.losses[r] = Float(log(Double(total))) - (targetLogit - peak)
    }
  }
}

extension ExactLanes {
  @inline(__always)
  static func loss(_ a: Loss<Double>) {
    for r in 0..<a.rows {
      let z = a.logits + r &* a.stride, target = Int(a.targets[r])
      let (total, inverse) = exponentials(z, a.vocabulary)
      let probability = z[target] * inverse
      a.losses[r] = log(probability) * -1
      let dProbability = 1 / probability * (-1 * a.weight)
      let dTotal = -1 * power(total, -2) * (z[target] * dProbability)
      let dTarget = z[target] * (inverse * dProbability + dTotal)
      for c in 0..<a.vocabulary { z[c] *= dTotal }
      z[target] = dTarget
    }
  }

  /// `e = exp(z - max z)` in the place of `z`, and the sum of these and its power -1.
  @inline(__always)
  static func exponentials(_ z: UnsafeMutablePointer<Double>, _ count: Int) -> (Double, Double) {
    var peak = z[0]
    for i in 1..<Swift.max(count, 1) where z[i] > peak { peak = z[i] }
    var total = 0.0
    for i in 0..<count {
      z[i] = exp(z[i] - peak)
      total += z[i]
    }
    return (total, power(total, -1))
  }
}
