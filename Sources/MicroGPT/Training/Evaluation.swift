// A model's loss on documents that it does not learn from.

/// The loss of a model on documents, in nats a token.
public struct Evaluation: Sendable, Equatable {
  /// The mean over the documents of each one's mean, like the loss of a training step.
  public let loss: Double
  /// The mean over all tokens, in which long documents count for more: what others often report.
  public let lossPerToken: Double
  /// The number of documents.
  public let documents: Int
}

extension Trainer {
  /// The current model's loss on documents, which need not be those of the run. The run does not change.
  ///
  ///     let corpus = try Corpus(documents: ["emma", "ava", "mia", "eva", "mae"])
  ///     let halves = try corpus.split(holdingOut: 0.2, seed: 42)
  ///     let trainer = try Trainer(corpus: halves.training)
  ///     try trainer.train()
  ///     let evaluation = try trainer.evaluate(halves.heldOut)
  ///
  /// Documents longer than the block are cut to it, as in training. The run's engine computes the loss; in the exact
  /// arithmetic that of a single document has the reference's bits.
  ///
  /// - Throws: `TokenizerError` at the first character that is not in the run's vocabulary.
  /// - Complexity: That of a forward pass over the documents; batches of `Configuration.batchSize` share their
  ///   products.
  public func evaluate(_ corpus: Corpus) throws(TokenizerError) -> Evaluation {
    for document in corpus { try tokenizer.check(document.prefix(configuration.blockSize)) }
    func positions(_ index: Int) -> Int { min(corpus[index].count + 1, configuration.blockSize) }
    // A batch has documents of one length, so that its mean is also the mean over its tokens.
    let order = corpus.indices.sorted { positions($0) < positions($1) }
    var sum = 0.0, tokenSum = 0.0, tokenCount = 0, next = 0
    while next < order.count {
      let length = positions(order[next])
      batch.removeAll()
      while batch.documents < configuration.batchSize, next < order.count, positions(order[next]) == length {
        append(corpus[order[next]])
        next += 1
      }
      let total = batchLoss() * Double(batch.documents)
      sum += total
      tokenSum += total * Double(length)
      tokenCount += batch.rows
    }
    return Evaluation(
      loss: sum / Double(corpus.count), lossPerToken: tokenSum / Double(tokenCount), documents: corpus.count)
  }
}
