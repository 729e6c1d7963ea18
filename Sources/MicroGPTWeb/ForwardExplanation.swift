// Sentences and formulas of the forward pass, from the embedding to the loss.

import MicroGPT

extension Example {
  func forwardExplanation(_ operation: Operation) -> Explanation {
    switch operation {
    case .embedding:
      Explanation(
        "Embedding", "The token's vector and the position's are added: what is read, and where.",
        "e = wte[token] + wpe[t]",
        "channel 0: \(figure(parameter("wte", token, 0))) + \(factor(parameter("wpe", t, 0))) = "
          + figure(value("embedding", t, 0)))
    case .embeddingNorm:
      Explanation(
        "Normalized embedding", "rmsNorm scales the vector to a mean square of 1, whatever its size.",
        "x = e / √(mean(e²) + 0.00001)",
        "channel 0: \(figure(value("embedding", t, 0))) / √\(figure(meanSquare("embedding") + 1e-5)) = "
          + figure(value("embedding_norm", t, 0)))
    case .normFactor:
      Explanation(
        "The factor of rmsNorm",
        "One over the root of the mean square, the typical size of the vector's numbers.",
        "scale = (mean(x²) + 0.00001)^−½",
        "here \(figure(meanSquare("embedding") + 1e-5))^−½ = "
          + figure(1 / (meanSquare("embedding") + 1e-5).squareRoot()))
    case .norm:
      Explanation(
        "rmsNorm", "Every channel is multiplied by the same factor, so that the direction stays.",
        "y[c] = x[c]·scale",
        "channel 0: \(figure(value("embedding", t, 0)))·\(figure(1 / (meanSquare("embedding") + 1e-5).squareRoot())) = "
          + figure(value("embedding_norm", t, 0)))
    case .attentionNorm:
      Explanation(
        "The layer's input, normalized",
        "Attention reads x at the scale 1; the residual sum keeps x as it is.",
        "n = rmsNorm(x)", "channel 0: \(figure(value("layer0.attn_norm", t, 0)))")
    case .query: projection("Query", "what this position looks for", "q", "wq")
    case .key: projection("Key", "what later positions find this one by", "k", "wk")
    case .value: projection("Value", "what this position hands over to those that attend to it", "v", "wv")
    case .linear:
      Explanation(
        "Matrix times vector", "Each output is the dot product of a row of weights and the input.",
        "y[o] = Σᵢ w[o, i]·x[i]",
        "for the query, output 0: \(product("layer0.attn_wq", 0, "layer0.attn_norm")) = \(figure(value("layer0.q", t, 0)))"
      )
    case .mlpNorm:
      Explanation(
        "The perceptron's input, normalized", "As before attention, rmsNorm brings x to the scale 1.",
        "n = rmsNorm(x)", "channel 0: \(figure(value("layer0.mlp_norm", t, 0)))")
    case .hidden:
      Explanation(
        "Hidden units",
        "Each of 4·C units computes a number from x; relu makes it 0 if it is negative. "
          + "A unit above 0 is awake.",
        "h = relu(W₁·n)", "awake at t = \(t): \(awake) of \(4 * configuration.embedding)",
        "unit 0: relu(\(figure(value("layer0.mlp_pre", t, 0)))) = \(figure(value("layer0.mlp_hidden", t, 0)))"
      )
    case .mlpOutput:
      Explanation(
        "The perceptron's output",
        "Each awake unit adds a vector of its own, times its number, to x (a residual connection).",
        "x = W₂·h + x",
        "channel 0: \(figure(value("layer0.mlp_out", t, 0) - value("layer0.attn_out", t, 0))) + "
          + "\(factor(value("layer0.attn_out", t, 0))) = \(figure(value("layer0.mlp_out", t, 0)))")
    case .logits:
      Explanation(
        "Logits", "A score for each token that may come next: the higher, the more probable.",
        "logit[j] = lm_head[j]·x",
        "the highest: \(tokenizer.label(of: best)) with \(figure(value("logits", t, best))); "
          + "\(targetLabel), which comes, has \(figure(value("logits", t, target)))")
    case .probabilities, .losses, .loss, .logarithm: lossExplanation(operation)
    case .layers, .heads, .headScale, .attention, .attended, .attentionOutput, .softmaxExponentials, .softmax:
      attentionExplanation(operation)
    default: numberExplanation(operation)
    }
  }

