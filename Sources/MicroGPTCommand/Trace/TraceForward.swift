// The forward pass as a trace tells it: from tokens to the loss.

import CommandLineOptions
import MicroGPT

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension TraceStory {
  var tokens: TraceSection {
    let rows = trace.tokens.indices.dropLast().map { t in
      [
        "\(t)", tokenizer.name(of: trace.tokens[t]), "\(trace.tokens[t])",
        tokenizer.name(of: trace.tokens[t + 1]), "\(trace.tokens[t + 1])",
      ]
    }
    return TraceSection(
      stage: .tokens, title: "Tokens, [T]",
      blocks: [
        .sentence(
          "A model computes with numbers, so each character becomes a token: its place in the alphabet, counted from 0. "
            + (tokenizer.isStream
              ? "The first position reads \(tokenizer.token(of: "\n") == nil ? "the first token of all" : "the end of a line"). "
              : "One more token, BOS (\(tokenizer.bos) here), marks the beginning and the end of a document. ")
            + "At each position the model reads one token and predicts the next."),
        .table(.init(header: ["position", "reads", "token", "predicts", "token"], rows: rows, words: [])),
      ])
  }

  var embedding: TraceSection {
    let t = example, token = trace.tokens[t], wte = model["wte"]!, wpe = model["wpe"]!
    let sum = trace["embedding"]!, normalized = trace["embedding_norm"]!
    let square = meanSquare(sum, t)
    return TraceSection(
      stage: .embedding, title: "Embedding, [T, C]",
      blocks: [
        .sentence(
          "Each token has a vector, a list of \(configuration.embedding) numbers, and so has each position. They are "
            + "parameters, in the matrices wte and wpe. Their sum stands for this token at this position. rmsNorm divides it "
            + "by the root of its mean square, the typical size of its numbers. In the tables a row is a position and a "
            + "column a channel."),
        .formula([
          "x[t] = rmsNorm(wte[token[t]] + wpe[t])", "rmsNorm(x) = x / √(mean(x²) + 0.00001)",
          "at t = \(t), channel 0: (\(short(wte[token, 0])) + \(factor(wpe[t, 0]))) / √\(short(square + 1e-5)) "
            + "= \(short(normalized[t, 0]))",
        ]),
        .vectors([.init(title: "wte + wpe", matrix: sum, rows: positions)]),
        .vectors([.init(title: "x", matrix: normalized, rows: positions)]),
      ])
  }

  func attention(_ layer: Int) -> TraceSection {
    let prefix = "layer\(layer).", t = example, width = headWidth
    let q = trace[prefix + "q"]!, k = trace[prefix + "k"]!, v = trace[prefix + "v"]!
    let mixed = trace[prefix + "attn_mixed"]!, output = trace[prefix + "attn_out"]!
    let input = trace[layer == 0 ? "embedding_norm" : "layer\(layer - 1).mlp_out"]!
    var blocks: [TraceSection.Block] = [
      .sentence(
        "Attention lets a position use what came before it. Each position computes three vectors: a query q (what it "
          + "looks for), a key k (what it is found by) and a value v (what it hands over). It compares its query with the "
          + "key of every position up to its own. softmax turns these scores into weights that add up to 1, and the "
          + "position takes that much of each value. In the maps of attention a row is the position that looks, and a column "
          + "one that it looks at. Each head does this with \(width) of the "
          + "\(configuration.embedding) channels."),
      .formula([
        "n = rmsNorm(x)      q = Wq·n      k = Wk·n      v = Wv·n",
        "score[t, s] = q[t]·k[s] / √D, for s\u{a0}≤\u{a0}t", "attention[t] = softmax(score[t])",
      ]),
    ]
    for head in 0..<configuration.heads {
      let channels = head * width..<(head + 1) * width
      let scores = trace["\(prefix)head\(head).scores"]!, weights = trace["\(prefix)head\(head).attention"]!
      func part(_ title: String, _ tensor: Tensor) -> TraceSection.Vectors {
        .init(
          title: title, matrix: tensor.columns(channels), rows: positions, columns: channels.map { "\($0)" })
      }
      let products = channels.prefix(2).map { "\(factor(q[t, $0]))·\(factor(k[0, $0]))" }
        .joined(separator: " + ")
      blocks += [
        .vectors([
          part("head \(head): q", q), part("k", k), part("v", v),
        ]),
        .formula([
          "score[\(t), 0] = (\(products)\(width > 2 ? " + …" : "")) / √\(width) = \(short(scores[t, 0]))",
          "attention[\(t), 0] = exp(\(short(scores[t, 0]))) / Σ exp(score[\(t)]) = \(short(weights[t, 0]))",
        ]),
        .attention(
          .init(
            title: "attention of head \(layer).\(head)", weights: weights,
            rows: positions,
            tokens: trace.tokens.dropLast().map { tokenizer.name(of: $0) })),
        .sentence(attended(weights, head: "\(layer).\(head)")),
      ]
    }
    let added = rootMeanSquare(output.values.indices.map { output.values[$0] - input.values[$0] })
    blocks += [
      .sentence(
        "The heads' outputs, side by side, are multiplied by a matrix and added to x (a residual connection): attention "
          + "changes x and does not replace it. The root mean square of what it adds is \(short(added)); that of x before "
          + "is \(short(rootMeanSquare(input.values)))."),
      .formula(["m[t] = Σₛ attention[t, s]·v[s], all heads side by side", "x = Wo·m + x"]),
      .vectors([.init(title: "m", matrix: mixed, rows: positions)]),
      .vectors([.init(title: "x after attention", matrix: output, rows: positions)]),
    ]
    return TraceSection(stage: .attention, title: "Attention, layer \(layer)", blocks: blocks)
  }

  func mlp(_ layer: Int) -> TraceSection {
    let prefix = "layer\(layer)."
    let hidden = trace[prefix + "mlp_hidden"]!, before = trace[prefix + "mlp_pre"]!
    let middle = trace[prefix + "attn_out"]!, output = trace[prefix + "mlp_out"]!
    let always = (0..<hidden.columns).count { unit in (0..<count).allSatisfy { hidden[$0, unit] > 0 } }
    let never = (0..<hidden.columns).count { unit in (0..<count).allSatisfy { hidden[$0, unit] <= 0 } }
    let added = rootMeanSquare(output.values.indices.map { output.values[$0] - middle.values[$0] })
    let t = example, unit = (0..<hidden.columns).first { hidden[t, $0] > 0 } ?? 0
    return TraceSection(
      stage: .mlp, title: "Multilayer perceptron, layer \(layer)",
      blocks: [
        .sentence(
          "This part works on each position by itself. Each of \(hidden.columns) hidden units computes a number from x, "
            + "and relu makes it 0 if it is negative. A unit whose number is above 0 is awake: it adds a vector of its "
            + "own, times its number, to x."),
        .formula([
          "h = relu(W1·rmsNorm(x))      x = W2·h + x",
          "at t = \(t), unit \(unit): relu(\(short(before[t, unit]))) = \(short(hidden[t, unit]))",
        ]),
        .units(.init(title: "awake", hidden: hidden, rows: positions)),
        .sentence(
          "Of \(hidden.columns) units, \(always) \(always == 1 ? "is" : "are") awake at every position and "
            + "\(never) at none. Where a unit is not awake, its parameters get no gradient."),
        .vectors([.init(title: "x after the perceptron", matrix: output, rows: positions)]),
        .sentence(
          "The root mean square of what is added is \(short(added)); that of x before is "
            + "\(short(rootMeanSquare(middle.values)))."),
      ])
  }

  var logits: TraceSection {
    let logits = trace["logits"]!, shown = min(5, logits.columns)
    let rows = (0..<count).map { t in
      [positions[t]]
        + (best(logits, t).prefix(shown) + [trace.tokens[t + 1]]).map { token in
          "\(tokenizer.name(of: token))\u{a0}\(fixed(logits[t, token], 2))"
        }
    }
    let header =
      ["position", "highest"] + Array(repeating: "", count: shown - 1) + [
        "the\u{a0}token\u{a0}that\u{a0}came"
      ]
    return TraceSection(
      stage: .logits, title: "Logits, [T, V]",
      blocks: [
        .sentence(
          "A logit is a score for a token that may come next: the higher, the more probable. The output "
            + "matrix, lm_head, has a vector for each token; the logit is the dot product of that vector and x."
        ),
        .formula(["logit[t, j] = lm_head[j]·x[t]"]),
        .table(
          .init(header: header, rows: rows, words: Set(header.indices))),
      ])
  }

  var loss: TraceSection {
    let probabilities = trace["probabilities"]!,
      guessing = guessingLoss(vocabularySize: tokenizer.vocabularySize)
    let rows = (0..<count).map { t in
      let next = trace.tokens[t + 1], surprise = trace.tokenLosses[t]
      return [
        positions[t], tokenizer.name(of: next), fixed(probabilities[t, next], 4), fixed(surprise, 4),
        fixed(exp(surprise), 1),
        best(probabilities, t).prefix(3).map {
          "\(tokenizer.name(of: $0))\u{a0}\(fixed(100 * probabilities[t, $0], 0))\u{a0}%"
        }.joined(separator: ", "),
      ]
    }
    let sum =
      trace.tokenLosses.prefix(8).map { fixed($0, 4) }.joined(separator: " + ") + (count > 8 ? " + …" : "")
    return TraceSection(
      stage: .loss, title: "Loss",
      blocks: [
        .sentence(
          "softmax turns the logits of a position into probabilities, which add up to 1. The surprise at the token that "
            + "came is -log of its probability p: 0 if that token was certain, more if it was less probable. Its unit is "
            + "the nat. The column '1 in' is 1 / p: the choice was as hard as one among that many equally probable tokens."
        ),
        .formula(["p[t] = softmax(logit[t])", "surprise[t] = -log p[t, next]", "loss = mean(surprise)"]),
        .table(
          .init(
            header: ["position", "next", "p", "surprise", "1\u{a0}in", "most\u{a0}probable"], rows: rows,
            words: [0, 1, 5])),
        .formula(["loss = (\(sum)) / \(count) = \(fixed(trace.loss, 4))"]),
        .sentence(
          "The loss is \(fixed(trace.loss, 4)): on average the next token was as hard to guess as one of "
            + "\(fixed(exp(trace.loss), 1)) equally probable ones. A model that guesses among all "
            + "\(tokenizer.vocabularySize) tokens has a loss of ln \(tokenizer.vocabularySize) = \(fixed(guessing, 4)); an untrained model is "
            + "close to that."),
      ])
  }

  /// Where a head's attention goes, as a sentence.
  private func attended(_ weights: Tensor, head: String) -> String {
    guard count > 1 else { return "With one position, all attention is on it." }
    // Position 0 has no choice. BOS at position 0 comes before 'the one before it'.
    var shares: [(what: String, share: Double)] = [
      ("itself", 0), ("position 0", 0), ("the one before it", 0), ("others", 0),
    ]
    for t in 1..<count {
      for s in 0...t {
        let index = s == t ? 0 : s == 0 ? 1 : s == t - 1 ? 2 : 3
        shares[index].share += weights[t, s] / Double(count - 1)
      }
    }
    let label = tokenizer.name(of: trace.tokens[0])
    shares[1].what = "\(label) at position 0"
    let sorted = shares.filter { $0.share >= 0.005 }.sorted { $0.share > $1.share }
    let even = (1..<count).reduce(0) { $0 + 1 / Double($1 + 1) } / Double(count - 1)
    let parts = sorted.enumerated().map { index, part in
      "\(fixed(100 * part.share, 0))\u{a0}% \(index == 0 ? "goes to" : "to") \(part.what)"
    }
    let most = (1..<count).map { t in
      let s = (0...t).max { weights[t, $0] < weights[t, $1] }!
      return "from \(positions[t]) at \(positions[s]) (\(fixed(100 * weights[t, s], 0))\u{a0}%)"
    }
    return (most.count <= 8 ? "Head \(head) looks most: \(most.joined(separator: ", ")). " : "Head \(head): ")
      + "On average over the positions after the first, "
      + list(parts, "and")
      + "; spread evenly, \(fixed(100 * even, 0))\u{a0}% would go to itself."
  }

  private func meanSquare(_ tensor: Tensor, _ row: Int) -> Double {
    tensor.row(row).reduce(0) { $0 + $1 * $1 } / Double(tensor.columns)
  }

  /// A factor of a product, in parentheses if it is negative.
  private func factor(_ number: Double) -> String { number < 0 ? "(\(short(number)))" : short(number) }
}
