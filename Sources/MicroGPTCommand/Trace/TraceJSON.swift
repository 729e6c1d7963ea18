// What `trace --json` prints: every tensor, under the keys of the reference's traces, so that other tools can draw them.

import MicroGPT

extension TraceStory {
  /// One object. Rows of scores and attention end with their own position, as in the reference's traces.
  var json: JSONText {
    let model = source.model, readouts = model.readouts(of: trace)
    let moves = source.state?.moves(by: trace) ?? model.moves(by: trace)
    return .object([
      ("document", .string(document)),
      ("tokens", .array(trace.tokens.map { .integer($0) })),
      ("loss", .number(trace.loss)),
      ("token_losses", numbers(trace.tokenLosses)),
      ("values", tensors(trace.values)),
      ("gradients", tensors(trace.gradients)),
      ("parameter_gradients", tensors(trace.parameterGradients)),
      ("parameters", tensors(model.tensorNames.map { model[$0]! })),
      (
        "adam",
        .object([
          ("step", .integer(moves.step)), ("learning_rate", .number(moves.learningRate)),
          ("after", tensors(matrices(moves.after))),
        ])
      ),
      (
        "readouts",
        .object(
          readouts.map { readout in
            (
              readout.tensor,
              .object([
                ("loss", .number(readout.loss)), ("token_losses", numbers(readout.tokenLosses)),
                ("probabilities", rows(readout.probabilities)),
              ])
            )
          })
      ),
      ("vocabulary", .array((0..<model.tokenizer.vocabularySize).map { .string(model.tokenizer.text($0)) })),
      ("model", .string("The model \(source.origin).")),
      (
        "configuration",
        .object(
          Hyperparameter.all.filter { source.state != nil || $0.group == .model }
            .map { ($0.key, $0.json(in: model.configuration)) })
      ),
    ])
  }

  /// Parameters, `[n]`, as their matrices.
  private func matrices(_ parameters: [Double]) -> [Tensor] {
    var first = 0
    return trace.parameterGradients.map { gradient in
      defer { first += gradient.values.count }
      return Tensor(
        name: gradient.name, rows: gradient.rows, columns: gradient.columns,
        values: Array(parameters[first..<first + gradient.values.count]))
    }
  }

  private func tensors(_ tensors: [Tensor]) -> JSONText { .object(tensors.map { ($0.name, rows($0)) }) }

  private func rows(_ tensor: Tensor) -> JSONText {
    let isCausal = tensor.name.hasSuffix(".scores") || tensor.name.hasSuffix(".attention")
    return .array(
      (0..<tensor.rows).map { row in
        .array(tensor.row(row).prefix(isCausal ? row + 1 : tensor.columns).map { .number($0) })
      })
  }

  private func numbers(_ numbers: [Double]) -> JSONText { .array(numbers.map { .number($0) }) }
}

extension Tokenizer {
  /// The character of a token, or BOS.
  fileprivate func text(_ token: Int) -> String {
    !isStream && token == bos ? "BOS" : String(characters[token])
  }
}
