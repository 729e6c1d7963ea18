// Sampling many documents at once, each from a random stream of its own, so that a document depends on its number and
// not on the documents that are sampled with it.

/// Samples documents by number, many at a time.
///
///     let sampler = try BatchSampler(model, seed: 7, numbers: 0..<1000)
///     while let document = try sampler.next() { documents.append(document) }
///
/// Document *i* draws the random numbers of stream *i* of the seed, so it does not depend on the requested numbers or
/// on how many documents are sampled together. It differs from the document that `Sampler` draws from its single
/// stream, but has the same distribution. In the exact arithmetic probabilities have the reference's bits, so the
/// documents are the same on every platform. In the fast arithmetic they are floats, whose last bits depend on the
/// instruction set; about one document in ten thousand may differ.
///
/// Memory is bounded for any numbers: besides the model's own, a window of documents that are sampled together and
/// the state of their prefixes take about 16 MB.
///
/// A class, because it owns that memory, and its documents come once, in order.
public final class BatchSampler {
  /// The numbers of the remaining documents.
  public private(set) var numbers: Range<Int>
  /// The arithmetic that it computes in.
  public let arithmetic: Arithmetic

  private let window: SampleSource
  private let temperature: Double
  private let filter: TokenFilter
  private let isGreedy: Bool
  private let start: UnsafeMutableBufferPointer<Int32>
  private let startCount: Int
  private let characters: TokenBytes
  /// The documents in the window, those of them already returned, and the size of the next window.
  private var filled = 0, taken = 0, nextFill: Int
  private let capacity: Int
  private var failure: SamplerError?

  /// A sampler of the documents with these numbers.
  ///
  /// - Parameters:
  ///   - model: The model, such as `Trainer.model`.
  ///   - seed: The same seed and number give the same document.
  ///   - numbers: Which documents to sample, in this order, 0 or more.
  ///   - prompt: How every document begins: characters of the vocabulary, fewer than the block has positions.
  ///   - temperature: What logits are divided by before they become probabilities: below 1, likely tokens become
  ///     likelier. At 0 every token is the most probable one, so all documents are equal.
  ///   - filter: Which tokens may be drawn, by default all.
  ///   - arithmetic: The arithmetic to compute in.
  ///   - atOnce: The most documents that are sampled together, 1 or more; by default as many as speed it up. The
  ///     documents do not depend on it.
  ///   - instructionSet: The instruction set to use, by default the widest.
  /// - Throws: `SamplerError`, if the prompt or the temperature cannot be used.
  public init(
    _ model: Model, seed: UInt64, numbers: Range<Int>, prompt: String = "", temperature: Double = 0.5,
    filter: TokenFilter = TokenFilter(), engine arithmetic: Arithmetic = .exact, atOnce: Int? = nil,
    instructionSet: InstructionSet = .widest
  ) throws(SamplerError) {
    precondition(numbers.lowerBound >= 0, "Documents are numbered from 0, not from \(numbers.lowerBound).")
    precondition(atOnce ?? 1 >= 1, "At least 1 document is sampled at a time, not \(atOnce ?? 1).")
    let start = UnsafeMutableBufferPointer<Int32>.allocate(capacity: model.configuration.blockSize)
    do throws(SamplerError) {
      startCount = try model.start(prompt: prompt, temperature: temperature, into: start)
    } catch {
      start.deallocate()
      throw error
    }
    let set = min(instructionSet, .widest), count = numbers.count
    window = Engine(arithmetic).sampling(model, atOnce, count, seed, set)
    capacity = window.capacity
    characters = TokenBytes(model.tokenizer)
    // A small first window, so that the first documents come quickly.
    nextFill = 256
    (self.numbers, self.arithmetic, self.start) = (numbers, arithmetic, start)
    (self.temperature, isGreedy, self.filter) = (temperature, temperature == 0, filter)
  }

  deinit { start.deallocate() }

  /// The next document, the prompt included, or `nil` after the last.
  ///
  /// - Throws: `SamplerError` if logits are not finite, or the temperature is so small that logits divided by it are
  ///   not finite.
  public func next() throws(SamplerError) -> String? {
    guard let tokens = try nextTokens() else { return nil }
    return String(unsafeUninitializedCapacity: 4 * tokens.count) { text in
      var count = 0
      for token in tokens { characters.write(token) { byte in (text[count], count) = (byte, count + 1) } }
      return count
    }
  }

  /// Appends the next document to `text`, as UTF-8.
  ///
  /// - Returns: Whether there was one.
  /// - Throws: As `next()` does.
  public func next(appendingTo text: inout [UInt8]) throws(SamplerError) -> Bool {
    guard let tokens = try nextTokens() else { return false }
    for token in tokens { characters.append(token, to: &text) }
    return true
  }

  /// The next document's tokens, valid until the next call.
  private func nextTokens() throws(SamplerError) -> UnsafeBufferPointer<Int32>? {
    if taken == filled {
      guard !numbers.isEmpty else { return nil }
      if let failure { throw failure }
      let count = min(nextFill, min(capacity, numbers.count))
      do throws(SamplerError) {
        try window.fill(
          SampleSource.Request(
            first: numbers.lowerBound, count: count, start: start.baseAddress!, startCount: startCount,
            temperature: temperature, isGreedy: isGreedy, filter: filter))
      } catch {
        failure = error
        throw error
      }
      (filled, taken, nextFill) = (count, 0, min(2 * nextFill, capacity))
    }
    defer {
      taken += 1
      numbers = numbers.lowerBound + 1..<numbers.upperBound
    }
    return window.document(taken)
  }
}
