// The sizes and hyperparameters of a run, the reference's by default, and what they may be.
//
// The shape legend, used in every doc comment of the library:
//
//     T  positions of a document, at most the block size     H  heads        V  tokens of the vocabulary
//     C  channels, the width of the embedding                D  C / H        B  documents in a batch
//     L  layers

/// What decides a run, besides its documents: the model's sizes, the start and the optimizer.
///
///     var configuration = Configuration()  // microgpt.py's own run
///     configuration.layers = 2
///     configuration.steps = 500
public struct Configuration: Sendable, Equatable {
  /// The number of transformer layers, *L*, at least 1.
  public var layers = 1
  /// The width of the embedding and of everything between the layers, *C*, at least 1; a multiple of `heads`.
  public var embedding = 16
  /// The number of attention heads, *H*, at least 1. Each sees `embedding / heads` channels, *D*.
  public var heads = 4
  /// The number of positions the model can look at, *T*, at least 1. Longer documents are cut to it.
  public var blockSize = 16

  /// Seeds the one stream of random numbers: the documents' order, the first parameters, then the samples.
  public var seed: UInt64 = 42
  /// The standard deviation of the first parameters, which are normally distributed around 0; 0 or more.
  public var initialStandardDeviation = 0.08

  /// The number of documents that a step learns from, *B*: consecutive ones of the shuffled order. A step's
  /// loss is the mean of theirs. 1 or more.
  public var batchSize = 1
  /// The number of optimizer steps, `batchSize` documents each; 0 or more.
  public var steps = 1000
  /// The learning rate of the first step, 0 or more.
  public var learningRate = 0.01
  /// How the learning rate goes on from there.
  public var schedule = Schedule.linear
  /// How much of the running mean of the gradients a step keeps, Adam's β₁; 0 or more and less than 1.
  public var beta1 = 0.85
  /// How much of the running mean of the squared gradients a step keeps, Adam's β₂; 0 or more and less than 1.
  public var beta2 = 0.99
  /// What Adam adds to the root of the mean square before it divides by it, its ε; more than 0.
  public var epsilon = 1e-8
  /// How much of itself a parameter loses in a step, times the learning rate; 0 or more. It keeps a model that
  /// sees its documents many times from learning them by heart (Loshchilov and Hutter, 2019).
  public var weightDecay = 0.0

  /// The configuration of microgpt.py: 1 layer of width 16, 4 heads, 16 positions, 1,000 steps, seed 42.
  public init() {}

  /// The width of one head, *D*.
  ///
  /// - Precondition: There are heads.
  public var headWidth: Int { embedding / heads }

  /// Checks every value against its range.
  ///
  /// - Throws: The first `ConfigurationError`, in the order of the properties.
  public func validate() throws(ConfigurationError) {
    for (name, value) in [
      ("layers", layers), ("embedding", embedding), ("heads", heads), ("blockSize", blockSize),
      ("batchSize", batchSize),
    ] where value < 1 {
      throw .tooSmall(name: name, minimum: 1, found: value)
    }
    if embedding % heads != 0 { throw .headsDoNotDivide(embedding: embedding, heads: heads) }
    let deviation = initialStandardDeviation
    try require(deviation >= 0, "initialStandardDeviation", "0 or more", deviation)
    if steps < 0 { throw .tooSmall(name: "steps", minimum: 0, found: steps) }
    try require(learningRate >= 0, "learningRate", "0 or more", learningRate)
    try require(beta1 >= 0 && beta1 < 1, "beta1", "0 or more and less than 1", beta1)
    try require(beta2 >= 0 && beta2 < 1, "beta2", "0 or more and less than 1", beta2)
    try require(epsilon > 0, "epsilon", "more than 0", epsilon)
    try require(weightDecay >= 0, "weightDecay", "0 or more", weightDecay)
  }

  private func require(
    _ holds: Bool, _ name: String, _ range: String, _ value: Double
  ) throws(ConfigurationError) {
    if !holds || !value.isFinite { throw .outOfRange(name: name, range: range, found: value) }
  }
}

/// Why a configuration cannot be run.
public enum ConfigurationError: Error, Equatable {
  /// A size or count is below what makes sense.
  case tooSmall(name: String, minimum: Int, found: Int)
  /// The width cannot be shared out evenly among the heads.
  case headsDoNotDivide(embedding: Int, heads: Int)
  /// A hyperparameter is outside its range, infinite or not a number.
  case outOfRange(name: String, range: String, found: Double)
  /// So many parameters or positions that their bytes cannot be counted in an `Int`.
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
