// The documents that surprise a model most, or least, of however many.

import MicroGPT

/// The documents with the highest or the lowest losses, in that order. Equal documents count as one.
struct Extremes {
  private let corpus: Corpus
  private let blockSize: Int
  private let limit: Int
  private let areHighest: Bool
  private var candidates: [Evaluation.Document] = []
  /// The loss of the last document that was kept; `nil` while there are fewer than `limit`.
  private var bound: Double?

  /// The `limit` documents of the corpus with the highest losses, or with the lowest; of a stream its windows.
  init(_ limit: Int, ofHighest areHighest: Bool, in corpus: Corpus, blockSize: Int) {
    (self.limit, self.areHighest, self.corpus, self.blockSize) = (limit, areHighest, corpus, blockSize)
  }

  /// Considers a document.
  mutating func add(_ document: Evaluation.Document) {
    if let bound, areHighest ? document.loss < bound : document.loss > bound { return }
    candidates.append(document)
    // Sorting so rarely costs O(log n) a document, and memory for as many again.
    if candidates.count - limit >= max(limit, 100) { trim() }
  }

  /// The documents.
  var documents: [Evaluation.Document] {
    var extremes = self
    extremes.trim()
    return extremes.candidates
  }

  /// Removes all candidates but the first `limit` different ones.
  private mutating func trim() {
    let (corpus, blockSize) = (corpus, blockSize)
    func piece(_ document: Evaluation.Document) -> Corpus.Document {
      corpus.piece(document.index, blockSize: blockSize)
    }
    candidates.sort { a, b in
      if a.loss != b.loss { return areHighest ? a.loss > b.loss : a.loss < b.loss }
      if piece(a) == piece(b) { return a.index < b.index }
      return piece(a).lexicographicallyPrecedes(piece(b))
    }
    var kept: [Evaluation.Document] = []
    for document in candidates where kept.count < limit {
      if let last = kept.last, piece(last) == piece(document) { continue }
      kept.append(document)
    }
    candidates = kept
    bound = kept.count == limit ? kept.last?.loss : nil
  }
}
