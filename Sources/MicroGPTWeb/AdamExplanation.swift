// Sentences and formulas of the optimizer, and of sampling.

import MicroGPT

extension Example {
  func adamExplanation(_ operation: Operation) -> Explanation {
    let c = configuration, moves = scene.moves, step = moves.step
    let moments = scene.moments("wte"), g = gradient("wte", token, 0), name = "wte[\(tokenLabel), 0]"
    let first = moments.first[token, 0], second = moments.second[token, 0]
    let index = token * c.embedding
    let before = moves.before[index], after = moves.after[index]
    return switch operation {
    case .learningRate:
      Explanation(
        "Learning rate", "It sinks to 0 over the run, so that the last steps are small.",
        "rate of step \(grouped(step)) = \(figure(moves.learningRate))")
    case .biasCorrection:
      Explanation(
        "Bias correction", "Both moments begin at 0, too low at first. Dividing by these corrects that.",
        "1 − β₁ⁿ, 1 − β₂ⁿ",
        "n = \(grouped(step)): \(figure(1 - power(c.beta1, step))), \(figure(1 - power(c.beta2, step)))")
    case .firstMoment:
      Explanation(
        "First moment", "A running mean of each parameter's gradient.",
        "m = β₁·m + (1 − β₁)·g",
        "\(name): \(figure(c.beta1))·\(factor(first)) + \(figure(1 - c.beta1))·\(factor(g)) = "
          + figure(c.beta1 * first + (1 - c.beta1) * g))
    case .secondMoment:
      Explanation(
        "Second moment", "A running mean of each gradient's square; its root is the gradient's typical size.",
        "v = β₂·v + (1 − β₂)·g²",
        "\(name): \(figure(c.beta2))·\(figure(second)) + \(figure(1 - c.beta2))·\(factor(g))² = "
          + figure(c.beta2 * second + (1 - c.beta2) * g * g))
    case .square:
      Explanation(
        "Square", "The gradient's square, with the bits of the power.", "\(figure(g))² = \(figure(g * g))")
    case .root:
      Explanation(
        "Square root", "The gradient's typical size, with the bits of the power.",
        "√\(figure(second)) = \(figure(second.squareRoot()))")
    case .update:
      Explanation(
        "Update",
        "Each parameter moves against its gradient by about the learning rate, by less if its gradients' signs alternate.",
        "w −= rate·m̂ / (√v̂ + ε)",
        "\(name) by this document: \(figure(before)) → \(figure(after)), a move of \(figure(after - before))")
    default:
      Explanation(
        "Clearing up", "What belonged to this document is dropped; the parameters stay.",
        "\(grouped(scene.model.parameters.count)) parameters stay")
    }
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    Functions.current.power(base, Double(exponent))
  }

  func samplingExplanation(_ operation: Operation) -> Explanation {
    switch operation {
    case .nextProbabilities:
      Explanation(
        "Probabilities of the next token",
        "The logits are divided by the temperature first: below 1, probable tokens become more probable.",
        "p = softmax(logit / temperature)",
        "after \(tokenLabel) at t = \(t), temperature 1: most probable is \(tokenizer.label(of: best)) with "
          + figure(value("probabilities", t, best)))
    case .choose, .chooseToken:
      Explanation(
        "Drawing a token",
        "A random mark falls into one of the stretches that the probabilities take up between 0 and 1.",
        "the first j whose probabilities up to it add up to more than the mark")
    case .stop:
      Explanation(
        "The end", "BOS ends the document, as it does in the training text.", "BOS is token \(tokenizer.bos)")
    case .character:
      Explanation("The next character", "The token's character is added, and the token read next.")
    default:
      Explanation(
        "Sampling", "Draw a token, feed it back in, and repeat until BOS: a new document.",
        "at most \(configuration.blockSize) tokens")
    }
  }
}
