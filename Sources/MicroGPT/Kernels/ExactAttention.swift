// The exact arithmetic's attention over one document, head by head: every sum has the reference's order. Lanes are past
// positions or channels, whichever a sum does not run over.

extension ExactLanes {
  /// `attention = softmax(query·key[s]·scale)` over `s ≤ t`, and `output[c] = Σₛ attention[s]·value[s, c]`.
  @inline(__always)
  static func attend(_ a: Attend<Double>) {
    let columns = a.positions.rounded(up: count), places = (a.heads &* a.positions).rounded(up: count)
    for h in 0..<a.heads {
      let first = h &* a.headWidth
      transpose(a.query + (a.segment &+ first), a, columns)
      for t in 0..<a.positions {
        let place = h &* a.positions &+ t
        let query = a.query + (t &* a.stride &+ first), exponentials = a.exponentials + place &* columns
        let peak = all(scores(query, UnsafePointer(a.transposed), t, columns, a, exponentials))
        var s = 0
        while s <= t {
          // Later positions count as scores of the peak until their exponentials are cleared.
          let isPast = { (x: Vector) in whereLess(add(ramp, all(Double(s))), all(Double(t &+ 1)), x, all(0)) }
          let x = isPast(subtract(load(exponentials + s), peak))
          store(isPast(exponential(x)), exponentials + s)
          s &+= count
        }
        var total = 0.0
        for s in 0...t { total += exponentials[s] }
        a.sums[place] = total
      }
    }
    for padding in a.heads &* a.positions..<places { a.sums[padding] = 1 }
    var place = 0
    while place < places {
      let (inverse, inverseSquare) = inversePowers(load(a.sums + place))
      store(inverse, a.sums + place)
      store(multiply(all(-1), inverseSquare), a.sums + (places &+ place))
      place &+= count
    }
    for h in 0..<a.heads {
      let first = h &* a.headWidth, value = a.query + (2 &* a.segment &+ first)
      for t in 0..<a.positions {
        let place = h &* a.positions &+ t, inverse = all(a.sums[place])
        let exponentials = a.exponentials + place &* columns, weights = a.row
        var s = 0
        while s <= t {
          store(multiply(load(exponentials + s), inverse), weights + s)
          s &+= count
        }
        let output = a.output + (t &* a.segment &+ first)
        forEachChannel(a.headWidth) { c in
          var sum = all(0)
          for s in 0...t { sum = add(sum, all(weights[s]), times: load(value + (s &* a.stride &+ c))) }
          store(sum, output + c)
        } one: { c in
          var sum = 0.0
          for s in 0...t { sum += weights[s] * value[s &* a.stride &+ c] }
          output[c] = sum
        }
      }
    }
  }

