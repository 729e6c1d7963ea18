// The documents on which a report shows its model: if there are any, some that the model has not learned from.

import MicroGPT

/// Some documents, and how the run is related to them.
struct ReportDocuments {
  enum Origin: Equatable {
    /// The run measures on them.
    case heldOut
    /// They are part of the text to learn from, but have not been reached.
    case unread
    /// The run has learned from them.
    case read
  }

  let corpus: Corpus
  let origin: Origin
  private let pieces: Range<Int>
  /// The distance from one document to the next, so that the first few are from all over the text, which may be sorted.
  private let stride: Int
  private let blockSize: Int

  /// The documents of a trainer's run, as it is now.
  init(_ trainer: Trainer, heldOut: Corpus?) {
    blockSize = trainer.configuration.blockSize
    corpus = heldOut ?? trainer.corpus
    let count = corpus.pieceCount(blockSize: blockSize)
    let (taken, overflow) = trainer.completedSteps.multipliedReportingOverflow(
      by: trainer.configuration.batchSize)
    if heldOut != nil {
      (origin, pieces) = (.heldOut, 0..<count)
    } else if !corpus.isStream, !overflow, taken < count {
      (origin, pieces) = (.unread, taken..<count)
    } else {
      (origin, pieces) = (.read, 0..<count)
    }
    // About the golden section, and without a common divisor, so that every document comes once.
    var stride = max(1, Int((Double(pieces.count) * 0.618).rounded()))
    while ReportDocuments.divisor(stride, pieces.count) > 1 { stride += 1 }
    self.stride = stride
  }

  /// The number of documents or, of a stream, of windows.
  var count: Int { pieces.count }

  /// The characters of a document that a model reads and predicts, from 0 up to `count`.
  subscript(index: Int) -> [Unicode.Scalar] {
    let place = index.multipliedFullWidth(by: stride)
    let piece = pieces.count.dividingFullWidth(place).remainder
    return Array(corpus.piece(pieces.lowerBound + piece, blockSize: blockSize).prefix(blockSize))
  }

  /// The greatest common divisor.
  private static func divisor(_ one: Int, _ other: Int) -> Int {
    other == 0 ? one : divisor(other, one % other)
  }
}
