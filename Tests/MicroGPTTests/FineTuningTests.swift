import Testing

@testable import MicroGPT

@Suite("Fine-tuning")
struct FineTuningTests {
  private static let names = ["emma", "olivia", "ava", "isabella", "sophia", "mia", "zoe"]
  /// Words of fewer letters than the names have.
  private static let flowers = ["viola", "malva", "lilia", "salvia", "ibis"]

  /// A briefly trained model of the names.
  private static func model(_ arithmetic: Arithmetic = .exact) throws -> Model {
    let trainer = try Trainer(corpus: Corpus(documents: names), engine: arithmetic)
    for _ in 0..<5 { _ = try trainer.step() }
    return trainer.model
  }

  /// Ten steps' hyperparameters, none the default but the sizes.
  private static var configuration: Configuration {
    var configuration = Configuration()
    (configuration.steps, configuration.batchSize, configuration.learningRate) = (10, 2, 0.005)
    (configuration.schedule, configuration.weightDecay, configuration.seed) = (.cosine, 0.05, 7)
    return configuration
  }

  private static func trainer(
    _ model: Model, _ arithmetic: Arithmetic = .exact, _ implementation: Implementation = .standard,
    _ documents: [String] = flowers, _ change: (inout Configuration) -> Void = { _ in }
  ) throws -> Trainer {
    var configuration = configuration
    change(&configuration)
    return try Trainer(
      model: model, corpus: Corpus(documents: documents), configuration: configuration, engine: arithmetic,
      instructionSet: .widest, implementation: implementation)
  }

  @Test("the examples in the documentation hold")
  func documentedExamples() throws {
    let names = try Trainer(corpus: Corpus(documents: ["emma", "olivia", "ava", "sophia"]))
    try names.train()
    var configuration = names.configuration
    (configuration.steps, configuration.learningRate) = (200, 0.002)
    let flowers = try Corpus(documents: ["viola", "malva"])
    let trainer = try Trainer(model: names.model, corpus: flowers, configuration: configuration)
    let before = try trainer.evaluate(flowers).loss
    try trainer.train()
    #expect(trainer.completedSteps == 200)
    #expect(try trainer.evaluate(flowers).loss < before / 2)
  }

  @Test("a run begins with the model's parameters and vocabulary, moments of zero and no step taken")
  func start() throws {
    let model = try FineTuningTests.model(), trainer = try FineTuningTests.trainer(model)
    let state = trainer.state
    #expect(trainer.completedSteps == 0 && state.completedSteps == 0)
    #expect(trainer.tokenizer == model.tokenizer && state.tokenizer == model.tokenizer)
    #expect(trainer.tokenizer.vocabularySize > Tokenizer(trainer.corpus).vocabularySize)
    #expect(trainer.configuration == FineTuningTests.configuration)
    expectSame(state.parameters, model.parameters)
    #expect((state.firstMoment + state.secondMoment).allSatisfy { $0 == 0 })
    #expect(trainer.parameterCount == model.parameters.count)
  }

  @Test("documents are shuffled with the configuration's seed, and nothing else is drawn")
  func random() throws {
    let trainer = try FineTuningTests.trainer(FineTuningTests.model())
    var random = PythonRandom(seed: 7)
    let shuffled = try Corpus(documents: FineTuningTests.flowers).shuffled(using: &random)
    #expect(trainer.corpus == shuffled)
    #expect(trainer.random == random && trainer.sampler().random == random)
    #expect(try trainer.corpus != Corpus(documents: FineTuningTests.flowers))
  }

