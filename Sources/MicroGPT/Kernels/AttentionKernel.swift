// Attention of all heads over one document, and its backward pass: the arguments, and the fast arithmetic's kernels.
// ExactAttention.swift has the exact ones, and the derivation of the gradients.

/// A document's attention output: `output[t] = Σₛ softmax(q[t]·k[s]·scale)·v[s]`, `s ≤ t`, for every head.
struct Attend<Scalar> {
  /// Position 0's channels; positions are `stride` numbers apart. Keys and values lie `segment` and `2·segment`
  /// numbers after the queries.
  var query: UnsafePointer<Scalar>
  var stride, segment: Int
  /// The attention output, `[T, segment]`, overwritten.
  var output: UnsafeMutablePointer<Scalar>
  /// The gradient of `output`, of the same shape. Only the backward pass reads it.
  var dOutput: UnsafeMutablePointer<Scalar>
  /// The scores' exponentials, kept for the backward pass. The fast arithmetic keeps one number for each channel of
  /// each pair of positions, and overwrites up to 15 vectors past the last; the exact one keeps `[H, T, T]`, rows padded to
  /// whole vectors.
  var exponentials: UnsafeMutablePointer<Scalar>
  /// Fast: the inverse of the exponentials' sum, `[T, segment]`. Exact: the inverse, and minus its square, `[2, H·T]`,
  /// rows padded to whole vectors.
  var sums: UnsafeMutablePointer<Scalar>
  /// The gradients of queries, keys and values, in the same layout. Overwritten by the backward pass.
  var dQuery: UnsafeMutablePointer<Scalar>
  var positions, heads, headWidth: Int
  /// `D^(-1/2)`.
  var scale: Scalar
  /// Scratch for two rows of weights, `[2T]`, padded to whole vectors.
  var row: UnsafeMutablePointer<Scalar>
  /// Scratch for the keys, or the values and the gradients of both, of one head, `[3, D, T]`, rows padded to whole
  /// vectors. Only the exact arithmetic uses it.
  var transposed: UnsafeMutablePointer<Scalar>
  /// Scratch for one vector for each pair of positions, and 15 more. Only the fast backward pass uses it.
  var pairs: UnsafeMutablePointer<Scalar>
}

/// The fast arithmetic's sums of exponentials have to be less than this.
let attendLimit = 0x1p120

extension FastLanes {
  /// Attention of heads whose channels share a vector: `D` divides the lanes.
  ///
  /// Lanes are channels, so one multiplication gives the products of a query and a key for all heads of a vector. The
  /// products of `D` pairs of positions are then folded into one vector, in which each head has a lane for each pair.
  /// Its exponentials are spread again, so that every lane of a head holds the head's weight.
  ///
  /// The score of the position with itself is subtracted from each score. The largest score would first have to be
  /// found. The exponentials may then overflow: if the largest of their sums, left in `row[0]`, is not less than
  /// `attendLimit`, the caller has to call `attendFromPeaks` too.
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
        var value = a.query + (2 &* a.segment &+ c), total = all(0), output = all(0)
        for _ in 0...t {
          let e = load(pairs)
          total = add(total, e)
          output = add(output, e, times: load(value))
          value += a.stride
          pairs += count
        }
        largestTotal = max(largestTotal, total)
        let inverse = inverse(total)
        store(inverse, a.sums + (t &* a.segment &+ c))
        store(multiply(output, inverse), a.output + (t &* a.segment &+ c))
      }
      c &+= count
    }
    a.row[0] = largest(largestTotal)
  }

  /// Replaces every lane by a function of the sum over its head's lanes. Overwrites up to `headWidth - 1` vectors
  /// past the last.
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

  /// `attend` for any scores: a first loop finds the largest score, and a second subtracts it.
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
        var value = a.query + (2 &* a.segment &+ c), total = all(0), output = all(0)
        for s in 0...t {
          let e = exponential(subtract(load(pairs + s &* count), peak))
          store(e, pairs + s &* count)
          total = add(total, e)
          output = add(output, e, times: load(value))
          value += a.stride
        }
        let inverse = inverse(total)
        store(inverse, a.sums + (t &* a.segment &+ c))
        store(multiply(output, inverse), a.output + (t &* a.segment &+ c))
        pairs += (t &+ 1) &* count
      }
      c &+= count
    }
  }

  /// The backward pass of `attend`.
  ///
  /// With the weights `w`, `dScore[s] = w[s]·(dw[s] - Σᵣ w[r]·dw[r])` and `dw[s] = dOutput·v[s]`. The sum is
  /// `dOutput·output`, so `dScore[s] = w[s]·(dOutput·(v[s] - output))`.
  @inline(__always)
  static func attendBackward(_ a: Attend<Float>) {
    let scale = all(a.scale)
    var weights = a.exponentials, c = 0
    while c < a.segment {
      var pair = a.pairs
      for t in 0..<a.positions {
        let place = t &* a.segment &+ c, dOutput = load(a.dOutput + place), output = load(a.output + place)
        var value = a.query + (2 &* a.segment &+ c)
        for _ in 0...t {
          store(multiply(dOutput, subtract(load(value), output)), pair)
          value += a.stride
          pair += count
        }
      }
      headSums(a.pairs, before: pair, headWidth: a.headWidth) { $0 }
      pair = a.pairs
      for t in 0..<a.positions {
        let row = t &* a.stride &+ c, place = t &* a.segment &+ c
        let query = multiply(load(a.query + row), scale), dOutput = load(a.dOutput + place)
        let inverse = load(a.sums + place)
        // The first query to reach a key and a value is the one at their own position, so it overwrites.
        store(all(0), a.dQuery + (row &+ a.segment))
        store(all(0), a.dQuery + (row &+ 2 &* a.segment))
        var dQuery = all(0), key = c &+ a.segment
        for _ in 0...t {
          let weight = multiply(load(weights), inverse), dScore = multiply(weight, load(pair))
          let value = key &+ a.segment
          dQuery = add(dQuery, dScore, times: load(a.query + key))
          store(add(load(a.dQuery + key), dScore, times: query), a.dQuery + key)
          store(add(load(a.dQuery + value), weight, times: dOutput), a.dQuery + value)
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
