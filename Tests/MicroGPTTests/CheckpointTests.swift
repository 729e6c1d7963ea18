import Testing

@testable import MicroGPT

/// Expects values to be equal that are too large to be shown: `#expect` would print thousands of numbers.
func expectSame<Value: Equatable>(
  _ found: Value, _ expected: Value, _ what: Comment = "The values differ.",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  if found != expected { Issue.record(what, sourceLocation: sourceLocation) }
}

/// Checkpoints as values: what they take, and that nothing is lost in their bytes.
@Suite struct CheckpointTests {
  static let documents = ["emma", "olivia", "ava", "isabella", "sophia", "mia", "zoe"]

  private static func trainer(
    _ arithmetic: Arithmetic, _ implementation: Implementation = .standard, batchSize: Int = 1,
    embedding: Int = 16, layers: Int = 1, instructionSet: InstructionSet = .widest
  ) throws -> Trainer {
    var configuration = Configuration()
    (configuration.steps, configuration.batchSize) = (30, batchSize)
    (configuration.embedding, configuration.layers) = (embedding, layers)
    (configuration.schedule, configuration.weightDecay) = (.cosine, 0.05)
    return try Trainer(
      corpus: Corpus(documents: documents), configuration: configuration, engine: arithmetic,
      instructionSet: instructionSet, implementation: implementation)
  }

  private static func losses(_ trainer: Trainer, to end: Int = 30) throws -> [Double] {
    var losses: [Double] = []
    while trainer.completedSteps < end, let step = try trainer.step() { losses.append(step.loss) }
    return losses
  }

  /// A state of ten steps.
  private static func state(_ arithmetic: Arithmetic = .exact) throws -> TrainingState {
    let trainer = try trainer(arithmetic)
    _ = try losses(trainer, to: 10)
    return trainer.state
  }

  @Test("the examples in the documentation hold")
  func documentedExamples() throws {
    let trainer = try CheckpointTests.trainer(.exact)
    let corpus = try Corpus(documents: CheckpointTests.documents)
    _ = try CheckpointTests.losses(trainer, to: 10)

    let checkpoint = try Checkpoint(trainer.state)
    let bytes = checkpoint.bytes()
    let copy = try Checkpoint(bytes: bytes)
    let resumed = try Trainer(resuming: copy.state, corpus: corpus)
    let sampler = Sampler(copy.model, random: copy.state.random)

    #expect(resumed.completedSteps == 10)
    #expect(try sampler.sample() == trainer.sampler().sample())
    expectSame(copy.model, trainer.model)
  }

  @Test(
    "a run through any number of checkpoints' bytes gives the bits of one that never stopped",
    arguments: [
      (Arithmetic.exact, 1, 16, 1), (.fast, 1, 16, 1), (.exact, 3, 8, 2), (.fast, 5, 48, 1),
      (.fast, 1, 64, 1),
    ], [Implementation.kernels, .specification])
  func resuming(size: (Arithmetic, Int, Int, Int), implementation: Implementation) throws {
    let (arithmetic, batchSize, embedding, layers) = size
    func trainer() throws -> Trainer {
      try CheckpointTests.trainer(
        arithmetic, implementation, batchSize: batchSize, embedding: embedding, layers: layers)
    }
    let whole = try trainer(), expected = try CheckpointTests.losses(whole)
    let corpus = try Corpus(documents: CheckpointTests.documents)
    var part = try trainer(), losses: [Double] = []
    for stop in [0, 1, 7, 8, 29, 30] {
      losses += try CheckpointTests.losses(part, to: stop)
      let checkpoint = try Checkpoint(part.state), bytes = checkpoint.bytes()
      let copy = try Checkpoint(bytes: bytes)
      expectSame(copy, checkpoint)
      expectSame(copy.bytes(), bytes)
      expectSame(try Model(safetensors: bytes).parameters, part.model.parameters)
      part = try Trainer(
        resuming: copy.state, corpus: corpus, instructionSet: nil, implementation: implementation)
    }
    #expect(losses == expected)
    expectSame(try Checkpoint(part.state).bytes(), try Checkpoint(whole.state).bytes())
    #expect(try part.sampler().sample() == whole.sampler().sample())
  }

  @Test(
    "the exact arithmetic's file does not depend on the instructions", arguments: InstructionSet.available)
  func instructionSets(set: InstructionSet) throws {
    func bytes(_ set: InstructionSet) throws -> [UInt8] {
      let trainer = try CheckpointTests.trainer(.exact, .kernels, instructionSet: set)
      _ = try CheckpointTests.losses(trainer, to: 3)
      return try Checkpoint(trainer.state).bytes()
    }
    expectSame(try bytes(set), try bytes(.widest))
  }

