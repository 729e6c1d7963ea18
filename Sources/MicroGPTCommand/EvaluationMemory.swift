// The memory that `eval` takes, compared with the machine's before any is allocated.

import MicroGPT

extension SavedModel {
  /// Checks that this machine has the memory to measure the model on documents.
  ///
  /// - Throws: `Failure` if it has less, with the arithmetic that needs little enough, if one does.
  func checkMemory(
    documents: Int, engine: Arithmetic, available: Int? = Console.physicalMemory
  ) throws(Failure) {
    guard let available else { return }
    let required = memory(documents: documents, engine: engine)
    if let required, required <= available { return }
    var advice = "Use a machine with more memory, or a model with a smaller --block-size or --embedding."
    if engine == .exact, let fast = memory(documents: documents, engine: .fast), fast <= available {
      advice = "Add '--engine fast', which needs \(size(fast))."
    }
    let amount = required.map(size) ?? "more memory than can be counted"
    throw Failure(
      code: Failure.usage,
      "Measuring the model in \(path) takes \(amount)\(required == nil ? "" : " of memory"), and this machine has "
        + "\(size(available)). \(advice)")
  }

  /// The bytes of the model and, from a checkpoint, its moments, which are there already, and those of the evaluation.
  private func memory(documents: Int, engine: Arithmetic) -> Int? {
    let vocabularySize = model.tokenizer.vocabularySize
    let numbers = model.parameters.count * (checkpoint == nil ? 1 : 3)
    guard
      let evaluation = model.configuration.evaluationMemory(
        documents: documents, vocabularySize: vocabularySize, engine: engine),
      case (let sum, false) = evaluation.addingReportingOverflow(numbers * MemoryLayout<Double>.stride)
    else { return nil }
    return sum
  }
}