  private func projection(
    _ title: String, _ role: String, _ name: String, _ matrix: String
  ) -> Explanation {
    Explanation(
      title, "A vector computed from the normalized input: \(role).", "\(name) = \(matrix)·n",
      "channel 0: \(product("layer0.attn_\(matrix)", 0, "layer0.attn_norm")) = \(figure(value("layer0.\(name)", t, 0)))"
    )
  }

  /// The first position that gets most of head 0's attention.
  private var attendedMost: Int {
    var most = 0
    for s in 0...t where value("layer0.head0.attention", t, s) > value("layer0.head0.attention", t, most) {
      most = s
    }
    return most
  }

  /// The most probable token.
  var best: Int {
    var best = 0
    for j in 0..<tokenizer.vocabularySize where value("logits", t, j) > value("logits", t, best) { best = j }
    return best
  }

  private var awake: Int {
    (0..<4 * configuration.embedding).count { value("layer0.mlp_hidden", t, $0) > 0 }
  }

  private func attentionExplanation(_ operation: Operation) -> Explanation {
    let width = configuration.headWidth, s = attendedMost
    let q = scene.trace["layer0.q"]!, k = scene.trace["layer0.k"]!
    return switch operation {
    case .layers:
      Explanation(
        "Layers", "Each layer has two parts that add to x: attention, then a multilayer perceptron.",
        "\(configuration.layers) \(configuration.layers == 1 ? "layer" : "layers") of width \(configuration.embedding)"
      )
    case .heads:
      Explanation(
        "Heads",
        "Each head attends for itself, with its own share of the channels; their outputs stand side by side.",
        "\(configuration.heads) heads of \(width) channels")
    case .headScale:
      Explanation(
        "Scale of the scores",
        "Products of D channels are divided by √D, so that scores have the same size in any width.",
        "√D = √\(width) = \(figure(Double(width).squareRoot()))")
    case .attention:
      Explanation(
        "Attention",
        "The query is compared with the key of every position so far; softmax makes weights of the scores that add up to 1.",
        "a[t, s] = softmax(q[t]·k[s] / √D), s ≤ t",
        "head 0, s = \(s): (\(products(width, { q[t, $0] }, { k[s, $0] }))) / √\(width) = "
          + figure(value("layer0.head0.scores", t, s)),
        "most attention: \(tokenizer.label(of: scene.trace.tokens[s])) at \(s) with "
          + figure(value("layer0.head0.attention", t, s)))
    case .attended:
      Explanation(
        "Attention output", "The values of all positions so far, each weighted by its attention.",
        "m[t] = Σₛ a[t, s]·v[s]",
        "channel 0: "
          + products(t + 1, { value("layer0.head0.attention", t, $0) }, { value("layer0.v", $0, 0) })
          + " = \(figure(value("layer0.attn_mixed", t, 0)))")
    case .softmaxExponentials:
      Explanation(
        "Exponentials of the scores",
        "exp makes every score positive. The peak is subtracted first, so that none overflows.",
        "e[s] = exp(score[s] − peak)",
        "attention of head 0, s = \(s): score \(figure(value("layer0.head0.scores", t, s)))")
    case .softmax:
      Explanation(
        "softmax", "Each exponential divided by their sum: probabilities, which add up to 1.",
        "p[s] = e[s] / Σ e",
        "attention of head 0, s = \(s): \(figure(value("layer0.head0.attention", t, s)))")
    default:
      Explanation(
        "After attention",
        "The heads' outputs go through a matrix and are added to x (a residual connection): attention changes x and does "
          + "not replace it.",
        "x = Wo·m + x",
        "channel 0: \(product("layer0.attn_wo", 0, "layer0.attn_mixed")) + x = \(figure(value("layer0.attn_out", t, 0)))"
      )
    }
  }

