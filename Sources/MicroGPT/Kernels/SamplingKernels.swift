// What sampling does with rows that have no future: every row is one position of one beginning of a
// document, and finds the keys and values of the positions before it by their places. Engine.swift is the
// specification.

import CMicroGPT

/// `y[r] = s·x[r]` with `s = (mean(x[r]²) + 1e-5)^(-1/2)`, for every row.
struct SampleNormalize<Scalar> {
  /// `[rows, stride]` each; `y` is overwritten. Lanes beyond the channels are zero.
  var x: UnsafePointer<Scalar>
  var y: UnsafeMutablePointer<Scalar>
  var rows, channels, stride: Int
  /// The channels' power -1.
  var inverseChannels: Scalar
}

/// `mixed[r] = Σₛ softmax(q[r]·k[s]·scale)·v[s]` for every row and head, over the positions up to the row's
/// own.
///
/// In the fast arithmetic a head's channels lie side by side, filled up with zeros to a power of two or to
/// whole vectors. In the exact one the heads do, first all heads' channel 0, so that lanes are heads and
/// every sum has the reference's order.
struct SampleAttend<Scalar> {
  /// From a row to the next `queryStride` numbers.
  var query: UnsafePointer<Scalar>
  var queryStride: Int
  /// Where place 0 has its keys; its values lie `segment` numbers behind them, and place 1 `placeStride`.
  var keys: UnsafePointer<Scalar>
  var segment, placeStride: Int
  /// The places of a row's positions, `[rows, placesStride]`.
  var places: UnsafePointer<Int32>
  var placesStride: Int
  /// Overwritten. In the exact arithmetic a head's channels lie side by side here.
  var mixed: UnsafeMutablePointer<Scalar>
  var mixedStride: Int
  var rows, positions: Int
  var heads, headWidth: Int
  /// Channels of a head with the padding; in the exact arithmetic heads with the padding.
  var paddedWidth: Int
  /// `D^(-1/2)`.
  var scale: Scalar
  /// Room for a number in every lane for every position, and for the channels.
  var scratch: UnsafeMutablePointer<Scalar>
  /// The exact exponential's.
  var powers: UnsafePointer<Scalar>
}

/// For every row, the running sums of `softmax(logits / temperature)`, in which a random number finds its
/// token.
struct SampleSums<Scalar> {
  /// `[rows, stride]`. Overwritten with anything.
  var logits: UnsafeMutablePointer<Scalar>
  /// `[rows, stride]`, overwritten: those of all tokens but the last, and ∞ from there on.
  var sums: UnsafeMutablePointer<Scalar>
  /// `[rows]`, overwritten: the sums of all. In the fast arithmetic that need not be 1.
  var totals: UnsafeMutablePointer<Scalar>
  /// 0 for every token and -∞ in the padding, and 0 for every token but the last and ∞ from there on,
  /// `[stride]`.
  var padding, limits: UnsafePointer<Scalar>
  var rows, vocabulary, stride: Int
  /// The temperature's power -1.
  var inverseTemperature: Scalar
  /// Whether the temperature is 0: then the sums and the total are 0 before the most probable token, the
  /// first of equals.
  var isGreedy: Bool
  /// Added to: 0 as long as all logits are finite, and as long as all totals are.
  var check: UnsafeMutablePointer<Scalar>
  var powers: UnsafePointer<Scalar>
}

/// Draws a token for every sample of every row.
struct SampleDraw<Scalar> {
  /// As `SampleSums` leaves them.
  var sums, totals: UnsafePointer<Scalar>
  var rows, vocabulary, stride: Int
  /// Row `r` has the samples from `starts[r]` to `ends[r]`, which `order` names, by their distance from
  /// `first`.
  var starts, ends, order: UnsafePointer<Int32>
  var first: UInt64
  /// `drawn[i]` is for the sample `order[i]`. Overwritten.
  var drawn: UnsafeMutablePointer<Int32>
  var random: SplitMix64
  /// How many tokens each of the samples has drawn before.
  var draws: UInt64
}

