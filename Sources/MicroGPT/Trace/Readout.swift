// Logits read out on the way through the layers: how early a model knows what comes next.

/// The prediction that the output matrix makes of the vectors after one part of the model.
///
/// All parts add to the same vector, so the output matrix can read it after each of them ("logit lens"). The first
/// readout is that of the embedding, the last that of the model.
public struct Readout: Sendable, Equatable {
  /// The tensor that is read: `embedding_norm`, or `layer{l}.attn_out` or `layer{l}.mlp_out`.
  public let tensor: String
  /// The probabilities of the next token, `[T, V]`.
  public let probabilities: Tensor
  /// The surprise at each position's next token, in nats, `[T]`.
  public let tokenLosses: [Double]

  /// The mean of `tokenLosses`.
  public var loss: Double { tokenLosses.reduce(0, +) / Double(tokenLosses.count) }
}

extension Model {
  /// The readouts after the embedding, each layer's attention and each layer's multilayer perceptron.
  ///
  ///     for readout in model.readouts(of: try model.trace("emma")) {
  ///       print(readout.tensor, readout.loss)
  ///     }
  ///
  /// - Precondition: The trace is this model's.
  public func readouts(of trace: Trace) -> [Readout] {
    let head = self["lm_head"]!
    let names =
      ["embedding_norm"]
      + (0..<configuration.layers).flatMap { ["layer\($0).attn_out", "layer\($0).mlp_out"] }
    return names.map { name in
      guard let vectors = trace[name], vectors.columns == head.columns else {
        preconditionFailure("The trace is that of a model with other sizes.")
      }
      let probabilities = softmax(of: vectors, head)
      return Readout(
        tensor: name, probabilities: probabilities,
        tokenLosses: (0..<vectors.rows).map { -log(probabilities[$0, trace.tokens[$0 + 1]]) })
    }
  }

  /// The softmax of `vectors · headᵀ`, `[T, V]`, with the specification's bits.
  private func softmax(of vectors: Tensor, _ head: Tensor) -> Tensor {
    var values: [Double] = [], weight = head.values
    var logits = [Double](repeating: 0, count: head.rows), exponentials = logits, probabilities = logits
    for row in 0..<vectors.rows {
      var x = Array(vectors.values[row * vectors.columns..<(row + 1) * vectors.columns])
      Specification.linear(&x, &weight, inputs: head.columns, outputs: head.rows, into: &logits)
      _ = Specification.softmax(
        &logits, count: head.rows, exponentials: &exponentials, into: &probabilities)
      values += probabilities
    }
    return Tensor(name: "probabilities", rows: vectors.rows, columns: head.rows, values: values)
  }
}