  /// `attend` on at most four lanes, for heads whose channels do not fill wider vectors.
  @inline(__always)
  static func attendNarrow(_ a: Attend<Double>) { if count == 8 { Exact4.attend(a) } else { attend(a) } }

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
    let columns = a.positions.rounded(up: count), places = (a.heads &* a.positions).rounded(up: count)
    let values = a.transposed, dKeys = values + a.headWidth &* columns,
      dValues = dKeys + a.headWidth &* columns
    let dWeights = a.row, products = a.row + columns
    for h in 0..<a.heads {
      let first = h &* a.headWidth, key = a.query + (a.segment &+ first)
      transpose(key + a.segment, a, columns)
      var i = 0
      while i < 2 &* a.headWidth &* columns {
        store(all(0), dKeys + i)
        i &+= count
      }
      var t = a.positions
      while t > 0 {
        t &-= 1
        let place = h &* a.positions &+ t
        let query = a.query + (t &* a.stride &+ first), dQuery = a.dQuery + (t &* a.stride &+ first)
        let dOutput = a.dOutput + (t &* a.segment &+ first)
        let exponentials = a.exponentials + place &* columns
        let inverse = all(a.sums[place]), slope = all(a.sums[places &+ place])
        // Exponentials of later positions are 0, and so is what they add below.
        var s = 0
        while s <= t {
          // The same product as in the forward pass, so the same weights.
          let e = load(exponentials + s), weight = multiply(e, inverse)
          var dWeight = all(0), c = a.headWidth
          while c > 0 {
            c &-= 1
            let d = all(dOutput[c]), dValue = dValues + (c &* columns &+ s)
            dWeight = add(dWeight, load(values + (c &* columns &+ s)), times: d)
            store(add(load(dValue), weight, times: d), dValue)
          }
          store(dWeight, dWeights + s)
          store(multiply(slope, multiply(e, dWeight)), products + s)
          s &+= count
        }
        var dTotal = 0.0
        s = t &+ 1
        while s > 0 {
          s &-= 1
          dTotal += products[s]
        }
        let dScores = products
        s = 0
        while s <= t {
          let change = add(all(dTotal), inverse, times: load(dWeights + s))
          let dScore = multiply(all(a.scale), multiply(load(exponentials + s), change))
          store(dScore, dScores + s)
          for c in 0..<a.headWidth {
            let dKey = dKeys + (c &* columns &+ s)
            store(add(load(dKey), dScore, times: all(query[c])), dKey)
          }
          s &+= count
        }
        forEachChannel(a.headWidth) { c in
          var sum = all(0), s = t &+ 1
          while s > 0 {
            s &-= 1
            sum = add(sum, load(key + (s &* a.stride &+ c)), times: all(dScores[s]))
          }
          store(sum, dQuery + c)
        } one: { c in
          var sum = 0.0, s = t &+ 1
          while s > 0 {
            s &-= 1
            sum += key[s &* a.stride &+ c] * dScores[s]
          }
          dQuery[c] = sum
        }
      }
      let dKey = a.dQuery + (a.segment &+ first)
      for s in 0..<a.positions {
        for c in 0..<a.headWidth {
          dKey[s &* a.stride &+ c] = dKeys[c &* columns &+ s]
          dKey[s &* a.stride &+ a.segment &+ c] = dValues[c &* columns &+ s]
        }
      }
    }
  }

  /// `attendBackward` on at most four lanes.
  @inline(__always)
  static func attendBackwardNarrow(_ a: Attend<Double>) {
    if count == 8 { Exact4.attendBackward(a) } else { attendBackward(a) }
  }

  /// A head's keys or values `[D, columns]`, in `a.transposed`, with zeros after the document.
  @inline(__always)
  private static func transpose(_ rows: UnsafePointer<Double>, _ a: Attend<Double>, _ columns: Int) {
    for c in 0..<a.headWidth {
      let column = a.transposed + c &* columns
      for s in 0..<a.positions { column[s] = rows[s &* a.stride &+ c] }
      for s in a.positions..<columns { column[s] = 0 }
    }
  }

  /// Writes `scale·Σ꜀ query[c]·key[s, c]` for `s ≤ t`, whole vectors, and returns the largest.
  ///
  /// - Parameter keys: `[D, columns]`.
  @inline(__always)
  private static func scores(
    _ query: UnsafePointer<Double>, _ keys: UnsafePointer<Double>, _ t: Int, _ columns: Int,
    _ a: Attend<Double>, _ scores: UnsafeMutablePointer<Double>
  ) -> Double {
    var peaks = all(-.infinity), s = 0
    while s <= t {
      var product = all(0)
      for c in 0..<a.headWidth {
        product = add(product, all(query[c]), times: load(keys + (c &* columns &+ s)))
      }
      let score = multiply(product, all(a.scale))
      store(score, scores + s)
      let isPast = whereLess(add(ramp, all(Double(s))), all(Double(t &+ 1)), score, all(-.infinity))
      peaks = max(peaks, isPast)
      s &+= count
    }
    var peak = peaks[0]
    for lane in 1..<count { peak = Swift.max(peak, peaks[lane]) }
    return peak
  }

  /// 0, 1, 2 and so on.
  @inline(__always)
  private static var ramp: Vector {
    var ramp = all(0)
    for lane in 0..<count { ramp[lane] = Double(lane) }
    return ramp
  }

  /// Calls `vector` for whole vectors of a head's channels, and `one` for each of the others.
  @inline(__always)
  private static func forEachChannel(_ channels: Int, vector: (Int) -> Void, one: (Int) -> Void) {
    var c = 0
    while c &+ count <= channels {
      vector(c)
      c &+= count
    }
    while c < channels {
      one(c)
      c &+= 1
    }
  }
}