// MARK: - Fast

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
      let s = all(1 / (sum(sums) * a.inverseChannels + 1e-5).squareRoot())
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

  /// Heads that share a vector. Lanes are channels, and every lane of a head has the head's score.
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
        var total = all(0), mixed = all(0)
        for s in 0..<a.positions {
          let e = exponential(subtract(load(scores + s &* count), peak))
          total = add(total, e)
          mixed = add(mixed, e, times: load(values + Int(places[s]) &* a.placeStride))
        }
        store(multiply(mixed, inverse(total)), a.mixed + (r &* a.mixedStride &+ c))
        c &+= count
      }
    }
  }

  /// Heads of one vector or several.
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
        let mixed = a.mixed + (r &* a.mixedStride &+ first)
        var c = 0
        while c < a.paddedWidth {
          var part = all(0)
          for s in 0..<a.positions {
            part = add(part, all(scores[s]), times: load(values + (Int(places[s]) &* a.placeStride &+ c)))
          }
          store(multiply(part, inverse), mixed + c)
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
      // The likeliest token's exponential is 1, unless what it was taken of was not finite.
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

// MARK: - Exact

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

  /// Lanes are heads, so as many heads as there are lanes are one.
  @inline(__always)
  static func sampleAttend(_ a: SampleAttend<Double>) {
    let scale = all(a.scale), weights = a.scratch, sums = a.scratch + a.positions &* count
    for r in 0..<a.rows {
      let places = a.places + r &* a.placesStride, mixed = a.mixed + r &* a.mixedStride
      var head = 0
      while head < a.paddedWidth {
        let query = a.query + (r &* a.queryStride &+ head), keys = a.keys + head
        var peak = all(0)
        for s in 0..<a.positions {
          let key = keys + Int(places[s]) &* a.placeStride
          var product = all(0), c = 0
          for _ in 0..<a.headWidth {
            product = add(product, load(query + c), times: load(key + c))
            c &+= a.paddedWidth
          }
          let score = multiply(product, scale)
          store(score, weights + s &* count)
          peak = s == 0 ? score : whereLess(peak, score, score, peak)
        }
        exponentials(weights, a.positions &* count, minus: peak, a.powers)
        var total = all(0)
        for s in 0..<a.positions { total = add(total, load(weights + s &* count)) }
        store(total, sums)
        for h in 0..<count { sums[h] = settledPower(sums[h], -1) }
        let inverse = load(sums)
        for s in 0..<a.positions {
          store(multiply(load(weights + s &* count), inverse), weights + s &* count)
        }
        let values = keys + a.segment
        for c in 0..<a.headWidth {
          var part = all(0)
          for s in 0..<a.positions {
            let value = load(values + (Int(places[s]) &* a.placeStride &+ c &* a.paddedWidth))
            part = add(part, load(weights + s &* count), times: value)
          }
          store(part, sums)
          for h in 0..<Swift.min(count, a.heads &- head) {
            mixed[(head &+ h) &* a.headWidth &+ c] = sums[h]
          }
        }
        head &+= count
      }
    }
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
      exponentials(z, a.vocabulary, minus: all(peak), a.powers)
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

// MARK: - Both

/// What sampling needs of lanes besides.
protocol SamplingLanes: Lanes {
  /// How many lanes of the first are not above those of the second.
  static func countNotAbove(_ a: Vector, _ b: Vector) -> Int
}

/// What sampling needs of the fast arithmetic's.
protocol FastSamplingLanes: FastLanes, SamplingLanes {
  /// In every lane the sum of those up to it.
  static func runningSums(_ x: Vector) -> Vector
}

/// What sampling needs of the exact arithmetic's.
protocol ExactSamplingLanes: PowerLanes, SamplingLanes {}

extension SamplingLanes {
  /// Zeros where all numbers are finite, and somewhere NaN where not.
  @inline(__always)
  fileprivate static func zeros(_ x: UnsafePointer<Scalar>, _ count: Int) -> Vector {
    var zeros = all(0), c = 0
    while c < count {
      zeros = add(zeros, load(x + c), times: all(0))
      c &+= Self.count
    }
    return zeros
  }

  /// The sums, and their total, that leave the first of the largest logits as the only choice.
  @inline(__always)
  fileprivate static func greedySums(
    _ logits: UnsafePointer<Scalar>, _ vocabulary: Int, _ stride: Int,
    into sums: UnsafeMutablePointer<Scalar>
  ) -> Scalar {
    var best = 0
    for i in 0..<vocabulary where logits[i] > logits[best] { best = i }
    for i in 0..<stride { sums[i] = i < best ? 0 : .infinity }
    return 0
  }

  /// A token for every sample of a row: as many as there are running sums that its mark has reached.
  ///
  /// - Parameter mark: Makes a number between 0 and the total of random bits.
  @inline(__always)
  fileprivate static func draw(_ a: SampleDraw<Scalar>, _ r: Int, _ mark: (UInt64) -> Scalar) {
    let sums = a.sums + r &* a.stride
    for i in Int(a.starts[r])..<Int(a.ends[r]) {
      let sample = a.first &+ UInt64(truncatingIfNeeded: a.order[i])
      let mark = all(mark(a.random.bits(stream: sample, place: a.draws)))
      var token = 0, c = 0
      while c < a.vocabulary {
        token &+= countNotAbove(load(sums + c), mark)
        c &+= count
      }
      a.drawn[i] = Int32(truncatingIfNeeded: token)
    }
  }
}

extension Fast16: FastSamplingLanes {
  @inline(__always) static func countNotAbove(_ a: Vector, _ b: Vector) -> Int {
    microgpt_f32x16_count_not_above(a, b)
  }
  @inline(__always) static func runningSums(_ x: Vector) -> Vector {
    let pairs = x + microgpt_f32x16_lift1(x), fours = pairs + microgpt_f32x16_lift2(pairs)
    let eights = fours + microgpt_f32x16_lift4(fours)
    return eights + microgpt_f32x16_lift8(eights)
  }
}

extension Fast8: FastSamplingLanes {
  @inline(__always) static func countNotAbove(_ a: Vector, _ b: Vector) -> Int {
    microgpt_f32x8_count_not_above(a, b)
  }
  @inline(__always) static func runningSums(_ x: Vector) -> Vector {
    let pairs = x + microgpt_f32x8_lift1(x), fours = pairs + microgpt_f32x8_lift2(pairs)
    return fours + microgpt_f32x8_lift4(fours)
  }
}

extension Fast4: FastSamplingLanes {
  @inline(__always) static func countNotAbove(_ a: Vector, _ b: Vector) -> Int {
    microgpt_f32x4_count_not_above(a, b)
  }
  @inline(__always) static func runningSums(_ x: Vector) -> Vector {
    let pairs = x + microgpt_f32x4_lift1(x)
    return pairs + microgpt_f32x4_lift2(pairs)
  }
}

extension Exact8: ExactSamplingLanes {
  @inline(__always) static func countNotAbove(_ a: Vector, _ b: Vector) -> Int {
    microgpt_f64x8_count_not_above(a, b)
  }
}

extension Exact4: ExactSamplingLanes {
  @inline(__always) static func countNotAbove(_ a: Vector, _ b: Vector) -> Int {
    microgpt_f64x4_count_not_above(a, b)
  }
}

extension Exact2: ExactSamplingLanes {
  @inline(__always) static func countNotAbove(_ a: Vector, _ b: Vector) -> Int {
    microgpt_f64x2_count_not_above(a, b)
  }
}
