// The backward pass as a trace tells it: gradients, and what Adam makes of them.

import MicroGPT

extension TraceStory {
  var backward: TraceSection {
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
          "The gradient of a number says how fast the loss rises if the number rises. The backward pass begins at the "
            + "loss and finds the gradient of every number by the chain rule, back to the parameters. At the logits it is "
            + "(p\u{a0}-\u{a0}1)\u{a0}/\u{a0}T for the token that came, so raising that logit lowers the loss, and p\u{a0}/\u{a0}T for every "
            + "other."
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
        .sentence(
          "How large is each gradient? Its norm, the root of the sum of its squares, at all positions together and at "
            + "each:"),
        .table(
          .init(header: ["gradient of", "whole"] + positions, rows: rows)),
        .sentence(
          "An early position also gets gradients from later ones that attend to it; the last has only its own."
        ),
        .sentence("The gradients of the parameters, matrix by matrix:"),
        .table(
          .init(header: ["matrix", "shape", "norm", "largest", "share\u{a0}of\u{a0}0"], rows: matrices)),
        .sentence(
          "In wte and wpe only the rows of tokens and positions that were read have a gradient; the other rows are 0."
        ),
      ])
  }

  var adam: TraceSection {
    let moves = source.state?.moves(by: trace) ?? model.moves(by: trace), c = configuration
    var first = 0, rows: [[String]] = [], largest = LargestMoves()
    for gradient in trace.parameterGradients {
      let range = first..<first + gradient.values.count
      first = range.upperBound
      var change = 0.0, size = 0.0
      for index in range {
        let move = moves.after[index] - moves.before[index]
        change += move * move
        size += moves.before[index] * moves.before[index]
        largest.add(index, move)
      }
      let count = Double(range.count)
      (change, size) = ((change / count).squareRoot(), (size / count).squareRoot())
      rows.append([
        gradient.name, decimals(size), decimals(change),
        size > 0 ? "\(fixed(100 * change / size, 2))\u{a0}%" : "-",
      ])
    }
    let decay =
      c.weightDecay > 0
      ? " Weight decay also shrinks every parameter by the learning rate times \(c.weightDecay) of itself."
      : ""
    return TraceSection(
      stage: .adam, title: "Adam",
      blocks: [
        .sentence(
          "Adam keeps two running means for each parameter: of its gradients g (mean) and of their squares (meanSquare, "
            + "whose root is their typical size). It moves the parameter by mean / √meanSquare times the learning rate: by "
            + "about the learning rate if its gradients agree, however small they are, and by less if their signs "
            + "alternate. "
            + (moves.step == 1
              ? "Both means begin at 0 and are corrected for that, so that the first step moves every parameter that has a "
                + "gradient by the learning rate, but for epsilon."
              : "Both means also hold the gradients of earlier documents, so those have a part in this move.")
            + decay
        ),
        .formula(
          [
            "mean = \(c.beta1)·mean + \(brief(1 - c.beta1))·g",
            "meanSquare = \(c.beta2)·meanSquare + \(brief(1 - c.beta2))·g²",
            "rate = the learning rate of step n",
            "parameter -= rate·mean / (1 - \(c.beta1)ⁿ) / (√(meanSquare / (1 - \(c.beta2)ⁿ)) + \(c.epsilon))",
          ] + (c.weightDecay > 0 ? ["parameter -= rate·\(c.weightDecay)·parameter"] : [])),
      ] + moved(largest.indices, moves) + [
        .sentence("The typical size of each matrix's parameters and of their moves (root mean squares):"),
        .table(.init(header: ["matrix", "size", "move", "move\u{a0}/\u{a0}size"], rows: rows)),
      ])
  }

  /// The parameters that move most.
  private func moved(_ indices: [Int], _ moves: AdamMoves) -> [TraceSection.Block] {
    let isOver = source.state.map { $0.completedSteps == configuration.steps } ?? true
    let condition =
      "If step \(grouped(moves.step)) were on this document, at the learning rate \(short(moves.learningRate))"
      + (isOver && moves.step > 1 ? " that the run began with" : "") + ", "
    if indices.isEmpty { return [.sentence(condition + "no parameter would move.")] }
    var first = 0, starts: [Int] = []
    for gradient in trace.parameterGradients {
      starts.append(first)
      first += gradient.values.count
    }
    let rows = indices.map { index in
      let number = starts.lastIndex { $0 <= index }!, tensor = trace.parameterGradients[number]
      let (row, column) = (index - starts[number]).quotientAndRemainder(dividingBy: tensor.columns)
      return [
        "\(tensor.name)[\(row), \(column)]", owner(tensor, row), fixed(moves.before[index], 4),
        fixed(moves.after[index], 4), decimals(moves.after[index] - moves.before[index]),
      ]
    }
    return [
      .sentence(condition + "these parameters would move most:"),
      .table(
        .init(
          header: ["parameter", "belongs\u{a0}to", "before", "after", "move"], rows: rows, words: [0, 1])),
    ]
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

  private func norm(_ values: some Sequence<Double>) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}

/// `number` with two digits that count, as C's `%.2g` prints it.
private func brief(_ number: Double) -> String { significant(number, 2) }

/// `number` with four decimals, or in short if they would not show it.
private func decimals(_ number: Double) -> String {
  number != 0 && abs(number) < 0.00095 ? brief(number) : fixed(number, 4)
}

/// The ten parameters with the largest moves, of those that move.
private struct LargestMoves {
  private var moves: [(index: Int, size: Double)] = []

  /// The parameters, that with the largest move first; of equal ones the first.
  var indices: [Int] { moves.map(\.index) }

  mutating func add(_ index: Int, _ move: Double) {
    let size = abs(move)
    guard size > (moves.count < 10 ? 0 : moves[9].size) else { return }
    let place = moves.firstIndex { $0.size < size } ?? moves.count
    moves.insert((index, size), at: place)
    if moves.count > 10 { moves.removeLast() }
  }
}
