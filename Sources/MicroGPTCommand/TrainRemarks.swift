// The remarks of `train` on standard error before the first step, and the checks that can prevent it.

import MicroGPT
import MicroGPTFiles

extension Train {
  /// A line each for the text, the part of it that the model will not see, and the memory of a large run.
  func remarks(_ source: TextSource, _ documents: TrainingDocuments, memory: Int) -> String {
    var lines = [source.remark(documents.training)]
    if let heldOut = documents.heldOut {
      let verb = heldOut.count == 1 ? "is" : "are"
      lines.append("\(counted(heldOut.count, "document")) \(verb) held out, to measure on.")
    }
    let blockSize = configuration.blockSize, long = documents.all.count { $0.count + 1 > blockSize }
    if long > 0 {
      let verb = long == 1 ? "is" : "are"
      lines.append(
        "\(counted(long, "document")) \(verb) longer than --block-size \(blockSize) allows and will be cut.")
    }
    if memory >= Train.largeMemory { lines.append("Training takes \(size(memory)) of memory.") }
    return lines.joined(separator: "\n")
  }

  /// A run that takes at least this many bytes says so beforehand. Any machine has memory for smaller ones.
  static let largeMemory = 250_000_000

  /// The bytes that training takes.
  ///
  /// - Throws: `Failure` if this machine has fewer, before any are allocated.
  func requiredMemory(vocabularySize: Int) throws(Failure) -> Int {
    let required = configuration.trainingMemory(vocabularySize: vocabularySize, engine: engine).flatMap {
      checkpointMemory(vocabularySize: vocabularySize)?.addingReportingOverflow($0)
    }.flatMap { $0.overflow ? nil : $0.partialValue }
    let available = Console.physicalMemory
    if let required, required <= available ?? .max { return required }
    let amount = required.map { "needs \(size($0)) of memory" } ?? "needs more memory than can be counted"
    throw Failure(
      code: Failure.usage,
      "This model \(amount)\(available.map { ", and this machine has \(size($0))" } ?? ""). "
        + "Choose a smaller --embedding, --layers, --block-size or --batch-size.")
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

  /// Checks that the files to be written would destroy nothing.
  ///
  /// - Throws: `Failure` if one of them is the text's or the other's own, or has contents and need not.
  ///
  /// - Parameter hasBest: Whether an earlier sitting has saved the model with the lowest loss.
  func checkOutputs(against source: TextSource, hasBest: Bool) throws(Failure) {
    let outputs = [("--log", output.log), ("--save", checkpoints.target), ("--save", bestPath)]
      .compactMap { option, path in path.map { (option: option, path: $0) } }
    for (option, path) in outputs where isSameFile(path, source.name) {
      throw Failure(
        code: Failure.usage, "'\(option) \(path)' would overwrite the text to learn from. Name another file.")
    }
    if let log = output.log, let model = checkpoints.resume ?? checkpoints.weights, isSameFile(log, model) {
      throw Failure(
        code: Failure.usage,
        "'--log \(log)' would overwrite the model that the run begins with. Name another file.")
    }
    if let log = output.log,
      let other = outputs.first(where: { $0.option != "--log" && isSameFile($0.path, log) })
    {
      throw Failure(
        code: Failure.usage, "'--log \(log)' and '--save \(other.path)' are the same file. Name two.")
    }
    // Beside the models are their locks, and what is being saved.
    let inputs =
      [("--data", source.name), ("--log", output.log), ("--resume", checkpoints.resume)]
      + [("--init-from", checkpoints.weights)]
    for model in [checkpoints.target, bestPath].compactMap({ $0 }) {
      for (option, path) in inputs {
        guard let path, [".lock", ".part"].contains(where: { isSameFile(path, model + $0) }) else { continue }
        throw Failure(
          code: Failure.usage,
          "'\(path)' (\(option)) is a name that saving '\(model)' needs for itself. Name another file.")
      }
    }
    // A resumed run goes on with its own files.
    func isOwn(_ option: String, _ path: String) -> Bool {
      guard let resume = checkpoints.resume else { return false }
      if path == bestPath, !hasBest { return false }
      guard let save = checkpoints.save, option == "--save" else { return true }
      return isSameFile(save, resume)
    }
    if output.force { return }
    for (option, path) in outputs where hasContents(path) && !isOwn(option, path) {
      throw Failure(
        code: Failure.output,
        "'\(path)' exists and would be replaced. Name another file after \(option), or add --force.")
    }
  }
}
