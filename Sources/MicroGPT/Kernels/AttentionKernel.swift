// Attention of all heads over one document. Engine/Attention.swift has the formulas and is the specification.

/// A document's attention: `mixed[t] = Σₛ softmax(q[t]·k[s]·scale)·v[s]` for every head.
struct Attend<Scalar> {
  /// Position 0's channels; positions are `stride` numbers apart. Keys and values lie `segment` and
  /// `2·segment` numbers behind the queries.
  var query: UnsafePointer<Scalar>
  var stride, segment: Int
  /// `[T, segment]`, overwritten.
  var mixed: UnsafeMutablePointer<Scalar>
  /// The gradient of `mixed`, as that lies; only the backward pass reads it.
  var dMixed: UnsafeMutablePointer<Scalar>
  /// The scores' exponentials, kept for the backward pass. The fast arithmetic has a number for every channel
  /// of every pair of positions, and overwrites up to 15 vectors behind them; the exact one has `[H, T, T]`.
  var exponentials: UnsafeMutablePointer<Scalar>
  /// The power -1 of the exponentials' sum. Fast: `[T, segment]`; exact: sum and inverse, `[H, T]` each.
  var sums: UnsafeMutablePointer<Scalar>
  /// The gradients of queries, keys and values, as those lie; overwritten by the backward pass.
  var dQuery: UnsafeMutablePointer<Scalar>
  var positions, heads, headWidth: Int
  /// `D^(-1/2)`.
  var scale: Scalar
  /// Room for two rows of weights, `[2T]`.
  var row: UnsafeMutablePointer<Scalar>
  /// Room for a vector for every pair of positions and 15 more; the fast arithmetic's backward pass.
  var pairs: UnsafeMutablePointer<Scalar>
}

/// What the fast arithmetic's sums of exponentials have to stay below.
let attendLimit = 0x1p120

extension FastLanes {
  /// Attention of heads whose channels share a vector: `D` divides the lanes.
  ///
  /// Lanes are channels, so a product of queries and keys is one multiplication for all heads of a vector. Then the
  /// products of `D` pairs of positions are folded to one vector, in which every head has a lane for each pair;
  /// their exponentials are spread again, so that every lane of a head has its weight.
  ///
  /// The exponentials are those of scores less the score of a position with itself, so that no largest score has to
  /// be known. Should one come near the end of the numbers, `attendFromPeaks` has to do it again: where the largest
  /// sum of exponentials, left in `row`, is not below `attendLimit`.
  @inline(__always)
  static func attend(_ a: Attend<Float>) {
    let scale = all(a.scale)
    var pairs = a.exponentials, c = 0, largestTotal = all(0)
    while c < a.segment {
      var pair = pairs
      for t in 0..<a.positions {
        let query = a.query + (t &* a.stride &+ c), own = load(query + a.segment)
        let scaled = multiply(load(query), scale)
        var key = a.query + (a.segment &+ c)
        for _ in 0...t {
          store(multiply(scaled, subtract(load(key), own)), pair)
          key += a.stride
          pair += count
        }
      }
      headSums(pairs, before: pair, headWidth: a.headWidth) { boundedExponential($0) }
      for t in 0..<a.positions {
        var value = a.query + (2 &* a.segment &+ c), total = all(0), mixed = all(0)
        for _ in 0...t {
          let e = load(pairs)
          total = add(total, e)
          mixed = add(mixed, e, times: load(value))
          value += a.stride
          pairs += count
        }
        largestTotal = max(largestTotal, total)
        let inverse = inverse(total)
        store(inverse, a.sums + (t &* a.segment &+ c))
        store(multiply(mixed, inverse), a.mixed + (t &* a.segment &+ c))
      }
      c &+= count
    }
    a.row[0] = largest(largestTotal)
  }

  /// Puts functions of sums over the lanes of a head in all of its lanes. Up to `headWidth - 1` vectors behind the last
  /// one are overwritten.
  @inline(__always)
  private static func headSums(
    _ first: UnsafeMutablePointer<Float>, before end: UnsafeMutablePointer<Float>, headWidth: Int,
    _ function: (Vector) -> Vector
  ) {
    let folding = Folding<Self>()
    var p = first
    while p < end {
      switch headWidth {
      case 1: store(function(load(p)), p)
      case 2: folding.spread2(function(folding.fold2(p, add)), p)
      case 4: folding.spread4(function(folding.fold4(p, add)), p)
      case 8 where count >= 8: folding.spread8(function(folding.fold8(p, add)), p)
      case 16 where count >= 16: folding.spread16(function(folding.fold16(p, add)), p)
      default: break
      }
      p += headWidth &* count
    }
  }

  /// `attend` whatever the scores: in two loops, with the largest score subtracted.
  @inline(__always)
  static func attendFromPeaks(_ a: Attend<Float>) {
    switch a.headWidth {
    case 1: attendFromPeaks(a, width: 1)
    case 2: attendFromPeaks(a, width: 2)
    case 4: attendFromPeaks(a, width: 4)
    case 8 where count >= 8: attendFromPeaks(a, width: 8)
    default: attendFromPeaks(a, width: count == 16 ? 16 : count)
    }
  }

