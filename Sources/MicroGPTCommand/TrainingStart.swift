// Where a run begins: with random parameters, at a checkpoint or with the weights of a model, and which options that
// decides.

import CommandLineOptions
import MicroGPT
import MicroGPTFiles

enum TrainingStart {
  case random
  case checkpoint(Checkpoint, path: String)
  case weights(Model, path: String)

  /// - Throws: `ModelFileError` if the file that the options name cannot be used.
  init(_ options: CheckpointOptions) throws(ModelFileError) {
    if let path = options.resume {
      self = .checkpoint(try Checkpoint(contentsOf: path), path: path)
    } else if let path = options.weights {
      self = .weights(try Model(contentsOf: path), path: path)
    } else {
      self = .random
    }
  }

  /// The settings of the run: those of the checkpoint or the model's sizes, and else those of the command line.
  ///
  /// - Throws: `UsageError` if an option is given that has another value there.
  func settings(_ line: Train, _ given: GivenOptions) throws(UsageError) -> Train {
    switch self {
    case .random: line
    case .checkpoint(let checkpoint, _): try line.resuming(checkpoint, given)
    case .weights(let model, _): try line.starting(from: model, given)
    }
  }

  /// Checks that the text is the checkpoint's.
  ///
  /// - Throws: `UsageError` if the user has named another one, `Failure` if another one was found.
  func check(_ source: TextSource, sha256: String?, _ options: DataOptions) throws {
    guard case .checkpoint(let checkpoint, let path) = self, let expected = checkpoint.textSHA256,
      sha256 != expected
    else { return }
    throw source.isNotTheText(of: path, options, or: "use '--init-from \(path)' to learn from this one")
  }

  /// Checks that the model whose weights the run starts with knows every character of the text.
  func check(_ corpus: Corpus, of source: TextSource) throws(Failure) {
    guard case .weights(let model, let path) = self else { return }
    guard let unknown = model.tokenizer.firstUnknown(in: corpus) else { return }
    let place = corpus.isStream ? "The text of " : "Document \(grouped(unknown.document)) of "
    let isCase = corpus.characters.allSatisfy { character in
      character.properties.lowercaseMapping.unicodeScalars.allSatisfy { model.tokenizer.token(of: $0) != nil }
    }
    throw Failure(
      code: Failure.data,
      "\(place)\(source.name) has \(named(unknown.character)), which is not in the vocabulary of \(path): "
        + "\(model.tokenizer.shown). \(isCase ? "Add --lowercase, change" : "Change") the text, or train a new model on it."
    )
  }

  /// The vocabulary of the run: that of its documents, or of the model that it goes on with.
  func tokenizer(_ corpus: Corpus) -> Tokenizer {
    switch self {
    case .random: Tokenizer(corpus)
    case .checkpoint(let checkpoint, _): checkpoint.state.tokenizer
    case .weights(let model, _): model.tokenizer
    }
  }

  /// The seed by which documents are held out: the run's own, unless a program has saved another one.
  func heldOutSeed(_ settings: Train) -> UInt64 {
    if case .checkpoint(let checkpoint, _) = self, let heldOut = checkpoint.heldOut { return heldOut.seed }
    return settings.configuration.seed
  }

  /// The loss of the last step before this sitting, if it is known.
  var lastLoss: Double? {
    if case .checkpoint(let checkpoint, _) = self { checkpoint.lastLoss } else { nil }
  }

  /// Whether an earlier sitting has saved the model with the lowest loss.
  var hasBest: Bool {
    if case .checkpoint(let checkpoint, _) = self { checkpoint.evaluations?.best != nil } else { false }
  }

  /// When to measure the model on the way and what was found so far, if it is measured on the way.
  func evaluations(_ settings: Train) -> Checkpoint.Evaluations? {
    if case .checkpoint(let checkpoint, _) = self { return checkpoint.evaluations }
    return settings.measuring.interval.map {
      Checkpoint.Evaluations(interval: $0, patience: settings.measuring.patience)
    }
  }

  /// What the user should know about the start, if anything.
  func remark(_ trainer: Trainer) -> String? {
    switch self {
    case .random: return nil
    case .weights(_, let path): return "Starting with the weights in \(path)."
    case .checkpoint(let checkpoint, let path):
      let (done, steps) = (trainer.completedSteps, trainer.configuration.steps)
      let former = checkpoint.state.configuration.steps
      var lines = ["Resuming \(path) after step \(grouped(done)) of \(grouped(steps))."]
      if steps != former {
        let schedule = trainer.configuration.schedule
        let effect =
          schedule == .constant
          ? "" : "; the learning rate's \(schedule.rawValue) schedule now ends at the last of them"
        lines.append("The run now has \(grouped(steps)) steps instead of \(grouped(former))\(effect).")
      }
      if let set = checkpoint.state.instructionSet, set != trainer.instructionSet {
        lines.append(
          "It was saved with \(set.rawValue) instructions and continues with \(trainer.instructionSet.rawValue): its "
            + "results will differ in their last bits from those of an uninterrupted run.")
      }
      return lines.joined(separator: "\n")
    }
  }

