import Testing

@testable import MicroGPT

@Suite("Training state")
struct TrainingStateTests {
  private static let documents = ["emma", "olivia", "ava", "isabella", "sophia", "mia", "zoe"]

  private static func trainer(
    _ arithmetic: Arithmetic, _ implementation: Implementation = .standard, batchSize: Int = 1,
    embedding: Int = 16
  ) throws -> Trainer {
    var configuration = Configuration()
    (configuration.steps, configuration.batchSize, configuration.embedding) = (30, batchSize, embedding)
    (configuration.schedule, configuration.weightDecay) = (.cosine, 0.05)
    return try Trainer(
      corpus: Corpus(documents: documents), configuration: configuration, engine: arithmetic,
      instructionSet: .widest, implementation: implementation)
  }

  private static func losses(_ trainer: Trainer, to end: Int = 30) throws -> [Double] {
    var losses: [Double] = []
    while trainer.completedSteps < end, let step = try trainer.step() { losses.append(step.loss) }
    return losses
  }

  @Test("the examples in the documentation hold")
  func documentedExamples() throws {
    let corpus = try Corpus(documents: TrainingStateTests.documents)
    let trainer = try Trainer(corpus: corpus)
    for _ in 0..<10 { _ = try trainer.step() }
    let state = trainer.state
    let resumed = try Trainer(resuming: state, corpus: corpus)
    #expect(resumed.completedSteps == 10)
    #expect(try resumed.step() == trainer.step())
  }

  @Test(
    "a run resumed from its state any number of times gives the bits of one that never stopped",
    arguments: tried(
      small: [(Arithmetic.exact, 1, 16), (.fast, 1, 16), (.exact, 3, 16)],
      large: [(Arithmetic.fast, 5, 48), (.fast, 1, 64)]),
    [Implementation.kernels, .specification])
  func resuming(size: (Arithmetic, Int, Int), implementation: Implementation) throws {
    let (arithmetic, batchSize, embedding) = size
    func trainer() throws -> Trainer {
      try TrainingStateTests.trainer(arithmetic, implementation, batchSize: batchSize, embedding: embedding)
    }
    let whole = try trainer(), expected = try TrainingStateTests.losses(whole)
    var part = try trainer(), losses: [Double] = []
    let corpus = try Corpus(documents: TrainingStateTests.documents)
    for stop in [0, 1, 7, 8, 29, 30] {
      losses += try TrainingStateTests.losses(part, to: stop)
      let state = part.state
      #expect(part.state == state)
      #expect(state.completedSteps == stop)
      part = try Trainer(resuming: state, corpus: corpus, instructionSet: nil, implementation: implementation)
      #expect(part.state == state)
    }
    #expect(losses == expected)
    #expect(part.state == whole.state)
    #expect(part.model == whole.model)
    #expect(try part.sampler().sample() == whole.sampler().sample())
    #expect(try part.step() == nil)
  }

  @Test(
    "a fast state has the engine's floats and names the instruction set, an exact one has neither"
  )
  func moments() throws {
    let fast = try TrainingStateTests.trainer(.fast, .kernels),
      exact = try TrainingStateTests.trainer(.exact, .kernels)
    for _ in 0..<10 { _ = (try fast.step(), try exact.step()) }
    let (a, b) = (fast.state, exact.state)
    #expect(a.instructionSet == .widest && b.instructionSet == nil)
    #expect((a.firstMomentFactor, a.secondMomentFactor) == (1 - 0.85, 1 - 0.99))
    #expect((b.firstMomentFactor, b.secondMomentFactor) == (1, 1))
    func areFloats(_ state: TrainingState) -> Bool {
      (state.parameters + state.firstMoment + state.secondMoment).allSatisfy { Double(Float($0)) == $0 }
    }
    #expect(areFloats(a) && !areFloats(b))
    let specification = try TrainingStateTests.trainer(.fast, .specification)
    for _ in 0..<10 { _ = try specification.step() }
    #expect(areFloats(specification.state))
    let largest = b.firstMoment.map { abs($0) }.max()!
    #expect(largest > 1e-3)
    for i in a.firstMoment.indices {
      #expect(abs(a.firstMoment[i] * a.firstMomentFactor - b.firstMoment[i]) < 1e-3 * largest)
    }
  }

