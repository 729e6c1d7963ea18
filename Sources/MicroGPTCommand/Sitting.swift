// One sitting of a run: steps until the last one, a signal or a limit; then the model is saved and, at the end of the run,
// measured and sampled.

import MicroGPT
import MicroGPTFiles

/// Takes a run's steps, and shows, logs and saves them.
///
/// A class, because a sitting happens once.
final class Sitting {
  private let settings: Train
  private let trainer: Trainer
  private var heldOut: HeldOutLoss?
  private let saver: CheckpointSaver?
  private let log: TrainingLog?
  private let results = Console.output()
  /// The steps that were taken before this sitting.
  private let earlier: Int

  /// Why steps are no longer taken.
  private enum End: Equatable {
    /// All steps are taken.
    case complete
    /// The held-out loss has not improved for a while.
    case patience
    /// As many steps are taken as `--stop-after` says.
    case limit
    /// A signal of this number has come.
    case signal(Int32)
  }

  init(
    _ settings: Train, _ trainer: Trainer, heldOut: HeldOutLoss?, saver: CheckpointSaver?, log: TrainingLog?
  ) {
    (self.settings, self.trainer, self.heldOut) = (settings, trainer, heldOut)
    (self.saver, self.log, earlier) = (saver, log, trainer.completedSteps)
  }

  /// The whole sitting.
  func run() throws {
    do {
      try results.write("num docs: \(trainer.corpus.count)\n")
      if let heldOut { try results.write("held-out docs: \(heldOut.documents.count)\n") }
      try results.write("vocab size: \(trainer.tokenizer.vocabularySize)\n")
      try results.write("num params: \(trainer.parameterCount)\n")
      let end = try takeSteps()
      try save { if $1 { Console.remark($0) } }
      try conclude(end)
      try results.flush()
    } catch {
      // Keep what was computed before the error: results, log and, unless the error is in the numbers, the model.
      try? results.flush()
      try? log?.flush()
      if error is FileError { try? save { _, _ in } }
      throw error
    }
    if let failure = saver?.failure { throw failure }
  }

  /// Takes steps, and shows, logs and saves each.
  private func takeSteps() throws -> End {
    let (steps, limit) = (settings.configuration.steps, settings.checkpoints.limit)
    var lines = try StepLines(steps: steps, after: earlier, options: settings.output, results)
    defer { lines.clear() }
    var end: End?
    repeat {
      if let number = Interruption.number {
        end = .signal(number)
      } else if heldOut?.isPatienceExhausted == true {
        end = .patience
      } else if let step = try trainer.step() {
        try finish(step, &lines)
        if step.number - earlier == limit, step.number < steps { end = .limit }
      } else {
        end = .complete
      }
    } while end == nil
    try lines.finish(vocabularySize: trainer.tokenizer.vocabularySize)
    if let remark = worseThanGuessing(lines) { Console.remark(remark) }
    return end!
  }

  /// Measures, logs, shows and saves a step that has been taken.
  private func finish(_ step: Trainer.Step, _ lines: inout StepLines) throws {
    let evaluation = try heldOut?.measureOnTheWay(trainer)
    try log?.step(step.number, loss: step.loss, heldOut: evaluation)
    try lines.show(step, heldOut: evaluation)
    if step.number == 1, let remark = startIsBad(step) { try lines.remark(remark) }
    func remark(_ report: String, _ isSaved: Bool) throws {
      try lines.remark(isSaved ? report : report + " Training goes on.")
    }
    if evaluation != nil, heldOut!.isBest {
      try saver?.saveBest(trainer, heldOut!.evaluations, remark)
    }
    if let interval = settings.checkpoints.interval, step.number.isMultiple(of: interval) {
      try save(remark)
    }
  }

  /// Saves the run, after its log: a log then never ends before the step that its run can be resumed from.
  private func save(_ remark: CheckpointSaver.Remark) throws {
    guard let saver else { return }
    try log?.synchronize()
    try saver.save(trainer, heldOut?.evaluations, remark)
  }

  /// Ends the sitting: measures and samples a run that is complete, tells how to go on with another one.
  private func conclude(_ end: End) throws {
    switch end {
    case .complete, .patience:
      if !settings.output.quiet { remarkOnSaved(end) }
      if var heldOut { try report(heldOut.measure(trainer)) }
      let samples = try settings.printSamples(trainer.sampler(), trainer.instructionSet, results, log)
      if samples < settings.sampling.count, let number = Interruption.number {
        try stop(number, after: "\(counted(samples, "sample")) of \(grouped(settings.sampling.count))")
      }
    case .limit:
      try results.flush()
      try log?.flush()
      if !settings.output.quiet { Console.remark(stopped("after \(progress)")) }
    case .signal(let number):
      try stop(number, after: progress)
    }
  }

