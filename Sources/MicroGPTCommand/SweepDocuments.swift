// The documents of a sweep, read once for all its runs.

import MicroGPT

/// A text's documents and their split, which the runs share.
struct SweepDocuments {
  let tokenizer: Tokenizer
  private let source: TextSource
  private let share: Double
  /// Split by the first run's seed.
  private let first: (seed: UInt64, documents: TrainingDocuments)

  /// - Throws: `Failure` if the text cannot be used.
  init(
    _ source: inout TextSource, _ reading: TextReading, holdingOut share: Double, seed: UInt64
  ) throws(Failure) {
    let corpus = try source.takeCorpus(reading)
    try reading.check(corpus, of: source)
    first = (seed, try TrainingDocuments(corpus, of: source, holdingOut: share, seed: seed))
    (tokenizer, self.source, self.share) = (Tokenizer(corpus), source, share)
  }

  /// The documents of a run. A run of another seed holds out others; their split is not kept, as there may be a
  /// thousand seeds.
  func of(_ run: Train) throws(Failure) -> TrainingDocuments {
    let seed = run.configuration.seed
    if seed == first.seed { return first.documents }
    return try TrainingDocuments(first.documents.all, of: source, holdingOut: share, seed: seed)
  }
}