  private func lossExplanation(_ operation: Operation) -> Explanation {
    let p = value("probabilities", t, target)
    return switch operation {
    case .probabilities:
      Explanation(
        "Probabilities", "softmax turns the logits into probabilities, which add up to 1.",
        "p = softmax(logit)",
        "p[\(targetLabel)] = \(figure(p))")
    case .loss:
      Explanation(
        "Loss", "The mean surprise over the document's positions, in nats: what training lowers.",
        "loss = Σ surprise / \(scene.count) = \(figure(scene.trace.loss))")
    default:
      Explanation(
        "Surprise",
        "−log of the probability of the token that came: 0 if it was certain, more if it was less probable.",
        "surprise = −log p[next]", "at t = \(t): −log \(figure(p)) = \(figure(scene.trace.tokenLosses[t]))")
    }
  }

  /// The operations on single numbers, by examples from this position.
  private func numberExplanation(_ operation: Operation) -> Explanation {
    let x = parameter("wte", token, 0), y = parameter("wpe", t, 0)
    return switch operation {
    case .readNumber:
      Explanation(
        "A number's value", "A value is a place on the tape; its number stands there.",
        "wte[\(tokenLabel), 0] = \(figure(x))")
    case .add:
      Explanation(
        "Addition", "The sum, and its slope along each term, which is 1.", "y = a + b, dy/da = 1, dy/db = 1",
        "\(figure(x)) + \(factor(y)) = \(figure(x + y))")
    case .multiply:
      Explanation(
        "Multiplication", "The product; its slope along one factor is the other.",
        "y = a·b, dy/da = b, dy/db = a",
        "\(figure(x))·\(factor(y)) = \(figure(x * y))")
    case .divide:
      Explanation(
        "Division", "A product with the power −1.", "a / b = a·b⁻¹", "\(figure(x)) / 2 = \(figure(x / 2))")
    case .power:
      Explanation(
        "Power", "A power, and its slope.", "y = xᵉ, dy/dx = e·xᵉ⁻¹",
        "rmsNorm's: \(figure(meanSquare("embedding") + 1e-5))^−½ = "
          + figure(1 / (meanSquare("embedding") + 1e-5).squareRoot()))
    case .exponential:
      Explanation(
        "Exponential", "Its slope is its own value.", "y = eˣ, dy/dx = y",
        "exp(\(figure(x))) = \(figure(Functions.current.exp(x)))")
    case .relu:
      Explanation(
        "relu", "Negative numbers become 0, and pass no gradient.",
        "y = max(0, x), dy/dx = 1 if x > 0, else 0",
        "unit 0: relu(\(figure(value("layer0.mlp_pre", t, 0)))) = \(figure(value("layer0.mlp_hidden", t, 0)))"
      )
    case .sum:
      Explanation(
        "Sum", "The terms are added one after the other, from 0. The order fixes the bits.",
        "y = ((0 + a) + b) + …")
    case .note:
      Explanation(
        "A new entry of the tape",
        "Each result is noted with the values that it came from and its slope along each. The backward pass reads this.",
        "entry = (value, parents, slopes)")
    case .addScaled:
      Explanation(
        "Adding a multiple", "A vector times a number is added to another one, in a range of channels.",
        "y[i] += a·x[i]",
        "head 0: \(figure(value("layer0.head0.attention", t, 0)))·\(factor(value("layer0.v", 0, 0)))")
    default:
      Explanation(
        "Dot product", "The products of numbers in the same place, added from the first to the last.",
        "Σᵢ a[i]·b[i]",
        "\(product("layer0.attn_wq", 0, "layer0.attn_norm")) = \(figure(value("layer0.q", t, 0)))")
    }
  }
}
