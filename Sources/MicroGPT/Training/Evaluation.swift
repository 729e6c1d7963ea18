// A model's loss on documents that it does not learn from. The loss of each document is computed by itself, so that no
// figure depends on which documents share a batch.

/// The loss of a model on documents, in nats a token.
public struct Evaluation: Sendable, Equatable {
  /// The mean over the documents of each one's mean, like the loss of a training step; of a stream, whose windows may
  /// be of different lengths, the mean over all tokens.
  public let loss: Double
  /// The mean over all tokens, in which long documents count for more: what others often report.
  public let lossPerToken: Double
  /// The number of documents; of a stream that of its windows.
  public let documents: Int
  /// The number of predicted tokens: every character, and the end of every document that fits the block.
  public let tokens: Int
  /// The number of predicted characters.
  public let characters: Int
  /// The number of documents that are longer than the block allows, and were cut to it. A stream has none.
  public let cutDocuments: Int

  /// The number of equally probable tokens that would surprise as much: e to the power of `lossPerToken`.
  public var perplexity: Double { exp(lossPerToken) }

  /// The bits that a character takes: the surprise of all tokens, ends of documents included, over the number of
  /// characters alone. Unlike the loss a token, it compares models of different vocabularies. Infinite without any
  /// character.
  public var bitsPerCharacter: Double { lossPerToken * Double(tokens) / Double(characters) / log(2) }

  /// The loss of one document.
  public struct Document: Sendable, Equatable {
    /// The document's position in the corpus, or the window's in the stream, from 0.
    public let index: Int
    /// The mean over its tokens, in nats.
    public let loss: Double
    /// The number of its predicted tokens.
    public let tokens: Int
  }
}

extension Model {
  /// The model's loss on documents.
  ///
  ///     let trainer = try Trainer(corpus: Corpus(documents: ["emma", "olivia", "ava"]))
  ///     try trainer.train()
  ///     let corpus = try Corpus(documents: ["eva", "mia"])
  ///     let evaluation = try trainer.model.evaluate(corpus) { document in
  ///       print(corpus.text(at: document.index), document.loss)
  ///     }
  ///     evaluation.perplexity
  ///
  /// Documents longer than the block are cut to it, as in training. A stream is read in windows one after the other, in
  /// which every character but the stream's first is predicted once. In the exact arithmetic the loss of each document
  /// has the reference's bits; the fast one rounds the parameters to floats.
  ///
  /// - Parameters:
  ///   - corpus: The documents; all their characters up to the end of the block are in the vocabulary. A stream, if the
  ///     model has learned one.
  ///   - arithmetic: The arithmetic to compute in.
  ///   - instructionSet: The instruction set to use, by default the widest. The exact arithmetic's bits do not depend
  ///     on it.
  ///   - report: Called with the loss of each document, in the corpus's order.
  /// - Precondition: The corpus is a stream if the model has learned one, and documents if not.
  /// - Throws: `TokenizerError` at the first character that is not in the vocabulary, before any report.
  /// - Complexity: That of a forward pass over the different documents, some of them at a time. Besides the parameters and
  ///   a few hundred positions' activations some 30 bytes are allocated for each different document, and 4 for each other:
  ///   no gradients and no moments.
  public func evaluate(
    _ corpus: Corpus, engine arithmetic: Arithmetic = .exact, instructionSet: InstructionSet = .widest,
    _ report: (Evaluation.Document) -> Void = { _ in }
  ) throws(TokenizerError) -> Evaluation {
    try evaluate(
      corpus, engine: arithmetic, instructionSet: instructionSet, implementation: .standard, report)
  }

  /// Evaluates by a given implementation.
  func evaluate(
    _ corpus: Corpus, engine arithmetic: Arithmetic, instructionSet: InstructionSet,
    implementation: Implementation, _ report: (Evaluation.Document) -> Void
  ) throws(TokenizerError) -> Evaluation {
    let blockSize = configuration.blockSize
    let documents = configuration.evaluatedTogether(corpus.pieceCount(blockSize: blockSize))
    var batch = Batch(documents: documents, positions: blockSize)
    let losses = Engine(arithmetic, implementation).evaluation(
      self, documents, Swift.min(instructionSet, .widest))
    return try Evaluation(of: corpus, tokenizer, blockSize: blockSize, &batch, losses, report)
  }
}

