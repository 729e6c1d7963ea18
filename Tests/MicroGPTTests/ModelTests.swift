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
    return try Model(
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

  @Test("the tensors in order are the parameters")
  func values() throws {
    let model = try ModelTests.model()
    #expect(try model.tensorNames.flatMap { try #require(model[$0]).values } == model.parameters)
    let contract = try #require(model["layer0.mlp_fc2"])
    for row in 0..<2 {
      for column in 0..<8 { #expect(contract[row, column] == contract.values[row * 8 + column]) }
    }
  }

  @Test(
    "an unknown name has no tensor",
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
      try model
        != Model(configuration: configuration, tokenizer: model.tokenizer, parameters: model.parameters))
    #expect(
      try model
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

  @Test("invalid parameters are refused: another count, a size of 0, a number that is not finite")
  func refused() throws {
    let model = try ModelTests.model()
    func make(_ parameters: [Double], _ change: (inout Configuration) -> Void = { _ in }) throws {
      var configuration = model.configuration
      change(&configuration)
      _ = try Model(configuration: configuration, tokenizer: model.tokenizer, parameters: parameters)
    }
    try make(model.parameters)
    #expect(throws: ModelError.parameterCount(expected: 118, found: 117)) {
      try make(model.parameters.dropLast())
    }
    #expect(throws: ModelError.parameterCount(expected: 118, found: 0)) { try make([]) }
    #expect(throws: ModelError.configuration(.tooSmall(name: "layers", minimum: 1, found: 0))) {
      try make(model.parameters) { $0.layers = 0 }
    }
    #expect(throws: ModelError.configuration(.tooLarge)) { try make(model.parameters) { $0.layers = .max } }
    var infinite = model.parameters
    infinite[117] = .infinity
    #expect(throws: ModelError.notFinite(tensor: "layer1.mlp_fc2", row: 1, column: 7, found: .infinity)) {
      try make(infinite)
    }
  }

  @Test("a model's parts give the same model again")
  func roundTrip() throws {
    let model = try ModelTests.model()
    let copy = try Model(
      configuration: model.configuration, tokenizer: model.tokenizer, parameters: model.parameters)
    #expect(copy == model)
  }

  @Test("the messages say what is wrong, where, and what to do")
  func messages() {
    #expect(
      ModelError.parameterCount(expected: 118, found: 117).description
        == "A model of these sizes has 118 parameters, but there are 117. "
        + "Use the sizes and the vocabulary that it was trained with.")
    #expect(
      ModelError.notFinite(tensor: "wte", row: 2, column: 1, found: -.nan).description
        == "'wte'[2, 1] is not a number, which a model cannot compute with. "
        + "Train it again with a smaller learning rate.")
    #expect(ModelError.configuration(.tooLarge).description == ConfigurationError.tooLarge.description)
  }
}
