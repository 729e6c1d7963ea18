// Saving a run: what its checkpoints hold, which files they go to, and what happens when one cannot be written.

import MicroGPT
import MicroGPTFiles

/// Saves a run's checkpoints: the newest one and, if the run is measured on the way, the one with the lowest loss.
///
/// Both files are locked while the object lives.
final class CheckpointSaver {
  private let newest: LockedFile
  private let best: LockedFile?
  private let textSHA256: String?
  private let reading: TextReading
  private let heldOut: Checkpoint.HeldOut?
  private let sampling: Checkpoint.Sampling
  /// The step of the newest checkpoint in the file.
  private var savedStep: Int?
  /// The best checkpoint, as long as it could not be saved.
  private var unsavedBest: [UInt8]?
  /// Whether the best checkpoint was saved by this object.
  private(set) var hasSavedBest = false
  /// Why the last attempt to save each file failed, if it did.
  private var failures: [String: FileError] = [:]

  /// - Parameters:
  ///   - newest: The file of the newest checkpoint.
  ///   - best: The path of the one with the lowest loss, if that is kept.
  /// - Throws: `FileError` if that cannot be locked.
  init(
    _ newest: LockedFile, best: String?, textSHA256: String?, reading: TextReading,
    heldOut: Checkpoint.HeldOut?, sampling: Checkpoint.Sampling
  ) throws(FileError) {
    self.newest = newest
    self.best = try best.map { (path) throws(FileError) in try LockedFile(path) }
    (self.textSHA256, self.reading) = (textSHA256, reading)
    (self.heldOut, self.sampling) = (heldOut, sampling)
  }

  /// The file of the newest checkpoint.
  var path: String { newest.path }
  /// The file of the checkpoint with the lowest loss, if that is kept.
  var bestPath: String? { best?.path }
  /// Whether the file of the newest checkpoint holds what it should.
  var isSaved: Bool { failures[newest.path] == nil }
  /// Why a file does not hold what it should, if that is so.
  var failure: FileError? { failures[newest.path] ?? failures.values.first }

  /// Tells the user that saving a file has begun to fail, or that it works again and the file is saved. A failure does not
  /// end the run.
  typealias Remark = (_ report: String, _ isSaved: Bool) throws -> Void

  /// Saves the run as it is now, unless the file has it already.
  ///
  /// - Throws: `CheckpointError` if the parameters are not finite numbers.
  func save(_ trainer: Trainer, _ lastLoss: Double?, _ evaluations: Checkpoint.Evaluations?, _ remark: Remark)
    throws
  {
    if unsavedBest != nil { try saveBest(remark) }
    if savedStep == trainer.completedSteps { return }
    try save(bytes(trainer, lastLoss, evaluations), to: newest, remark)
    if isSaved { savedStep = trainer.completedSteps }
  }

  /// Saves the run as the best so far, if that has a file. If it cannot be saved now, `save` tries again.
  ///
  /// - Throws: As `save`.
  func saveBest(
    _ trainer: Trainer, _ lastLoss: Double?, _ evaluations: Checkpoint.Evaluations?, _ remark: Remark
  ) throws {
    guard best != nil else { return }
    unsavedBest = try bytes(trainer, lastLoss, evaluations)
    try saveBest(remark)
  }

  private func saveBest(_ remark: Remark) throws {
    guard let best, let bytes = unsavedBest else { return }
    try save(bytes, to: best, remark)
    if failures[best.path] == nil { (unsavedBest, hasSavedBest) = (nil, true) }
  }

  private func bytes(
    _ trainer: Trainer, _ lastLoss: Double?, _ evaluations: Checkpoint.Evaluations?
  ) throws(CheckpointError) -> [UInt8] {
    try Checkpoint(
      trainer.state, lastLoss: lastLoss, textSHA256: textSHA256, division: reading.division,
      isLowercase: reading.isLowercase, heldOut: heldOut, evaluations: evaluations, sampling: sampling
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
