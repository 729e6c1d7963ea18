// The documents of a run: those it is trained on and, with --held-out, those it is measured on.

import MicroGPT

/// A corpus, split if documents are held out.
struct TrainingDocuments {
  let all, training: Corpus
  let heldOut: Corpus?

  /// - Throws: `Failure` if documents are to be held out and all are equal.
  init(_ corpus: Corpus, of source: TextSource, holdingOut share: Double, seed: UInt64) throws(Failure) {
    all = corpus
    guard share > 0 else {
      (training, heldOut) = (corpus, nil)
      return
    }
    guard let split = try? corpus.split(holdingOut: share, seed: seed) else {
      let problem =
        corpus.isStream
        ? "\(source.name) has fewer than four characters, so none can be held out. Give a longer text, "
        : "No two documents of \(source.name) are different, so none can be held out. Give a text with more, "
      throw Failure(code: Failure.data, problem + "or leave out --held-out.")
    }
    (training, heldOut) = (split.training, split.heldOut)
  }
}
