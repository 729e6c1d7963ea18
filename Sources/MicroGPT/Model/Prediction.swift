// What a model predicts: logits after a text, and the loss of one.

extension Model {
  /// The logits of the token after a text, `[V]`: that of BOS, which ends the document, comes last. A stream has none.
  ///
  ///     let logits = try model.logits(after: "em")
  ///     logits[model.tokenizer.token(of: "m")!]
  ///
  /// Softmax makes them the probabilities that `Sampler.probabilities(after:)` gives at temperature 1. As there, a text
  /// longer than the block is read from its last *T* characters on.
  ///
  /// - Parameter text: Characters of the vocabulary, any number of them.
  /// - Throws: `TokenizerError` at the first character that is not in the vocabulary.
  /// - Complexity: That of a forward pass over plain loops; the parameters are copied.
  public func logits(after text: String) throws(TokenizerError) -> [Double] {
    let tokens = try tokenizer.encode(prompt: text).suffix(configuration.blockSize).map { Int32($0) }
    let specification = Specification(self), vocabulary = tokenizer.vocabularySize
    specification.forward(tokens, at: 0..<tokens.count)
    let last = specification.activations.logits + (tokens.count - 1) * vocabulary
    return Array(UnsafeBufferPointer(start: last, count: vocabulary))
  }

  /// The loss of a document: the mean surprise at its characters and its end, in nats a token. Of a part of a stream it is
  /// that at its characters, the first after the end of a line.
  ///
  ///     let loss = try model.loss("emma")
  ///
  /// `evaluate` has the losses of many documents in less time.
  ///
  /// - Parameter document: Characters of the vocabulary; cut to the block size, as in training.
  /// - Throws: `TokenizerError` at the first character that is not in the vocabulary, or if there is none in a part of a
  ///   stream.
  /// - Complexity: That of a forward pass; the parameters are copied.
  public func loss(_ document: String) throws(TokenizerError) -> Double {
    // A corpus has at least a document, and a stream two characters; these have exactly so many, or more.
    guard tokenizer.isStream else { return try evaluate(try! Corpus(documents: [document])).loss }
    _ = try tokenizer.encode(prompt: document)
    if document.isEmpty { throw .empty }
    var window = tokenizer.decode([tokenizer.start])
    window.unicodeScalars.append(contentsOf: document.unicodeScalars.prefix(configuration.blockSize))
    return try evaluate(try! Corpus(text: window, as: .stream)).loss
  }
}
