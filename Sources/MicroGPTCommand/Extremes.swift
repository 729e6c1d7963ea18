// The documents that surprise a model most, or least, of however many.

import MicroGPT

/// The documents with the highest or the lowest losses, in that order. Equal documents count as one.
struct Extremes {
  private let corpus: Corpus
  private let limit: Int
  private let areHighest: Bool
  private var candidates: [Evaluation.Document] = []
  /// The loss of the last document that was kept; `nil` while there are fewer than `limit`.
  private var bound: Double?

  /// The `limit` documents of the corpus with the highest losses, or with the lowest.
  init(_ limit: Int, ofHighest areHighest: Bool, in corpus: Corpus) {
    (self.limit, self.areHighest, self.corpus) = (limit, areHighest, corpus)
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
    candidates.sort { a, b in
      if a.loss != b.loss { return areHighest ? a.loss > b.loss : a.loss < b.loss }
      if corpus[a.index] == corpus[b.index] { return a.index < b.index }
      return corpus[a.index].lexicographicallyPrecedes(corpus[b.index])
    }
    var kept: [Evaluation.Document] = []
    for document in candidates where kept.count < limit {
      if let last = kept.last, corpus[last.index] == corpus[document.index] { continue }
      kept.append(document)
    }
    candidates = kept
    bound = kept.count == limit ? kept.last?.loss : nil
  }
}
