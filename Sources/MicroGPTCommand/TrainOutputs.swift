// The files that `train` writes, checked before the first step.

import MicroGPT
import MicroGPTFiles

extension Train {
  /// Checks that the files to be written would destroy nothing.
  ///
  /// - Parameter hasBest: Whether an earlier sitting has saved the model with the lowest loss.
  /// - Throws: `Failure` if one of them is an input or another one of them, or has contents that are not this run's.
  func checkOutputs(against source: TextSource, hasBest: Bool) throws(Failure) {
    if output.log == nil, output.report == nil, checkpoints.target == nil { return }
    let outputs = [
      ("--log", output.log), ("--report", output.report), ("--save", checkpoints.target),
      ("--save", bestPath),
    ].compactMap { option, path in path.map { (option: option, path: $0) } }
    for (option, path) in outputs where isSameFile(path, source.name) {
      throw Failure(
        code: Failure.usage, "'\(option) \(path)' would overwrite the text to learn from. Name another file.")
    }
    for (option, path) in outputs where option != "--save" {
      if let model = checkpoints.resume ?? checkpoints.weights, isSameFile(path, model) {
        throw Failure(
          code: Failure.usage,
          "'\(option) \(path)' would overwrite the model that the run begins with. Name another file.")
      }
      guard let other = outputs.first(where: { $0.option != option && isSameFile($0.path, path) }) else {
        continue
      }
      throw Failure(
        code: Failure.usage,
        "'\(option) \(path)' and '\(other.option) \(other.path)' are the same file. Name two.")
    }
    // Beside the models are their locks, and what is being saved.
    let inputs: [(option: String, path: String?)] = [
      ("--data", source.name), ("--log", output.log), ("--report", output.report),
      ("--resume", checkpoints.resume), ("--init-from", checkpoints.weights),
    ]
    for model in [checkpoints.target, bestPath].compactMap({ $0 }) {
      for (option, path) in inputs {
        guard let path, LockedFile.suffixes.contains(where: { isSameFile(path, model + $0) }) else {
          continue
        }
        throw Failure(
          code: Failure.usage,
          "'\(path)' (\(option)) is a name that saving '\(model)' needs for itself. Name another file.")
      }
    }
    // A resumed run goes on with its own files. A report is of one sitting, so that the next one's would replace it.
    func isOwn(_ option: String, _ path: String) -> Bool {
      guard let resume = checkpoints.resume, option != "--report" else { return false }
      if path == bestPath, !hasBest { return false }
      guard let save = checkpoints.save, option == "--save" else { return true }
      return isSameFile(save, resume)
    }
    if !output.force { try refuseToReplace(outputs.filter { !isOwn($0.option, $0.path) }) }
  }
}