  /// Checkpoints with every setting that may be there or not.
  private static func checkpoints() throws -> [Checkpoint] {
    var state = try state()
    _ = state.random.gaussian()
    var full = state
    if full.random.state.cachedGaussian == nil { _ = full.random.gaussian() }
    let best = Checkpoint.Evaluations.Best(loss: 2.0.nextUp, step: 10, evaluationsSince: 3)
    return [
      try Checkpoint(state),
      try Checkpoint(try CheckpointTests.state(.fast)),
      try Checkpoint(
        full, textSHA256: String(repeating: "0a", count: 32), heldOut: .init(share: 0.1, seed: .max),
        evaluations: .init(interval: 100, patience: 5, best: best),
        sampling: .init(temperature: .leastNonzeroMagnitude, count: 0, streams: .many)),
      try Checkpoint(state, evaluations: .init(interval: 1)),
      try Checkpoint(state, evaluations: .init(interval: 1, best: best)),
      try Checkpoint(state, evaluations: .init(interval: 1, patience: 1)),
    ]
  }

  @Test("every setting is kept, whether it is there or not, and each makes other bytes")
  func settings() throws {
    let all = try CheckpointTests.checkpoints()
    for checkpoint in all { expectSame(try Checkpoint(bytes: checkpoint.bytes()), checkpoint) }
    for (i, a) in all.enumerated() {
      for b in all[..<i] { expectSame(a.bytes() == b.bytes(), false) }
    }
    #expect(all.contains { $0.state.random.state.cachedGaussian != nil })
    #expect(all.contains { $0.state.random.state.cachedGaussian == nil })
  }

  @Test("the random numbers go on to the bit, with half a pair of normal numbers or without")
  func random() throws {
    var state = try CheckpointTests.state()
    for _ in 0..<1000 {
      _ = state.random.gaussian()
      if state.random.state.position % 97 == 0 { _ = state.random.uniform() }
      guard state.random.state.position % 13 == 0 else { continue }
      var copy = try Checkpoint(bytes: Checkpoint(state).bytes()).state.random
      expectSame(copy, state.random)
      #expect(copy.state.cachedGaussian?.bitPattern == state.random.state.cachedGaussian?.bitPattern)
      var original = state.random
      #expect((0..<3).map { _ in copy.gaussian() } == (0..<3).map { _ in original.gaussian() })
    }
  }

  @Test("any character can be in the vocabulary")
  func vocabulary() throws {
    let odd = "\0\u{1}\n\"\\/\u{7F}\u{85}é\u{301}\u{2028}\u{FEFF}\u{FFFF}😀\u{10FFFF}"
    let trainer = try Trainer(corpus: Corpus(documents: ["a" + odd + "a", "b"]))
    _ = try trainer.step()
    let checkpoint = try Checkpoint(trainer.state), copy = try Checkpoint(bytes: checkpoint.bytes())
    expectSame(copy, checkpoint)
    #expect(copy.state.tokenizer.characters == trainer.tokenizer.characters)
    #expect(copy.state.tokenizer.characters.count == 17)
  }

  @Test("a document without characters leaves a vocabulary of BOS alone, which is kept")
  func emptyVocabulary() throws {
    let trainer = try Trainer(corpus: Corpus(documents: [""]))
    let copy = try Checkpoint(bytes: Checkpoint(trainer.state).bytes())
    expectSame(copy.model, trainer.model)
    #expect(copy.state.tokenizer.characters.isEmpty)
  }

  @Test("every kind of number is kept, down to the sign of zero")
  func numbers() throws {
    var state = try CheckpointTests.state()
    let odd = [
      -0.0, .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude, 0.1, 1.0.nextUp,
    ]
    for (i, number) in odd.enumerated() {
      (state.parameters[i], state.firstMoment[i], state.secondMoment[i]) = (-number, number, abs(number))
    }
    (state.firstMomentFactor, state.secondMomentFactor) = (.leastNonzeroMagnitude, 1.0.nextDown)
    let copy = try Checkpoint(bytes: Checkpoint(state).bytes()).state
    expectSame(copy, state)
    expectSame(copy.parameters.map { $0.bitPattern }, state.parameters.map { $0.bitPattern })
    expectSame(copy.firstMoment.map { $0.bitPattern }, state.firstMoment.map { $0.bitPattern })
  }