  /// The trainer at the start of this sitting.
  func trainer(
    _ corpus: consuming Corpus, _ tokenizer: Tokenizer, _ settings: Train, _ instructionSet: InstructionSet?
  ) throws -> Trainer {
    switch self {
    case .random:
      return try Trainer(
        corpus: corpus, tokenizer: tokenizer, configuration: settings.configuration, engine: settings.engine,
        instructionSet: instructionSet ?? .widest)
    case .checkpoint(let checkpoint, _):
      var state = checkpoint.state
      state.configuration = settings.configuration
      return try Trainer(resuming: state, corpus: corpus, instructionSet: instructionSet)
    case .weights(let model, _):
      return try Trainer(
        model: model, corpus: corpus, configuration: settings.configuration, engine: settings.engine,
        instructionSet: instructionSet ?? .widest)
    }
  }
}

extension Train {
  /// The settings of a checkpoint's run. Only the number of steps may be another one, and whatever does not change
  /// the parameters: sampling, output and when to save.
  fileprivate func resuming(
    _ checkpoint: Checkpoint, _ given: GivenOptions
  ) throws(UsageError) -> Train {
    var settings = self
    settings.configuration = checkpoint.state.configuration
    settings.engine = checkpoint.state.arithmetic
    settings.reading.division = checkpoint.division
    settings.reading.isLowercase = checkpoint.isLowercase
    settings.measuring = MeasuringOptions(
      heldOut: checkpoint.heldOut?.share ?? 0, interval: checkpoint.evaluations?.interval,
      patience: checkpoint.evaluations?.patience)
    if !given.contains("--samples") { settings.sampling.count = checkpoint.sampling.count }
    if !given.contains("--temperature") { settings.sampling.temperature = checkpoint.sampling.temperature }
    if !given.contains("--streams") { settings.sampling.streams = checkpoint.sampling.streams }

    func check(_ option: String, _ text: String, _ expected: String?) throws(UsageError) {
      guard given.contains(option), text != expected else { return }
      let problem =
        expected.map { "is not the run's, which is '\(option) \($0)'" } ?? "is not one of the run's options"
      throw UsageError(
        "\(given.prefix(option))'\(option) \(text)' \(problem). "
          + leftOut(option, given) + ": a resumed run keeps its options.")
    }
    for parameter in Hyperparameter.all where parameter.option != "--steps" {
      try check(
        parameter.option, parameter.text(in: configuration), parameter.text(in: settings.configuration))
    }
    try check("--engine", engine.rawValue, settings.engine.rawValue)
    try check("--documents", reading.division.rawValue, checkpoint.division.rawValue)
    if given.contains("--lowercase"), !checkpoint.isLowercase {
      throw UsageError(
        "\(given.prefix("--lowercase"))'--lowercase' is not one of the run's options. "
          + leftOut("--lowercase", given) + ": a resumed run keeps its options.")
    }
    try check("--held-out", "\(measuring.heldOut)", checkpoint.heldOut.map { "\($0.share)" } ?? "0.0")
    let evaluations = checkpoint.evaluations
    try check("--eval-every", "\(measuring.interval ?? 0)", evaluations.map { "\($0.interval)" })
    try check("--patience", "\(measuring.patience ?? 0)", evaluations?.patience.map { "\($0)" })
    if given.contains("--steps") {
      guard configuration.steps >= settings.configuration.steps else {
        throw UsageError(
          "\(given.prefix("--steps"))'--steps \(configuration.steps)' is fewer than the "
            + "\(grouped(settings.configuration.steps)) that the run was started with. Give more, or end this sitting early with '--stop-after N'."
        )
      }
      settings.configuration.steps = configuration.steps
    }
    return settings
  }

  /// The settings of a new run with the sizes of a model.
  fileprivate func starting(from model: Model, _ given: GivenOptions) throws(UsageError) -> Train {
    var settings = self
    for parameter in Hyperparameter.all where parameter.group == .model {
      let (text, size) = (parameter.text(in: configuration), parameter.text(in: model.configuration))
      if given.contains(parameter.option), text != size {
        throw UsageError(
          "\(given.prefix(parameter.option))'\(parameter.option) \(text)' is not the model's size: "
            + "'\(parameter.option) \(size)'. \(leftOut(parameter.option, given)): the sizes are those of the weights."
        )
      }
      try! parameter.set(size, in: &settings.configuration)  // A model's sizes are valid.
    }
    // A model of a stream has no token for the end of a document.
    let isStream = model.tokenizer.isStream
    if isStream, !given.contains("--documents") { settings.reading.division = .stream }
    if isStream != (settings.reading.division == .stream) {
      throw UsageError(
        "\(given.prefix("--documents"))'--documents \(settings.reading.division.rawValue)' does not suit the model, which has learned "
          + "\(isStream ? "a stream" : "documents with ends"). "
          + "Give '--documents \(isStream ? "stream" : "lines")', or train a new model.")
    }
    return settings
  }
}

/// What to do about an option that contradicts a file: leave it out, or the preset that it comes from.
private func leftOut(_ option: String, _ given: GivenOptions) -> String {
  given.prefix(option).hasPrefix("Preset ") ? "Leave out --preset" : "Leave it out"
}