  @Test("an engine continues from another's state, whose moments have other factors")
  func otherEngine() throws {
    let trainer = try TrainingStateTests.trainer(.fast, .kernels)
    _ = try TrainingStateTests.losses(trainer, to: 10)
    let corpus = try Corpus(documents: TrainingStateTests.documents)
    let other = try Trainer(
      resuming: trainer.state, corpus: corpus, instructionSet: nil, implementation: .specification)
    while let step = try trainer.step() { #expect(abs(try other.step()!.loss - step.loss) < 1e-3) }
  }

  @Test("the corpus is identified by its documents in their original order")
  func corpus() throws {
    let state = try TrainingStateTests.trainer(.exact).state
    // python3 -c "import hashlib; print(hashlib.sha256('emma\nolivia\nava\nisabella\nsophia\nmia\nzoe\n'.encode()).hexdigest())"
    #expect(state.corpusSHA256 == "19f345406bc6f031e3581a006d00299bdf6c76c59c07a83d366cdaf8eff90f0a")
    for documents in [
      TrainingStateTests.documents.reversed(), ["emma"], TrainingStateTests.documents + ["zoe"],
    ] {
      let corpus = try Corpus(documents: documents)
      #expect(throws: TrainingStateError.otherCorpus(expected: state.corpusSHA256, found: corpus.sha256)) {
        try Trainer(resuming: state, corpus: corpus)
      }
    }
  }

  @Test("a state that contradicts itself is refused, and the message names the part")
  func refused() throws {
    let corpus = try Corpus(documents: TrainingStateTests.documents)
    let state = try TrainingStateTests.trainer(.exact).state, count = state.parameters.count
    func expect(_ error: TrainingStateError, _ text: String, _ change: (inout TrainingState) -> Void) {
      var state = state
      change(&state)
      #expect(throws: error) { try Trainer(resuming: state, corpus: corpus) }
      #expect(error.description.contains(text))
      // A checkpoint refuses the same, but knows no corpus.
      if case .unknownCharacter = error { return }
      #expect(throws: CheckpointError.state(error)) { try Checkpoint(state) }
      #expect(CheckpointError.state(error).description == error.description)
    }
    expect(.configuration(.tooSmall(name: "layers", minimum: 1, found: 0)), "'layers'") {
      $0.configuration.layers = 0
    }
    expect(.unknownCharacter("o", document: 2), "lacks 'o' (U+006F), which document 2") {
      $0.tokenizer = Tokenizer(characters: $0.tokenizer.characters.map { $0 == "o" ? "x" : $0 })
    }
    expect(.steps(completed: 31, all: 30), "31 of 30") { $0.completedSteps = 31 }
    expect(.steps(completed: -1, all: 30), "-1 of 30") { $0.completedSteps = -1 }
    expect(.steps(completed: 1 << 53, all: .max), "of") {
      ($0.completedSteps, $0.configuration.steps) = (1 << 53, .max)
    }
    expect(.steps(completed: 1 << 52, all: .max), "of") {
      ($0.completedSteps, $0.configuration.steps, $0.configuration.batchSize) = (1 << 52, .max, 2)
    }
    expect(.steps(completed: .max, all: .max), "of") {
      ($0.completedSteps, $0.configuration.steps, $0.configuration.batchSize) = (.max, .max, 3)
    }
    expect(.count(name: "parameters", expected: count, found: 1), "'parameters' has 1") {
      $0.parameters = [0]
    }
    expect(.count(name: "firstMoment", expected: count, found: 0), "'firstMoment'") { $0.firstMoment = [] }
    expect(.count(name: "secondMoment", expected: count, found: count + 1), "'secondMoment'") {
      $0.secondMoment.append(0)
    }
    expect(.number(tensor: "wte", row: 1, column: 3, found: .infinity), "'wte'[1, 3] is inf") {
      $0.parameters[19] = .infinity
    }
    expect(.number(tensor: "adam.v.wte", row: 0, column: 0, found: -1), "-1") { $0.secondMoment[0] = -1 }
    let last = "adam.m.layer0.mlp_fc2"
    expect(.number(tensor: last, row: 15, column: 63, found: -.infinity), "'\(last)'[15, 63]") {
      $0.firstMoment[count - 1] = -.infinity
    }
    expect(.notFloat(tensor: "adam.m.wte", row: 0, column: 2, found: 0.1), "not a float") {
      $0.arithmetic = .fast
      $0.parameters = $0.parameters.map { Double(Float($0)) }
      $0.firstMoment[2] = 0.1
    }
    expect(.factor(name: "firstMomentFactor", found: 0), "'firstMomentFactor' is 0.0") {
      $0.firstMomentFactor = 0
    }
    expect(.factor(name: "secondMomentFactor", found: 1.5), "1.5") { $0.secondMomentFactor = 1.5 }
    var nan = state
    nan.parameters[0] = .nan
    #expect { try Trainer(resuming: nan, corpus: corpus) } throws: {
      "\($0)".hasPrefix("'wte'[0, 0] is not a number")
    }
    expect(
      .count(name: "parameters", expected: count + 12 * 16 * 16, found: count), "parameters"
    ) {
      $0.configuration.layers = 2
    }
  }
}
