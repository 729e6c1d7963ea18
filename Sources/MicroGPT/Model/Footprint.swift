// The size of a run before anything is allocated: parameters and bytes. An overflow is `nil`, not a trap.

extension Configuration {
  /// How many parameters a model of this configuration has for *V* tokens, `(2V + T)·C + 12·L·C²`, or `nil` if the
  /// number does not fit an `Int`.
  ///
  ///     Configuration().parameterCount(vocabularySize: 27)  // 4192
  ///
  /// - Parameter vocabularySize: *V*, BOS included.
  public func parameterCount(vocabularySize: Int) -> Int? {
    let (c, v) = (Count(embedding), Count(vocabularySize))
    return ((2 * v + Count(blockSize)) * c + 12 * Count(layers) * c * c).value
  }

  /// How many bytes a training run allocates, without the corpus, or `nil` if the number does not fit an `Int`: the
  /// parameters, their moments and copies, and what the forward pass saves for the backward pass at every position of
  /// a batch.
  ///
  /// It grows with the parameters, with the layers, and with the positions; the attention weights grow with the
  /// square of the positions. Sizes are rounded up to cache lines, which shows in small models.
  ///
  /// - Parameters:
  ///   - vocabularySize: *V*, BOS included.
  ///   - arithmetic: The arithmetic, and with it the size of a number.
  /// - Precondition: The configuration is one that `validate` accepts.
  public func trainingMemory(vocabularySize: Int, engine arithmetic: Arithmetic = .exact) -> Int? {
    let run = Engine(arithmetic).trainingByteCount(self, vocabularySize)
    return (run + Batch.byteCount(documents: Count(batchSize), positions: Count(blockSize))).value
  }

  /// How many bytes `Model.evaluate` allocates for documents, besides the model and them, or `nil` if the number does not
  /// fit an `Int`: the parameters once more, the activations of a batch, of which the attention weights grow with the
  /// square of the positions, and 32 bytes for each document, which finds its equals and keeps its loss.
  ///
  /// - Parameters:
  ///   - documents: The number of documents.
  ///   - vocabularySize: *V*, BOS included.
  ///   - arithmetic: The arithmetic, and with it the size of a number.
  /// - Precondition: The configuration is one that `validate` accepts.
  public func evaluationMemory(
    documents: Int, vocabularySize: Int, engine arithmetic: Arithmetic = .exact
  ) -> Int? {
    let together = evaluatedTogether(documents)
    let engine = Engine(arithmetic).evaluationByteCount(self, vocabularySize, together)
    let batch = Batch.byteCount(documents: Count(together), positions: Count(blockSize))
    return (engine + batch + 32 * Count(documents)).value
  }
}
