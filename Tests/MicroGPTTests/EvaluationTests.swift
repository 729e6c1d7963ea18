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

  @Test("the example of a model's evaluation holds")
  func documentedModelExample() throws {
    let trainer = try Trainer(corpus: Corpus(documents: ["emma", "olivia", "ava"]))
    try trainer.train()
    let corpus = try Corpus(documents: ["eva", "mia"])
    func print(_ text: String, _ loss: Double) { #expect(loss.isFinite) }
    let evaluation = try trainer.model.evaluate(corpus) { document in
      print(corpus.text(at: document.index), document.loss)
    }
    #expect(evaluation.perplexity > 1)
    #expect(try trainer.evaluate(corpus) == evaluation)
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

  /// Documents of many lengths, more than one batch has; the last twenty are copies.
  private static let many = (0..<80).map { index in
    let number = index < 60 ? index : 177 - 2 * index
    return String("isabellasophiaemmazoe".dropFirst(number % 11).prefix(number % 13))
  }

  @Test(
    "a model's evaluation reports every document in order, with the bits of the trace's loss",
    arguments: InstructionSet.available, [Implementation.kernels, .specification])
  func reports(set: InstructionSet, implementation: Implementation) throws {
    let trainer = try EvaluationTests.trainer(), model = trainer.model
    let corpus = try Corpus(documents: EvaluationTests.many)
    var found: [Evaluation.Document] = []
    let evaluation = try model.evaluate(
      corpus, engine: .exact, instructionSet: set, implementation: implementation
    ) { found.append($0) }
    let traces = try EvaluationTests.many.map { try model.trace($0) }
    #expect(found.map(\.index) == Array(0..<80))
    #expect(found.map(\.loss) == traces.map(\.loss))
    #expect(found.map(\.tokens) == traces.map(\.tokenLosses.count))
    #expect(evaluation.loss == found.reduce(0) { $0 + $1.loss } / 80)
    let nats = traces.reduce(0) { $0 + $1.tokenLosses.reduce(0, +) }
    let tokens = traces.reduce(0) { $0 + $1.tokenLosses.count }
    #expect(abs(evaluation.lossPerToken - nats / Double(tokens)) < 1e-13 && evaluation.tokens == tokens)
    let characters = EvaluationTests.many.reduce(0) { $0 + min($1.count, 7) }
    #expect(evaluation.characters == characters)
    #expect(evaluation.cutDocuments == EvaluationTests.many.count { $0.count >= 7 })
    #expect(abs(evaluation.bitsPerCharacter - nats / Double(characters) / log(2)) < 1e-12)
    #expect(evaluation.perplexity == exp(evaluation.lossPerToken))
    #expect(try trainer.evaluate(corpus) == evaluation)
  }

  @Test(
    "a fast evaluation is near the exact one, also of wide models with many layers and long documents",
    arguments: [(1, 16, 4, 16), (3, 8, 2, 40), (2, 64, 2, 4), (2, 9, 3, 9)])
  func fast(layers: Int, embedding: Int, heads: Int, blockSize: Int) throws {
    var configuration = Configuration()
    (configuration.layers, configuration.embedding, configuration.heads) = (layers, embedding, heads)
    (configuration.blockSize, configuration.initialStandardDeviation) = (blockSize, 0.2)
    let corpus = try Corpus(
      documents: ["sophia", "zoe", "isabella", String(repeating: "mia", count: 13)])
    for set in InstructionSet.available.suffix(1) {
      let trainer = try Trainer(
        corpus: corpus, configuration: configuration, engine: .fast, instructionSet: set,
        implementation: .kernels)
      let model = trainer.model
      func losses(_ engine: Arithmetic, _ implementation: Implementation) throws -> [Double] {
        var losses: [Double] = []
        _ = try model.evaluate(
          corpus, engine: engine, instructionSet: set, implementation: implementation
        ) { losses.append($0.loss) }
        return losses
      }
      let exact = try losses(.exact, .kernels), fast = try losses(.fast, .kernels)
      #expect(try exact == losses(.exact, .specification))
      #expect(zip(exact, fast).allSatisfy { abs($0 - $1) < 2e-5 } && fast != exact)
      // The model's engine takes many documents at a time, the trainer's one.
      let (whole, apart) = (try model.evaluate(corpus, engine: .fast), try trainer.evaluate(corpus))
      #expect(abs(whole.loss - apart.loss) < 1e-5)
    }
  }

  @Test("an evaluation's memory has no moments, no gradients and one layer's activations")
  func memory() throws {
    var configuration = Configuration()
    (configuration.layers, configuration.embedding, configuration.blockSize) = (4, 128, 64)
    let shape = Shape(configuration, vocabularySize: 27)
    func bytes(_ purpose: Purpose) throws -> (parameters: Int, worker: Int) {
      let parameters = PackedParameters<FastArithmetic>.byteCount(shape, documents: 8, for: purpose).value
      let worker = Worker<FastArithmetic>.byteCount(shape, documents: 8, for: purpose).value
      return (try #require(parameters), try #require(worker))
    }
    let (training, evaluation) = (try bytes(.training), try bytes(.evaluation))
    #expect(evaluation.parameters == training.parameters / 2)
    #expect(evaluation.worker < training.worker / 4)
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
