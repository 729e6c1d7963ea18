// The draw of one row's token: the first running sum of probabilities that is above a random number. In the exact
// arithmetic floats settle which one that is, unless one of their sums is close to that number. The reference's own sums
// are chains of additions, twice as long as the vocabulary, after exponentials that have to be exact.

/// One row's running sums of `exp(logits / temperature)`, as floats.
struct SampleWeights<Scalar> {
  /// `[stride]`. Overwritten by the logits over the temperature, and -∞ beyond the tokens.
  var logits: UnsafeMutablePointer<Scalar>
  /// `[2·stride]`, overwritten as far as whole vectors go: the running sums, and the total beyond the tokens.
  var sums: UnsafeMutablePointer<Float>
  /// `[stride]`: 0 for every token, and -∞ beyond.
  var padding: UnsafePointer<Scalar>
  var stride: Int
  /// One over the temperature.
  var inverseTemperature: Scalar
  /// Two sums, added to. `[0]` stays 0 as long as all logits are finite, `[1]` as long as their quotients are.
  var check: UnsafeMutablePointer<Scalar>
}

/// Finds the token at a random number.
struct SampleChoice<Scalar> {
  /// Written by `SampleWeights`. The logits are overwritten.
  var logits: UnsafeMutablePointer<Scalar>
  var sums: UnsafePointer<Float>
  var vocabulary, stride: Int
  /// The random number, at least 0 and below 1.
  var uniform: Double
  /// Overwritten.
  var token: UnsafeMutablePointer<Int>
}

extension FastSamplingLanes {
  @inline(__always)
  static func sampleWeights(_ a: SampleWeights<Float>) {
    let peak = scaleLogits(a)
    let total = addWeights(a.sums, a.stride) { c in subtract(load(a.logits + c), peak) }
    a.check[1] += total * 0
  }

  /// Writes running sums of exponentials, in vectors that cover `count` numbers.
  ///
  /// - Parameter exponents: A vector of numbers that are not above 80, by the index of its first.
  /// - Returns: The total.
  @inline(__always)
  static func addWeights(
    _ sums: UnsafeMutablePointer<Float>, _ count: Int, _ exponents: (Int) -> Vector
  ) -> Float {
    var carry = all(0), c = 0
    while c < count {
      // Down to -87 everywhere: where no peak is subtracted, all of them may be small.
      let running = runningSums(exponential(exponents(c), from: -87))
      store(add(carry, running), sums + c)
      carry = add(carry, all(running[Self.count &- 1]))
      c &+= Self.count
    }
    return carry[0]
  }

  /// The number of sums that are not above the mark.
  @inline(__always)
  static func sumsNotAbove(_ mark: Float, _ sums: UnsafePointer<Float>, _ count: Int) -> Int {
    let mark = all(mark)
    var token = 0, c = 0
    while c < count {
      token &+= countNotAbove(load(sums + c), mark)
      c &+= Self.count
    }
    return token
  }

  /// The random number is rounded down to a float, so that the mark is below the total.
  @inline(__always)
  static func sampleChoice(_ a: SampleChoice<Float>) {
    let uniform = Float(Int32(a.uniform * 0x1p24)) * 0x1p-24, total = a.sums[a.stride &- 1]
    a.token[0] = sumsNotAbove(uniform * total, a.sums, a.stride)
  }
}

extension SamplingLanes {
  /// Writes the logits over the temperature, and checks them.
  ///
  /// - Returns: In every lane, what to subtract before exponentials: the largest one, unless all are so small that their
  ///   exponentials can be added up as they are, and nothing has to wait for it.
  @inline(__always)
  static func scaleLogits(_ a: SampleWeights<Scalar>) -> Vector {
    let scale = all(a.inverseTemperature)
    var zeros = all(0), peaks = all(-.infinity), small = 0, c = 0
    while c < a.stride {
      let logits = load(a.logits + c), scaled = multiply(logits, scale)
      let padded = add(scaled, load(a.padding + c))
      zeros = add(zeros, logits, times: all(0))
      peaks = max(peaks, padded)
      small &+= countNotAbove(max(scaled, subtract(all(0), scaled)), all(80))
      store(padded, a.logits + c)
      c &+= count
    }
    if countNotAbove(zeros, all(0)) != count { a.check[0] = .nan }
    if small == c { return all(0) }
    let peak = largest(peaks)
    // Infinite if the temperature is too small.
    a.check[1] += peak * 0
    return all(peak)
  }
}

extension ExactSamplingLanes {
  @inline(__always)
  static func sampleWeights(_ a: SampleWeights<Double>) {
    let peak = scaleLogits(a)
    _ = Floats.addWeights(a.sums, a.stride) { c in
      let next = c &+ count
      return floats(
        subtract(load(a.logits + c), peak),
        next < a.stride ? subtract(load(a.logits + next), peak) : all(-.infinity))
    }
  }

  /// The token that the reference draws: settled if no sum is near the mark.
  ///
  /// A float's exponential is off by a share of at most 2⁻²². Its argument x is rounded, which adds |x|·2⁻²⁴: at most
  /// 80·2⁻²⁴; or, where the largest logit has been subtracted, on average over the probabilities, ln V·2⁻²⁴. Running sums
  /// add log₂(lanes) + V/lanes numbers one after the other. Together sums and mark are off by less than
  /// (V/2 + 182)·2⁻²⁴ of the total. What the reference loses by rounding doubles, and exponentials below 2⁻¹²⁵, are far
  /// less than what the margin has beyond that.
  @inline(__always)
  static func sampleChoice(_ a: SampleChoice<Double>) {
    let end = a.stride.rounded(up: Floats.count), total = a.sums[end &- 1]
    let mark = Float(a.uniform) * total, margin = Float(a.vocabulary &+ 192) * 0x1p-24 * total
    let token = Floats.sumsNotAbove(mark - margin, a.sums, end)
    if token == Floats.sumsNotAbove(mark + margin, a.sums, end) {
      a.token[0] = token
    } else {
      a.token[0] = referenceChoice(a)
    }
  }

  /// The token that the reference draws, by its own sums.
  @inline(__always)
  private static func referenceChoice(_ a: SampleChoice<Double>) -> Int {
    var peaks = all(-.infinity), c = 0
    while c < a.stride {
      peaks = max(peaks, load(a.logits + c))
      c &+= count
    }
    exponentials(a.logits, a.vocabulary, minus: all(largest(peaks)))
    var total = 0.0
    for i in 0..<a.vocabulary { total += a.logits[i] }
    let inverse = settledPower(total, -1)
    var last = 0.0
    for i in 0..<a.vocabulary { last += a.logits[i] * inverse }
    let mark = a.uniform * last
    var sum = 0.0, token = 0
    for i in 0..<a.vocabulary &- 1 {
      sum += a.logits[i] * inverse
      token &+= sum <= mark ? 1 : 0
    }
    return token
  }
}
