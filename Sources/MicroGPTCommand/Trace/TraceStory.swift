// A document's forward and backward pass as a story: what is computed, with the numbers, and what they mean.

import CommandLineOptions
import Drawing
import MicroGPT

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The sections of a trace, in the order of execution; the probes come last.
struct TraceStory {
  let source: TraceModel
  let document: String
  let trace: Trace
  /// Each position and the token that it reads: "2 m".
  let positions: [String]
  /// The position whose numbers are worked out as an example.
  private let example: Int

  init(_ source: TraceModel, _ document: String) throws(TokenizerError) {
    (self.source, self.document) = (source, document)
    trace = try source.model.trace(document)
    let tokenizer = source.model.tokenizer
    positions = trace.tokens.dropLast().enumerated().map { "\($0)\u{a0}\(tokenizer.name(of: $1))" }
    example = min(2, trace.tokens.count - 2)
  }

  private var model: Model { source.model }
  private var configuration: Configuration { model.configuration }
  private var tokenizer: Tokenizer { model.tokenizer }
  /// *T*, the number of positions.
  private var count: Int { trace.tokens.count - 1 }
  /// *D*, the width of a head.
  private var headWidth: Int { configuration.embedding / configuration.heads }

  /// What is traced, before the first section.
  var introduction: [String] {
    let c = configuration
    let cut =
      document.unicodeScalars.count + (tokenizer.isStream ? 0 : 1) > count
    return [
      "The model is \(source.origin). It has \(counted(c.layers, "layer")), \(counted(c.embedding, "channel")), "
        + "\(counted(c.heads, "head")) and \(grouped(model.parameters.count)) parameters.",
      "The document is '\(escaped(document))'\(cut ? ", cut to the block of \(c.blockSize) tokens" : ""). "
        + "Shapes: T = \(count) positions, C = \(c.embedding) channels, H = \(c.heads) heads of D = \(headWidth) channels, "
        + "V = \(tokenizer.vocabularySize) tokens.",
    ]
  }

  /// All sections, or those of one stage.
  func sections(_ stage: TraceSection.Stage? = nil) -> [TraceSection] {
    let layers = (0..<configuration.layers).flatMap { [attention($0), mlp($0)] }
    let all = [tokens, embedding] + layers + [logits, loss, backward, adam, readout, neighbors]
    return all.filter { stage == nil || $0.stage == stage }
  }

  // MARK: - Forward

