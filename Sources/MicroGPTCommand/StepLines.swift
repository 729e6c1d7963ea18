// The output of a run's steps: a line each on standard output as microgpt.py prints them, or one live line on an
// interactive terminal; then a summary on standard error.

import MicroGPT
import MicroGPTFiles

/// Shows the steps of a run as they are taken.
struct StepLines {
  /// The number of the last step, and of those taken before this sitting.
  private let steps, earlier: Int
  private var taken = 0
  private let quiet, isLive: Bool
  private let results: OutputFile
  private let start = Console.seconds
  private var live: LiveLine, smoothed = SmoothedLoss(), flushing = PeriodicFlush()

  /// - Throws: `FileError` if earlier output cannot be written.
  init(
    steps: Int, after earlier: Int, options: OutputOptions, _ results: OutputFile
  ) throws(FileError) {
    (self.steps, self.earlier, self.results, quiet) = (steps, earlier, results, options.quiet)
    isLive = !quiet && Console.isInteractive
    Interruption.hasLiveLine = isLive
    live = LiveLine(color: options.isColored)
    if Console.isInteractive { try results.flush() }
  }

  /// Shows a step and, if the model has just been measured, the loss on the held-out documents.
  mutating func show(_ step: Trainer.Step, heldOut: Evaluation?) throws(FileError) {
    smoothed.add(step.loss)
    taken += 1
    if quiet { return }
    if isLive && heldOut == nil {
      let now = Console.seconds
      live.show(at: now) { [start, steps, earlier, smoothed] in
        let rate = Double(step.number - earlier) / max(now - start, 1e-9)
        return Progress(
          step: step.number, steps: steps, loss: step.loss, smoothedLoss: smoothed.value,
          stepsPerSecond: rate,
          secondsLeft: Double(steps - step.number) / rate)
      }
      return
    }
    clear()
    let measured = heldOut.map { " | held-out loss \(fixed($0.loss, 4))" } ?? ""
    try results.write(
      "step \(padded(step.number, 4)) / \(padded(steps, 4)) | loss \(fixed(step.loss, 4))\(measured)\n")
    if isLive { try results.flush() } else { try flushing.flush(results) }
  }

  /// Writes a remark between two steps.
  mutating func remark(_ line: String) throws(FileError) {
    clear()
    try results.flush()
    Console.remark(line)
  }

  /// Removes the live line and reports how long the steps took and how well the model learned.
  mutating func finish(vocabularySize: Int) throws(FileError) {
    clear()
    if quiet || taken == 0 { return }
    let seconds = max(Console.seconds - start, 1e-9)
    try results.flush()
    let guessing = guessingLoss(vocabularySize: vocabularySize)
    Console.remark(
      "\(counted(taken, "step")) in \(duration(seconds)), \(grouped(Int(Double(taken) / seconds))) steps/s. "
        + "Smoothed loss \(fixed(smoothed.value, 2)); \(fixed(guessing, 2)) is guessing.")
  }

  /// The smoothed loss, if enough steps were taken to judge them by it.
  var judgement: Double? { taken >= 50 ? smoothed.value : nil }

  /// Removes the live line.
  mutating func clear() { live.clear() }
}
