// Which lines of microgpt.swift compute what a trace shows. A test holds these to the file.

/// A part of the algorithm, in the order of execution.
public enum AlgorithmStage: String, Sendable, CaseIterable {
  /// A document becomes tokens, with BOS at both ends.
  case tokens
  /// A token and its position become a vector.
  case embedding
  /// Each position takes values from the positions up to its own: a layer's first half.
  case attention
  /// A multilayer perceptron at each position: a layer's second half.
  case mlp
  /// A score for every token that may come next.
  case logits
  /// Probabilities, and the mean surprise at the tokens that came.
  case loss
  /// The gradient of the loss with respect to every number.
  case backward
  /// Adam moves every parameter against its gradient.
  case adam
}

extension AlgorithmStage {
  /// Adjacent lines of microgpt.swift.
  public struct Lines: Sendable, Equatable {
    /// The number of the first line, from 1.
    public let first: Int
    /// The lines as they stand there.
    public let code: [String]

    /// Their numbers.
    public var numbers: ClosedRange<Int> { first...first + code.count - 1 }
  }

  /// The lines that compute the stage; first those of the model or the loop, then functions that no earlier stage has shown.
  public var lines: [Lines] {
    switch self {
    case .tokens:
      [
        Lines(
          first: 18,
          code: #"""
            let alphabet = Set(documents.joined()).sorted(), bos = alphabet.count, vocabularySize = bos + 1
            """#.lines),
        Lines(
          first: 172,
          code: #"""
              let tokens = [bos] + document.map { alphabet.firstIndex(of: $0)! } + [bos]
            """#.lines),
      ]
    case .embedding:
      [
        Lines(
          first: 150,
          code: #"""
              var x = rmsNorm(zip(tokenEmbedding[token], positionEmbedding[position]).map(+))
            """#.lines),
        Lines(
          first: 128,
          code: #"""
            func rmsNorm(_ x: Vector) -> Vector {  // Scaled to a mean square of 1, whatever the size of x.
              let scale = pow(sum(zip(x, x).lazy.map(*)) / Double(x.count) + 1e-5, -0.5)
              return x.map { $0 * scale }
            }
            """#.lines),
      ]
    case .attention:
      [
        Lines(
          first: 152,
          code: #"""
                let normalized = rmsNorm(x), query = linear(normalized, layer.query)  // What this position looks for,
                keys[l].append(linear(normalized, layer.key))  // what others find it by,
                values[l].append(linear(normalized, layer.value))  // and what they get from it.
                let attended = (0..<headCount).flatMap { head in  // Values, averaged by how keys fit the query.
                  let part = head * headWidth..<(head + 1) * headWidth, scale = power(Double(headWidth), 0.5)
                  let attention = softmax(keys[l].map { key in sum(part.lazy.map { query[$0] * key[$0] }) / scale })
                  return part.map { c in sum(zip(attention, values[l]).lazy.map { $0 * $1[c] }) }
                }
                x = zip(linear(attended, layer.output), x).map(+)  // Residual: a layer only adds to x.
            """#.lines),
        Lines(
          first: 123,
          code: #"""
            func linear(_ x: Vector, _ weight: [Vector]) -> Vector { weight.map { sum(zip($0, x).lazy.map(*)) } }
            func softmax(_ logits: Vector) -> Vector {  // Any scores become probabilities, which add up to 1.
              let peak = logits.map(\.data).max()!, powers = logits.map { exp($0 + -peak) }, total = sum(powers)
              return powers.map { $0 / total }  // The peak cancels out. Without it, exp would overflow at 710.
            }
            """#.lines),
      ]
    case .mlp:
      [
        Lines(
          first: 161,
          code: #"""
                x = zip(linear(linear(rmsNorm(x), layer.expand).map(relu), layer.contract), x).map(+)
            """#.lines),
        Lines(
          first: 76,
          code: #"""
            func relu(_ a: Value) -> Value { tape.note(max(0, a.data), (a, a.data > 0 ? 1 : 0)) }
            """#.lines),
      ]
    case .logits:
      [
        Lines(
          first: 163,
          code: #"""
              return linear(x, lmHead)
            """#.lines)
      ]
    case .loss:
      [
        Lines(
          first: 174,
          code: #"""
              let losses = (0..<length).map { log(softmax(gpt(tokens[$0], $0, &keys, &values))[tokens[$0 + 1]]) * -1 }
              let loss = sum(losses) * (1 / Double(length))
            """#.lines)
      ]
    case .backward:
      [
        Lines(
          first: 176,
          code: #"""
              tape.backward(from: loss)
            """#.lines),
        Lines(
          first: 112,
          code: #"""
                for i in (0..<length).reversed() {  // The chain rule, from the loss back to the parameters.
                  let value = order[i], slope = gradient[value], (a, b) = parents[value], (da, db) = slopes[value]
                  gradient[a] += da * slope
                  gradient[b] += db * slope
                }
            """#.lines),
      ]
    case .adam:
      [
        Lines(
          first: 178,
          code: #"""
              let t = Double(step + 1), rate = learningRate * (1 - Double(step) / Double(steps))
              let bias1 = 1 - power(beta1, t), bias2 = 1 - power(beta2, t)  // Both means start at 0, too low at first.
              for i in 1..<tape.leafCount {
                mean[i] = beta1 * mean[i] + (1 - beta1) * tape.gradient[i]
                meanSquare[i] = beta2 * meanSquare[i] + (1 - beta2) * power(tape.gradient[i], 2)
                tape.data[i] -= rate * (mean[i] / bias1) / (power(meanSquare[i] / bias2, 0.5) + epsilon)
              }
            """#.lines)
      ]
    }
  }
}

extension String {
  fileprivate var lines: [String] {
    utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { String(Substring($0)) }
  }
}
