// What a sitting says on standard error about its losses, its files and how to go on.

import MicroGPT

extension Sitting {
  /// What a person should know who finds the run stopped.
  func stopped(_ how: String) -> String {
    guard let saver else {
      return "Stopped \(how). Nothing was saved: a run with --save FILE can be resumed."
    }
    if saver.failure != nil { return "Stopped \(how)." }
    return "Stopped \(how), saved in \(saver.path). To go on:\n  \(settings.resumingLine(saver.path))"
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
      let place = saver?.bestPath.map { ", saved in \($0)" } ?? ""
      Console.remark("Lowest held-out loss \(fixed(best.loss, 4)) after step \(grouped(best.step))\(place).")
    }
    if let saver, saver.failure == nil { Console.remark("Saved in \(saver.path).") }
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
    return "The model is worse than guessing. Lower --learning-rate, which is "
      + "\(settings.configuration.learningRate), or --init-std, which is "
      + "\(settings.configuration.initialStandardDeviation)."
  }
}

extension Train {
  /// The command line that goes on with the run saved in `path`.
  fileprivate func resumingLine(_ path: String) -> String {
    var words = ["microgpt", "train", "--resume", path]
    if let file = data.file { words += ["--data", file] }
    if data.offline { words.append("--offline") }
    if let log = output.log { words += ["--log", log] }
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
