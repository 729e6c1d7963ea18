// The remarks of `train` on standard error before the first step.

import MicroGPT

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
}
