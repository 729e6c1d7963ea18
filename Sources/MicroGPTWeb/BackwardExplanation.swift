// Sentences and formulas of the backward pass, from the loss to the parameters.

import MicroGPT

extension Example {
  func backwardExplanation(_ operation: Operation) -> Explanation {
    let p = value("probabilities", t, target), count = scene.count, d = gradient("logits", t, target)
    return switch operation {
    case .backward:
      Explanation(
        "Backward pass",
        "The gradient of a number says how fast the loss rises if the number rises. It begins at the loss, and the chain rule "
          + "carries it back to every parameter.",
        "d loss = 1", "norm of all parameters' gradients: \(figure(norm))")
    case .listParents:
      Explanation(
        "Order of the backward pass",
        "Every value is listed after those that it came from. Read backwards, each gradient is complete before it is passed on.",
        "a, b before y = f(a, b)")
    case .chainRule:
      Explanation(
        "Chain rule",
        "A value passes its gradient to its parents, times its slope along each; theirs add up.",
        "da += dy·∂y/∂a",
        "at the logit of \(targetLabel): (\(figure(p)) − 1) / \(count) = \(figure(d))")
    case .lossBackward:
      Explanation(
        "Gradient of the probability",
        "Only the token that came has one: raising its probability lowers the loss.",
        "dp[next] = −1 / (p·T)",
        "−1 / (\(figure(p))·\(count)) = \(figure(gradient("probabilities", t, target)))")
    case .logitsBackward: softmaxBackward("Gradient of the logits", p, d)
    case .softmaxBackward: softmaxBackward("softmax, backward", p, d)
    case .headBackward:
      Explanation(
        "Gradient of the output matrix",
        "Each row gets x times its logit's gradient, and x the rows weighted the same way.",
        "d lm_head[j] += dlogit[j]·x",
        "row \(targetLabel), channel 0, over all positions: \(figure(gradient("lm_head", target, 0)))")
    case .weightGradient:
      Explanation(
        "Gradient of a matrix",
        "Output times input: each weight gets its output's gradient times the input it weighted.",
        "dW[o, i] += dy[o]·x[i]",
        "lm_head[\(targetLabel), 0] gets \(figure(d))·\(factor(value("layer\(configuration.layers - 1).mlp_out", t, 0)))"
      )
    case .inputGradient:
      Explanation(
        "Gradient of the input", "The transposed matrix carries the gradient back.",
        "dx[i] += Σₒ dy[o]·W[o, i]",
        "of the attention output, channel 0: \(figure(gradient("layer0.attn_mixed", t, 0)))")
    case .normBackward:
      Explanation(
        "rmsNorm, backward",
        "Each channel passes its gradient on; the scale, which depends on all of them, adds a share.",
        "dx = s·dy + 2·x·dm / n", "of the embedding, channel 0: \(figure(gradient("embedding", t, 0)))")
    case .embeddingNormBackward:
      tensor(
        "Back through the first rmsNorm", "What reaches the normalized embedding goes on to the embedding.",
        "embedding_norm")
    case .tokenEmbeddingBackward:
      Explanation(
        "Gradient of the token's vector", "Only the tokens that were read get one.", "d wte[token] += de",
        "row \(tokenLabel), channel 0: \(figure(gradient("wte", token, 0)))")
    case .positionEmbeddingBackward:
      Explanation(
        "Gradient of the position's vector", "Only the positions of the document get one.", "d wpe[t] += de",
        "row \(t), channel 0: \(figure(gradient("wpe", t, 0)))")
    default: layerBackward(operation)
    }
  }

  private func softmaxBackward(_ title: String, _ p: Double, _ d: Double) -> Explanation {
    Explanation(
      title, "The probability, less 1 for the token that came: all logits but its own should sink.",
      "dlogit[j] = (p[j] − [j = next]) / T",
      "\(targetLabel): (\(figure(p)) − 1) / \(scene.count) = \(figure(d))")
  }

  private func layerBackward(_ operation: Operation) -> Explanation {
    switch operation {
    case .layersBackward:
      tensor(
        "Back through the layers",
        "The last layer first. As each adds to x, the gradient of x passes it unchanged, plus "
          + "what comes back through the layer.", "layer\(configuration.layers - 1).mlp_out")
    case .mlpOutputBackward:
      tensor("Gradient of the layer's output", "It reaches the hidden units through W₂.", "layer0.mlp_out")
    case .hiddenBackward:
      tensor(
        "Gradient of the hidden units", "A unit that was not awake passes nothing on.", "layer0.mlp_hidden")
    case .mlpNormBackward:
      tensor("Back through the perceptron's rmsNorm", "From the normalized input to x.", "layer0.mlp_norm")
    case .attentionOutputBackward:
      tensor("Gradient after attention", "It reaches the heads' outputs through Wo.", "layer0.attn_out")
    case .valuesBackward:
      tensor(
        "Gradient of the values",
        "A value gets the gradients of all positions that attended to it, by their attention.",
        "layer0.v")
    case .attentionBackward:
      Explanation(
        "Gradient of the scores",
        "Attention to a value that would lower the loss should rise, at the others' expense.",
        "da[s] = v[s]·dm, dscore = softmax's backward pass",
        "head 0, s = 0: \(figure(gradient("layer0.head0.scores", t, 0)))")
    case .queriesBackward:
      tensor("Gradient of the query", "The keys, weighted by the scores' gradients.", "layer0.q")
    case .keysBackward:
      tensor("Gradient of the keys", "The queries, weighted by the scores' gradients.", "layer0.k")
    case .valueBackward: matrix("Gradient of the value matrix", "v", "wv")
    case .keyBackward: matrix("Gradient of the key matrix", "k", "wk")
    case .queryBackward: matrix("Gradient of the query matrix", "q", "wq")
    default:
      tensor(
        "Back through attention's rmsNorm",
        "From the normalized input, which query, key and value read, to x.",
        "layer0.attn_norm")
    }
  }

  private func tensor(_ title: String, _ sentence: String, _ name: String) -> Explanation {
    Explanation(title, sentence, "d \(name)[\(t), 0] = \(figure(gradient(name, t, 0)))")
  }

  private func matrix(_ title: String, _ name: String, _ weight: String) -> Explanation {
    Explanation(
      title, "Output times input, added up over the positions.", "d\(weight) += d\(name)·nᵀ",
      "d\(weight)[0, 0] = \(figure(gradient("layer0.attn_\(weight)", 0, 0)))")
  }

  private var norm: Double {
    var sum = 0.0
    for matrix in scene.trace.parameterGradients { for value in matrix.values { sum += value * value } }
    return sum.squareRoot()
  }
}
