// The memory that a run of `train` takes, compared with the machine's before any is allocated.

import MicroGPT

extension Train {
  /// A run that takes at least this many bytes says so beforehand. Any machine has memory for smaller ones.
  static let largeMemory = 250_000_000

  /// The bytes that training takes.
  ///
  /// - Throws: `Failure` if this machine has fewer, before any are allocated.
  func requiredMemory(vocabularySize: Int) throws(Failure) -> Int {
    let available = Console.physicalMemory
    var amount = "needs more memory than can be counted"
    if let training = configuration.trainingMemory(vocabularySize: vocabularySize, engine: engine),
      let checkpoints = checkpointMemory(vocabularySize: vocabularySize),
      let report = reportMemory(vocabularySize: vocabularySize),
      case (let run, false) = training.addingReportingOverflow(checkpoints),
      case (let required, false) = run.addingReportingOverflow(report)
    {
      if required <= available ?? .max { return required }
      amount = "needs \(size(required)) of memory"
    }
    throw Failure(
      code: Failure.usage,
      "This model \(amount)\(available.map { ", and this machine has \(size($0))" } ?? ""). "
        + "Choose a smaller --embedding, --layers, --block-size or --batch-size.")
  }

  /// The bytes that a report takes: the parameters for samples and pictures and, if updates are measured, parameters and
  /// moments before and after a step.
  private func reportMemory(vocabularySize: Int) -> Int? {
    guard output.report != nil else { return 0 }
    let count = configuration.parameterCount(vocabularySize: vocabularySize) ?? .max
    let (bytes, overflow) = count.multipliedReportingOverflow(
      by: count > RecordingPlan.largestProbed ? 16 : 48)
    return overflow ? nil : bytes
  }

  /// The bytes that checkpoints take: parameters and moments as doubles, and as the file that is written or read; those
  /// of a resumed run's checkpoint are there once more.
  private func checkpointMemory(vocabularySize: Int) -> Int? {
    guard checkpoints.target != nil else { return 0 }
    let doubles = 24, file = engine == .exact ? 24 : 12
    let (bytes, overflow) = (configuration.parameterCount(vocabularySize: vocabularySize) ?? .max)
      .multipliedReportingOverflow(by: doubles + file + (checkpoints.resume == nil ? 0 : doubles))
    return overflow ? nil : bytes
  }
}
