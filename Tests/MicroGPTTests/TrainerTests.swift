import Foundation
import Testing

@testable import MicroGPT

@Suite struct TrainerTests {
  private static let names = ["emma", "olivia", "ava", "isabella", "sophia"]

  /// A small run.
  private static func trainer(
    _ documents: [String] = names, _ change: (inout Configuration) -> Void = { _ in }
  ) throws -> Trainer {
    var configuration = Configuration()
    (configuration.embedding, configuration.heads, configuration.blockSize) = (4, 2, 8)
    configuration.steps = 12
    change(&configuration)
    return try Trainer(corpus: Corpus(documents: documents), configuration: configuration)
  }

  /// The losses of all remaining steps.
  private static func losses(_ trainer: Trainer) throws -> [Double] {
    var losses: [Double] = []
    try trainer.train { step in
      losses.append(step.loss)
      return .continue
    }
    return losses
  }

  @Test("the examples in the documentation hold")
  func documentedExamples() throws {
    func print(_ values: Any...) {}
    let trainer = try Trainer(corpus: Corpus(documents: ["emma", "olivia", "ava"]))
    try trainer.train { step in
      print(step.number, step.loss)
      return step.loss < 0.5 ? .stop : .continue
    }
    let model = trainer.model
    #expect(trainer.completedSteps < 100)
    #expect(model.tokenizer == trainer.tokenizer)
  }

  @Test("the example of resuming in the documentation holds")
  func documentedResuming() throws {
    let corpus = try Corpus(documents: TrainerTests.names)
    let trainer = try Trainer(corpus: corpus)
    try trainer.train { $0.number == 400 ? .stop : .continue }
    let resumed = try Trainer(resuming: trainer.state, corpus: corpus)
    #expect(resumed.completedSteps == 400)
    try resumed.train()  // steps 401 to 1,000
    try trainer.train()
    #expect(resumed.model == trainer.model)
  }

  @Test("a given vocabulary may have more characters than the corpus, and the corpus's own changes nothing")
  func givenVocabulary() throws {
    let corpus = try Corpus(documents: TrainerTests.names)
    var configuration = Configuration()
    configuration.steps = 5
    func run(_ tokenizer: Tokenizer?) throws -> Trainer {
      let trainer = try Trainer(corpus: corpus, tokenizer: tokenizer, configuration: configuration)
      try trainer.train()
      return trainer
    }
    #expect(try run(Tokenizer(corpus)).model == run(nil).model)
    let larger = try run(Tokenizer(characters: Array("abcdefghijklmnopqrstuvwxyz".unicodeScalars)))
    #expect(larger.tokenizer.vocabularySize == 27 && larger.model["lm_head"]!.shape == [27, 16])
    let resumed = try Trainer(resuming: larger.state, corpus: corpus)
    #expect(resumed.model == larger.model)
  }