  /// "step 400 of 1,000"
  private var progress: String {
    "step \(grouped(trainer.completedSteps)) of \(grouped(settings.configuration.steps))"
  }

  /// Ends the command because of a signal.
  private func stop(_ number: Int32, after progress: String) throws {
    try results.flush()
    try log?.flush()
    Console.remark(stopped("by a signal after \(progress)"))
    if saver?.failure == nil { throw Failure(code: 128 + number, nil) }
  }

  /// What a person should know who finds the run stopped.
  private func stopped(_ how: String) -> String {
    guard let saver else {
      return "Stopped \(how). Nothing was saved: a run with --save FILE can be resumed."
    }
    if saver.failure != nil { return "Stopped \(how)." }
    return "Stopped \(how), saved in \(saver.path). To go on:\n  \(settings.resumingLine(saver.path))"
  }

  /// Prints and logs the loss on the held-out documents.
  private func report(_ evaluation: Evaluation) throws {
    try log?.heldOut(evaluation)
    let (loss, perToken) = (fixed(evaluation.loss, 4), fixed(evaluation.lossPerToken, 4))
    try results.write("held-out loss: \(loss) (per token: \(perToken))\n")
  }

  /// Says where the models are, and why training stopped early.
  private func remarkOnSaved(_ end: End) {
    if end == .patience, let best = heldOut?.evaluations?.best {
      Console.remark(
        "Stopped after \(progress): no lower held-out loss in \(counted(best.evaluationsSince, "evaluation"))."
      )
    }
    if let best = heldOut?.evaluations?.best {
      // An earlier sitting's is beside the file that this one has resumed.
      let file = best.step > earlier ? settings.checkpoints.target : settings.checkpoints.resume
      let place = file.flatMap(settings.bestPath(beside:)).map { ", saved in \($0)" } ?? ""
      Console.remark("Lowest held-out loss \(fixed(best.loss, 4)) after step \(grouped(best.step))\(place).")
    }
    if let saver, saver.failure == nil { Console.remark("Saved in \(saver.path).") }
  }

  /// The remark on a first loss far above that of guessing.
  private func startIsBad(_ step: Trainer.Step) -> String? {
    let guessing = guessingLoss(vocabularySize: trainer.tokenizer.vocabularySize)
    guard !settings.output.quiet, step.loss > guessing + 1 else { return nil }
    let advice =
      settings.checkpoints.weights == nil
      ? "Lower --init-std, which is \(settings.configuration.initialStandardDeviation)."
      : "The weights of --init-from have learned another kind of text."
    return "The first loss is \(fixed(step.loss, 2)), and guessing gives \(fixed(guessing, 2)). \(advice)"
  }

  /// The remark on a loss that is above that of guessing after many steps.
  private func worseThanGuessing(_ lines: StepLines) -> String? {
    let guessing = guessingLoss(vocabularySize: trainer.tokenizer.vocabularySize)
    guard !settings.output.quiet, let loss = lines.judgement, loss > guessing else { return nil }
    return "The model is worse than guessing. Lower --learning-rate, which is "
      + "\(settings.configuration.learningRate), or --init-std, which is "
      + "\(settings.configuration.initialStandardDeviation)."
  }
}

extension Train {
  /// The command line that goes on with the run saved in `path`.
  fileprivate func resumingLine(_ path: String) -> String {
    var words = ["microgpt", "train"]
    func add(_ option: String, _ value: String) {
      // A word that begins with a dash is no value of the option before it.
      words += value.hasPrefix("-") && value != "-" ? ["\(option)=\(value)"] : [option, value]
    }
    add("--resume", path)
    if let interval = checkpoints.interval { add("--save-every", "\(interval)") }
    if let file = data.file { add("--data", file) }
    if data.offline { words.append("--offline") }
    if let log = output.log { add("--log", log) }
    return words.map(quotedForShell).joined(separator: " ")
  }
}

/// A word as a shell reads it back.
func quotedForShell(_ word: String) -> String {
  let isPlain = word.utf8.allSatisfy { byte in
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "-_./+=:,@%".utf8.contains(byte)
    }
  }
  return isPlain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
}
