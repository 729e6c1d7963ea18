// What a sitting says on standard error about its losses, its files and how to go on.

import MicroGPT
import MicroGPTFiles

extension Sitting {
  /// What a person should know who finds the run stopped.
  ///
  /// - Parameter log: Whether the log can be continued.
  func stopped(_ how: String, log: Bool = true) -> String {
    guard let saver else {
      return "Stopped \(how). Nothing was saved: a run with --save FILE can be resumed."
    }
    if !saver.isSaved { return "Stopped \(how)." }
    let line = settings.resumingLine(saver.path, log: log)
    return "Stopped \(how), saved in \(saver.path). To go on:\n  \(line)"
  }

  /// "step 400 of 1,000"
  var progress: String {
    "step \(grouped(trainer.completedSteps)) of \(grouped(settings.configuration.steps))"
  }

  /// Says where the models are, and why training stopped early.
  func remarkOnSaved(_ end: End) {
    if end == .patience, let best = heldOut?.evaluations?.best {
      Console.remark(
        "Stopped after \(progress): no lower held-out loss in \(counted(best.evaluationsSince, "evaluation"))."
      )
    }
    if let best = heldOut?.evaluations?.best {
      let place = bestFile(best).map { ", saved in \($0)" } ?? ""
      Console.remark("Lowest held-out loss \(fixed(best.loss, 4)) after step \(grouped(best.step))\(place).")
    }
    if let saver, saver.isSaved { Console.remark("Saved in \(saver.path).") }
  }

  /// The file that has the best model: this sitting's, or that of an earlier one beside the file that was resumed.
  private func bestFile(_ best: Checkpoint.Evaluations.Best) -> String? {
    if best.step > earlier { return saver?.hasSavedBest == true ? saver?.bestPath : nil }
    let file = settings.checkpoints.resume.flatMap(settings.bestPath(beside:))
    return file.flatMap { fileExists($0) ? $0 : nil }
  }

  /// The remark on a first loss far above that of guessing.
  func startIsBad(_ step: Trainer.Step) -> String? {
    let guessing = guessingLoss(vocabularySize: trainer.tokenizer.vocabularySize)
    guard !settings.output.quiet, step.loss > guessing + 1 else { return nil }
    let advice =
      settings.checkpoints.weights == nil
      ? "Lower --init-std, which is \(settings.configuration.initialStandardDeviation)."
      : "The weights of --init-from have learned another kind of text."
    return "The first loss is \(fixed(step.loss, 2)), and guessing gives \(fixed(guessing, 2)). \(advice)"
  }

  /// The remark on a loss that is above that of guessing after many steps.
  func worseThanGuessing(_ lines: StepLines) -> String? {
    let guessing = guessingLoss(vocabularySize: trainer.tokenizer.vocabularySize)
    guard !settings.output.quiet, let loss = lines.judgement, loss > guessing else { return nil }
    return "The model is worse than guessing. \(settings.adviceToLower)"
  }
}

extension Train {
  /// The command line that goes on with the run saved in `path`.
  func resumingLine(_ path: String, log isContinued: Bool = true) -> String {
    var line = ["microgpt", "train"] + optionWords("--resume", path)
    if let interval = checkpoints.interval { line += optionWords("--save-every", "\(interval)") }
    if let file = data.file { line += optionWords("--data", file) }
    if data.offline { line.append("--offline") }
    if let log = output.log, isContinued { line += optionWords("--log", log) }
    return line.map(quotedForShell).joined(separator: " ")
  }
}
