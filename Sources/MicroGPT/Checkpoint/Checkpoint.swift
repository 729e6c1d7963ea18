// A training run as the bytes of a file: everything needed to resume it, except the text, and to sample from its model.

/// A training run between two steps, with the settings that a program needs to resume it: the contents of a checkpoint.
///
///     let checkpoint = try Checkpoint(trainer.state)
///     let bytes = checkpoint.bytes()
///     let copy = try Checkpoint(bytes: bytes)
///     let resumed = try Trainer(resuming: copy.state, corpus: corpus)
///     let sampler = Sampler(copy.model, random: copy.state.random)
///
/// The initializer refuses values that a file could not give back, so every checkpoint can be written and read. The same
/// checkpoint gives the same bytes: they contain no time, path or machine.
///
/// CheckpointFile.swift describes the file, and Documentation/Checkpoints.md how Python reads it.
public struct Checkpoint: Sendable, Equatable {
  /// The run.
  public let state: TrainingState
  /// The loss of the last step, if it is known: by it a log is recognized as this run's.
  public let lastLoss: Double?
  /// The SHA-256 of the bytes of the text that the corpus was read from, in hexadecimal, if they are known.
  public let textSHA256: String?
  /// How the text is divided into documents.
  public let division: Corpus.Division
  /// Whether the text was read in lower case.
  public let isLowercase: Bool
  /// The documents of the text that are held out from training, if any.
  public let heldOut: HeldOut?
  /// The evaluations during training and their best result so far, if there are any.
  public let evaluations: Evaluations?
  /// The default settings for sampling from the model.
  public let sampling: Sampling

  /// Documents kept from training: `Corpus.split(holdingOut:seed:)` finds them again.
  public struct HeldOut: Sendable, Equatable {
    /// The share of the distinct documents, more than 0 and less than 1.
    public var share: Double
    /// The seed of the split.
    public var seed: UInt64

    /// A share and a seed.
    public init(share: Double, seed: UInt64) { (self.share, self.seed) = (share, seed) }
  }

  /// Evaluations on the documents held out, during training, and early stopping.
  public struct Evaluations: Sendable, Equatable {
    /// The steps from one evaluation to the next, 1 or more.
    public var interval: Int
    /// Training stops after so many evaluations without a lower loss, 1 or more; `nil` for no early stopping.
    public var patience: Int?
    /// The best evaluation so far; `nil` before the first.
    public var best: Best?

    /// The evaluation with the lowest loss.
    public struct Best: Sendable, Equatable {
      /// The loss, in nats a token.
      public var loss: Double
      /// The number of steps completed then.
      public var step: Int
      /// The number of evaluations since then, none of them better.
      public var evaluationsSince: Int

      /// The best evaluation.
      public init(loss: Double, step: Int, evaluationsSince: Int) {
        (self.loss, self.step, self.evaluationsSince) = (loss, step, evaluationsSince)
      }
    }

    /// Whether the loss has not improved for as many evaluations as the patience lasts.
    public var isPatienceExhausted: Bool {
      guard let patience, let best else { return false }
      return best.evaluationsSince >= patience
    }

    /// Evaluations at an interval.
    public init(interval: Int, patience: Int? = nil, best: Best? = nil) {
      (self.interval, self.patience, self.best) = (interval, patience, best)
    }
  }

  /// How to sample from the model.
  public struct Sampling: Sendable, Equatable {
    /// Where random numbers come from.
    public enum Streams: String, Sendable, CaseIterable {
      /// One stream for all documents, as the reference has it: `Sampler`.
      case one
      /// One stream for each document: `BatchSampler`.
      case many
    }

    /// The temperature, finite and 0 or more.
    public var temperature: Double
    /// The number of documents, 0 or more.
    public var count: Int
    /// Where random numbers come from.
    public var streams: Streams

    /// These settings; by default the reference's.
    public init(temperature: Double = 0.5, count: Int = 20, streams: Streams = .one) {
      (self.temperature, self.count, self.streams) = (temperature, count, streams)
    }
  }

  /// A checkpoint of these parts. Without a `division` it is a stream, if the state is of one, and else lines.
  ///
  /// - Throws: `CheckpointError` if a part contradicts itself or another one, or a number is not finite.
  /// - Complexity: O(*n*) in the parameters.
  public init(
    _ state: TrainingState, lastLoss: Double? = nil, textSHA256: String? = nil,
    division: Corpus.Division? = nil, isLowercase: Bool = false, heldOut: HeldOut? = nil,
    evaluations: Evaluations? = nil, sampling: Sampling = Sampling()
  ) throws(CheckpointError) {
    (self.state, self.lastLoss, self.textSHA256, self.heldOut) = (state, lastLoss, textSHA256, heldOut)
    (self.evaluations, self.sampling) = (evaluations, sampling)
    self.division = division ?? (state.tokenizer.isStream ? .stream : .lines)
    self.isLowercase = isLowercase
    do { try state.validate() } catch { throw .state(error) }
    try validateSettings()
  }

  /// The model after the completed steps.
  public var model: Model { Model(unchecked: state.parameters, state.configuration, state.tokenizer) }
}

extension Checkpoint {
  /// Checks each setting against its range, under its name in the file.
  private func validateSettings() throws(CheckpointError) {
    func check(_ key: MetadataKey, _ isGood: Bool, _ found: String) throws(CheckpointError) {
      if !isGood { throw .badValue(key: key.rawValue, found: found, expected: key.expected) }
    }
    func checkDigest(_ key: MetadataKey, _ digest: String) throws(CheckpointError) {
      let isHex = digest.utf8.allSatisfy { hexDigitValue($0) != nil && !(0x41...0x46 ~= $0) }
      try check(key, isHex && digest.utf8.count == 64, digest)
    }
    try checkDigest(.corpusSHA256, state.corpusSHA256)
    if let lastLoss { try check(.lastLoss, lastLoss.isFinite, "\(lastLoss)") }
    if let textSHA256 { try checkDigest(.textSHA256, textSHA256) }
    guard (division == .stream) == state.tokenizer.isStream else {
      throw .badValue(
        key: MetadataKey.division.rawValue, found: division.rawValue,
        expected: state.tokenizer.isStream ? "'stream', as the vocabulary is" : "'lines' or 'paragraphs'")
    }
    if let number = state.random.state.cachedGaussian {
      try check(.randomGaussian, number.isFinite, "\(number)")
    }
    if let heldOut { try check(.heldOut, heldOut.share > 0 && heldOut.share < 1, "\(heldOut.share)") }
    if let evaluations {
      try check(.evaluationInterval, evaluations.interval >= 1, "\(evaluations.interval)")
      if let patience = evaluations.patience { try check(.patience, patience >= 1, "\(patience)") }
      if let best = evaluations.best {
        try check(.bestLoss, best.loss.isFinite, "\(best.loss)")
        try check(.bestStep, 0...state.completedSteps ~= best.step, "\(best.step)")
        try check(.evaluationsSinceBest, best.evaluationsSince >= 0, "\(best.evaluationsSince)")
      }
    }
    try check(
      .temperature, sampling.temperature >= 0 && sampling.temperature.isFinite, "\(sampling.temperature)")
    try check(.samples, sampling.count >= 0, "\(sampling.count)")
  }
}
