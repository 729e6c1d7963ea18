import Testing

@testable import MicroGPT

/// The public interface of `Model.trace`; SpecificationTests compares the numbers with the reference.
@Suite struct TraceTests {
  private static func model() throws -> Model {
    var configuration = Configuration()
    (configuration.steps, configuration.layers, configuration.blockSize) = (20, 2, 5)
    let trainer = try Trainer(
      corpus: Corpus(documents: ["emma", "olivia", "ava"]), configuration: configuration)
    try trainer.train()
    return trainer.model
  }

  @Test("the examples in the documentation hold")
  func documentedExamples() throws {
    let model = try TraceTests.model()
    let trace = try model.trace("emma")
    #expect(trace.loss == trace.tokenLosses.reduce(0, +) * (1 / Double(trace.tokenLosses.count)))
    _ = trace.loss  // nats a token
    #expect(trace["layer0.head2.attention"]!.shape == [5, 5])
    _ = trace["layer0.head2.attention"]!  // row t: how much position t attends to each one before it, [T, T]
    #expect(trace.gradient("logits")!.shape == [5, 8])
    _ = trace.gradient("logits")!  // [T, V]
  }

  @Test("every tensor has its name, its shape and a gradient of the same shape")
  func tensors() throws {
    let model = try TraceTests.model(), trace = try model.trace("ava")
    let (t, c, v) = (4, 16, model.tokenizer.vocabularySize)
    var expected = [("embedding", [t, c]), ("embedding_norm", [t, c])]
    for layer in 0..<2 {
      expected += [("attn_norm", [t, c]), ("q", [t, c]), ("k", [t, c]), ("v", [t, c])].map {
        ("layer\(layer).\($0.0)", $0.1)
      }
      expected += (0..<4).map { ("layer\(layer).head\($0).scores", [t, t]) }
      expected += (0..<4).map { ("layer\(layer).head\($0).attention", [t, t]) }
      expected += [
        ("attn_mixed", [t, c]), ("attn_out", [t, c]), ("mlp_norm", [t, c]), ("mlp_pre", [t, 4 * c]),
        ("mlp_hidden", [t, 4 * c]), ("mlp_out", [t, c]),
      ].map { ("layer\(layer).\($0.0)", $0.1) }
    }
    expected += [("logits", [t, v]), ("probabilities", [t, v])]
    #expect(trace.values.map(\.name) == expected.map(\.0))
    #expect(trace.values.map(\.shape) == expected.map(\.1))
    #expect(trace.gradients.map(\.name) == expected.map(\.0))
    #expect(trace.gradients.map(\.shape) == expected.map(\.1))
    #expect(trace.parameterGradients.map(\.name) == model.tensorNames)
    #expect(trace.gradient("wte")!.shape == model["wte"]!.shape)
    #expect(trace["wte"] == nil && trace["nothing"] == nil && trace.gradient("nothing") == nil)
  }

  @Test("attention's rows add up to 1, are softmax of the scores, and end with their own position")
  func attention() throws {
    let trace = try TraceTests.model().trace("emma")
    for head in 0..<4 {
      let scores = trace["layer1.head\(head).scores"]!, attention = trace["layer1.head\(head).attention"]!
      for t in 0..<5 {
        let exponentials = (0...t).map { exp(scores[t, $0]) }, total = exponentials.reduce(0, +)
        for s in 0..<5 {
          #expect(abs(attention[t, s] - (s <= t ? exponentials[s] / total : 0)) < 1e-14)
          if s > t { #expect(scores[t, s] == 0) }
        }
      }
    }
  }

  /// Softmax keeps the sum of its outputs, so the gradient at its inputs sums to 0 over a row.
  @Test("the gradients of logits and scores add up to 0 in every row")
  func gradientsOfSoftmax() throws {
    let trace = try TraceTests.model().trace("emma")
    for name in ["logits", "layer0.head0.scores", "layer1.head3.scores"] {
      let gradient = trace.gradient(name)!
      for row in 0..<gradient.rows {
        #expect(abs((0..<gradient.columns).reduce(0) { $0 + gradient[row, $1] }) < 1e-14)
      }
    }
    #expect(trace.gradient("logits")!.values.contains { abs($0) > 1e-3 })
  }

  @Test("a document is cut to the block, and an unknown character is refused")
  func documents() throws {
    let model = try TraceTests.model(), bos = model.tokenizer.bos
    let tokens = try model.tokenizer.encode("olivia")
    #expect(try model.trace("olivia").tokens == Array(tokens[..<6]))
    #expect(try model.trace("").tokens == [bos, bos])
    #expect(throws: TokenizerError.self) { try model.trace("max") }
  }
}
