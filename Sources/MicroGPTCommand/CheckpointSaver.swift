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

  /// - Parameters:
  ///   - newest: The file of the newest checkpoint.
  ///   - best: The path of the one with the lowest loss, if that is kept.
  /// - Throws: `FileError` if that cannot be locked.
  init(
    _ newest: LockedFile, best: String?, textSHA256: String, heldOut: Checkpoint.HeldOut?,
    sampling: Checkpoint.Sampling
  ) throws(FileError) {
    self.newest = newest
    self.best = try best.map { (path) throws(FileError) in try LockedFile(path) }
    (self.textSHA256, self.heldOut, self.sampling) = (textSHA256, heldOut, sampling)
  }

  /// The file of the newest checkpoint.
  var path: String { newest.path }
  /// Why a file does not hold what it should, if that is so.
  var failure: FileError? { failures[newest.path] ?? failures.values.first }

  /// Tells the user that saving a file has begun to fail, or that it works again and the file is saved. A failure does not
  /// end the run.
  typealias Remark = (_ report: String, _ isSaved: Bool) throws -> Void

  /// Saves the run as it is now, unless the file has it already.
  ///
  /// - Throws: `CheckpointError` if the parameters are not finite numbers.
  func save(_ trainer: Trainer, _ evaluations: Checkpoint.Evaluations?, _ remark: Remark) throws {
    if savedStep == trainer.completedSteps { return }
    try save(bytes(trainer, evaluations), to: newest, remark)
    if failures[newest.path] == nil { savedStep = trainer.completedSteps }
  }

  /// Saves the run as the best so far, if that has a file.
  ///
  /// - Throws: As `save`.
  func saveBest(_ trainer: Trainer, _ evaluations: Checkpoint.Evaluations?, _ remark: Remark) throws {
    if let best { try save(bytes(trainer, evaluations), to: best, remark) }
  }

  private func bytes(
    _ trainer: Trainer, _ evaluations: Checkpoint.Evaluations?
  ) throws(CheckpointError) -> [UInt8] {
    try Checkpoint(
      trainer.state, textSHA256: textSHA256, heldOut: heldOut, evaluations: evaluations, sampling: sampling
    ).bytes()
  }

  private func save(_ bytes: [UInt8], to file: LockedFile, _ remark: Remark) throws {
    let former = failures[file.path]
    do throws(FileError) {
      try file.replace(with: bytes)
    } catch {
      failures[file.path] = error
      if former == nil { try remark("\(error)", false) }
      return
    }
    failures[file.path] = nil
    if former != nil { try remark("'\(file.path)' could be saved again.", true) }
  }
}
