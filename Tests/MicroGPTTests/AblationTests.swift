import Testing

@testable import MicroGPT

/// Models without a head.
@Suite struct AblationTests {
  @Test("the example in the documentation holds")
  func documentedExample() throws {
    let model = try smallModel()
    let without = model.ablating(head: 2, layer: 0)
    #expect(try without.loss("emma") - model.loss("emma") != 0)
    _ = try without.loss("emma") - model.loss("emma")  // what the head is worth for this name
  }

  @Test(
    "the layer's output is what it would be if the head's values were 0, and other heads stay as they are")
  func head() throws {
    let model = try smallModel(), trace = try model.trace("olivia")
    for (layer, head) in [(0, 0), (0, 3), (1, 2)] {
      let without = try model.ablating(head: head, layer: layer).trace("olivia")
      let mixed = trace["layer\(layer).attn_mixed"]!, weight = model["layer\(layer).attn_wo"]!
      let input = trace[layer == 0 ? "embedding_norm" : "layer0.mlp_out"]!
      // Up to the head nothing changes, its own attention included.
      #expect(without["layer\(layer).attn_mixed"] == mixed)
      #expect(without["layer\(layer).head\(head).attention"] == trace["layer\(layer).head\(head).attention"])
      let found = without["layer\(layer).attn_out"]!
      for t in 0..<found.rows {
        for c in 0..<8 {
          let others = (0..<8).filter { $0 / 2 != head }
          let expected = others.reduce(0) { $0 + weight[c, $1] * mixed[t, $1] } + input[t, c]
          #expect(abs(found[t, c] - expected) < 1e-14)
        }
      }
      #expect(found != trace["layer\(layer).attn_out"])
    }
  }

  @Test("everything but the head's columns of the output matrix is kept")
  func parameters() throws {
    let model = try smallModel(), without = model.ablating(head: 1, layer: 1)
    #expect(without.configuration == model.configuration && without.tokenizer == model.tokenizer)
    for name in model.tensorNames where name != "layer1.attn_wo" { #expect(without[name] == model[name]) }
    let before = model["layer1.attn_wo"]!, after = without["layer1.attn_wo"]!
    for row in 0..<8 {
      for column in 0..<8 {
        #expect(after[row, column] == (column / 2 == 1 ? 0 : before[row, column]))
      }
    }
  }
}
