// Sampling in the fast arithmetic: normalization, attention of one position, running sums and draws.

import CMicroGPT

extension FastSamplingLanes {
  @inline(__always)
  static func sampleNormalize(_ a: SampleNormalize<Float>) {
    for r in 0..<a.rows {
      let x = a.x + r &* a.stride, y = a.y + r &* a.stride
      var sums = all(0), c = 0
      while c < a.stride {
        let part = load(x + c)
        sums = add(sums, part, times: part)
        c &+= count
      }
      let s = all(1 / microgpt_f32_root(sum(sums) * a.inverseChannels + 1e-5))
      c = 0
      while c < a.stride {
        store(multiply(load(x + c), s), y + c)
        c &+= count
      }
    }
  }

  @inline(__always)
  static func sampleAttend(_ a: SampleAttend<Float>) {
    switch a.paddedWidth {
    case 1: narrowAttend(a, width: 1)
    case 2: narrowAttend(a, width: 2)
    case 4: narrowAttend(a, width: 4)
    case 8 where count >= 8: narrowAttend(a, width: 8)
    case 16 where count >= 16: narrowAttend(a, width: 16)
    default: wideAttend(a)
    }
  }

  /// Heads that share a vector. Lanes are channels, and every lane of a head holds the head's score.
  @inline(__always)
  private static func narrowAttend(_ a: SampleAttend<Float>, width: Int) {
    let scale = all(a.scale), scores = a.scratch
    for r in 0..<a.rows {
      let places = a.places + r &* a.placesStride
      var c = 0
      while c < a.segment {
        let query = multiply(load(a.query + (r &* a.queryStride &+ c)), scale), keys = a.keys + c
        var peak = all(-.infinity)
        for s in 0..<a.positions {
          let key = keys + Int(places[s]) &* a.placeStride
          let score = groupSum(multiply(query, load(key)), width: width)
          store(score, scores + s &* count)
          peak = max(peak, score)
        }
        let values = keys + a.segment
        var total = all(0), output = all(0)
        for s in 0..<a.positions {
          let e = exponential(subtract(load(scores + s &* count), peak))
          total = add(total, e)
          output = add(output, e, times: load(values + Int(places[s]) &* a.placeStride))
        }
        store(multiply(output, inverse(total)), a.output + (r &* a.outputStride &+ c))
        c &+= count
      }
    }
  }

  /// Heads of one or more whole vectors.
  @inline(__always)
  private static func wideAttend(_ a: SampleAttend<Float>) {
    let scores = a.scratch, end = a.positions.rounded(up: count)
    for r in 0..<a.rows {
      let places = a.places + r &* a.placesStride
      for head in 0..<a.heads {
        let first = head &* a.paddedWidth
        let query = a.query + (r &* a.queryStride &+ first), keys = a.keys + first
        for s in 0..<a.positions {
          let key = keys + Int(places[s]) &* a.placeStride
          var product = multiply(load(query), load(key)), c = count
          while c < a.paddedWidth {
            product = add(product, load(query + c), times: load(key + c))
            c &+= count
          }
          scores[s] = sum(product) * a.scale
        }
        for s in a.positions..<end { scores[s] = -.infinity }
        var peaks = load(scores), s = count
        while s < end {
          peaks = max(peaks, load(scores + s))
          s &+= count
        }
        let peak = all(largest(peaks))
        var totals = all(0)
        s = 0
        while s < end {
          let e = exponential(subtract(load(scores + s), peak))
          totals = add(totals, e)
          store(e, scores + s)
          s &+= count
        }
        let inverse = all(1 / sum(totals)), values = keys + a.segment
        let output = a.output + (r &* a.outputStride &+ first)
        var c = 0
        while c < a.paddedWidth {
          var part = all(0)
          for s in 0..<a.positions {
            part = add(part, all(scores[s]), times: load(values + (Int(places[s]) &* a.placeStride &+ c)))
          }
          store(multiply(part, inverse), output + c)
          c &+= count
        }
      }
    }
  }

  @inline(__always)
  static func sampleSums(_ a: SampleSums<Float>) {
    let scale = all(a.inverseTemperature)
    var logitCheck = all(0), totalCheck = Float(0)
    for r in 0..<a.rows {
      let z = a.logits + r &* a.stride, sums = a.sums + r &* a.stride
      logitCheck = add(logitCheck, zeros(z, a.stride))
      if a.isGreedy {
        a.totals[r] = greedySums(z, a.vocabulary, a.stride, into: sums)
        continue
      }
      var peaks = all(-.infinity), c = 0
      while c < a.stride {
        let scaled = add(multiply(load(z + c), scale), load(a.padding + c))
        store(scaled, z + c)
        peaks = max(peaks, scaled)
        c &+= count
      }
      let peak = all(largest(peaks))
      var carry = Float(0)
      c = 0
      while c < a.stride {
        let running = add(all(carry), runningSums(exponential(subtract(load(z + c), peak))))
        carry = running[count &- 1]
        store(add(running, load(a.limits + c)), sums + c)
        c &+= count
      }
      a.totals[r] = carry
      // The most probable token's exponential is 1 if all logits are finite.
      totalCheck += carry >= 0.5 ? 0 : 1
    }
    a.check[0] += sum(logitCheck)
    a.check[1] += totalCheck
  }

  @inline(__always)
  static func sampleDraw(_ a: SampleDraw<Float>) {
    for r in 0..<a.rows {
      let total = a.totals[r]
      draw(a, r) { bits in Float(bits &>> 40) * 0x1p-24 * total }
    }
  }
}
