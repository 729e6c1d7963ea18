// The lines that a model has read, so that `sample --unique` can tell which of its own are new.

import CommandLineOptions
import MicroGPT
import MicroGPTFiles

/// The documents of the text that a model has learned, and what was drawn since.
struct KnownLines {
  private let documents: Set<[UInt8]>
  /// The new ones so far.
  private var drawn: Set<[UInt8]> = []
  private var knownCount = 0, repeatedCount = 0
  private let source: String

  /// Finds the text as `train` does.
  ///
  /// - Throws: `UsageError` or `Failure` if it is not the one that the model has learned, or that is unknown.
  init(_ model: SavedModel, _ options: DataOptions) throws {
    var text = try TextSource.find(options)
    if model.model.tokenizer.isStream {
      throw Failure(
        code: Failure.usage,
        "'--unique' compares lines, but '\(model.path)' has learned its text as a stream. Leave it out.")
    }
    if let expected = model.checkpoint?.textSHA256 {
      if text.sha256 != expected { throw text.isNotTheText(of: model.path, options) }
    } else if options.file == nil {
      throw Failure(
        code: Failure.usage,
        "'\(model.path)' does not say which text its model has learned. Name the text with --data.")
    }
    let corpus = try text.takeCorpus(model.reading)
    documents = Set(corpus.map { Array($0.utf8) })
    source = text.name
  }

  /// Whether a line is neither in the text nor was drawn before.
  mutating func isNew(_ line: String) -> Bool {
    let line = Array(line.utf8)
    if documents.contains(line) {
      knownCount += 1
      return false
    }
    if drawn.insert(line).inserted { return true }
    repeatedCount += 1
    return false
  }

  /// How many of each kind there were.
  var summary: String {
    let total = drawn.count + knownCount + repeatedCount
    return
      "Of \(counted(total, "sample")), \(grouped(knownCount)) \(knownCount == 1 ? "is" : "are") in \(source), "
      + "\(grouped(drawn.count)) \(drawn.count == 1 ? "is" : "are") new, and \(grouped(repeatedCount)) "
      + "\(repeatedCount == 1 ? "repeats" : "repeat") new ones."
  }
}