  @Test("steps are numbered from 1 to the last, and then there are none")
  func stepsEnd() throws {
    let trainer = try TrainerTests.trainer()
    for number in 1...12 {
      #expect(trainer.completedSteps == number - 1)
      let step = try #require(try trainer.step())
      #expect(step.number == number)
      #expect(step.loss > 0 && step.loss.isFinite)
    }
    let hash = trainer.model.parametersSHA256
    for _ in 0..<3 { #expect(try trainer.step() == nil) }
    try trainer.train { _ in
      Issue.record("There are no steps left.")
      return .continue
    }
    #expect(trainer.completedSteps == 12)
    #expect(trainer.model.parametersSHA256 == hash)
  }

  @Test("training without a callback takes every step")
  func withoutCallback() throws {
    let (trainer, other) = (try TrainerTests.trainer(), try TrainerTests.trainer())
    try trainer.train()
    _ = try TrainerTests.losses(other)
    #expect(trainer.completedSteps == 12)
    #expect(trainer.model == other.model)
  }

  @Test("stopping and continuing gives the run without a stop", arguments: [1, 5, 11, 12])
  func stopping(at stop: Int) throws {
    let whole = try TrainerTests.trainer(), losses = try TrainerTests.losses(whole)
    let trainer = try TrainerTests.trainer()
    var first: [Double] = []
    try trainer.train { step in
      first.append(step.loss)
      return step.number == stop ? .stop : .continue
    }
    #expect(first.count == stop)
    #expect(trainer.completedSteps == stop)
    #expect(try first + TrainerTests.losses(trainer) == losses)
    #expect(trainer.model == whole.model)
  }

  @Test("later steps change neither a model nor a sampler taken before")
  func copies() throws {
    let trainer = try TrainerTests.trainer()
    let (model, sampler) = (trainer.model, trainer.sampler())
    let hash = model.parametersSHA256
    try trainer.train()
    #expect(model.parametersSHA256 == hash)
    #expect(sampler.model == model)
    #expect(trainer.model != model)
  }

  @Test("sampling in the middle of a run does not change the run")
  func samplingInBetween() throws {
    let whole = try TrainerTests.trainer(), losses = try TrainerTests.losses(whole)
    let trainer = try TrainerTests.trainer()
    var found: [Double] = []
    while let step = try trainer.step() {
      found.append(step.loss)
      _ = try trainer.sampler().sample()
    }
    #expect(found == losses)
    #expect(try trainer.sampler().sample() == whole.sampler().sample())
  }

  @Test("steps take the documents in order and begin again after the last")
  func documentsWrapAround() throws {
    // With a learning rate of 0, the loss identifies the document.
    let trainer = try TrainerTests.trainer(["emma", "olivia", "ava"]) { $0.learningRate = 0 }
    let losses = try TrainerTests.losses(trainer)
    #expect(Set(losses).count == 3)
    for step in 3..<12 { #expect(losses[step] == losses[step - 3]) }
    for (position, loss) in losses.prefix(3).enumerated() {
      let alone = try TrainerTests.trainer(["emma", "olivia", "ava"]) { $0.learningRate = 0 }
      let tokens = try alone.tokenizer.encode(trainer.corpus.text(at: position)).map { Int32($0) }
      let engine = Specification(alone.model)
      engine.forward(tokens, at: 0..<tokens.count - 1)
      #expect(engine.loss(tokens, count: tokens.count - 1) == loss)
    }
  }

  @Test("documents are shuffled as in Python, before the parameters are drawn")
  func orderOfDraws() throws {
    let trainer = try TrainerTests.trainer()
    var random = PythonRandom(seed: 42)
    let corpus = try Corpus(documents: TrainerTests.names).shuffled(using: &random)
    #expect(trainer.corpus == corpus)
    #expect(
      trainer.model.parameters
        == (0..<trainer.parameterCount).map { _ in random.gaussian(mean: 0, standardDeviation: 0.08) })
    #expect(trainer.random == random)
    #expect(trainer.sampler().random == random)
  }

  @Test(
    "any document can be learned: one, a single character, an empty one, an overlong one",
    arguments: [["emma"], ["a"], ["", "a"], [""], [String(repeating: "abc", count: 100)], ["a", "b"]])
  func anyDocument(documents: [String]) throws {
    let trainer = try TrainerTests.trainer(documents) { $0.steps = 60 }
    let losses = try TrainerTests.losses(trainer)
    #expect(losses.count == 60)
    #expect(losses.allSatisfy { $0.isFinite && $0 >= 0 })
    let guess = Foundation.log(Double(trainer.tokenizer.vocabularySize))
    #expect(abs(losses[0] - guess) < 0.3, "The first loss is near ln V.")
    if guess > 0 { #expect(losses[59] < losses[0]) }
  }

  @Test("only the prefix of a document longer than the block counts")
  func overlong() throws {
    func losses(_ document: String) throws -> [Double] {
      try TrainerTests.losses(TrainerTests.trainer([document]) { $0.blockSize = 4 })
    }
    #expect(try losses("abcdefgh") == losses("abcdhgfe"))
    #expect(try losses("abcdefgh") != losses("abcedfgh"), "The fourth character is the last target.")
    // Exactly as long as the block: the last target is BOS only if there is room for it.
    #expect(try losses("abc") != losses("abca"))
  }

  @Test("no steps leave the initial parameters")
  func noSteps() throws {
    let trainer = try TrainerTests.trainer { $0.steps = 0 }
    #expect(try trainer.step() == nil)
    #expect(try TrainerTests.losses(trainer).isEmpty)
    #expect(try trainer.model.parameters == TrainerTests.trainer().model.parameters)
    _ = try trainer.sampler().sample()
  }

  @Test("a loss that is not finite is thrown at every step, and does not change the parameters")
  func lossNotFinite() throws {
    let trainer = try TrainerTests.trainer { $0.learningRate = 1e150 }
    #expect(try trainer.step()?.number == 1)
    let hash = trainer.model.parametersSHA256
    for _ in 0..<3 {
      let error = #expect(throws: TrainingError.self) { _ = try trainer.step() }
      guard case .lossNotFinite(let step, let loss) = error else { return }
      #expect(step == 2)
      #expect(!loss.isFinite)
      #expect(trainer.completedSteps == 1)
      #expect(trainer.model.parametersSHA256 == hash)
    }
    #expect(throws: TrainingError.self) { try trainer.train() }
  }

  @Test(
    "the message names the step and the loss, and what to do",
    arguments: [(Double.nan, "not a number"), (-.nan, "not a number"), (.infinity, "inf")])
  func message(loss: Double, text: String) {
    #expect(
      TrainingError.lossNotFinite(step: 2, loss: loss).description
        == "The loss of step 2 is \(text): the parameters have grown too large to compute with. "
        + "Try a smaller learning rate or smaller initial parameters.")
  }

  @Test("initial parameters too large to compute with are reported at the first step")
  func startNotFinite() throws {
    let trainer = try TrainerTests.trainer { $0.initialStandardDeviation = 1e150 }
    let error = #expect(throws: TrainingError.self) { try trainer.train() }
    guard case .lossNotFinite(let step, _) = error else { return }
    #expect(step == 1)
    #expect(trainer.completedSteps == 0)
  }

  @Test("a document of probability 0 has an infinite loss, which is thrown")
  func impossible() throws {
    let trainer = try TrainerTests.trainer { $0.initialStandardDeviation = 100 }
    #expect(throws: TrainingError.lossNotFinite(step: 1, loss: .infinity)) { try trainer.train() }
  }

  @Test("the first step has the length of the learning rate")
  func firstStep() throws {
    let trainer = try TrainerTests.trainer { $0.learningRate = 0.25 }
    let before = trainer.model.parameters
    _ = try trainer.step()
    let moves = zip(before, trainer.model.parameters).map { abs($0 - $1) }.filter { $0 != 0 }
    #expect(moves.count > 100)
    #expect(moves.allSatisfy { $0 < 0.2500001 } && moves.contains { $0 > 0.2499999 })
  }

  @Test("the learning rate falls linearly, to 0 one step after the last", arguments: [1, 4, 12])
  func learningRate(steps: Int) throws {
    // With both βs 0, Adam moves every parameter that has a gradient by the learning rate.
    let trainer = try TrainerTests.trainer {
      ($0.beta1, $0.beta2, $0.epsilon, $0.learningRate) = (0, 0, 1e-300, 0.25)
      $0.steps = steps
    }
    var before = trainer.model.parameters
    for step in 0..<steps {
      _ = try trainer.step()
      let after = trainer.model.parameters
      let rate = 0.25 * (1 - Double(step) / Double(steps))
      let moves = zip(before, after).map { abs($0 - $1) }.filter { $0 != 0 }
      #expect(moves.count > 100)
      #expect(moves.allSatisfy { abs($0 - rate) < 1e-12 }, "step \(step + 1)")
      before = after
    }
  }

  @Test(
    "weight decay scales every parameter at each step, and the next loss is that of the result",
    arguments: Arithmetic.allCases, InstructionSet.available)
  func weightDecay(engine: Arithmetic, set: InstructionSet) throws {
    var configuration = Configuration()
    (configuration.embedding, configuration.heads, configuration.layers) = (24, 3, 2)
    (configuration.blockSize, configuration.batchSize) = (8, 2)
    // Learning rates so small that only the decay moves parameters.
    (configuration.learningRate, configuration.weightDecay) = (1e-12, 0.25e12)
    (configuration.steps, configuration.schedule) = (3, .constant)
    let corpus = try Corpus(documents: TrainerTests.names)
    let trainer = try Trainer(
      corpus: corpus, configuration: configuration, engine: engine, instructionSet: set)
    let first = trainer.model.parameters
    for step in 0...3 {
      let factor = [1, 0.75, 0.5625, 0.421875][step], model = trainer.model
      let expected = first.map { $0 * factor }
      #expect(zip(model.parameters, expected).allSatisfy { abs($0 - $1) < 1e-6 * abs($1) + 1e-10 })
      // The engine computes with the parameters that it returns, its transposed copies included.
      let specification = Specification(model), document = trainer.corpus[0]
      let tokens = trainer.tokenizer.encode(document).map { Int32($0) }, count = min(tokens.count - 1, 8)
      specification.forward(tokens, at: 0..<count)
      let loss = try trainer.evaluate(Corpus(documents: [trainer.corpus.text(at: 0)])).loss
      #expect(abs(loss - specification.loss(tokens, count: count)) < 1e-6)
      _ = try trainer.step()
    }
  }

  @Test("a configuration outside its ranges or too large to count is refused")
  func configuration() {
    #expect(throws: ConfigurationError.tooSmall(name: "layers", minimum: 1, found: 0)) {
      try TrainerTests.trainer { $0.layers = 0 }
    }
    #expect(throws: ConfigurationError.tooLarge) { try TrainerTests.trainer { $0.layers = .max } }
    #expect(throws: ConfigurationError.tooLarge) { try TrainerTests.trainer { $0.blockSize = .max } }
    // The parameters' bytes do not overflow, but the activations' do.
    #expect(throws: ConfigurationError.tooLarge) { try TrainerTests.trainer { $0.blockSize = 1 << 32 } }
  }

  #if os(Linux)
    @Test("the memory of a run does not grow")
    func memoryIsFlat() async {
      // In a separate process, where no other test allocates.
      await #expect(processExitsWith: .success) {
        /// Resident pages that are not part of a file, as the program's code is.
        func pages() throws -> Int {
          let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
          let fields = text.split(separator: " ").compactMap { Int($0) }
          return fields[1] - fields[2]
        }
        let trainer = try TrainerTests.trainer {
          ($0.embedding, $0.heads, $0.blockSize, $0.steps) = (1, 1, 2, 20_000)
        }
        for _ in 0..<1000 { _ = try trainer.step() }
        _ = try pages()  // Reading a file for the first time takes memory too.
        let before = try pages()
        try trainer.train()
        let after = try pages()
        // The smallest leak, 32 bytes a step, would be 148 pages.
        if trainer.completedSteps != 20_000 || after > before + 16 { exit(EXIT_FAILURE) }
      }
    }
  #endif
}
