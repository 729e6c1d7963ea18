// The specification's share of a training step, kernel by kernel: its plain loops over the same documents, in doubles,
// one position after the other.

import Peak

@testable import MicroGPT

/// The sizes of a step: documents of equally many positions.
struct StepSizes: Sendable {
  var width, heads, layers, vocabulary, documents, positions, parameters: Int

  /// A step of these sizes.
  init(
    width: Int, heads: Int, layers: Int, vocabulary: Int, documents: Int, positions: Int, parameters: Int
  ) {
    (self.width, self.heads, self.layers) = (width, heads, layers)
    (self.vocabulary, self.documents, self.positions) = (vocabulary, documents, positions)
    self.parameters = parameters
  }
}

/// Microseconds of CPU time that the specification takes for a step's share of each kernel, the best of some rounds.
struct ScalarTimes: Sendable {
  let productForward, normalize, normalizeBackward, attend, attendBackward, loss, adam: Double
  /// The backward pass of linear layers to inputs and weights, which the specification computes in one loop.
  let productBackAndWeightGradient: Double

  /// Measures them.
  init(_ sizes: StepSizes) { self = measure(sizes) }

  fileprivate init(
    productForward: Double, productBackAndWeightGradient: Double, normalize: Double,
    normalizeBackward: Double,
    attend: Double, attendBackward: Double, loss: Double, adam: Double
  ) {
    (self.productForward, self.normalize, self.normalizeBackward) = (
      productForward, normalize, normalizeBackward
    )
    (self.attend, self.attendBackward, self.loss, self.adam) = (attend, attendBackward, loss, adam)
    self.productBackAndWeightGradient = productBackAndWeightGradient
  }
}

/// The best of seven rounds of at least 10 milliseconds.
private func microseconds(_ body: () -> Void) -> Double {
  body()
  let trial = peak_seconds()
  body()
  let repetitions = max(1, Int(0.01 / max(peak_seconds() - trial, 1e-8)))
  var best = Double.infinity
  for _ in 0..<7 {
    let start = peak_seconds()
    for _ in 0..<repetitions { body() }
    best = min(best, (peak_seconds() - start) / Double(repetitions))
  }
  return best * 1e6
}

