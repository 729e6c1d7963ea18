// One sitting of a run: steps until the last one, a signal or a limit; then the model is saved and, at the end of the run,
// measured and sampled.

import MicroGPT
import MicroGPTFiles

/// Takes a run's steps, and shows, logs and saves them.
///
/// A class, because a sitting happens once.
final class Sitting {
  let settings: Train
  let trainer: Trainer
  private(set) var heldOut: HeldOutLoss?
  let saver: CheckpointSaver?
  private let log: TrainingLog?
  private let report: RunReport?
  private let results = Console.output()
  /// The steps that were taken before this sitting.
  let earlier: Int
  /// The loss of the last step that was taken, in this sitting or an earlier one.
  private var lastLoss: Double?
  /// The losses of this sitting, if they are to be drawn.
  private var plot: SittingPlot?

  /// Why steps are no longer taken.
  enum End: Equatable {
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
    _ settings: Train, _ trainer: Trainer, lastLoss: Double?, heldOut: HeldOutLoss?, saver: CheckpointSaver?,
    log: TrainingLog?, report: RunReport? = nil
  ) {
    self.report = report
    self.lastLoss = lastLoss
    (self.settings, self.trainer, self.heldOut) = (settings, trainer, heldOut)
    (self.saver, self.log, earlier) = (saver, log, trainer.completedSteps)
    plot = SittingPlot(settings.output)
  }

  /// The whole sitting, and its report: whatever ends the sitting, of what has been done by then.
  func run() throws {
    let outcome = Result { try sit() }
    if let report {
      do throws(FileError) {
        try report.write(trainer)
        if !settings.output.quiet { Console.remark("The report is in \(escaped(report.path)).") }
      } catch {
        // The first error is the one that ends the command.
        if case .failure = outcome { Console.remark("\(error)") } else { throw error }
      }
    }
    try outcome.get()
  }

  private func sit() throws {
    do {
      try results.write("num \(units(of: trainer.corpus))\n")
      if let heldOut { try results.write("held-out \(units(of: heldOut.documents))\n") }
      try results.write("vocab size: \(trainer.tokenizer.vocabularySize)\n")
      try results.write("num params: \(trainer.parameterCount)\n")
      let end = try takeSteps()
      try save { if $1 { Console.remark($0) } }
      try conclude(end)
      try results.flush()
    } catch {
      // Keep what was computed before the error: results, log and, unless the error is in the numbers, the model. If the
      // log is what cannot be written, it ends before the model's step and cannot be continued.
      try? results.flush()
      try? log?.flush()
      guard let error = error as? FileError, let saver else { throw error }
      try saver.save(trainer, lastLoss, heldOut?.evaluations) { _, _ in }
      if trainer.completedSteps < settings.configuration.steps {
        Console.remark(stopped("after \(progress)", log: error.path != settings.output.log))
      }
      throw error.isClosedPipe ? saver.failure ?? error : error
    }
    if let failure = saver?.failure { throw failure }
  }

  /// The number of documents or, of a stream, of characters.
  private func units(of corpus: Corpus) -> String {
    corpus.isStream ? "chars: \(corpus[0].count)" : "docs: \(corpus.count)"
  }

  /// Takes steps, and shows, logs and saves each.
  private func takeSteps() throws -> End {
    let (steps, limit) = (settings.configuration.steps, settings.checkpoints.limit)
    var lines = try StepLines(steps: steps, after: earlier, options: settings.output, results)
    defer { lines.clear() }
    var end: End?
    repeat {
      report?.recorder.begin(trainer)
      if let number = Interruption.number {
        end = .signal(number)
      } else if heldOut?.isPatienceExhausted == true, trainer.completedSteps < steps {
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
    try plot?.show(after: results)
    return end!
  }

  /// Measures, logs, shows and saves a step that has been taken.
  private func finish(_ step: Trainer.Step, _ lines: inout StepLines) throws {
    report?.recorder.end(step, trainer)
    lastLoss = step.loss
    // An evaluation may take long: what is known by then is in the log.
    if heldOut?.isDue(trainer) == true { try log?.flush() }
    let evaluation = try heldOut?.measureOnTheWay(trainer)
    if let evaluation { report?.recorder.measured(evaluation, trainer) }
    try log?.step(step.number, loss: step.loss, heldOut: evaluation)
    plot?.add(step, heldOut: evaluation)
    try lines.show(step, heldOut: evaluation)
    if step.number == 1, let remark = startIsBad(step) { try lines.remark(remark) }
    func remark(_ report: String, _ isSaved: Bool) throws {
      try lines.remark(isSaved ? report : report + " Training goes on.")
    }
    if evaluation != nil, let heldOut, heldOut.isBest {
      try saver?.saveBest(trainer, lastLoss, heldOut.evaluations, remark)
    }
    if let interval = settings.checkpoints.interval, step.number.isMultiple(of: interval) {
      try save(remark)
    }
  }

  /// Saves the run, after its log: while both can be written, a log never ends before the step that its run can be
  /// resumed from.
  private func save(_ remark: CheckpointSaver.Remark) throws {
    guard let saver else { return }
    try log?.synchronize()
    try saver.save(trainer, lastLoss, heldOut?.evaluations, remark)
  }

  /// Ends the sitting: measures and samples a run that is complete, tells how to go on with another one.
  private func conclude(_ end: End) throws {
    switch end {
    case .complete, .patience:
      if !settings.output.quiet { remarkOnSaved(end) }
      if var heldOut { try report(heldOut.measure(trainer)) }
      let samples = try settings.printSamples(trainer, results, log)
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

  /// Ends the command because of a signal.
  private func stop(_ number: Int32, after progress: String) throws {
    try results.flush()
    try log?.flush()
    Console.remark(stopped("by a signal after \(progress)"))
    if saver?.failure == nil { throw Failure(code: 128 + number, nil) }
  }

  /// Prints and logs the loss on the held-out documents.
  private func report(_ evaluation: Evaluation) throws {
    report?.recorder.measured(evaluation, trainer)
    try log?.heldOut(evaluation)
    try results.write("held-out loss: \(evaluation.losses(isStream: trainer.corpus.isStream))\n")
  }
}
