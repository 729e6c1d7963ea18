// The remarks of `train` on standard error before the first step.

import MicroGPT

extension Train {
  /// A line each for the text, the part of it that the model will not see, and the memory of a large run.
  func remarks(_ source: TextSource, _ documents: TrainingDocuments, memory: Int) -> String {
    var lines = [source.remark(documents.training)]
    if source.hasByteOrderMark {
      lines.append(
        "The text begins with a byte-order mark, which counts as a character, as in Python. Save it without one if "
          + "that is not meant.")
    }
    if let heldOut = documents.heldOut {
      let verb = !heldOut.isStream && heldOut.count == 1 ? "is" : "are"
      lines.append("\(amount(of: heldOut)) \(verb) held out, to measure on.")
    }
    if !documents.all.isStream { lines += lengthRemarks(documents.all) }
    if memory >= Train.largeMemory { lines.append("Training takes \(size(memory)) of memory.") }
    return lines.joined(separator: "\n")
  }

  /// What to know about documents that do not fit the block, or are all much shorter.
  private func lengthRemarks(_ corpus: Corpus) -> [String] {
    let blockSize = configuration.blockSize
    var long = 0, longest = 0
    for document in corpus {
      let count = document.count
      if count + 1 > blockSize { long += 1 }
      longest = max(longest, count)
    }
    if long > 0 {
      let verb = long == 1 ? "is" : "are"
      return [
        "\(counted(long, "document")) \(verb) longer than --block-size \(blockSize) allows and will be cut."
      ]
    }
    // Whoever has not chosen a block size need not think about it.
    if longest + 1 < blockSize, blockSize != Configuration().blockSize {
      return [
        "No document is longer than \(counted(longest, "character")), so --block-size \(blockSize) is never filled: "
          + "\(longest + 1) is enough."
      ]
    }
    return []
  }
}
