// A training run: documents in their shuffled order; each step runs a forward pass, a backward pass and an optimizer
// update.

/// Trains a model on a corpus, with one or more documents per step.
///
///     let trainer = try Trainer(corpus: Corpus(documents: ["emma", "olivia", "ava"]))
///     try trainer.train { step in
///       print(step.number, step.loss)
///       return step.loss < 0.5 ? .stop : .continue
///     }
///     let model = trainer.model
///
/// The run is the reference's: the same corpus and configuration give the losses, parameters and samples
/// that microgpt.py gives under CPython, bit for bit (where the C library is the same).
///
/// A class, because a run has an identity: its steps happen once, in order. All memory that a step needs is
/// allocated when the run begins. An app trains by `BackgroundTrainer`, off its main actor.
public final class Trainer {
  /// The run's sizes and hyperparameters. `train(steps:)` can raise its number of steps.
  public internal(set) var configuration: Configuration
  /// The vocabulary: the corpus's, or that of the model whose parameters the run began with.
  public let tokenizer: Tokenizer
  /// The documents in the order in which steps take them; the first follows the last. Of a stream steps draw windows.
  public let corpus: Corpus
  /// The random numbers after the initial parameters were drawn: samples continue from here. A run that began with
  /// a model's parameters drew none, so they continue right after the documents were shuffled.
  public let random: PythonRandom
  /// How many steps have been taken.
  public private(set) var completedSteps = 0

  /// The number of the model's parameters.
  public let parameterCount: Int
  /// The arithmetic of the run.
  public let arithmetic: Arithmetic

  /// The instruction set of the kernels that it uses.
  public let instructionSet: InstructionSet

  private let engine: TrainingEngine
  /// The hash of the documents as they were given, before they were shuffled, computed when the run's state is first asked
  /// for.
  private lazy var corpusSHA256 = corpus.unshuffled(from: PythonRandom(seed: configuration.seed)).sha256
  /// The documents of a step; unused between steps.
  var batch: Batch
  private let tokens: UnsafeMutableBufferPointer<Int32>

  /// A step that has been taken.
  public struct Step: Sendable, Equatable {
    /// The step's number, from 1.
    public let number: Int
    /// The loss before the step, in nats a token: the mean surprise over the document's positions.
    public let loss: Double
  }

  /// What `train` does after a step.
  public enum Decision: Sendable {
    /// Takes the next step, if there is one.
    case `continue`
    /// Returns; another call of `train` continues from there.
    case stop
  }

  /// Shuffles the documents and draws the initial parameters.
  ///
  /// - Parameters:
  ///   - corpus: The documents to learn from. Their order is copied only if something else refers to it.
  ///   - tokenizer: The vocabulary, by default the corpus's. It has to have every character of the corpus and may have
  ///     others, such as those of documents that are held out.
  ///   - configuration: The run's sizes and hyperparameters.
  ///   - arithmetic: The arithmetic to compute in.
  ///   - instructionSet: The instruction set to use, by default the widest. The exact arithmetic's bits do not depend
  ///     on it.
  /// - Precondition: The vocabulary is a stream's if the corpus is one, and documents' if not.
  /// - Throws: `ConfigurationError` if a value is outside its range, or the model has more bytes than an `Int` can
  ///   count.
  public convenience init(
    corpus: Corpus, tokenizer: Tokenizer? = nil, configuration: Configuration = Configuration(),
    engine arithmetic: Arithmetic = .exact, instructionSet: InstructionSet = .widest
  ) throws(ConfigurationError) {
    try self.init(
      corpus: corpus, tokenizer: tokenizer, configuration: configuration, engine: arithmetic,
      instructionSet: instructionSet, implementation: .standard)
  }

  /// A run by a given implementation.
  convenience init(
    corpus: Corpus, tokenizer: Tokenizer? = nil, configuration: Configuration, engine arithmetic: Arithmetic,
    instructionSet: InstructionSet, implementation: Implementation
  ) throws(ConfigurationError) {
    let tokenizer = tokenizer ?? Tokenizer(corpus)
    precondition(
      tokenizer.isStream == corpus.isStream,
      "A stream and its vocabulary go together, as do documents and theirs.")
    try Trainer.check(configuration, tokenizer, arithmetic)
    var random = PythonRandom(seed: configuration.seed)
    var shuffled = corpus
    shuffled.shuffle(using: &random)
    let set = min(instructionSet, .widest)
    let parameters = random.gaussians(
      configuration.parameterCount(vocabularySize: tokenizer.vocabularySize)!,
      standardDeviation: configuration.initialStandardDeviation)
    let engine = Engine(arithmetic, implementation).training(
      configuration, tokenizer.vocabularySize, set, .parameters(parameters))
    self.init(engine, configuration, arithmetic, set, tokenizer, shuffled: shuffled, random)
  }

  /// Resumes a run from a state, to the same bits as if it had never stopped.
  ///
  ///     let trainer = try Trainer(corpus: corpus)
  ///     try trainer.train { $0.number == 400 ? .stop : .continue }
  ///     let resumed = try Trainer(resuming: trainer.state, corpus: corpus)
  ///     try resumed.train()  // steps 401 to 1,000
  ///
  /// - Parameters:
  ///   - state: Taken by `Trainer.state`.
  ///   - corpus: The corpus that the run began with, as it was given then: in its original order, not shuffled.
  ///   - instructionSet: The instruction set to use, by default the state's, or the widest if the state has none. The
  ///     fast arithmetic's bits depend on it.
  /// - Throws: `TrainingStateError` if the state contradicts itself or belongs to another corpus.
  public convenience init(
    resuming state: TrainingState, corpus: Corpus, instructionSet: InstructionSet? = nil
  ) throws(TrainingStateError) {
    try self.init(
      resuming: state, corpus: corpus, instructionSet: instructionSet, implementation: .standard)
  }