  private var tokens: TraceSection {
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
          "A token is a character's place in the alphabet, from 0. "
            + (tokenizer.isStream
              ? "The first position reads the end of a line. "
              : "One more, BOS, which is \(tokenizer.bos) here, opens and closes a document. ")
            + "Each position reads one token and predicts the next."),
        .table(.init(header: ["position", "reads", "token", "predicts", "token"], rows: rows, words: [])),
      ])
  }

  private var embedding: TraceSection {
    let t = example, token = trace.tokens[t], wte = model["wte"]!, wpe = model["wpe"]!
    let sum = trace["embedding"]!, normalized = trace["embedding_norm"]!
    let square = meanSquare(sum, t)
    return TraceSection(
      stage: .embedding, title: "Embedding, [T, C]",
      blocks: [
        .sentence(
          "Each token has a vector of \(configuration.embedding) numbers, and so has each position. Their sum stands "
            + "for this token at this position. rmsNorm scales it to a mean square of 1."),
        .formula([
          "x[t] = rmsNorm(wte[token[t]] + wpe[t])", "rmsNorm(x) = x / √(mean(x²) + 0.00001)",
          "at t = \(t), channel 0: \(short(wte[token, 0])) + \(short(wpe[t, 0])) = \(short(sum[t, 0])), "
            + "/ √\(short(square + 1e-5)) = \(short(normalized[t, 0]))",
        ]),
        .vectors([.init(title: "wte + wpe", matrix: sum, rows: positions)]),
        .vectors([.init(title: "x", matrix: normalized, rows: positions)]),
      ])
  }

  private func attention(_ layer: Int) -> TraceSection {
    let prefix = "layer\(layer).", t = example, width = headWidth
    let q = trace[prefix + "q"]!, k = trace[prefix + "k"]!, v = trace[prefix + "v"]!
    let mixed = trace[prefix + "attn_mixed"]!, output = trace[prefix + "attn_out"]!
    let input = trace[layer == 0 ? "embedding_norm" : "layer\(layer - 1).mlp_out"]!
    var blocks: [TraceSection.Block] = [
      .sentence(
        "Each position asks a question, the query q. Every position up to its own offers a key k, by which it is "
          + "found, and a value v, which it hands over. The better a key fits the query, the more of its value is taken. "
          + "Each head does that with \(width) of the \(configuration.embedding) channels."),
      .formula([
        "n = rmsNorm(x)      q = Wq·n      k = Wk·n      v = Wv·n",
        "score[t, s] = q[t]·k[s] / √D, for s ≤ t", "attention[t] = softmax(score[t])",
      ]),
    ]
    for head in 0..<configuration.heads {
      let channels = head * width..<(head + 1) * width
      let scores = trace["\(prefix)head\(head).scores"]!, weights = trace["\(prefix)head\(head).attention"]!
      func part(_ title: String, _ tensor: Tensor) -> TraceSection.Vectors {
        .init(
          title: title, matrix: tensor.columns(channels), rows: positions, columns: channels.map { "\($0)" })
      }
      let products = channels.prefix(2).map { "\(short(q[t, $0]))·\(short(k[0, $0]))" }
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
            title: "attention of head \(layer).\(head)", weights: weights, rows: positions,
            tokens: trace.tokens.dropLast().map { tokenizer.name(of: $0) })),
        .sentence(attended(weights, head: "\(layer).\(head)")),
      ]
    }
    let added = rootMeanSquare(output.values.indices.map { output.values[$0] - input.values[$0] })
    blocks += [
      .sentence(
        "The heads' outputs are joined, multiplied by a matrix and added to x (a residual connection): a layer changes x "
          + "and does not replace it. Here the root mean square of what is added is \(short(added)), that of x before "
          + "\(short(rootMeanSquare(input.values)))."),
      .formula(["m[t] = Σₛ attention[t, s]·v[s], all heads side by side", "x = Wo·m + x"]),
      .vectors([.init(title: "m", matrix: mixed, rows: positions)]),
      .vectors([.init(title: "x after attention", matrix: output, rows: positions)]),
    ]
    return TraceSection(stage: .attention, title: "Attention, layer \(layer)", blocks: blocks)
  }

  private func mlp(_ layer: Int) -> TraceSection {
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
          "At each position by itself, \(hidden.columns) hidden units look for patterns in x. relu leaves a positive "
            + "number as it is and makes every other one 0: the unit is awake, or it is not. Those awake add their vector "
            + "to x."),
        .formula([
          "h = relu(W1·rmsNorm(x))      x = W2·h + x",
          "at t = \(t), unit \(unit): relu(\(short(before[t, unit]))) = \(short(hidden[t, unit]))",
        ]),
        .units(.init(title: "awake", hidden: hidden, rows: positions)),
        .sentence(
          "Of \(hidden.columns) units, \(always) \(always == 1 ? "is" : "are") awake at every position and "
            + "\(never) at none. A unit that is not awake gets no gradient at that position."),
        .vectors([.init(title: "x after the perceptron", matrix: output, rows: positions)]),
        .sentence(
          "The root mean square of what is added is \(short(added)), that of x before "
            + "\(short(rootMeanSquare(middle.values)))."),
      ])
  }

  private var logits: TraceSection {
    let logits = trace["logits"]!, shown = min(5, logits.columns)
    let rows = (0..<count).map { t in
      [positions[t]]
        + (best(logits, t).prefix(shown) + [trace.tokens[t + 1]]).map { token in
          "\(tokenizer.name(of: token))\u{a0}\(fixed(logits[t, token], 2))"
        }
    }
    let header =
      ["position", "highest"] + Array(repeating: "", count: shown - 1) + ["what\u{a0}came"]
    return TraceSection(
      stage: .logits, title: "Logits, [T, V]",
      blocks: [
        .sentence(
          "A logit is a score for a token that may come next: the higher, the more probable. The output matrix has a "
            + "vector for each token, and the logit is its product with x."),
        .formula(["logit[t, j] = lm_head[j]·x[t]"]),
        .table(
          .init(header: header, rows: rows, words: Set(header.indices))),
      ])
  }

  private var loss: TraceSection {
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
            + "came is -log of its probability: 0 for a certain one, the larger the less probable. It is measured in nats, "
            + "and e to its power says among how many equally probable tokens the choice was as hard."),
        .formula(["p[t] = softmax(logit[t])", "surprise[t] = -log p[t, next]", "loss = mean(surprise)"]),
        .table(
          .init(
            header: ["position", "next", "p", "surprise", "as\u{a0}among", "most\u{a0}probable"], rows: rows,
            words: [0, 1, 5])),
        .formula(["loss = (\(sum)) / \(count) = \(fixed(trace.loss, 4))"]),
        .sentence(
          "The loss is \(fixed(trace.loss, 4)): on average the next token was as hard to guess as one of "
            + "\(fixed(exp(trace.loss), 1)) equally probable ones. Guessing among all \(tokenizer.vocabularySize) would have a loss "
            + "of ln \(tokenizer.vocabularySize) = \(fixed(guessing, 4)), and so do untrained models, about."),
      ])
  }

  // MARK: - Backward

  private var backward: TraceSection {
    let order = trace.gradients.reversed().filter {
      !$0.name.hasSuffix(".scores") && !$0.name.hasSuffix(".attention") && $0.name != "probabilities"
    }
    let rows = order.map { gradient in
      [gradient.name, decimals(norm(gradient.values))]
        + (0..<count).map { decimals(norm(gradient.row($0))) }
    }
    let matrices = trace.parameterGradients.map { gradient in
      [
        gradient.name, "\(gradient.rows)×\(gradient.columns)", decimals(norm(gradient.values)),
        decimals(gradient.values.reduce(0) { max($0, abs($1)) }),
        "\(fixed(100 * Double(gradient.values.count { $0 == 0 }) / Double(gradient.values.count), 0))\u{a0}%",
      ]
    }
    let t = count - 1, next = trace.tokens[count], d = trace.gradient("logits")!
    return TraceSection(
      stage: .backward, title: "Backward pass",
      blocks: [
        .sentence(
          "The gradient of a number says how the loss would change with it: the loss rises by the gradient times a "
            + "small increase of the number. The chain rule carries it from the loss back to the parameters. It begins at "
            + "the logits, where it is (p\u{a0}-\u{a0}1)\u{a0}/\u{a0}T for the token that came and p\u{a0}/\u{a0}T for every other."
        ),
        .formula([
          "at t = \(t): d logit[\(t), \(tokenizer.name(of: next))] = (\(short(trace["probabilities"]![t, next])) - 1) / \(count) "
            + "= \(short(d[t, next]))"
        ]),
        .vectors([
          .init(
            title: "gradient of the logits", matrix: d, rows: positions,
            columns: (0..<tokenizer.vocabularySize).map { tokenizer.name(of: $0) }, kind: .gradient)
        ]),
        .sentence("The norm (root of the sum of squares) of each gradient, whole and at each position:"),
        .table(
          .init(header: ["gradient of", "whole"] + positions, rows: rows)),
        .sentence(
          "Early positions get gradients from all later ones that attend to them; the last has only its own. And of the "
            + "parameters, [rows×columns]:"),
        .table(.init(header: ["matrix", "shape", "norm", "largest", "zero"], rows: matrices)),
        .sentence(
          "Only the tokens and positions that the document has get a gradient in wte and wpe; the rest of their rows "
            + "is 0."),
      ])
  }

  private var adam: TraceSection {
    let moves = source.state?.moves(by: trace) ?? model.moves(by: trace)
    let c = configuration
    var first = 0, rows: [[String]] = []
    var places: [(tensor: Tensor, row: Int, column: Int, before: Double, after: Double)] = []
    for gradient in trace.parameterGradients {
      let range = first..<first + gradient.values.count
      first = range.upperBound
      let change = rootMeanSquare(range.map { moves.after[$0] - moves.before[$0] })
      let size = rootMeanSquare(range.map { moves.before[$0] })
      rows.append([
        gradient.name, decimals(size), decimals(change),
        size > 0 ? "\(fixed(100 * change / size, 2))\u{a0}%" : "-",
      ])
      places += range.map { index in
        let (row, column) = (index - range.lowerBound).quotientAndRemainder(dividingBy: gradient.columns)
        return (gradient, row, column, moves.before[index], moves.after[index])
      }
    }
    let largest = places.enumerated().sorted { a, b in
      let (x, y) = (abs(a.element.after - a.element.before), abs(b.element.after - b.element.before))
      return x > y || x == y && a.offset < b.offset
    }.prefix(10).map(\.element)
    let isOver = source.state.map { $0.completedSteps == c.steps } ?? true
    let isFirst = moves.step == 1
    return TraceSection(
      stage: .adam, title: "Adam",
      blocks: [
        .sentence(
          "Adam keeps two running means for each parameter: m of its gradients and v of their squares. It moves the "
            + "parameter by m / √v, so steady gradients move it by the learning rate and changing ones by less, whatever "
            + "their size. "
            + (isFirst
              ? "Before the first step both means are 0, and m / √v of a single gradient is 1 or -1: the first step moves every parameter that has a gradient by the learning rate."
              : "What it moves now depends on the documents before, too, by m and v.")),
        .formula([
          "m = \(c.beta1)·m + \(brief(1 - c.beta1))·g      v = \(c.beta2)·v + \(brief(1 - c.beta2))·g²",
          "parameter -= rate·(m / (1 - \(c.beta1)ᵗ)) / (√(v / (1 - \(c.beta2)ᵗ)) + \(c.epsilon))",
        ]),
        .sentence(
          "If step \(grouped(moves.step)) were on this document, at the rate \(short(moves.learningRate))"
            + (isOver && c.steps > 0 ? " that the run began with" : "")
            + ", these parameters would move most:"),
        .table(
          .init(
            header: ["parameter", "of", "before", "after", "move"],
            rows: largest.map { place in
              [
                "\(place.tensor.name)[\(place.row), \(place.column)]", owner(place.tensor, place.row),
                fixed(place.before, 4), fixed(place.after, 4), decimals(place.after - place.before),
              ]
            }, words: [0, 1])),
        .sentence("And each matrix, as root mean squares:"),
        .table(.init(header: ["matrix", "size", "move", "move\u{a0}/\u{a0}size"], rows: rows)),
      ])
  }

  // MARK: - Probes

  private var readout: TraceSection {
    let readouts = model.readouts(of: trace)
    let rows = readouts.map { readout in
      [readout.tensor, fixed(readout.loss, 4)]
        + (0..<count).map { t in
          let token = best(readout.probabilities, t)[0], p = readout.probabilities[t, trace.tokens[t + 1]]
          return "\(fixed(p, 2))\u{a0}\(tokenizer.name(of: token))"
        }
    }
    return TraceSection(
      stage: .readout, title: "Probe: the logits after each part",
      blocks: [
        .sentence(
          "Every part adds to the same x, so the output matrix can read it after each: what would the model say if the "
            + "rest were left out? At each position: the probability of the token that came, and the token that is most "
            + "probable. Look for the part after which the loss falls."),
        .table(.init(header: ["after", "loss"] + positions, rows: rows)),
      ])
  }

  private var neighbors: TraceSection {
    var seen: Set<Int> = []
    let tokens = trace.tokens.filter { seen.insert($0).inserted }
    let rows = tokens.map { token in
      let all = model.neighbors(of: token)
      return [tokenizer.name(of: token)]
        + [all.prefix(4), all.suffix(1)].map { part in
          part.map { "\(tokenizer.name(of: $0.token))\u{a0}\(fixed($0.similarity, 2))" }.joined(
            separator: ", ")
        }
    }
    return TraceSection(
      stage: .neighbors, title: "Probe: the nearest embeddings",
      blocks: [
        .sentence(
          "The cosine of the angle between two tokens' embeddings: 1 for the same direction, 0 for unrelated ones, as "
            + "before training. Look for groups: letters that are used alike, such as vowels, move together."),
        .table(.init(header: ["token", "nearest", "farthest"], rows: rows, words: [0, 1, 2])),
      ])
  }

  // MARK: - Parts of sentences

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
    return "Head \(head) attends, on average over the positions from 1 on: "
      + list(sorted.map { "\(fixed(100 * $0.share, 0))\u{a0}% to \($0.what)" }, "and")
      + ". Spread evenly it would be \(fixed(100 * even, 0))\u{a0}% to itself."
  }

  /// What a row of a parameter matrix belongs to.
  private func owner(_ tensor: Tensor, _ row: Int) -> String {
    switch tensor.name {
    case "wte": "reading \(tokenizer.name(of: row))"
    case "lm_head": "predicting \(tokenizer.name(of: row))"
    case "wpe": "position \(row)"
    case let name where name.hasSuffix("_fc1"): "hidden unit \(row)"
    case let name where name.hasSuffix("_wo") || name.hasSuffix("_fc2"): "channel \(row)"
    default: "head \(row / headWidth)"
    }
  }

  /// The tokens of a row, the largest number first.
  private func best(_ tensor: Tensor, _ row: Int) -> [Int] {
    (0..<tensor.columns).sorted { (tensor[row, $1], $0) < (tensor[row, $0], $1) }
  }

  private func meanSquare(_ tensor: Tensor, _ row: Int) -> Double {
    tensor.row(row).reduce(0) { $0 + $1 * $1 } / Double(tensor.columns)
  }

  private func norm(_ values: some Sequence<Double>) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  private func rootMeanSquare(_ values: [Double]) -> Double {
    norm(values) / max(1, Double(values.count)).squareRoot()
  }
}

/// `number` with two digits that count, as C's `%.2g` prints it.
private func brief(_ number: Double) -> String { significant(number, 2) }

/// `number` with four decimals, or in short if they would not show it.
private func decimals(_ number: Double) -> String {
  number != 0 && abs(number) < 0.00095 ? brief(number) : fixed(number, 4)
}

extension Tensor {
  /// The numbers of a row.
  func row(_ row: Int) -> ArraySlice<Double> { values[row * columns..<(row + 1) * columns] }

  /// Some of the columns.
  func columns(_ range: Range<Int>) -> Tensor {
    Tensor(
      name: name, rows: rows, columns: range.count,
      values: (0..<rows).flatMap { row in range.map { self[row, $0] } })
  }
}

extension Tokenizer {
  /// What a token is called: its character, or BOS. A blank is ␣, the end of a line ⏎.
  func name(of token: Int) -> String { token < characters.count ? characters[token].label : "BOS" }
}
