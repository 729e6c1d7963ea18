// Saving a run: what its checkpoints hold, which files they go to, and what happens when one cannot be written.

import MicroGPT
import MicroGPTFiles

/// Saves a run's checkpoints: the newest one and, if the run is measured on the way, the one with the lowest loss.
///
/// Both files are locked while the object lives.
final class CheckpointSaver {
  private let newest: LockedFile
  private let best: LockedFile?
  private let textSHA256: String
  private let heldOut: Checkpoint.HeldOut?
  private let sampling: Checkpoint.Sampling
  /// The step of the newest checkpoint in the file.
  private var savedStep: Int?
  /// Why the last attempt to save each file failed, if it did.
  private var failures: [String: FileError] = [:]

  /// - Throws: `FileError` if a file cannot be locked.
  init(
    _ path: String, best: String?, textSHA256: String, heldOut: Checkpoint.HeldOut?,
    sampling: Checkpoint.Sampling
  ) throws(FileError) {
    newest = try LockedFile(path)
    self.best = try best.map { (path) throws(FileError) in try LockedFile(path) }
    (self.textSHA256, self.heldOut, self.sampling) = (textSHA256, heldOut, sampling)
  }

  /// The file of the newest checkpoint.
  var path: String { newest.path }
  /// The file of the checkpoint with the lowest loss.
  var bestPath: String? { best?.path }
  /// Why a file does not hold what it should, if that is so.
  var failure: FileError? { failures[newest.path] ?? failures.values.first }

  /// Saves the run as it is now, unless the file has it already.
  ///
  /// - Returns: What to tell the user: that saving has begun to fail, or works again. A failure does not end the run.
  /// - Throws: `CheckpointError` if the parameters are not finite numbers.
  func save(_ trainer: Trainer, _ evaluations: Checkpoint.Evaluations?) throws(CheckpointError) -> String? {
    if savedStep == trainer.completedSteps { return nil }
    let report = attempt(newest, try bytes(trainer, evaluations))
    if failures[newest.path] == nil { savedStep = trainer.completedSteps }
    return report
  }

  /// Saves the run as the best so far.
  ///
  /// - Returns: As `save`.
  func saveBest(_ trainer: Trainer, _ evaluations: Checkpoint.Evaluations?) throws(CheckpointError) -> String? {
    guard let best else { return nil }
    return attempt(best, try bytes(trainer, evaluations))
  }

  private func bytes(
    _ trainer: Trainer, _ evaluations: Checkpoint.Evaluations?
  ) throws(CheckpointError) -> [UInt8] {
    try Checkpoint(
      trainer.state, textSHA256: textSHA256, heldOut: heldOut, evaluations: evaluations, sampling: sampling
    ).bytes()
  }

  private func attempt(_ file: LockedFile, _ bytes: [UInt8]) -> String? {
    let former = failures[file.path]
    do {
      try file.replace(with: bytes)
      failures[file.path] = nil
      return former == nil ? nil : "'\(file.path)' could be saved again."
    } catch {
      failures[file.path] = error
      return former == nil ? "\(error) Training goes on." : nil
    }
  }
}
