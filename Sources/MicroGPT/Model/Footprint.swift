// How large a run is, known before anything is allocated: parameters and bytes, counted so that a size
// beyond `Int` is an answer and not a trap.

extension Configuration {
  /// How many parameters a model of this configuration has for *V* tokens, or `nil` where the number does
  /// not fit an `Int`: `(2V + T)·C + 12·L·C²`.
  ///
  ///     Configuration().parameterCount(vocabularySize: 27)  // 4192
  ///
  /// - Parameter vocabularySize: *V*, BOS included.
  public func parameterCount(vocabularySize: Int) -> Int? {
    let (c, v) = (Count(embedding), Count(vocabularySize))
    return ((2 * v + Count(blockSize)) * c + 12 * Count(layers) * c * c).value
  }

  /// How many bytes a training run allocates, but for the corpus, or `nil` where that does not fit an `Int`:
  /// four buffers of parameters, and for every position of a batch what the forward pass saves for the backward pass.
  ///
  /// It grows with the parameters, with the layers, and with the positions; the attention weights grow with the
  /// square of the positions. Sizes are rounded up to cache lines, which shows in small models.
  ///
  /// - Parameters:
  ///   - vocabularySize: *V*, BOS included.
  ///   - engine: The arithmetic, and with it the size of a number.
  /// - Precondition: The configuration is one that `validate` accepts.
  public func trainingMemory(vocabularySize: Int, engine arithmetic: Arithmetic = .exact) -> Int? {
    let run = Engine(arithmetic).trainingByteCount(self, vocabularySize)
    return (run + Batch.byteCount(documents: Count(batchSize), positions: Count(blockSize))).value
  }
}