extension Configuration {
  /// How many documents of a corpus are in a batch when a model is evaluated: as many rows as fit the nearer caches
  /// together with a small model's activations.
  func evaluatedTogether(_ count: Int) -> Int { Swift.max(1, Swift.min(count, 512 / blockSize)) }
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
  /// The run's engine computes it, with the run's parameters and memory; otherwise this is `Model.evaluate`, and in the
  /// exact arithmetic it gives the same bits.
  ///
  /// - Precondition: The corpus is a stream if the run's is, and documents if not.
  /// - Throws: `TokenizerError` at the first character that is not in the run's vocabulary.
  /// - Complexity: That of a forward pass over the documents; batches of `Configuration.batchSize` share their
  ///   products.
  public func evaluate(_ corpus: Corpus) throws(TokenizerError) -> Evaluation {
    try Evaluation(of: corpus, tokenizer, blockSize: configuration.blockSize, &batch, batchLosses) { _ in }
  }
}

extension Evaluation {
  /// Evaluates a corpus, a batch at a time.
  ///
  /// - Parameters:
  ///   - batch: Room for the documents of a batch; its contents are overwritten.
  ///   - compute: Computes their losses.
  fileprivate init(
    of corpus: Corpus, _ tokenizer: Tokenizer, blockSize: Int, _ batch: inout Batch,
    _ compute: BatchLosses, _ report: (Document) -> Void
  ) throws(TokenizerError) {
    precondition(
      tokenizer.isStream == corpus.isStream,
      "A model of a stream is measured on one, and one of documents on documents.")
    if !tokenizer.hasAll(corpus.characters) {
      for document in corpus { try tokenizer.check(document.prefix(corpus.isStream ? .max : blockSize)) }
    }
    let pieces = corpus.pieceCount(blockSize: blockSize)
    // Equal documents have equal losses, to the bit: one of them is computed.
    let distinct = corpus.isStream ? nil : DistinctDocuments(corpus)
    func number(_ piece: Int) -> Int { distinct.map { Int($0.numbers[piece]) } ?? piece }
    let computed = Evaluation.computed(corpus, tokenizer, blockSize, number, &batch, compute)
    var sum = 0.0, tokenSum = 0.0, tokens = 0, characters = 0, cut = 0
    for piece in 0..<pieces {
      let found = computed[number(piece)], count = Int(found.tokens)
      sum += found.loss
      tokenSum += found.loss * Double(count)
      tokens += count
      characters += Int(found.characters)
      if found.characters == found.tokens, !corpus.isStream { cut += 1 }
      report(Document(index: piece, loss: found.loss, tokens: count))
    }
    self.init(
      // Windows are cut anywhere, so of a stream only the mean over tokens means something.
      loss: corpus.isStream ? tokenSum / Double(tokens) : sum / Double(pieces),
      lossPerToken: tokenSum / Double(tokens), documents: pieces,
      tokens: tokens, characters: characters, cutDocuments: cut)
  }

  /// The loss of a piece, and how many tokens and characters were predicted.
  private struct Computed {
    var loss: Double
    let tokens, characters: Int32
  }

  /// The losses of different pieces, by their numbers, which are given in the order of the pieces.
  private static func computed(
    _ corpus: Corpus, _ tokenizer: Tokenizer, _ blockSize: Int, _ number: (Int) -> Int, _ batch: inout Batch,
    _ compute: BatchLosses
  ) -> [Computed] {
    let capacity = Count(batch.capacity), length = Count(blockSize) + 1
    let memory = Memory { declare in
      (losses: declare(Double.self, capacity), tokens: declare(Int32.self, length))
    }
    let losses = memory.buffers.losses
    let room = UnsafeMutableBufferPointer(start: memory.buffers.tokens, count: blockSize + 1)
    let pieces = corpus.pieceCount(blockSize: blockSize)
    var computed: [Computed] = [], next = 0
    while next < pieces {
      batch.removeAll()
      let first = computed.count
      while batch.documents < batch.capacity, next < pieces {
        // A number that has not been given before is that of a new piece.
        if number(next) == computed.count {
          let count = tokenizer.encode(corpus.piece(next, blockSize: blockSize), into: room)
          batch.append(room.baseAddress!, count: count)
          let tokens = Int32(truncatingIfNeeded: count - 1)
          // A document that fits ends with BOS, which is no character.
          let hasEnd = !corpus.isStream && Int(room[count - 1]) == tokenizer.bos
          computed.append(Computed(loss: 0, tokens: tokens, characters: hasEnd ? tokens - 1 : tokens))
        }
        next += 1
      }
      if batch.documents > 0 { compute(batch, losses) }
      for place in 0..<batch.documents { computed[first + place].loss = losses[place] }
    }
    return computed
  }
}
