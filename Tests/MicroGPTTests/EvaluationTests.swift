import Testing

@testable import MicroGPT

@Suite struct EvaluationTests {
  private static let names = ["emma", "olivia", "ava", "isabella", "sophia", "mia", "eva", "zoe"]

  /// A briefly trained run.
  private static func trainer(
    _ engine: Arithmetic = .exact, batchSize: Int = 1, set: InstructionSet = .widest
  ) throws -> Trainer {
    var configuration = Configuration()
    (configuration.embedding, configuration.heads, configuration.blockSize) = (8, 2, 7)
    (configuration.steps, configuration.batchSize) = (20, batchSize)
    let trainer = try Trainer(
      corpus: Corpus(documents: names), configuration: configuration, engine: engine, instructionSet: set,
      implementation: .kernels)
    for _ in 0..<10 { _ = try trainer.step() }
    return trainer
  }

  /// The loss of each document by the specification, and its number of positions.
  private static func specification(_ trainer: Trainer, _ corpus: Corpus) -> [(loss: Double, positions: Int)]
  {
    let engine = Specification(trainer.model)
    return corpus.map { document in
      let tokens = trainer.tokenizer.encode(document).map { Int32($0) }
      let count = min(tokens.count - 1, trainer.configuration.blockSize)
      engine.forward(tokens, at: 0..<count)
      return (engine.loss(tokens, count: count), count)
    }
  }

  @Test("the examples in the documentation hold")
  func documentedExamples() throws {
    let corpus = try Corpus(documents: ["emma", "ava", "mia", "eva", "mae"])
    let halves = try corpus.split(holdingOut: 0.2, seed: 42)
    let trainer = try Trainer(corpus: halves.training)
    try trainer.train()
    let evaluation = try trainer.evaluate(halves.heldOut)
    #expect(evaluation.documents == 1)
    #expect(evaluation.loss.isFinite)
  }

  @Test(
    "the loss of a document is the specification's, bit for bit", arguments: InstructionSet.available, [1, 3])
  func exact(set: InstructionSet, batchSize: Int) throws {
    let trainer = try EvaluationTests.trainer(batchSize: batchSize, set: set)
    for name in ["eve", "emma", "isabella", "sophiasophia", "a", ""] {
      let corpus = try Corpus(documents: [name])
      let expected = EvaluationTests.specification(trainer, corpus)[0].loss
      let found = try trainer.evaluate(corpus)
      #expect(found.loss == expected, "'\(name)'")
      #expect(abs(found.lossPerToken - expected) < 1e-14 && found.documents == 1)
    }
  }

  @Test(
    "the loss is the mean over documents, the loss per token the mean over tokens",
    arguments: [1, 2, 3, 50])
  func means(batchSize: Int) throws {
    let corpus = try Corpus(documents: [
      "eve", "isa", "emma", "emma", "sophiasophia", "a", "", "isabella", "zoe",
    ])
    for engine in Arithmetic.allCases {
      let trainer = try EvaluationTests.trainer(engine, batchSize: batchSize)
      let losses = EvaluationTests.specification(trainer, corpus), found = try trainer.evaluate(corpus)
      let mean = losses.map(\.loss).reduce(0, +) / 9
      let tokens = losses.map(\.positions).reduce(0, +)
      let tokenMean = losses.map { $0.loss * Double($0.positions) }.reduce(0, +) / Double(tokens)
      let tolerance = engine == .exact ? 1e-14 : 1e-6
      #expect(abs(found.loss - mean) < tolerance)
      #expect(abs(found.lossPerToken - tokenMean) < tolerance)
      #expect(abs(mean - tokenMean) > 1e-3, "The two could not be told apart.")
      #expect(found.documents == 9)
    }
  }

  @Test("evaluation in the middle of a run does not change the run", arguments: Arithmetic.allCases, [1, 3])
  func inBetween(engine: Arithmetic, batchSize: Int) throws {
    let trainer = try EvaluationTests.trainer(engine, batchSize: batchSize)
    let whole = try EvaluationTests.trainer(engine, batchSize: batchSize)
    let corpus = try Corpus(documents: ["eve", "isabella", "zoe"])
    let first = try trainer.evaluate(corpus)
    #expect(try trainer.evaluate(corpus) == first)
    while let step = try trainer.step() {
      #expect(try whole.step() == step)
      _ = try trainer.evaluate(corpus)
    }
    #expect(trainer.model == whole.model)
  }

  @Test("a character outside the vocabulary is refused, unless the block ends before it")
  func unknownCharacter() throws {
    let trainer = try EvaluationTests.trainer()
    #expect(throws: TokenizerError.unknownCharacter("x", position: 3)) {
      try trainer.evaluate(Corpus(documents: ["emma", "max"]))
    }
    _ = try trainer.evaluate(Corpus(documents: ["isabellx"]))
    #expect(throws: TokenizerError.unknownCharacter("x", position: 7)) {
      try trainer.evaluate(Corpus(documents: ["isabelx"]))
    }
  }
}
