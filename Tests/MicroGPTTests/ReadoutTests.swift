import Testing

@testable import MicroGPT

/// A small model that has learned a little.
func smallModel(layers: Int = 2) throws -> Model {
  var configuration = Configuration()
  (configuration.layers, configuration.embedding, configuration.heads) = (layers, 8, 4)
  (configuration.blockSize, configuration.steps) = (8, 60)
  let trainer = try Trainer(
    corpus: Corpus(documents: ["emma", "olivia", "ava"]), configuration: configuration)
  try trainer.train()
  return trainer.model
}

/// Logits read out on the way.
@Suite struct ReadoutTests {
  @Test("the example in the documentation holds")
  func documentedExample() throws {
    let model = try smallModel()
    var lines: [String] = []
    func print(_ name: String, _ loss: Double) { lines.append("\(name) \(loss)") }
    for readout in model.readouts(of: try model.trace("emma")) {
      print(readout.tensor, readout.loss)
    }
    #expect(lines.count == 5)
  }

  @Test("there is one after the embedding and after each half of a layer; the last is the model's own")
  func last() throws {
    let model = try smallModel(), trace = try model.trace("olivia"), readouts = model.readouts(of: trace)
    #expect(
      readouts.map(\.tensor)
        == ["embedding_norm", "layer0.attn_out", "layer0.mlp_out", "layer1.attn_out", "layer1.mlp_out"])
    #expect(readouts.last!.probabilities.values == trace["probabilities"]!.values)
    #expect(readouts.last!.tokenLosses == trace.tokenLosses)
    #expect(abs(readouts.last!.loss - trace.loss) < 1e-14)
  }

  @Test("each is softmax of the output matrix times the vectors there")
  func values() throws {
    let model = try smallModel(), trace = try model.trace("ava"), head = model["lm_head"]!
    for readout in model.readouts(of: trace) {
      let x = trace[readout.tensor]!
      for t in 0..<x.rows {
        let logits = (0..<head.rows).map { token in (0..<8).reduce(0) { $0 + head[token, $1] * x[t, $1] } }
        let total = logits.reduce(0) { $0 + exp($1) }
        for token in 0..<head.rows {
          #expect(abs(readout.probabilities[t, token] - exp(logits[token]) / total) < 1e-14)
        }
        #expect(abs(readout.tokenLosses[t] + log(readout.probabilities[t, trace.tokens[t + 1]])) < 1e-14)
      }
    }
  }
}
