// `microgpt train`: trains a model on lines of text, then prints samples from it. By default it is microgpt.py's run.

import CommandLineOptions
import MicroGPT
import MicroGPTFiles

struct Train: Presettable, Equatable {
  var presets = PresetOptions()
  var data = DataOptions()
  var reading = TextReading()
  var measuring = MeasuringOptions()
  var configuration = Configuration()
  var engine = Arithmetic.exact
  var checkpoints = CheckpointOptions()
  var sampling = SamplingOptions()
  var output = OutputOptions()

  static let name = "train"
  static let abstract = "Train a GPT on lines of text, then print new ones."
  static let discussion = """
    Without --data the text is input.txt in this folder, else the makemore names (downloaded once), else names \
    that are built in. Results go to standard output, remarks to standard error. MICROGPT_ISA=avx2 or baseline \
    keeps the processor from its widest instructions. \(Preset.help)
    """
  static let examples: KeyValuePairs = [
    "Learn from your own lines, for 2,000 steps:": "microgpt train --data cities.txt --steps 2000",
    "Train a wider model and keep its losses:":
      "microgpt train --embedding 64 --heads 8 --log losses.jsonl",
    "See how the run went, in a browser:":
      "microgpt train --held-out 0.1 --eval-every 100 --report run.html",
    "Keep the model:": "microgpt train --save model.safetensors",
    "Go on with it, to 2,000 steps in all:": "microgpt train --resume model.safetensors --steps 2000",
  ]

  static var options: KeyValuePairs<String, [Option<Self>]> {
    [
      "SETTINGS": .group(\.presets),
      "DATA": .group(\.data) + .group(\.reading),
      "MODEL": .hyperparameters(.model, in: \.configuration),
      "TRAINING": [engineOption] + .hyperparameters(.training, in: \.configuration),
      "MEASURING": .group(\.measuring),
      "CHECKPOINTS": .group(\.checkpoints),
      "SAMPLING": .group(\.sampling),
      "OUTPUT": .group(\.output),
    ]
  }

  static var engineOption: Option<Self> {
    .choice(
      "--engine", "NAME", \.engine, "Arithmetic: exact has microgpt.py's bits, fast has floats and speed")
  }

  var readsStandardInput: Bool { [data.file, checkpoints.resume, checkpoints.weights].contains("-") }

  func validate() throws(UsageError) {
    // What is missing may be in the file.
    if !presets.isEmpty { return }
    try checkpoints.validate()
    try checkStandardInput(checkpoints.resume ?? checkpoints.weights, data.file)
    if output.log == "-" {
      throw UsageError("'--log -' is not a file: standard output is for the results. Name a file.")
    }
    if output.report == "-" {
      throw UsageError("'--report -' is not a file: standard output is for the results. Name a file.")
    }
    // The options of a resumed run and the sizes of weights are in their file.
    if checkpoints.resume != nil { return }
    try measuring.validate()
    if checkpoints.weights == nil { try configuration.checkHeads() }
  }

  func run(given line: GivenOptions) throws {
    let (settings, given) = try completed(line)
    try settings.begin(given)
  }

  /// Begins or goes on with the run.
  ///
  /// - Parameter given: The options of the line, the file and the preset.
  private func begin(_ given: GivenOptions) throws {
    let instructions = try InstructionSet.chosen()
    // The file of a run that goes on is locked before it is read: another process may be about to save a later step to
    // it. A file that cannot be read is reported as such, even if locking it failed too.
    let isOwn = checkpoints.resume != nil && checkpoints.save == nil
    let locked = isOwn ? checkpoints.target.map { path in Result { try LockedFile(path) } } : nil
    let start = try TrainingStart(checkpoints)
    let file = try locked?.get()
    try start.settings(self, given).train(from: start, file, instructions)
  }

