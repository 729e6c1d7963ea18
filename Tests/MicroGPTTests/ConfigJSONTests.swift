import Foundation
import Testing

@testable import MicroGPT

@Suite struct ConfigJSONTests {
  @Test("the examples in the documentation hold")
  func documentedExamples() throws {
    let model = try ONNXTests.model(
      layers: 2, embedding: 12, heads: 3, blockSize: 5, vocabulary: "\0\"\\aé😀")
    let json = String(decoding: model.configJSON(), as: UTF8.self)
    #expect(
      json == #"""
        {
          "model_type": "microgpt",
          "vocab_size": 7,
          "n_layer": 2,
          "n_head": 3,
          "n_embd": 12,
          "block_size": 5,
          "bos_token_id": 6,
          "eos_token_id": 6,
          "activation_function": "relu",
          "rms_norm_eps": 1e-05,
          "bias": false,
          "tie_word_embeddings": false,
          "vocabulary": "\u0000\"\\aé😀"
        }

        """#)
  }

  @Test("Foundation reads it")
  func foundation() throws {
    let model = try ONNXTests.model(vocabulary: "\u{1F}\"/\\aé\u{2028}😀")
    let object = try JSONSerialization.jsonObject(with: Data(model.configJSON()))
    let values = try #require(object as? [String: Any])
    #expect(values.count == 13)
    #expect(values["rms_norm_eps"] as? Double == 1e-5)
    #expect((values["vocabulary"] as? String)?.unicodeScalars.map { $0 } == model.tokenizer.characters)
  }
}