  /// Resumes by a given implementation.
  convenience init(
    resuming state: TrainingState, corpus: Corpus, instructionSet: InstructionSet?,
    implementation: Implementation
  ) throws(TrainingStateError) {
    try state.validate()
    do { try Trainer.check(state.configuration, state.tokenizer, state.arithmetic) } catch {
      throw .configuration(error)
    }
    try state.validate(corpus)
    var random = PythonRandom(seed: state.configuration.seed)
    var shuffled = corpus
    shuffled.shuffle(using: &random)
    let set = min(instructionSet ?? state.instructionSet ?? .widest, .widest)
    let engine = Engine(state.arithmetic, implementation).training(
      state.configuration, state.tokenizer.vocabularySize, set, .state(state.engineState))
    self.init(
      engine, state.configuration, state.arithmetic, set, state.tokenizer, shuffled: shuffled,
      state.random)
    completedSteps = state.completedSteps
    corpusSHA256 = state.corpusSHA256
  }

  /// Checks that a configuration can be run, and that its bytes can be counted.
  static func check(
    _ configuration: Configuration, _ tokenizer: Tokenizer, _ arithmetic: Arithmetic
  ) throws(ConfigurationError) {
    try configuration.validate()
    guard
      configuration.trainingMemory(vocabularySize: tokenizer.vocabularySize, engine: arithmetic) != nil
    else { throw .tooLarge }
  }

  /// A run of these parts, before its first step.
  init(
    _ engine: TrainingEngine, _ configuration: Configuration, _ arithmetic: Arithmetic, _ set: InstructionSet,
    _ tokenizer: Tokenizer, shuffled corpus: Corpus, _ random: PythonRandom
  ) {
    (self.engine, self.configuration, self.arithmetic, instructionSet) = (
      engine, configuration, arithmetic, set
    )
    (self.tokenizer, self.corpus, self.random) = (tokenizer, corpus, random)
    parameterCount = configuration.parameterCount(vocabularySize: tokenizer.vocabularySize)!
    batch = Batch(documents: configuration.batchSize, positions: configuration.blockSize)
    tokens = .allocate(capacity: configuration.blockSize + 1)
  }

  deinit { tokens.deallocate() }

  /// Takes the next step.
  ///
  /// - Returns: The step, or `nil` if all steps of the configuration have been taken.
  /// - Throws: `TrainingError` if the loss is not finite. The parameters do not change then.
  /// - Complexity: O(*B*·*T*·(*L*·*C*² + *T*·*L*·*C* + *V*·*C*)) for *B* documents of *T* positions, and O(1) memory: nothing is
  ///   allocated.
  public func step() throws(TrainingError) -> Step? {
    guard completedSteps < configuration.steps else { return nil }
    batch.removeAll()
    let first = completedSteps * configuration.batchSize
    for i in first..<first + configuration.batchSize {
      append(corpus.draw(i, blockSize: configuration.blockSize, seed: configuration.seed))
    }
    let learningRate = configuration.learningRate(step: completedSteps)
    let number = completedSteps + 1
    let loss = engine.step(batch, number, learningRate)
    guard loss.isFinite else { throw .lossNotFinite(step: number, loss: loss) }
    completedSteps += 1
    return Step(number: completedSteps, loss: loss)
  }

  /// Adds a document to the batch.
  private func append(_ document: Corpus.Document) {
    batch.append(tokens.baseAddress!, count: tokenizer.encode(document, into: tokens))
  }

  /// Computes the losses of a batch's documents; the parameters do not change.
  var batchLosses: BatchLosses { engine.losses }

  /// The model as it is now: a copy that later steps do not change.
  public var model: Model { Model(unchecked: engine.parameters(), configuration, tokenizer) }

  /// The run as it is now: everything needed to continue from here, except the corpus.
  ///
  /// - Complexity: O(*n*) in the parameters; the first time also in the corpus's characters, which are hashed once.
  public var state: TrainingState {
    let engine = engine.state()
    return TrainingState(
      configuration: configuration, arithmetic: arithmetic,
      instructionSet: arithmetic == .exact ? nil : instructionSet, tokenizer: tokenizer,
      corpusSHA256: corpusSHA256, completedSteps: completedSteps, random: random,
      parameters: engine.parameters, firstMoment: engine.firstMoment,
      firstMomentFactor: engine.firstMomentFactor, secondMoment: engine.secondMoment,
      secondMomentFactor: engine.secondMomentFactor)
  }

  /// A sampler of the model as it is now, whose random numbers continue where the initial parameters ended, as
  /// the reference's do.
  public func sampler() -> Sampler { Sampler(model, random: random) }
}

/// Why a run cannot continue.
public enum TrainingError: Error, Equatable {
  /// The loss became infinite or not a number at this step.
  case lossNotFinite(step: Int, loss: Double)
}

extension TrainingError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .lossNotFinite(let step, let loss):
      "The loss of step \(step) is \(loss.isNaN ? "not a number" : "\(loss)"): the parameters have grown too "
        + "large to compute with. Try a smaller learning rate or smaller initial parameters."
    }
  }
}
