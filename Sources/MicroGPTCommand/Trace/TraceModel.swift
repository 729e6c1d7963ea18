// The model that `trace` looks into: a file's, or that of a run on the spot.

import CommandLineOptions
import MicroGPT
import MicroGPTFiles

/// A model, and what is known about the run that it comes from.
struct TraceModel {
  let model: Model
  /// The run, unless the model is weights alone.
  let state: TrainingState?
  /// What follows "The model" in a sentence: "was trained just now: …".
  let origin: String
  /// What a head's ablation is measured on, unless the model is a file's: the documents that the run has not read or, if it
  /// has read all, those.
  let measured: AblationReport.Others?

  /// The model of a file.
  init(_ saved: SavedModel) {
    (model, state, measured) = (saved.model, saved.checkpoint?.state, nil)
    origin =
      saved.checkpoint.map {
        "is that of \(escaped(saved.path)), after \(counted($0.state.completedSteps, "step"))"
      }
      ?? "is that of \(escaped(saved.path)), weights without a run"
  }

  /// The model of a run on the spot, on a text or the built-in names.
  ///
  /// - Parameter instructions: The instruction set to use, if not the widest.
  static func trained(
    on data: String?, _ configuration: Configuration, _ instructions: InstructionSet?
  ) throws -> TraceModel {
    var source =
      try data.map { path throws(FileError) in try TextSource.find(DataOptions(file: path, offline: true)) }
      ?? .builtIn("")
    let corpus = try source.takeCorpus()
    try TraceStory.checkMemory(configuration, Tokenizer(corpus))
    return try TraceModel(training: configuration, on: source, corpus, instructions)
  }

  private init(
    training configuration: Configuration, on source: TextSource, _ corpus: Corpus,
    _ instructions: InstructionSet?
  ) throws {
    let trainer = try Trainer(
      corpus: corpus, configuration: configuration, instructionSet: instructions ?? .widest)
    try trainer.train()
    (model, state) = (trainer.model, trainer.state)
    let steps = configuration.steps
    origin =
      steps == 0
      ? "is untrained; its vocabulary is that of \(escaped(source.named(corpus)))"
      : "was trained just now: \(counted(steps, "step")) on \(escaped(source.named(corpus)))"
    let read = min(steps * configuration.batchSize, corpus.count)
    if read < corpus.count {
      let rest = trainer.corpus[read...].map { String(decoding: $0.utf8, as: UTF8.self) }
      measured = .init(
        corpus: try Corpus(documents: rest),
        name: "\(counted(rest.count, "document")) that the run has not read")
    } else {
      measured = .init(corpus: trainer.corpus, name: "\(amount(of: corpus)) that the run has read")
    }
  }
}
