// The sizes and hyperparameters of a run, the reference's by default. Hyperparameters.swift has their ranges.
//
// The shape legend, used in every doc comment of the library:
//
//     T  positions of a document, at most the block size     H  heads        V  tokens of the vocabulary
//     C  channels, the width of the embedding                D  C / H        B  documents in a batch
//     L  layers

/// What determines a run besides its documents: the model's sizes, the optimizer and the random numbers.
///
///     var configuration = Configuration()  // microgpt.py's own run
///     configuration.layers = 2
///     configuration.steps = 500
///
/// `Hyperparameter.all` has a row for each property: its range, and its names as an option and in files.
public struct Configuration: Sendable, Hashable {
  /// The number of transformer layers, *L*, at least 1.
  public var layers = 1
  /// The width of the embedding and of everything between the layers, *C*, at least 1; a multiple of `heads`.
  public var embedding = 16
  /// The number of attention heads, *H*, at least 1. Each has `embedding / heads` channels, *D*.
  public var heads = 4
  /// The context length in positions, *T*, at least 1. Longer documents are cut to it.
  public var blockSize = 16

  /// The number of documents in a step's batch, *B*, taken consecutively from the shuffled order; 1 or more. A step's
  /// loss is the mean of theirs.
  public var batchSize = 1
  /// The number of optimizer steps, `batchSize` documents each; 0 or more.
  public var steps = 1000
  /// The learning rate of the first step, 0 or more.
  public var learningRate = 0.01
  /// How the learning rate changes over the run.
  public var schedule = Schedule.linear
  /// The decay rate of Adam's first moment, the running mean of the gradients, β₁; 0 or more and less than 1.
  public var beta1 = 0.85
  /// The decay rate of Adam's second moment, the running mean of the squared gradients, β₂; 0 or more and less
  /// than 1.
  public var beta2 = 0.99
  /// Adam's ε, added to the root of the second moment before dividing by it; more than 0.
  public var epsilon = 1e-8
  /// Decoupled weight decay: each step multiplies every parameter by `1 - learningRate·weightDecay`, with that step's
  /// learning rate; 0 or more. It limits overfitting when documents are seen many times (AdamW: Loshchilov and
  /// Hutter, 2019).
  public var weightDecay = 0.0

  /// The standard deviation of the initial parameters, which are normally distributed around 0; 0 or more.
  public var initialStandardDeviation = 0.08
  /// Seeds the one stream of random numbers: the documents' order, the initial parameters, then the samples.
  public var seed: UInt64 = 42

  /// The configuration of microgpt.py: 1 layer of width 16, 4 heads, 16 positions, 1,000 steps, seed 42.
  public init() {}

  /// The width of one head, *D*.
  ///
  /// - Precondition: `heads` is not 0.
  public var headWidth: Int { embedding / heads }

  /// Checks every value against its range, then whether the heads divide the width.
  ///
  /// - Throws: The first `ConfigurationError`, in the order of `Hyperparameter.all`.
  public func validate() throws(ConfigurationError) {
    for parameter in Hyperparameter.all { try parameter.validate(self) }
    if embedding % heads != 0 { throw .headsDoNotDivide(embedding: embedding, heads: heads) }
  }
}

/// Why a configuration cannot be run.
public enum ConfigurationError: Error, Equatable {
  /// A size or count is below its minimum.
  case tooSmall(name: String, minimum: Int, found: Int)
  /// The width is not a multiple of the number of heads.
  case headsDoNotDivide(embedding: Int, heads: Int)
  /// A hyperparameter is outside its range, infinite or not a number.
  case outOfRange(name: String, range: String, found: Double)
  /// The model has more bytes than an `Int` can count.
  case tooLarge
}

extension ConfigurationError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .tooSmall(let name, let minimum, let found):
      "'\(name)' is \(found), but has to be at least \(minimum)."
    case .headsDoNotDivide(let embedding, let heads):
      "'embedding' is \(embedding), which \(heads) heads cannot share evenly. "
        + "Choose a multiple of \(heads), or other 'heads'."
    case .outOfRange(let name, let range, let found):
      "'\(name)' is \(found), but has to be a finite number, \(range)."
    case .tooLarge:
      "A model of this size has more bytes than can be counted. Choose a smaller one."
    }
  }
}