  /// One sitting of the run, with these settings.
  private func train(
    from start: consuming TrainingStart, _ file: LockedFile?, _ instructions: InstructionSet?
  ) throws {
    var source = try TextSource.find(data)
    Interruption.watch()
    let sha256 = checkpoints.target == nil && checkpoints.resume == nil ? nil : source.sha256
    try start.check(source, sha256: sha256, data)
    let corpus = try source.takeCorpus(reading)
    try reading.check(corpus, of: source)
    try start.check(corpus, of: source)
    try checkOutputs(against: source, hasBest: start.hasBest)
    let documents = try TrainingDocuments(
      consume corpus, of: source, holdingOut: measuring.heldOut, seed: start.heldOutSeed(self))
    let tokenizer = start.tokenizer(documents.training)
    let memory = try requiredMemory(vocabularySize: tokenizer.vocabularySize)
    let target = try file ?? checkpoints.target.map { try LockedFile($0) }
    let saver = try target.map {
      try self.saver($0, textSHA256: sha256, heldOutSeed: start.heldOutSeed(self))
    }
    let remarks = output.quiet ? nil : remarks(source, documents, memory: memory), heldOut = documents.heldOut
    // Nothing else refers to the order of the documents from here on, so the trainer shuffles it without a copy.
    let training = (consume documents).training
    let trainer: Trainer
    do { trainer = try start.trainer(consume training, tokenizer, self, instructions) } catch {
      throw explained(error)
    }
    let lastLoss = start.lastLoss
    let log = try openLog(after: trainer.completedSteps, loss: lastLoss)
    let report = try output.report.map { path throws(FileError) in
      try RunReport(path, self, trainer, sourceName: source.name, heldOut: heldOut)
    }
    if let remarks {
      Console.remark(remarks)
      if let remark = start.remark(trainer) { Console.remark(remark) }
    }
    let sitting = Sitting(
      self, trainer, lastLoss: lastLoss,
      heldOut: heldOut.map { HeldOutLoss($0, start.evaluations(self)) },
      saver: saver, log: log, report: report)
    do { try sitting.run() } catch { throw explained(error) }
  }

  /// What saves the run to `file`.
  private func saver(
    _ file: LockedFile, textSHA256: String?, heldOutSeed: UInt64
  ) throws(FileError) -> CheckpointSaver {
    let heldOut =
      measuring.heldOut > 0
      ? Checkpoint.HeldOut(share: measuring.heldOut, seed: heldOutSeed) : nil
    return try CheckpointSaver(
      file, best: bestPath, textSHA256: textSHA256, reading: reading, heldOut: heldOut,
      sampling: Checkpoint.Sampling(
        temperature: sampling.temperature, count: sampling.count, streams: sampling.streams))
  }

  /// The file of the checkpoint with the lowest loss, if there is to be one.
  var bestPath: String? { checkpoints.target.flatMap(bestPath(beside:)) }

  /// The file of the checkpoint with the lowest loss of a run that is saved in `path`, if the run is measured on the way:
  /// `model.best.safetensors` beside `model.safetensors`.
  func bestPath(beside path: String) -> String? {
    guard measuring.interval != nil else { return nil }
    let suffix = ".safetensors"
    return path.hasSuffix(suffix) ? path.dropLast(suffix.count) + ".best" + suffix : path + ".best"
  }

  /// The log, if there is to be one: a new one, or that of the run before this sitting.
  private func openLog(after step: Int, loss: Double?) throws -> TrainingLog? {
    guard let path = output.log else { return nil }
    guard checkpoints.resume != nil, hasContents(path) else { return try TrainingLog(path: path) }
    if let log = try TrainingLog(continuing: path, after: step, loss: loss) { return log }
    if output.force { return try TrainingLog(path: path) }
    throw Failure(
      code: Failure.output,
      "'\(path)' is not the log of this run: its rows do not lead up to step \(grouped(step)). "
        + "Name another file after --log, or add --force to start a new log.")
  }
}
