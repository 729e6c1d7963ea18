// `microgpt train`: trains a model on lines of text, then prints samples from it. By default it is microgpt.py's run.

import CommandLineOptions
import MicroGPT
import MicroGPTFiles

struct Train: Subcommand, Equatable {
  var data = DataOptions()
  /// The share of the documents that is held out from training.
  var heldOut = 0.0
  var configuration = Configuration()
  var engine = Arithmetic.exact
  var sampling = SamplingOptions()
  var output = OutputOptions()

  static let name = "train"
  static let abstract = "Train a GPT on lines of text, then print new ones."
  static let discussion = """
    Without --data the text is input.txt in this folder, else the makemore names (downloaded once), else names \
    that are built in. Results go to standard output, remarks to standard error. MICROGPT_ISA=avx2 or baseline \
    keeps the processor from its widest instructions.
    """
  static let examples: KeyValuePairs = [
    "Learn from your own lines, for 2,000 steps:": "microgpt train --data cities.txt --steps 2000",
    "Train a wider model and keep its losses:":
      "microgpt train --embedding 64 --heads 8 --log losses.jsonl",
  ]

  static var options: KeyValuePairs<String, [Option<Self>]> {
    [
      "DATA": .group(\.data) + [
        .number(
          "--held-out", \.heldOut, .from(0, below: 1), "Share of the lines kept from training, to measure on")
      ],
      "MODEL": .hyperparameters(.model, in: \.configuration),
      "TRAINING": [
        .choice("--engine", "NAME", \.engine, "Arithmetic: microgpt.py's bits, or floats and speed")
      ] + .hyperparameters(.training, in: \.configuration),
      "SAMPLING": .group(\.sampling),
      "OUTPUT": .group(\.output),
    ]
  }

  func validate() throws(UsageError) {
    let (embedding, heads) = (configuration.embedding, configuration.heads)
    guard embedding.isMultiple(of: heads) else {
      throw UsageError(
        "'--embedding \(embedding)' is not a multiple of '--heads \(heads)'. "
          + "Give a multiple, such as '--embedding \(max(embedding / heads, 1) * heads)'.")
    }
    if output.log == "-" {
      throw UsageError("'--log -' is not a file: standard output is for the results. Name a file.")
    }
  }

  func run(given: GivenOptions) throws {
    let instructions = try InstructionSet.chosen()
    let source = try TextSource.find(data)
    let corpus = try source.corpus()
    let memory = try requiredMemory(vocabularySize: Tokenizer(corpus).vocabularySize)
    try checkLog(against: source)
    let documents = try TrainingDocuments(corpus, of: source, holdingOut: heldOut, seed: configuration.seed)
    let log = try output.log.map { (path) throws(FileError) in try TrainingLog(path: path) }
    if !output.quiet { Console.remark(remarks(source, documents, memory: memory)) }

    let trainer = try Trainer(
      corpus: documents.training, configuration: configuration, engine: engine,
      instructionSet: instructions)
    let results = Console.output()
    try results.write("num docs: \(documents.training.count)\n")
    if let heldOut = documents.heldOut { try results.write("held-out docs: \(heldOut.count)\n") }
    try results.write("vocab size: \(trainer.tokenizer.vocabularySize)\n")
    try results.write("num params: \(trainer.parameterCount)\n")
    do {
      try train(trainer, results, log)
      if let heldOut = documents.heldOut { try evaluate(trainer, heldOut, results, log) }
      try printSamples(trainer.sampler(), instructions, results, log)
      try results.flush()
    } catch {
      // Keep the results and the log of what was computed before the error.
      try? results.flush()
      try? log?.flush()
      throw explained(error)
    }
  }

  /// Takes all steps, and shows and logs each.
  private func train(_ trainer: Trainer, _ results: OutputFile, _ log: TrainingLog?) throws {
    var lines = try StepLines(steps: configuration.steps, options: output, results)
    defer { lines.clear() }
    while let step = try trainer.step() {
      try log?.step(step.number, loss: step.loss)
      try lines.show(step)
    }
    try lines.finish(vocabularySize: trainer.tokenizer.vocabularySize)
  }

  /// Measures the loss on the held-out documents.
  private func evaluate(
    _ trainer: Trainer, _ heldOut: Corpus, _ results: OutputFile, _ log: TrainingLog?
  ) throws {
    let evaluation = try trainer.evaluate(heldOut)
    if !evaluation.loss.isFinite { throw parametersTooLarge("The held-out loss is not a finite number") }
    try log?.heldOut(evaluation)
    let (loss, perToken) = (fixed(evaluation.loss, 4), fixed(evaluation.lossPerToken, 4))
    try results.write("held-out loss: \(loss) (per token: \(perToken))\n")
  }
}
