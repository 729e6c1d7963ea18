import Foundation
import MicroGPT
import MicroGPTFiles
import Testing

@testable import MicroGPTCommand

/// When a run is saved, and what is said while it cannot be.
@Suite("Saving checkpoints") struct CheckpointSaverTests {
  private let sandbox: Sandbox
  private var path: String { sandbox.folder + "/disk/model" }
  private var bestPath: String { sandbox.folder + "/disk/best" }
  private static let sha256 = String(repeating: "0a", count: 32)
  private static let sampling = Checkpoint.Sampling(temperature: 0.25, count: 3, streams: .many)

  init() throws {
    sandbox = try Sandbox()
    try createFolder(sandbox.folder + "/disk")
  }

  private func saver(best: Bool = false) throws -> CheckpointSaver {
    try CheckpointSaver(
      LockedFile(path), best: best ? bestPath : nil, textSHA256: CheckpointSaverTests.sha256,
      reading: TextReading(), heldOut: .init(share: 0.25, seed: 3), sampling: CheckpointSaverTests.sampling)
  }

  private func checkpoint(
    _ trainer: Trainer, _ evaluations: Checkpoint.Evaluations? = nil
  ) throws -> Checkpoint {
    try Checkpoint(
      trainer.state, lastLoss: 2.5, textSHA256: CheckpointSaverTests.sha256,
      heldOut: .init(share: 0.25, seed: 3),
      evaluations: evaluations, sampling: CheckpointSaverTests.sampling)
  }

  private func completedSteps(_ path: String) throws -> Int {
    try Checkpoint(contentsOf: path).state.completedSteps
  }

  /// What a saver has remarked.
  private final class Remarks {
    var lines: [String] = []
    func add(_ report: String, _ isSaved: Bool) { lines.append("\(isSaved) \(report)") }
  }

