// `--report FILE`: records a sitting and writes its page.

import MicroGPT
import MicroGPTFiles

/// The report of a sitting: what it records, and the file of its page.
struct RunReport {
  let recorder: RunRecorder
  /// The file of the page.
  let path: String
  private let settings: Train
  private let sourceName: String
  private let heldOut: Corpus?

  /// A report to be written to `path`.
  ///
  /// - Parameters:
  ///   - path: The file of the page.
  ///   - settings: The run's.
  ///   - trainer: The run, before the sitting's first step.
  ///   - sourceName: What the text is called.
  ///   - heldOut: The documents that the run does not learn from.
  /// - Throws: `FileError` if the file cannot be created: better said now than after the last step.
  init(
    _ path: String, _ settings: Train, _ trainer: Trainer, sourceName: String, heldOut: Corpus?
  ) throws(FileError) {
    try checkCanReplace(resolvingLinks(path))
    (self.path, self.settings, self.sourceName, self.heldOut) = (path, settings, sourceName, heldOut)
    recorder = RunRecorder(trainer, temperature: settings.sampling.temperature)
  }

  /// Writes the page about the run as it is now, completely or not at all.
  func write(_ trainer: Trainer) throws(FileError) {
    recorder.sample(trainer)
    let page = RunPage(settings, trainer, recorder, sourceName: sourceName, heldOut: heldOut)
    // Waiting for the disk would take longer than the page, and a page that is lost can be made again.
    // A link stays, and the file that it leads to is replaced, as it is for other outputs.
    try writeFileAtomically(page.bytes(), to: resolvingLinks(path), isDurable: false)
  }
}