  @inline(__always)
  private static func attendFromPeaks(_ a: Attend<Float>, width: Int) {
    let scale = all(a.scale)
    var pairs = a.exponentials, c = 0
    while c < a.segment {
      for t in 0..<a.positions {
        let query = multiply(load(a.query + (t &* a.stride &+ c)), scale)
        var key = a.query + (a.segment &+ c), peak = all(-.infinity)
        for s in 0...t {
          let score = groupSum(multiply(query, load(key)), width: width)
          store(score, pairs + s &* count)
          peak = max(peak, score)
          key += a.stride
        }
        var value = a.query + (2 &* a.segment &+ c), total = all(0), mixed = all(0)
        for s in 0...t {
          let e = exponential(subtract(load(pairs + s &* count), peak))
          store(e, pairs + s &* count)
          total = add(total, e)
          mixed = add(mixed, e, times: load(value))
          value += a.stride
        }
        let inverse = inverse(total)
        store(inverse, a.sums + (t &* a.segment &+ c))
        store(multiply(mixed, inverse), a.mixed + (t &* a.segment &+ c))
        pairs += (t &+ 1) &* count
      }
      c &+= count
    }
  }

  /// The way back through `attend`.
  ///
  /// The mean of the weights' gradients, `Σₛ w[s]·(dMixed·v[s])`, is `dMixed·mixed`, so that a gradient less the mean
  /// is `dMixed·(v[s] - mixed)`.
  @inline(__always)
  static func attendBack(_ a: Attend<Float>) {
    let scale = all(a.scale)
    var weights = a.exponentials, c = 0
    while c < a.segment {
      var pair = a.pairs
      for t in 0..<a.positions {
        let place = t &* a.segment &+ c, dMixed = load(a.dMixed + place), mixed = load(a.mixed + place)
        var value = a.query + (2 &* a.segment &+ c)
        for _ in 0...t {
          store(multiply(dMixed, subtract(load(value), mixed)), pair)
          value += a.stride
          pair += count
        }
      }
      headSums(a.pairs, before: pair, headWidth: a.headWidth) { $0 }
      pair = a.pairs
      for t in 0..<a.positions {
        let row = t &* a.stride &+ c, place = t &* a.segment &+ c
        let query = multiply(load(a.query + row), scale), dMixed = load(a.dMixed + place)
        let inverse = load(a.sums + place)
        // The first query that meets a key and a value is their own position's: it overwrites.
        store(all(0), a.dQuery + (row &+ a.segment))
        store(all(0), a.dQuery + (row &+ 2 &* a.segment))
        var dQuery = all(0), key = c &+ a.segment
        for _ in 0...t {
          let weight = multiply(load(weights), inverse), dScore = multiply(weight, load(pair))
          let value = key &+ a.segment
          dQuery = add(dQuery, dScore, times: load(a.query + key))
          store(add(load(a.dQuery + key), dScore, times: query), a.dQuery + key)
          store(add(load(a.dQuery + value), weight, times: dMixed), a.dQuery + value)
          key &+= a.stride
          weights += count
          pair += count
        }
        store(multiply(dQuery, scale), a.dQuery + row)
      }
      c &+= count
    }
  }
}

extension ExactLanes {
  @inline(__always) static func attend(_ a: Attend<Double>) { ExactArithmetic.attend(a) }
  @inline(__always) static func attendBack(_ a: Attend<Double>) { ExactArithmetic.attendBack(a) }
}

extension ExactArithmetic {
  /// Attention head by head, number by number: the specification's own loops over a document.
  @inline(__always)
  static func attend(_ a: Attend<Scalar>) {
    for h in 0..<a.heads {
      let first = h &* a.headWidth, base = UnsafeMutablePointer(mutating: a.query) + first
      let head = OldHead(
        stride: a.stride, width: a.headWidth, key: base + a.segment, value: base + 2 &* a.segment)
      for t in 0..<a.positions {
        let place = h &* a.positions &+ t
        let sums = attention(
          base + t &* a.stride, head, at: t, scale: a.scale,
          exponentials: a.exponentials + place &* a.positions, into: a.row,
          into: a.mixed + (t &* a.segment &+ first))
        a.sums[2 &* place] = sums.total
        a.sums[2 &* place &+ 1] = sums.inverse
      }
    }
  }

  /// The way back through `attend`, positions from the last to the first.
  @inline(__always)
  static func attendBack(_ a: Attend<Scalar>) {
    for t in 0..<a.positions {
      for c in a.segment..<3 &* a.segment { a.dQuery[t &* a.stride &+ c] = 0 }
    }
    let dAttention = a.row + a.positions
    for h in 0..<a.heads {
      let first = h &* a.headWidth, base = UnsafeMutablePointer(mutating: a.query) + first
      let dBase = a.dQuery + first
      let head = OldHead(
        stride: a.stride, width: a.headWidth, key: base + a.segment, value: base + 2 &* a.segment)
      let gradient = OldHead(
        stride: a.stride, width: a.headWidth, key: dBase + a.segment, value: dBase + 2 &* a.segment)
      var t = a.positions
      while t > 0 {
        t &-= 1
        let place = h &* a.positions &+ t, exponentials = a.exponentials + place &* a.positions
        let total = a.sums[2 &* place], inverse = a.sums[2 &* place &+ 1]
        // The weights again, by the same product as on the way forward.
        for s in 0...t { a.row[s] = exponentials[s] * inverse }
        attentionBackward(
          a.dMixed + (t &* a.segment &+ first), base + t &* a.stride, head, at: t, scale: a.scale,
          exponentials: exponentials, attention: a.row, sums: (total, inverse),
          to: gradient, dAttention: dAttention, into: dBase + t &* a.stride)
      }
    }
  }
}
