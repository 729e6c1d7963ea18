import Testing

@testable import MicroGPT

@Suite struct WeightsTests {
  private static func model(engine: Arithmetic, layers: Int = 2) throws -> Model {
    var configuration = Configuration()
    (configuration.layers, configuration.embedding, configuration.heads) = (layers, 4, 2)
    (configuration.blockSize, configuration.steps, configuration.schedule) = (4, 3, .cosine)
    let trainer = try Trainer(
      corpus: Corpus(documents: ["emma", "zoé", "m\"i\\a"]), configuration: configuration, engine: engine)
    try trainer.train()
    return trainer.model
  }

  @Test("the example in the documentation holds: the copy is the model", arguments: Arithmetic.allCases)
  func documentedExamples(engine: Arithmetic) throws {
    let model = try WeightsTests.model(engine: engine)
    let bytes = model.safetensors()
    let copy = try Model(safetensors: bytes)
    #expect(copy == model)
  }

  @Test("numbers have 8 bytes, or 4 if that keeps them", arguments: [(Arithmetic.exact, 8), (.fast, 4)])
  func width(engine: Arithmetic, bytes: Int) throws {
    let model = try WeightsTests.model(engine: engine)
    let file = try Safetensors(bytes: model.safetensors())
    #expect(file.tensors.map { $0.name } == model.tensorNames)
    let numbers = model.safetensors().count - model.parameters.count * bytes
    #expect(numbers > 0 && numbers < 3000, "What remains is the header.")
    let state = try Trainer(
      model: model, corpus: Corpus(documents: ["emma"]), configuration: model.configuration, engine: engine
    ).state
    #expect(try Checkpoint(state).bytes().count > 3 * model.parameters.count * bytes)
  }

  @Test("one number that is not a float makes all of them doubles, and negative zeros keep their sign")
  func oneDouble() throws {
    let model = try WeightsTests.model(engine: .fast)
    for number in [0.1, -0.0] {
      var parameters = model.parameters
      parameters[7] = number
      let changed = try Model(
        configuration: model.configuration, tokenizer: model.tokenizer, parameters: parameters)
      let copy = try Model(safetensors: changed.safetensors())
      #expect(copy.parametersSHA256 == changed.parametersSHA256)
    }
  }

  @Test("weights are no checkpoint: what they lack is the first key of one")
  func noCheckpoint() throws {
    #expect(throws: CheckpointError.missingKey("microgpt_format")) {
      try Checkpoint(bytes: WeightsTests.model(engine: .exact).safetensors())
    }
  }
}