  @Test(
    "from the initial parameters of a run, fine-tuning takes the run's own steps",
    arguments: Arithmetic.allCases)
  func sameSteps(arithmetic: Arithmetic) throws {
    let corpus = try Corpus(documents: FineTuningTests.names), configuration = FineTuningTests.configuration
    let whole = try Trainer(corpus: corpus, configuration: configuration, engine: arithmetic)
    let tuned = try Trainer(
      model: whole.model, corpus: corpus, configuration: configuration, engine: arithmetic)
    while let step = try whole.step() { #expect(try tuned.step() == step) }
    #expect(try tuned.step() == nil)
    expectSame(tuned.model, whole.model)
  }

  @Test(
    "the fast arithmetic rounds the model's parameters to floats",
    arguments: [Implementation.kernels, .specification])
  func rounding(implementation: Implementation) throws {
    let model = try FineTuningTests.model(.exact)
    let trainer = try FineTuningTests.trainer(model, .fast, implementation)
    expectSame(trainer.model.parameters, model.parameters.map { Double(Float($0)) })
    expectSame(trainer.model.parameters == model.parameters, false)
  }

  @Test(
    "a fine-tuned run through a checkpoint's bytes gives the bits of one that never stopped",
    arguments: Arithmetic.allCases, [Implementation.kernels, .specification])
  func resuming(arithmetic: Arithmetic, implementation: Implementation) throws {
    let model = try FineTuningTests.model(arithmetic)
    let whole = try FineTuningTests.trainer(model, arithmetic, implementation)
    let corpus = try Corpus(documents: FineTuningTests.flowers)
    var part = try FineTuningTests.trainer(model, arithmetic, implementation)
    for number in 1...10 {
      let expected = try #require(try whole.step())
      #expect(try part.step() == expected)
      guard number == 4 || number == 10 else { continue }
      let checkpoint = try Checkpoint(part.state)
      let copy = try Checkpoint(bytes: checkpoint.bytes())
      expectSame(copy, checkpoint)
      #expect(copy.state.tokenizer == model.tokenizer)
      part = try Trainer(
        resuming: copy.state, corpus: corpus, instructionSet: nil, implementation: implementation)
      expectSame(part.state, whole.state)
    }
    expectSame(try Checkpoint(part.state).bytes(), try Checkpoint(whole.state).bytes())
    #expect(try part.sampler().sample() == whole.sampler().sample())
    #expect(try part.step() == nil)
  }

  @Test("a configuration of other sizes is refused, and the message has both sizes")
  func sizes() throws {
    let model = try FineTuningTests.model()
    func expect(_ error: FineTuningError, _ text: String, _ change: @escaping (inout Configuration) -> Void) {
      #expect(throws: error) { try FineTuningTests.trainer(model, .exact, .standard, ["ava"], change) }
      #expect(error.description.contains(text))
    }
    expect(.otherSize(name: "layers", expected: 1, found: 2), "'layers' is 2") { $0.layers = 2 }
    expect(.otherSize(name: "embedding", expected: 16, found: 32), "trained with 16") { $0.embedding = 32 }
    expect(.otherSize(name: "heads", expected: 4, found: 2), "leave 'heads' at 4") { $0.heads = 2 }
    expect(.otherSize(name: "blockSize", expected: 16, found: 8), "'blockSize'") { $0.blockSize = 8 }
    expect(.configuration(.tooSmall(name: "layers", minimum: 1, found: 0)), "at least 1") { $0.layers = 0 }
    expect(.configuration(.tooLarge), "smaller") { $0.batchSize = .max }
  }

  @Test("a character outside the model's vocabulary is refused with the first document that has it")
  func unknownCharacter() throws {
    let model = try FineTuningTests.model()
    func expect(_ character: Unicode.Scalar, _ document: Int, _ documents: [String]) {
      #expect(throws: FineTuningError.unknownCharacter(character, document: document)) {
        try FineTuningTests.trainer(model, .exact, .standard, documents)
      }
    }
    expect("é", 3, ["ava", "mia", "zoé", "max", "zoé"])
    expect("x", 1, ["max"])
    expect("q", 2, [String(repeating: "a", count: 50), String(repeating: "a", count: 50) + "q"])
    #expect(
      FineTuningError.unknownCharacter("é", document: 3).description
        == "Document 3 of the text has 'é' (U+00E9), which is not in the model's vocabulary. "
        + "Remove it from the text, or train a new model on this text.")
    // The other half of a split may have it: only these documents count.
    let halves = try Corpus(documents: ["ava", "max"]).split(holdingOut: 0.5, seed: 1)
    let known = [halves.training, halves.heldOut].filter { $0.text(at: 0) == "ava" }[0]
    _ = try Trainer(model: model, corpus: known, configuration: FineTuningTests.configuration)
  }
}