  private func remove() { #expect(rename(sandbox.folder + "/disk", sandbox.folder + "/away") == 0) }
  private func restore() { #expect(rename(sandbox.folder + "/away", sandbox.folder + "/disk") == 0) }

  private func cannotBeSaved(_ path: String, _ reason: String, _ advice: String) -> String {
    "false '\(path)' cannot be saved: \(reason). If it existed before, it is unchanged. \(advice)"
  }

  @Test("a checkpoint is the run as it is now, with the text's hash and all settings")
  func contents() throws {
    let trainer = try smallTrainer(), remarks = Remarks(), saver = try saver()
    #expect(saver.path == path && saver.failure == nil)
    for evaluations in [nil, Checkpoint.Evaluations(interval: 5, patience: 2)] {
      _ = try trainer.step()
      try saver.save(trainer, 2.5, evaluations, remarks.add)
      #expect(try Checkpoint(contentsOf: path) == checkpoint(trainer, evaluations))
    }
    #expect(remarks.lines == [] && saver.failure == nil)
  }

  @Test("the run is saved once after each step, before the first one too")
  func once() throws {
    let trainer = try smallTrainer(), remarks = Remarks(), saver = try saver()
    for number in 0..<3 {
      try saver.save(trainer, 2.5, nil, remarks.add)
      #expect(try completedSteps(path) == number)
      try FileManager.default.removeItem(atPath: path)
      try saver.save(trainer, 2.5, nil, remarks.add)
      #expect(!fileExists(path))
      _ = try trainer.step()
    }
    #expect(remarks.lines == [])
  }

  @Test("the newest and the best checkpoint are files of their own")
  func apart() throws {
    let trainer = try smallTrainer(), remarks = Remarks(), saver = try saver(best: true)
    _ = try trainer.step()
    let evaluations = Checkpoint.Evaluations(
      interval: 1, best: .init(loss: 2, step: 1, evaluationsSince: 0))
    try saver.saveBest(trainer, 2.5, evaluations, remarks.add)
    #expect(!fileExists(path))
    let best = try checkpoint(trainer, evaluations)
    #expect(try Checkpoint(contentsOf: bestPath) == best)
    // The best one does not count as the newest of its step.
    try saver.save(trainer, 2.5, evaluations, remarks.add)
    #expect(try Checkpoint(contentsOf: path) == best)
    _ = try trainer.step()
    try saver.save(trainer, 2.5, evaluations, remarks.add)
    #expect(try completedSteps(path) == 2)
    #expect(try Checkpoint(contentsOf: bestPath) == best)
    #expect(remarks.lines == [])
  }

  @Test("a run without a file for the best checkpoint saves none")
  func withoutBest() throws {
    let trainer = try smallTrainer(), saver = try saver()
    try saver.saveBest(trainer, 2.5, nil, Remarks().add)
    #expect(try FileManager.default.contentsOfDirectory(atPath: sandbox.folder + "/disk") == ["model.lock"])
  }

  @Test("a failure is told once, however often it is tried again, and so is the success after it")
  func failing() throws {
    let trainer = try smallTrainer(), remarks = Remarks(), saver = try saver()
    let failed = cannotBeSaved(path, "No such file or directory", "Make its folder again.")
    let works = "true '\(path)' could be saved again."
    var expected: [String] = []
    try saver.save(trainer, 2.5, nil, remarks.add)
    for round in 0..<2 {
      remove()
      for _ in 0..<2 {
        _ = try trainer.step()
        for _ in 0..<2 { try saver.save(trainer, 2.5, nil, remarks.add) }
        #expect(saver.failure == FileError(.replace, path: path, code: ENOENT))
      }
      expected.append(failed)
      #expect(remarks.lines == expected)
      restore()
      // What the file has is older, although this step's save was tried before.
      #expect(try completedSteps(path) == 2 * round)
      for _ in 0..<2 { try saver.save(trainer, 2.5, nil, remarks.add) }
      #expect(try completedSteps(path) == 2 * round + 2)
      expected.append(works)
      #expect(remarks.lines == expected && saver.failure == nil)
    }
  }

  @Test("each file's failure is told, and the newest's remains as the run's")
  func failingApart() throws {
    let trainer = try smallTrainer(), remarks = Remarks(), saver = try saver(best: true)
    try createFolder(bestPath)
    try saver.saveBest(trainer, 2.5, nil, remarks.add)
    let bestFailed = cannotBeSaved(
      bestPath, "Is a directory", "Check its folder's permissions and its disk.")
    #expect(remarks.lines == [bestFailed])
    try saver.save(trainer, 2.5, nil, remarks.add)
    #expect(remarks.lines == [bestFailed])
    #expect(try completedSteps(path) == 0)
    #expect(saver.failure == FileError(.replace, path: bestPath, code: EISDIR))

    _ = try trainer.step()
    remove()
    try saver.save(trainer, 2.5, nil, remarks.add)
    #expect(saver.failure == FileError(.replace, path: path, code: ENOENT))
    restore()
    try saver.save(trainer, 2.5, nil, remarks.add)
    #expect(saver.failure == FileError(.replace, path: bestPath, code: EISDIR))

    try FileManager.default.removeItem(atPath: bestPath)
    try saver.saveBest(trainer, 2.5, nil, remarks.add)
    #expect(saver.failure == nil)
    #expect(
      remarks.lines == [
        bestFailed, cannotBeSaved(path, "No such file or directory", "Make its folder again."),
        "true '\(path)' could be saved again.", "true '\(bestPath)' could be saved again.",
      ])
  }

  @Test("both files are locked as long as the saver lives, and neither if one cannot be")
  func locks() throws {
    var saver: CheckpointSaver? = try saver(best: true)
    for path in [path, bestPath] {
      #expect(throws: FileError(.lock, path: path, code: EWOULDBLOCK)) { try LockedFile(path) }
    }
    withExtendedLifetime(saver) {}
    saver = nil
    let best = try LockedFile(bestPath)
    #expect(throws: FileError(.lock, path: bestPath, code: EWOULDBLOCK)) { try self.saver(best: true) }
    _ = try LockedFile(path)
    withExtendedLifetime(best) {}
  }

  @Test("a run whose parameters are not finite is not saved, and the file before stays")
  func notFinite() throws {
    let remarks = Remarks(), saver = try saver()
    let good = try smallTrainer()
    _ = try good.step()
    try saver.save(good, 2.5, nil, remarks.add)
    let before = try readFile(path)
    let bad = try smallTrainer { $0.initialStandardDeviation = .greatestFiniteMagnitude }
    #expect(throws: CheckpointError.self) { try saver.save(bad, 2.5, nil, remarks.add) }
    #expect(try readFile(path) == before)
    #expect(remarks.lines == [])
  }
}
