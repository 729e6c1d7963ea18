// A training run: documents in their shuffled order, each step the way forward, the way back and a step of the
// optimizer.

/// Trains a model on a corpus, one document a step or several.
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
/// allocated when the run begins.
public final class Trainer {
  /// The run's sizes and hyperparameters.
  public let configuration: Configuration
  /// The vocabulary of the corpus.
  public let tokenizer: Tokenizer
  /// The documents in the order in which steps take them, again from the first after the last.
  public let corpus: Corpus
  /// The random numbers after the first parameters were drawn: samples go on from here.
  public let random: PythonRandom
  /// How many steps have been taken.
  public private(set) var completedSteps = 0

  /// The number of the model's parameters.
  public let parameterCount: Int
  /// The arithmetic of the run.
  public let arithmetic: Arithmetic

  /// An enumeration, not a protocol: through one the runs would not be compiled for their arithmetics.
  private enum Run {
    case specification(SpecificationRun)
    case exact(TrainingRun<ExactArithmetic>)
    case fast(TrainingRun<FastArithmetic>)
  }

  private let run: Run
  /// The documents of a step; between steps it is free.
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
    /// Returns; another call of `train` goes on from there.
    case stop
  }

  /// Shuffles the documents and draws the first parameters.
  ///
  /// - Parameters:
  ///   - corpus: The documents to learn from.
  ///   - configuration: The run's sizes and hyperparameters.
  ///   - arithmetic: The arithmetic to compute in.
  ///   - instructionSet: The processor's instructions to use, if not the widest. The exact engine's bits do not
  ///     depend on it.
  /// - Throws: `ConfigurationError` if a value is outside its range, or the model is larger than can be counted.
  public init(
    corpus: Corpus, configuration: Configuration = Configuration(), arithmetic: Arithmetic = .exact,
    instructionSet: InstructionSet = .widest
  ) throws(ConfigurationError) {
    try configuration.validate()
    let tokenizer = Tokenizer(corpus), vocabularySize = tokenizer.vocabularySize
    guard configuration.trainingMemory(vocabularySize: vocabularySize, arithmetic: arithmetic) != nil else {
      throw .tooLarge
    }

    var random = PythonRandom(seed: configuration.seed)
    self.configuration = configuration
    self.tokenizer = tokenizer
    self.arithmetic = arithmetic
    self.corpus = corpus.shuffled(using: &random)
    func draw(_ index: Int) -> Double {
      random.gaussian(standardDeviation: configuration.initialStandardDeviation)
    }
    let set = min(instructionSet, .widest)
    run =
      switch arithmetic {
      case .exact where SpecificationRun.serves(configuration, set):
        .specification(SpecificationRun(configuration, vocabularySize: vocabularySize, parameter: draw))
      case .exact:
        .exact(
          TrainingRun(configuration, vocabularySize: vocabularySize, instructionSet: set, parameter: draw))
      case .fast:
        .fast(
          TrainingRun(configuration, vocabularySize: vocabularySize, instructionSet: set, parameter: draw))
      }
    self.random = random
    parameterCount = configuration.parameterCount(vocabularySize: vocabularySize)!
    batch = Batch(documents: configuration.batchSize, positions: configuration.blockSize)
    tokens = .allocate(capacity: configuration.blockSize + 1)
  }

  deinit { tokens.deallocate() }

  /// Takes the next step.
  ///
  /// - Returns: The step, or `nil` if all steps of the configuration have been taken.
  /// - Throws: `TrainingError` if the loss is not finite. The parameters are then those before the step.
  /// - Complexity: O(*T*·(*L*·*C*² + *T*·*L*·*C* + *V*·*C*)), and O(1) memory: nothing is allocated.
  public func step() throws(TrainingError) -> Step? {
    guard completedSteps < configuration.steps else { return nil }
    batch.removeAll()
    for i in 0..<configuration.batchSize {
      append(corpus[(completedSteps * configuration.batchSize + i) % corpus.count])
    }
    let learningRate = configuration.learningRate(step: completedSteps)
    let number = completedSteps + 1
    let loss =
      switch run {
      case .specification(let run): run.step(batch, number: number, learningRate: learningRate)
      case .exact(let run): run.step(batch, number: number, learningRate: learningRate)
      case .fast(let run): run.step(batch, number: number, learningRate: learningRate)
      }
    guard loss.isFinite else { throw .lossNotFinite(step: number, loss: loss) }
    completedSteps += 1
    return Step(number: completedSteps, loss: loss)
  }

  /// Takes all steps that are left, or as many as the caller wants.
  ///
  /// - Parameter decide: Called after every step.
  /// - Throws: `TrainingError` if a loss is not finite.
  public func train(_ decide: (Step) -> Decision = { _ in .continue }) throws(TrainingError) {
    while let step = try step() {
      if case .stop = decide(step) { return }
    }
  }

  /// Adds a document to the batch.
  func append(_ document: ArraySlice<Unicode.Scalar>) {
    batch.append(tokens.baseAddress!, count: tokenizer.encode(document, into: tokens))
  }

  /// The loss of the documents in the batch, from which nothing is learned.
  func batchLoss() -> Double {
    switch run {
    case .specification(let run): run.loss(batch)
    case .exact(let run): run.loss(batch)
    case .fast(let run): run.loss(batch)
    }
  }

  /// The model as it is now: a copy that later steps do not change.
  public var model: Model {
    let parameters =
      switch run {
      case .specification(let run): run.parameters
      case .exact(let run): run.parameters
      case .fast(let run): run.parameters
      }
    return Model(configuration: configuration, tokenizer: tokenizer, parameters: parameters)
  }

  /// A sampler of the model as it is now, whose random numbers go on where the first parameters ended, as
  /// the reference's do.
  public func sampler() -> Sampler { Sampler(model, random: random) }
}

/// Why a run cannot go on.
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
        + "large to compute with. Try a smaller learning rate or smaller first parameters."
    }
  }
}