  @Test("a fast run is saved as floats, in half of the bytes")
  func floats() throws {
    func size(_ arithmetic: Arithmetic) throws -> Int {
      let file = try Safetensors(bytes: Checkpoint(try CheckpointTests.state(arithmetic)).bytes())
      return file.tensors.reduce(0) { sum, tensor in
        if case .float64 = tensor.values {
          sum + 8 * tensor.values.count
        } else {
          sum + 4 * tensor.values.count
        }
      }
    }
    #expect(try size(.exact) == 2 * size(.fast))
  }

  @Test("a state that contradicts itself is refused as by a trainer, and the message names the part")
  func refusedStates() throws {
    // TrainingStateTests.refused has the other parts.
    let state = try CheckpointTests.state()
    func expect(_ error: TrainingStateError, _ text: String, _ change: (inout TrainingState) -> Void) {
      var state = state
      change(&state)
      #expect(throws: CheckpointError.state(error)) { try Checkpoint(state) }
      #expect(CheckpointError.state(error).description.contains(text))
    }
    expect(.configuration(.headsDoNotDivide(embedding: 16, heads: 3)), "3 heads") {
      $0.configuration.heads = 3
    }
    expect(.configuration(.tooLarge), "smaller") { $0.configuration.layers = .max }
    expect(.number(tensor: "wte", row: 1, column: 3, found: .infinity), "'wte'[1, 3] is inf") {
      $0.parameters[19] = .infinity
    }
    expect(.factor(name: "secondMomentFactor", found: 1.5), "'secondMomentFactor' is 1.5") {
      $0.secondMomentFactor = 1.5
    }
  }

  @Test("a setting outside its range is refused by its name in the file")
  func refusedSettings() throws {
    let state = try CheckpointTests.state()
    func expect(_ key: String, _ found: String, _ make: () throws -> Checkpoint) {
      #expect { try make() } throws: { error in
        guard case .badValue(let name, let value, let expected) = error as? CheckpointError else {
          return false
        }
        return name == key && value == found
          && (error as? CheckpointError)!.description.contains(expected)
      }
    }
    func changed(_ change: (inout TrainingState) -> Void) -> TrainingState {
      var state = state
      change(&state)
      return state
    }
    func evaluated(_ loss: Double, _ step: Int, _ since: Int) throws -> Checkpoint {
      let best = Checkpoint.Evaluations.Best(loss: loss, step: step, evaluationsSince: since)
      return try Checkpoint(state, evaluations: .init(interval: 1, best: best))
    }
    let short = String(repeating: "0", count: 63)
    expect("corpus_sha256", "") { try Checkpoint(changed { $0.corpusSHA256 = "" }) }
    expect("corpus_sha256", short + "A") { try Checkpoint(changed { $0.corpusSHA256 = short + "A" }) }
    expect("text_sha256", short + "g") { try Checkpoint(state, textSHA256: short + "g") }
    expect("text_sha256", short) { try Checkpoint(state, textSHA256: short) }
    expect("random_gaussian", "inf") {
      let words = state.random.state.words
      let random = PythonRandom.State(words: words, position: 0, cachedGaussian: .infinity)!
      return try Checkpoint(changed { $0.random = PythonRandom(state: random) })
    }
    expect("held_out", "0.0") { try Checkpoint(state, heldOut: .init(share: 0, seed: 0)) }
    expect("held_out", "1.0") { try Checkpoint(state, heldOut: .init(share: 1, seed: 0)) }
    expect("held_out", "nan") { try Checkpoint(state, heldOut: .init(share: .nan, seed: 0)) }
    expect("eval_every", "0") { try Checkpoint(state, evaluations: .init(interval: 0)) }
    expect("patience", "0") { try Checkpoint(state, evaluations: .init(interval: 1, patience: 0)) }
    expect("best_loss", "nan") { try evaluated(.nan, 1, 0) }
    expect("best_step", "11") { try evaluated(1, 11, 0) }
    expect("best_step", "-1") { try evaluated(1, -1, 0) }
    expect("evaluations_since_best", "-1") { try evaluated(1, 1, -1) }
    expect("temperature", "-0.5") { try Checkpoint(state, sampling: .init(temperature: -0.5)) }
    expect("temperature", "inf") { try Checkpoint(state, sampling: .init(temperature: .infinity)) }
    expect("samples", "-1") { try Checkpoint(state, sampling: .init(count: -1)) }
  }
}
