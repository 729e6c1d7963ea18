// A training run between two steps, as a value: what a checkpoint holds.

/// Everything needed to continue a run, except its corpus.
///
///     let state = trainer.state
///     let resumed = try Trainer(resuming: state, corpus: corpus)
///
/// Parameters and moments are in the reference's order, that of `Model.parameters`. In the fast arithmetic they are
/// floats, and the moments lack the factors `1 - β`, which are stored beside them. Each number is thus exactly the
/// engine's, and a resumed run has the same bits.
public struct TrainingState: Sendable, Equatable {
  /// The run's sizes and hyperparameters.
  public var configuration: Configuration
  /// The arithmetic of the run.
  public var arithmetic: Arithmetic
  /// The instruction set of the run if its bits depend on it, as in the fast arithmetic.
  public var instructionSet: InstructionSet?
  /// The vocabulary: the corpus's, or a model's that has more characters.
  public var tokenizer: Tokenizer
  /// `Corpus.sha256` of the corpus as it was given.
  public var corpusSHA256: String
  /// How many steps have been taken.
  public var completedSteps: Int
  /// The random numbers after the initial parameters were drawn, before the first sample.
  public var random: PythonRandom
  /// The parameters, `[n]`.
  public var parameters: [Double]
  /// Adam's first moment, the running mean of each gradient, divided by `firstMomentFactor`, `[n]`.
  public var firstMoment: [Double]
  /// The factor that turns `firstMoment` into Adam's first moment.
  public var firstMomentFactor: Double
  /// Adam's second moment, the running mean of each gradient's square, divided by `secondMomentFactor`, `[n]`.
  public var secondMoment: [Double]
  /// The factor that turns `secondMoment` into Adam's second moment.
  public var secondMomentFactor: Double

  /// A state of these parts, such as those read from a file. `Trainer(resuming:corpus:)` checks them.
  public init(
    configuration: Configuration, arithmetic: Arithmetic, instructionSet: InstructionSet?,
    tokenizer: Tokenizer,
    corpusSHA256: String, completedSteps: Int, random: PythonRandom, parameters: [Double],
    firstMoment: [Double], firstMomentFactor: Double, secondMoment: [Double], secondMomentFactor: Double
  ) {
    (self.configuration, self.arithmetic, self.instructionSet) = (configuration, arithmetic, instructionSet)
    (self.tokenizer, self.corpusSHA256) = (tokenizer, corpusSHA256)
    (self.completedSteps, self.random, self.parameters) = (completedSteps, random, parameters)
    (self.firstMoment, self.firstMomentFactor) = (firstMoment, firstMomentFactor)
    (self.secondMoment, self.secondMomentFactor) = (secondMoment, secondMomentFactor)
  }

  /// The engine's part.
  var engineState: EngineState {
    EngineState(
      parameters: parameters, firstMoment: firstMoment, firstMomentFactor: firstMomentFactor,
      secondMoment: secondMoment, secondMomentFactor: secondMomentFactor)
  }

  /// Checks that the parts agree with each other and with the corpus.
  func validate(_ corpus: Corpus) throws(TrainingStateError) {
    let found = corpus.sha256
    guard found == corpusSHA256 else { throw .otherCorpus(expected: corpusSHA256, found: found) }
    if let (character, document) = tokenizer.firstUnknown(in: corpus) {
      throw .unknownCharacter(character, document: document)
    }
    guard completedSteps >= 0, completedSteps <= configuration.steps else {
      throw .steps(completed: completedSteps, all: configuration.steps)
    }
    let count = configuration.parameterCount(vocabularySize: tokenizer.vocabularySize) ?? 0
    for (name, numbers, least) in [
      ("parameters", parameters, -Double.infinity), ("firstMoment", firstMoment, -.infinity),
      ("secondMoment", secondMoment, 0),
    ] {
      guard numbers.count == count else { throw .count(name: name, expected: count, found: numbers.count) }
      if let index = numbers.firstIndex(where: { !($0.isFinite && $0 >= least) }) {
        throw .number(name: name, index: index, found: numbers[index])
      }
    }
    for (name, factor) in [
      ("firstMomentFactor", firstMomentFactor), ("secondMomentFactor", secondMomentFactor),
    ] where !(factor > 0 && factor <= 1) {
      throw .number(name: name, index: 0, found: factor)
    }
  }
}

/// Why a run cannot be resumed from a state.
public enum TrainingStateError: Error, Equatable {
  /// The configuration cannot be run.
  case configuration(ConfigurationError)
  /// The corpus is not the state's: their `Corpus.sha256` differ.
  case otherCorpus(expected: String, found: String)
  /// The corpus has a character outside the state's vocabulary. Documents count from 1.
  case unknownCharacter(Unicode.Scalar, document: Int)
  /// The number of steps taken is negative, or larger than the configuration's.
  case steps(completed: Int, all: Int)
  /// The number of parameters or moments does not match the configuration.
  case count(name: String, expected: Int, found: Int)
  /// A parameter, moment or factor is not finite, or is outside its range.
  case number(name: String, index: Int, found: Double)
}

extension TrainingStateError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .configuration(let error):
      error.description
    case .otherCorpus(let expected, let found):
      "The run comes from another text: its documents have SHA-256 \(expected), these \(found). "
        + "Give the text that it began with."
    case .unknownCharacter(let character, let document):
      "The run's vocabulary lacks \(name(of: character)), which document \(document) of its text has. "
        + "The state is damaged; start from another one."
    case .steps(let completed, let all):
      "The run has taken \(completed) of \(all) steps, which is impossible. The state is damaged; start from another one."
    case .count(let name, let expected, let found):
      "'\(name)' has \(found) numbers, but a model of these sizes has \(expected). "
        + "Use the configuration that the run began with."
    case .number(let name, let index, let found):
      "'\(name)'[\(index)] is \(found.isNaN ? "not a number" : "\(found)"), which no run can have. "
        + "The state is damaged; start from another one."
    }
  }
}
