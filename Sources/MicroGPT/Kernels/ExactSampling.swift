// Sampling in the exact arithmetic: every sum of a row or a head in the reference's order.

extension ExactSamplingLanes {
  @inline(__always)
  static func sampleNormalize(_ a: SampleNormalize<Double>) {
    for r in 0..<a.rows {
      let x = a.x + r &* a.stride, y = a.y + r &* a.stride
      var sum = 0.0
      for c in 0..<a.channels { sum += x[c] * x[c] }
      let mean = sum * a.inverseChannels + 1e-5
      let s = all(settledPower(mean, -0.5))
      var c = 0
      while c < a.stride {
        store(multiply(load(x + c), s), y + c)
        c &+= count
      }
    }
  }

  /// Lanes are heads.
  @inline(__always)
  static func sampleAttend(_ a: SampleAttend<Double>) {
    let scale = all(a.scale), weights = a.scratch, sums = a.scratch + a.positions &* count
    for r in 0..<a.rows {
      let places = a.places + r &* a.placesStride, output = a.output + r &* a.outputStride
      var head = 0
      while head < a.paddedWidth {
        let query = a.query + (r &* a.queryStride &+ head), keys = a.keys + head
        var peak = all(-.infinity)
        for s in 0..<a.positions {
          let key = keys + Int(places[s]) &* a.placeStride
          var product = all(0), c = 0, rest = a.headWidth
          while rest >= 4 {
            for _ in 0..<4 {
              product = add(product, load(query + c), times: load(key + c))
              c &+= a.paddedWidth
            }
            rest &-= 4
          }
          for _ in 0..<rest {
            product = add(product, load(query + c), times: load(key + c))
            c &+= a.paddedWidth
          }
          let score = multiply(product, scale)
          store(score, weights + s &* count)
          peak = max(score, peak)
        }
        exponentials(weights, a.positions &* count, minus: peak)
        var total = all(0)
        for s in 0..<a.positions { total = add(total, load(weights + s &* count)) }
        let inverse = settledInverses(total, sums)
        let values = keys + a.segment
        var c = 0
        // Four channels at a time: their sums are chains that do not wait for one another.
        while c &+ 4 <= a.headWidth {
          var parts = (all(0), all(0), all(0), all(0))
          for s in 0..<a.positions {
            let value = values + (Int(places[s]) &* a.placeStride &+ c &* a.paddedWidth)
            let weight = multiply(load(weights + s &* count), inverse)
            parts.0 = add(parts.0, weight, times: load(value))
            parts.1 = add(parts.1, weight, times: load(value + a.paddedWidth))
            parts.2 = add(parts.2, weight, times: load(value + 2 &* a.paddedWidth))
            parts.3 = add(parts.3, weight, times: load(value + 3 &* a.paddedWidth))
          }
          storeHeads(parts.0, a, head, c, output, sums)
          storeHeads(parts.1, a, head, c &+ 1, output, sums + count)
          storeHeads(parts.2, a, head, c &+ 2, output, sums + 2 &* count)
          storeHeads(parts.3, a, head, c &+ 3, output, sums + 3 &* count)
          c &+= 4
        }
        while c < a.headWidth {
          var part = all(0)
          for s in 0..<a.positions {
            let value = values + (Int(places[s]) &* a.placeStride &+ c &* a.paddedWidth)
            part = add(part, multiply(load(weights + s &* count), inverse), times: load(value))
          }
          storeHeads(part, a, head, c, output, sums)
          c &+= 1
        }
        head &+= count
      }
    }
  }

  /// Stores one channel of the heads from `head` on.
  @inline(__always)
  private static func storeHeads(
    _ x: Vector, _ a: SampleAttend<Double>, _ head: Int, _ channel: Int,
    _ output: UnsafeMutablePointer<Double>, _ scratch: UnsafeMutablePointer<Double>
  ) {
    store(x, scratch)
    for h in 0..<Swift.min(count, a.heads &- head) {
      output[(head &+ h) &* a.headWidth &+ channel] = scratch[h]
    }
  }

  /// `sampleAttend` on at most four lanes, for so few heads that wider vectors would be half empty.
  @inline(__always)
  static func sampleAttendFew(_ a: SampleAttend<Double>) {
    if count == 8 { Exact4.sampleAttend(a) } else { sampleAttend(a) }
  }

  @inline(__always)
  static func sampleSums(_ a: SampleSums<Double>) {
    let scale = all(a.inverseTemperature)
    var logitCheck = all(0), totalCheck = 0.0
    for r in 0..<a.rows {
      let z = a.logits + r &* a.stride, sums = a.sums + r &* a.stride
      logitCheck = add(logitCheck, zeros(z, a.stride))
      if a.isGreedy {
        a.totals[r] = greedySums(z, a.vocabulary, a.stride, into: sums)
        continue
      }
      var peaks = all(-.infinity), c = 0
      while c < a.stride {
        let scaled = multiply(load(z + c), scale)
        store(scaled, z + c)
        peaks = max(peaks, add(scaled, load(a.padding + c)))
        c &+= count
      }
      var peak = peaks[0]
      for lane in 1..<count { peak = Swift.max(peak, peaks[lane]) }
      exponentials(z, a.vocabulary, minus: all(peak))
      var total = 0.0
      for i in 0..<a.vocabulary { total += z[i] }
      totalCheck += total * 0
      let inverse = all(settledPower(total, -1))
      c = 0
      while c < a.stride {
        store(multiply(load(z + c), inverse), z + c)
        c &+= count
      }
      var sum = 0.0
      for i in 0..<a.vocabulary {
        sum += z[i]
        sums[i] = sum
      }
      a.totals[r] = sum
      for i in a.vocabulary &- 1..<a.stride { sums[i] = .infinity }
    }
    for lane in 0..<count { a.check[0] += logitCheck[lane] }
    a.check[1] += totalCheck
  }

  @inline(__always)
  static func sampleDraw(_ a: SampleDraw<Double>) {
    for r in 0..<a.rows {
      let total = a.totals[r]
      draw(a, r) { bits in Double(bits &>> 11) * 0x1p-53 * total }
    }
  }
}