private func measure(_ s: StepSizes) -> ScalarTimes {
  typealias Buffer = UnsafeMutablePointer<Double>
  var allocated: [Buffer] = []
  defer { for buffer in allocated { buffer.deallocate() } }
  /// Numbers of an activation's size: none so small or large that it would be slower than others.
  func take(_ count: Int) -> Buffer {
    let buffer = Buffer.allocate(capacity: count)
    for i in 0..<count { buffer[i] = Double(i * 7919 % 1009) / 5000 - 0.1 }
    allocated.append(buffer)
    return buffer
  }
  let c = s.width, rows = s.documents * s.positions, head = c / s.heads
  let matrices = (0..<s.layers).flatMap { _ in [(c, c), (c, c), (c, c), (c, c), (c, 4 * c), (4 * c, c)] }
  let linear = (matrices + [(c, s.vocabulary)]).map { inputs, outputs in
    (inputs, outputs, weight: take(inputs * outputs), gradient: take(inputs * outputs))
  }
  let x = take(rows * 4 * c), y = take(rows * max(4 * c, s.vocabulary)), dx = take(rows * 4 * c)
  let scale = take(rows), slope = take(rows)
  let key = take(rows * c), value = take(rows * c), dKey = take(rows * c), dValue = take(rows * c)
  let pairs = s.documents * s.heads * s.positions * s.positions
  let exponentials = take(pairs), weights = take(pairs), scores = take(pairs)
  let dAttention = take(s.positions), dScores = take(s.positions)
  let totals = take(rows * s.heads), inverses = take(rows * s.heads)

  let productForward = microseconds {
    for (inputs, outputs, weight, _) in linear {
      for r in 0..<rows {
        Specification.linear(x + r * inputs, weight, inputs: inputs, outputs: outputs, into: y + r * outputs)
      }
    }
  }
  let productBackward = microseconds {
    for (inputs, outputs, weight, gradient) in linear {
      for r in 0..<rows {
        Specification.linearBackward(
          y + r * outputs, rows: 0..<outputs, x + r * inputs, weight, inputs: inputs, to: gradient,
          to: dx + r * inputs)
      }
    }
  }
  let normalize = microseconds {
    for _ in 0..<2 * s.layers + 1 {
      for r in 0..<rows { (scale[r], slope[r]) = Specification.rmsNorm(x + r * c, count: c, into: y + r * c) }
    }
  }
  let normalizeBackward = microseconds {
    for _ in 0..<2 * s.layers + 1 {
      for r in 0..<rows {
        Specification.rmsNormBackward(
          y + r * c, x + r * c, count: c, scale: scale[r], slope: slope[r], to: dx + r * c)
      }
    }
  }
  func forEachQuery(_ body: (_ row: Int, _ t: Int, _ h: Int, _ first: Int, _ sums: Int, _ pairs: Int) -> Void)
  {
    for document in 0..<s.documents {
      for t in 0..<s.positions {
        for h in 0..<s.heads {
          let sums = (document * s.heads + h) * s.positions + t
          body(document * s.positions, t, h, h * head, sums, sums * s.positions)
        }
      }
    }
  }
  let attend = microseconds {
    for _ in 0..<s.layers {
      forEachQuery { row, t, h, first, sums, pairs in
        let place = row * c + first
        let head = Head(stride: c, width: head, key: key + place, value: value + place)
        (totals[sums], inverses[sums]) = Specification.attention(
          x + place + t * c, head, at: t, scale: 0.5, into: scores + pairs,
          exponentials: exponentials + pairs, into: weights + pairs,
          into: y + place + t * c)
      }
    }
  }
  let attendBackward = microseconds {
    for _ in 0..<s.layers {
      for i in 0..<rows * c { (dKey[i], dValue[i]) = (0, 0) }
      forEachQuery { row, t, h, first, sums, pairs in
        let place = row * c + first
        Specification.attentionBackward(
          y + place + t * c, x + place + t * c,
          Head(stride: c, width: head, key: key + place, value: value + place), at: t, scale: 0.5,
          exponentials: exponentials + pairs, attention: weights + pairs,
          sums: (totals[sums], inverses[sums]),
          to: Head(stride: c, width: head, key: dKey + place, value: dValue + place),
          into: dAttention, into: dScores, into: dx + place + t * c)
      }
    }
  }
  let logits = take(rows * s.vocabulary), e = take(s.vocabulary), p = take(s.vocabulary)
  let loss = microseconds {
    var sum = 0.0
    for r in 0..<rows {
      let (total, inverse) = Specification.softmax(
        logits + r * s.vocabulary, count: s.vocabulary, exponentials: e, into: p)
      let target = r % s.vocabulary
      sum += log(p[target]) * -1
      let dp = 1 / p[target] * (-1 / Double(s.positions))
      let dTotal = -1 * power(total, -2) * (e[target] * dp)
      for j in 0..<s.vocabulary { y[r * s.vocabulary + j] = e[j] * dTotal }
      y[r * s.vocabulary + target] = e[target] * (inverse * dp + dTotal)
    }
    _ = peak_sink(sum)
  }
  let parameters = take(s.parameters), gradients = take(s.parameters)
  let firstMoment = take(s.parameters), secondMoment = take(s.parameters), noise = take(s.parameters)
  for i in 0..<s.parameters { secondMoment[i] = firstMoment[i] * firstMoment[i] }
  let optimizer = Adam(
    beta1: 0.85, beta2: 0.99, epsilon: 1e-8, firstMoment: firstMoment, secondMoment: secondMoment)
  // With gradients of zero the moments would become subnormal, and such numbers are slow.
  var step = 0
  let adam = microseconds {
    gradients.update(from: noise, count: s.parameters)
    optimizer.update(parameters, gradients, count: s.parameters, step: step, learningRate: 0.001)
    step += 1
  }
  return ScalarTimes(
    productForward: productForward, productBackAndWeightGradient: productBackward, normalize: normalize,
    normalizeBackward: normalizeBackward, attend: attend, attendBackward: attendBackward, loss: loss,
    adam: adam)
}
