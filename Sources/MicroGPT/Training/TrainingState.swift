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

  /// Parameters and both moments: the property's name, the prefix of their matrices' names, the numbers, and the least
  /// that a number may be.
  var tensors: [(name: String, prefix: String, numbers: [Double], least: Double)] {
    [
      ("parameters", "", parameters, -.infinity),
      ("firstMoment", firstMomentPrefix, firstMoment, -.infinity),
      ("secondMoment", secondMomentPrefix, secondMoment, 0),
    ]
  }

  /// Checks that the parts agree with each other, so that a run can continue from them and a checkpoint can hold them.
  ///
  /// - Complexity: O(*n*) in the parameters.
  func validate() throws(TrainingStateError) {
    do { try configuration.validate() } catch { throw .configuration(error) }
    let vocabularySize = tokenizer.vocabularySize
    guard let count = configuration.parameterCount(vocabularySize: vocabularySize) else {
      throw .configuration(.tooLarge)
    }
    // A run that seems to have read 2⁵³ documents did not; counting on from there could overflow.
    let documents = UInt64(clamping: completedSteps).multipliedReportingOverflow(
      by: UInt64(configuration.batchSize))
    guard 0...configuration.steps ~= completedSteps, !documents.overflow, documents.partialValue < 1 << 53
    else {
      throw .steps(completed: completedSteps, all: configuration.steps)
    }
    for (name, _, numbers, _) in tensors where numbers.count != count {
      throw .count(name: name, expected: count, found: numbers.count)
    }
    let areFloats = arithmetic == .fast
    for (_, prefix, numbers, least) in tensors {
      func isInRange(_ number: Double) -> Bool { number >= least && number.isFinite }
      let wrong = numbers.firstIndex { !isInRange($0) || areFloats && Double(Float($0)) != $0 }
      guard let wrong else { continue }
      let layout = ParameterLayout(configuration, vocabularySize: vocabularySize), found = numbers[wrong]
      let (matrix, row, column) = layout.place(of: wrong), name = prefix + matrix
      throw isInRange(found)
        ? .notFloat(tensor: name, row: row, column: column, found: found)
        : .number(tensor: name, row: row, column: column, found: found)
    }
    for (name, factor) in [
      ("firstMomentFactor", firstMomentFactor), ("secondMomentFactor", secondMomentFactor),
    ] where !TrainingState.isFactor(factor) {
      throw .factor(name: name, found: factor)
    }
  }

  /// Whether a moment can have been divided by this factor.
  static func isFactor(_ number: Double) -> Bool { number > 0 && number <= 1 }

  /// Checks that a corpus is the one that the run began with.
  ///
  /// - Complexity: O(*n*) in the corpus's characters.
  func validate(_ corpus: Corpus) throws(TrainingStateError) {
    guard corpus.isStream == tokenizer.isStream else { throw .otherDivision(isStream: tokenizer.isStream) }
    let found = corpus.sha256
    guard found == corpusSHA256 else {
      throw .otherCorpus(expected: corpusSHA256, found: found)
    }
    if let (character, document) = tokenizer.firstUnknown(in: corpus) {
      throw .unknownCharacter(character, document: document)
    }
  }
}

/// Why a run cannot be resumed from a state, or a checkpoint cannot hold it.
public enum TrainingStateError: Error, Equatable {
  /// The configuration cannot be run.
  case configuration(ConfigurationError)
  /// The number of steps taken is negative, larger than the configuration's, or that of 2⁵³ documents or more.
  case steps(completed: Int, all: Int)
  /// The number of parameters or moments does not match the configuration.
  case count(name: String, expected: Int, found: Int)
  /// A parameter or moment is not finite, or a second moment is negative. Moments are named as in checkpoints:
  /// `adam.m.wte`, `adam.v.wte`.
  case number(tensor: String, row: Int, column: Int, found: Double)
  /// A number of the fast arithmetic is not a float.
  case notFloat(tensor: String, row: Int, column: Int, found: Double)
  /// A factor of a moment is not more than 0 and at most 1.
  case factor(name: String, found: Double)
  /// The run is on a stream and the corpus has documents, or the other way round.
  case otherDivision(isStream: Bool)
  /// The corpus is not the state's: their `Corpus.sha256` differ.
  case otherCorpus(expected: String, found: String)
  /// The corpus has a character outside the state's vocabulary. Documents count from 1.
  case unknownCharacter(Unicode.Scalar, document: Int)
}

extension TrainingStateError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .configuration(let error):
      error.description
    case .steps(let completed, let all):
      "The run has taken \(completed) of \(all) steps, which is impossible. The state is damaged; use another one."
    case .count(let name, let expected, let found):
      "'\(name)' has \(found) numbers, but a model of these sizes has \(expected). "
        + "Use the configuration that the run began with."
    case .number(let tensor, let row, let column, let found):
      "'\(tensor)'[\(row), \(column)] is \(found.isNaN ? "not a number" : "\(found)"), but parameters and moments have to "
        + "be finite, second moments also 0 or more. Use an earlier state, or train with a smaller learning rate."
    case .notFloat(let tensor, let row, let column, let found):
      "'\(tensor)'[\(row), \(column)] is \(found), which is not a float, but all numbers of the fast arithmetic are. "
        + "Use the exact arithmetic."
    case .factor(let name, let found):
      "'\(name)' is \(found.isNaN ? "not a number" : "\(found)"), but has to be more than 0 and at most 1. "
        + "The state is damaged; use another one."
    case .otherDivision(let isStream):
      isStream
        ? "The run is on a stream, but the text was read as documents. Read it as a stream."
        : "The run is on documents, but the text was read as a stream. Read it as lines or paragraphs, as it began."
    case .otherCorpus(let expected, let found):
      "The run comes from another text: its documents have SHA-256 \(expected), these \(found). "
        + "Give the text that it began with."
    case .unknownCharacter(let character, let document):
      "The run's vocabulary lacks \(name(of: character)), which document \(document) of its text has. "
        + "The state is damaged; use another one."
    }
  }
}
