import Testing

@testable import MicroGPT

@Suite struct ModelTests {
  /// A model of 2 layers, width 2, 3 positions and the tokens of "abc" and BOS.
  private static func model(_ parameters: (Int) -> Double = { Double($0) / 7 - 3 }) throws -> Model {
    var configuration = Configuration()
    (configuration.layers, configuration.embedding, configuration.heads) = (2, 2, 1)
    configuration.blockSize = 3
    let tokenizer = Tokenizer(characters: ["a", "b", "c"])
    let count = try #require(configuration.parameterCount(vocabularySize: 4))
    return Model(
      configuration: configuration, tokenizer: tokenizer, parameters: (0..<count).map(parameters))
  }

  @Test("the examples in the documentation hold")
  func documentedExamples() throws {
    let model = try Trainer(corpus: Corpus.names).model
    let embedding = model["wte"]!  // the vector of every token, [V, C]
    #expect(embedding.shape == [27, 16])
    #expect(embedding[0, 3] == model.parameters[3])
  }

  @Test("the tensors have the reference's names and shapes, in the order of its state dictionary")
  func tensors() throws {
    let model = try ModelTests.model()
    let expected = [
      ("wte", [4, 2]), ("wpe", [3, 2]), ("lm_head", [4, 2]),
      ("layer0.attn_wq", [2, 2]), ("layer0.attn_wk", [2, 2]), ("layer0.attn_wv", [2, 2]),
      ("layer0.attn_wo", [2, 2]), ("layer0.mlp_fc1", [8, 2]), ("layer0.mlp_fc2", [2, 8]),
      ("layer1.attn_wq", [2, 2]), ("layer1.attn_wk", [2, 2]), ("layer1.attn_wv", [2, 2]),
      ("layer1.attn_wo", [2, 2]), ("layer1.mlp_fc1", [8, 2]), ("layer1.mlp_fc2", [2, 8]),
    ]
    #expect(model.tensorNames == expected.map(\.0))
    for (name, shape) in expected {
      let tensor = try #require(model[name])
      #expect(tensor.name == name)
      #expect(tensor.shape == shape, "\(name)")
      #expect([tensor.rows, tensor.columns] == shape)
      #expect(tensor.values.count == shape[0] * shape[1])
    }
  }

  @Test("the tensors one after the other are the parameters")
  func values() throws {
    let model = try ModelTests.model()
    #expect(try model.tensorNames.flatMap { try #require(model[$0]).values } == model.parameters)
    let contract = try #require(model["layer0.mlp_fc2"])
    for row in 0..<2 {
      for column in 0..<8 { #expect(contract[row, column] == contract.values[row * 8 + column]) }
    }
  }

  @Test(
    "a name that is none has no tensor",
    arguments: ["", "wt", "wte ", "WTE", "layer0", "layer2.attn_wq", "layer0.attn_wq\0", "layer00.attn_wq"])
  func unknownName(name: String) throws {
    #expect(try ModelTests.model()[name] == nil)
  }

  // python3 -c 'import hashlib, struct
  // print(hashlib.sha256(struct.pack("<118d", *[i / 7 - 3 for i in range(118)])).hexdigest())'
  @Test("the hash is that of the parameters as little-endian doubles")
  func hash() throws {
    let model = try ModelTests.model()
    #expect(model.parameters.count == 118)
    #expect(model.parametersSHA256 == "22de08a1a660be126129f0c09db43ed50dc7ce22d65f32d1bd9c492937e0d916")
  }

  @Test("models are equal if configuration, vocabulary and every parameter are")
  func equality() throws {
    let model = try ModelTests.model()
    #expect(try model == ModelTests.model())
    #expect(try model != ModelTests.model { $0 == 117 ? 0 : Double($0) / 7 - 3 })
    var configuration = model.configuration
    configuration.seed += 1
    #expect(
      model
        != Model(configuration: configuration, tokenizer: model.tokenizer, parameters: model.parameters))
    #expect(
      model
        != Model(
          configuration: model.configuration, tokenizer: Tokenizer(characters: ["a", "b", "d"]),
          parameters: model.parameters))
  }

  @Test("an index outside a tensor stops the program")
  func outside() async {
    await #expect(processExitsWith: .failure) { _ = try ModelTests.model()["wte"]![4, 0] }
    await #expect(processExitsWith: .failure) { _ = try ModelTests.model()["wte"]![0, 2] }
    await #expect(processExitsWith: .success) { _ = try ModelTests.model()["wte"]![3, 1] }
  }

  @Test("parameters of another number stop the program")
  func wrongCount() async {
    await #expect(processExitsWith: .failure) {
      let model = try ModelTests.model()
      _ = Model(
        configuration: model.configuration, tokenizer: model.tokenizer,
        parameters: model.parameters.dropLast())
    }
  }
}
