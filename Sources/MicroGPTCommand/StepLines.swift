// The output of a run's steps: a line each on standard output as microgpt.py prints them, or one live line on an
// interactive terminal; then a summary on standard error.

import MicroGPT
import MicroGPTFiles

/// Shows the steps of a run as they are taken.
struct StepLines {
  private let steps: Int
  private let quiet, isLive: Bool
  private let results: OutputFile
  private let start = Console.seconds
  private var live: LiveLine, smoothed = SmoothedLoss(), flushing = PeriodicFlush()

  /// - Throws: `FileError` if earlier output cannot be written.
  init(steps: Int, options: OutputOptions, _ results: OutputFile) throws(FileError) {
    (self.steps, self.results, quiet) = (steps, results, options.quiet)
    isLive = !quiet && Console.isInteractive
    live = LiveLine(color: options.isColored)
    if Console.isInteractive { try results.flush() }
  }

  mutating func show(_ step: Trainer.Step) throws(FileError) {
    smoothed.add(step.loss)
    if quiet { return }
    if isLive {
      let now = Console.seconds
      live.show(at: now) { [start, steps, smoothed] in
        let rate = Double(step.number) / max(now - start, 1e-9)
        return Progress(
          step: step.number, steps: steps, loss: step.loss, smoothedLoss: smoothed.value,
          stepsPerSecond: rate,
          secondsLeft: Double(steps - step.number) / rate)
      }
    } else {
      try results.write(
        "step \(padded(step.number, 4)) / \(padded(steps, 4)) | loss \(fixed(step.loss, 4))\n")
      try flushing.flush(results)
    }
  }

  /// Removes the live line and reports how long the steps took and how well the model learned.
  mutating func finish(vocabularySize: Int) throws(FileError) {
    clear()
    if quiet || steps == 0 { return }
    let seconds = max(Console.seconds - start, 1e-9)
    try results.flush()
    Console.remark(
      "\(counted(steps, "step")) in \(duration(seconds)), \(grouped(Int(Double(steps) / seconds))) steps/s. "
        + "Smoothed loss \(fixed(smoothed.value, 2)); "
        + "\(fixed(guessingLoss(vocabularySize: vocabularySize), 2)) is guessing.")
  }

  /// Removes the live line.
  mutating func clear() { live.clear() }
}
