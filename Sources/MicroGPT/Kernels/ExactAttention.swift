// The exact arithmetic's attention over one document, head by head and number by number: every sum has the reference's
// order.

extension ExactLanes {
  /// `attention = softmax(query·key[s]·scale)` over `s ≤ t`, and `output[c] = Σₛ attention[s]·value[s, c]`.
  @inline(__always)
  static func attend(_ a: Attend<Double>) {
    let weights = a.row
    for h in 0..<a.heads {
      let first = h &* a.headWidth, key = a.query + (a.segment &+ first), value = key + a.segment
      for t in 0..<a.positions {
        let place = h &* a.positions &+ t
        let query = a.query + (t &* a.stride &+ first), output = a.output + (t &* a.segment &+ first)
        let exponentials = a.exponentials + place &* a.positions
        for s in 0...t {
          let key = key + s &* a.stride
          var product = 0.0
          for c in 0..<a.headWidth { product += query[c] * key[c] }
          weights[s] = product * a.scale
        }
        var peak = weights[0], total = 0.0
        for s in 0...t where weights[s] > peak { peak = weights[s] }
        for s in 0...t {
          exponentials[s] = functions.exp(weights[s] - peak)
          total += exponentials[s]
        }
        let inverse = settledPower(total, -1)
        for s in 0...t { weights[s] = exponentials[s] * inverse }
        for c in 0..<a.headWidth {
          var sum = 0.0
          for s in 0...t { sum += weights[s] * value[s &* a.stride &+ c] }
          output[c] = sum
        }
        a.sums[2 &* place] = total
        a.sums[2 &* place &+ 1] = inverse
      }
    }
  }

  /// The backward pass of `attend`, positions from the last to the first, as are the sums over channels and
  /// positions.
  ///
  /// Forward `output[c] = Σₛ w[s]·value[s, c]`, so `dw[s] = Σ꜀ value[s, c]·dOutput[c]` and
  /// `dValue[s, c] += w[s]·dOutput[c]`. Through softmax, `w[s] = e[s]/total`, every exponential affects the total:
  /// `dScore[s] = e[s]·(dw[s]/total + dTotal)` with `dTotal = -Σₛ e[s]·dw[s]/total²`. And as
  /// `score[s] = scale·Σ꜀ query[c]·key[s, c]`, `dQuery[c] += key[s, c]·scale·dScore[s]` and
  /// `dKey[s, c] += query[c]·scale·dScore[s]`.
  @inline(__always)
  static func attendBackward(_ a: Attend<Double>) {
    for t in 0..<a.positions {
      for c in a.segment..<3 &* a.segment { a.dQuery[t &* a.stride &+ c] = 0 }
    }
    let weights = a.row, dWeights = a.row + a.positions
    for h in 0..<a.heads {
      let first = h &* a.headWidth, key = a.query + (a.segment &+ first), value = key + a.segment
      let dKey = a.dQuery + (a.segment &+ first), dValue = dKey + a.segment
      var t = a.positions
      while t > 0 {
        t &-= 1
        let place = h &* a.positions &+ t
        let query = a.query + (t &* a.stride &+ first), dQuery = a.dQuery + (t &* a.stride &+ first)
        let dOutput = a.dOutput + (t &* a.segment &+ first)
        let exponentials = a.exponentials + place &* a.positions
        let total = a.sums[2 &* place], inverse = a.sums[2 &* place &+ 1]
        // The same product as in the forward pass, so the same weights.
        for s in 0...t { weights[s] = exponentials[s] * inverse }
        for s in 0...t {
          let value = value + s &* a.stride, dValue = dValue + s &* a.stride
          var dWeight = 0.0, c = a.headWidth
          while c > 0 {
            c &-= 1
            dWeight += value[c] * dOutput[c]
          }
          dWeights[s] = dWeight
          for c in 0..<a.headWidth { dValue[c] += weights[s] * dOutput[c] }
        }

        let slope = -1 * settledPower(total, -2)
        var dTotal = 0.0, s = t &+ 1
        while s > 0 {
          s &-= 1
          dTotal += slope * (exponentials[s] * dWeights[s])
        }

        for c in 0..<a.headWidth { dQuery[c] = 0 }
        s = t &+ 1
        while s > 0 {
          s &-= 1
          let key = key + s &* a.stride, dKey = dKey + s &* a.stride
          let dScore = a.scale * (exponentials[s] * (inverse * dWeights[s] + dTotal))
          for c in 0..<a.headWidth {
            dQuery[c] += key[c] * dScore
            dKey[c] += query[c] * dScore
          }
        }
      }
    }
  }
}
