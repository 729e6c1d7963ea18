// Fine-tuning: a run that begins with the parameters of a trained model instead of random ones.

extension Trainer {
  /// Begins a new run with a model's parameters and vocabulary.
  ///
  ///     let names = try Trainer(corpus: Corpus(documents: ["emma", "olivia", "ava", "sophia"]))
  ///     try names.train()
  ///     var configuration = names.configuration
  ///     (configuration.steps, configuration.learningRate) = (200, 0.002)
  ///     let flowers = try Corpus(documents: ["viola", "malva"])
  ///     let trainer = try Trainer(model: names.model, corpus: flowers, configuration: configuration)
  ///
  /// Nothing else comes from the run that the model was trained in: both of Adam's moments begin at zero, and the
  /// first step is step 1 with the configuration's own learning rate and schedule. To continue that run instead,
  /// resume its state.
  ///
  /// The documents are shuffled with the configuration's seed, as in any run. Initial parameters are not drawn, so
  /// `Configuration.initialStandardDeviation` has no effect, and `random` continues right after the shuffle.
  ///
  /// - Parameters:
  ///   - model: The model to begin with. The fast arithmetic rounds its parameters to floats.
  ///   - corpus: The documents to learn from; all their characters are in the model's vocabulary.
  ///   - configuration: The run's hyperparameters, with the model's sizes.
  ///   - arithmetic: The arithmetic to compute in.
  ///   - instructionSet: The instruction set to use, by default the widest. The exact arithmetic's bits do not depend
  ///     on it.
  /// - Throws: `FineTuningError` if the configuration cannot be run or has other sizes than the model, the corpus has a
  ///   character that the model does not know, or only one of both is of a stream.
  public convenience init(
    model: Model, corpus: Corpus, configuration: Configuration, engine arithmetic: Arithmetic = .exact,
    instructionSet: InstructionSet = .widest
  ) throws(FineTuningError) {
    try self.init(
      model: model, corpus: corpus, configuration: configuration, engine: arithmetic,
      instructionSet: instructionSet, implementation: .standard)
  }

  /// A run from a model's parameters by a given implementation.
  convenience init(
    model: Model, corpus: Corpus, configuration: Configuration, engine arithmetic: Arithmetic,
    instructionSet: InstructionSet, implementation: Implementation
  ) throws(FineTuningError) {
    let tokenizer = model.tokenizer
    do { try Trainer.check(configuration, tokenizer, arithmetic) } catch { throw .configuration(error) }
    for (name, expected, found) in [
      ("layers", model.configuration.layers, configuration.layers),
      ("embedding", model.configuration.embedding, configuration.embedding),
      ("heads", model.configuration.heads, configuration.heads),
      ("blockSize", model.configuration.blockSize, configuration.blockSize),
    ] where found != expected {
      throw .otherSize(name: name, expected: expected, found: found)
    }
    if corpus.isStream != tokenizer.isStream { throw .otherDivision(isStream: tokenizer.isStream) }
    if let (character, document) = tokenizer.firstUnknown(in: corpus) {
      throw .unknownCharacter(character, document: document)
    }
    var random = PythonRandom(seed: configuration.seed)
    var shuffled = corpus
    shuffled.shuffle(using: &random)
    let set = min(instructionSet, .widest)
    let engine = Engine(arithmetic, implementation).training(
      configuration, tokenizer.vocabularySize, set, .parameters(model.parameters))
    self.init(engine, configuration, arithmetic, set, tokenizer, shuffled: shuffled, random)
  }
}

/// Why a run cannot begin with a model's parameters.
public enum FineTuningError: Error, Equatable {
  /// The configuration cannot be run.
  case configuration(ConfigurationError)
  /// The configuration has another size than the model, `expected`.
  case otherSize(name: String, expected: Int, found: Int)
  /// The model has learned a stream and the corpus has documents, or the other way round.
  case otherDivision(isStream: Bool)
  /// The corpus has a character outside the model's vocabulary. Documents count from 1, in the corpus's order.
  case unknownCharacter(Unicode.Scalar, document: Int)
}

extension FineTuningError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .configuration(let error):
      error.description
    case .otherSize(let name, let expected, let found):
      "'\(name)' is \(found), but the model was trained with \(expected). Fine-tuning cannot change a model's sizes: "
        + "leave '\(name)' at \(expected), or train a new model."
    case .otherDivision(let isStream):
      isStream
        ? "The model has learned a stream, but the text was read as documents. Read it as a stream."
        : "The model has learned documents, but the text was read as a stream. Read it as lines or paragraphs."
    case .unknownCharacter(let character, let document):
      "Document \(document) of the text has \(name(of: character)), which is not in the model's vocabulary. "
        + "Remove it from the text, or train a new model on this text."
    }
  }
}
