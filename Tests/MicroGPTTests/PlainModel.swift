import Foundation
import MicroGPT

/// The forward pass over `Model`'s public tensors: one position after the other, sharing no code with the library.
///
/// An engine's own data (transposed copies, packed matrices, padded rows) is right if its loss is the one that this
/// computes from the parameters it returns.
struct PlainModel {
  private typealias Vector = [Double]
  private typealias Matrix = [Double]

  private struct Layer {
    let query, key, value, output, expand, contract: Matrix
  }

  private let width, heads, blockSize: Int
  private let tokenEmbedding, positionEmbedding, head: Matrix
  private let layers: [Layer]
  private let tokenizer: Tokenizer

  init(_ model: Model) {
    func matrix(_ name: String) -> Matrix { model[name]!.values }
    (width, heads) = (model.configuration.embedding, model.configuration.heads)
    (blockSize, tokenizer) = (model.configuration.blockSize, model.tokenizer)
    (tokenEmbedding, positionEmbedding, head) = (matrix("wte"), matrix("wpe"), matrix("lm_head"))
    layers = (0..<model.configuration.layers).map { l in
      Layer(
        query: matrix("layer\(l).attn_wq"), key: matrix("layer\(l).attn_wk"),
        value: matrix("layer\(l).attn_wv"), output: matrix("layer\(l).attn_wo"),
        expand: matrix("layer\(l).mlp_fc1"), contract: matrix("layer\(l).mlp_fc2"))
    }
  }

  /// The mean over the documents of each one's loss, in nats a token.
  func loss(_ documents: Corpus) -> Double {
    documents.reduce(0) { $0 + loss(ofTokens: tokenizer.encode($1)) } / Double(documents.count)
  }

  private func loss(ofTokens tokens: [Int]) -> Double {
    let count = min(tokens.count - 1, blockSize)
    var keys = [[Vector]](repeating: [], count: layers.count), values = keys, sum = 0.0
    for t in 0..<count {
      var x = normalize(add(row(tokenEmbedding, tokens[t]), row(positionEmbedding, t)))
      for (l, layer) in layers.enumerated() {
        let normal = normalize(x)
        keys[l].append(multiply(layer.key, normal))
        values[l].append(multiply(layer.value, normal))
        let attention = attend(multiply(layer.query, normal), keys[l], values[l])
        x = add(x, multiply(layer.output, attention))
        x = add(x, multiply(layer.contract, multiply(layer.expand, normalize(x)).map { max(0, $0) }))
      }
      let logits = multiply(head, x), peak = logits.max()!
      sum += peak + log(logits.reduce(0) { $0 + exp($1 - peak) }) - logits[tokens[t + 1]]
    }
    return sum / Double(count)
  }

  private func attend(_ query: Vector, _ keys: [Vector], _ values: [Vector]) -> Vector {
    let headWidth = width / heads
    var output = Vector(repeating: 0, count: width)
    for head in 0..<heads {
      let channels = head * headWidth..<(head + 1) * headWidth
      let scores: Vector = keys.map { key in
        channels.reduce(0.0) { $0 + query[$1] * key[$1] } / Double(headWidth).squareRoot()
      }
      let peak = scores.max()!, powers = scores.map { exp($0 - peak) }, total = powers.reduce(0, +)
      for (power, value) in zip(powers, values) {
        for c in channels { output[c] += power / total * value[c] }
      }
    }
    return output
  }

  private func row(_ matrix: Matrix, _ index: Int) -> Vector {
    Array(matrix[index * width..<(index + 1) * width])
  }

  private func add(_ a: Vector, _ b: Vector) -> Vector { zip(a, b).map(+) }

  private func normalize(_ x: Vector) -> Vector {
    let scale = 1 / (x.reduce(0) { $0 + $1 * $1 } / Double(x.count) + 1e-5).squareRoot()
    return x.map { $0 * scale }
  }

  /// `output[o] = Σᵢ matrix[o, i] · x[i]`
  private func multiply(_ matrix: Matrix, _ x: Vector) -> Vector {
    matrix.withUnsafeBufferPointer { matrix in
      x.withUnsafeBufferPointer { x in
        (0..<matrix.count / x.count).map { o in
          var sum = 0.0
          for i in 0..<x.count { sum += matrix[o * x.count + i] * x[i] }
          return sum
        }
      }
    }
  }
}
