// Three sets of documents: one to learn from, one that the search compares settings by, and one that only winners are
// measured on.
//
// A search chooses what does well on the documents that it looks at, so its best figure there flatters. The third set
// is kept apart from it: no trial learns from it, and no trial is measured on it.

import MicroGPT

/// A corpus in three parts.
///
/// All copies of a document are in the same part, and each part has the vocabulary of the corpus.
struct NameSets {
  /// What every trial learns from.
  let learned: Corpus
  /// A tenth of the distinct documents: the search measures its trials on them.
  let heldOut: Corpus
  /// Another tenth: only `winners` measures on them.
  let apart: Corpus

  /// Splits by fixed seeds, so that every search of a text has the same three sets.
  init(_ corpus: Corpus) throws(SplitError) {
    // The seed and the share of the searches that had two sets: what was held out then is held out now.
    let first = try corpus.split(holdingOut: 0.1, seed: 42)
    heldOut = first.heldOut
    (learned, apart) = try first.training.split(holdingOut: 1.0 / 9, seed: 43)
  }
}
