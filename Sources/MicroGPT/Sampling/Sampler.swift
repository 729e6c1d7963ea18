// Sampling one document at a time, from one stream of random numbers.

/// Samples documents from a model, as the reference does: the same model and random numbers give its documents.
///
///     let sampler = Sampler(model, random: PythonRandom(seed: 7))
///     try sampler.sample(prompt: "em", temperature: 0.5)  // perhaps "emma"
///
/// A class, because it owns the memory that it computes in. The model does not change. For thousands of documents
/// `BatchSampler` is many times faster.
public final class Sampler {
  /// The model that is sampled.
  public let model: Model
  /// The random numbers to come; each token that is drawn uses one.
  public var random: PythonRandom

  /// The arithmetic that it computes in.
  public let arithmetic: Arithmetic

  private let stream: StreamSource
  private let characters: TokenBytes

  /// A sampler of a model, which is copied into the memory that the sampler computes in.
  ///
  /// - Parameters:
  ///   - model: The model, such as `Trainer.model`.
  ///   - random: The random numbers. `Trainer.sampler()` continues where the reference does.
  ///   - arithmetic: The arithmetic to compute in. Documents are the reference's in the exact one alone. In the fast one
  ///     they are reproducible on the same instruction set; on another about one in ten thousand may differ.
  ///   - prefixMemory: The most bytes for prefixes of documents, so that a repeated prefix costs one random number
  ///     per token. Pages are used as they are needed; when the memory is full, the first prefixes stay. The
  ///     documents do not depend on it.
  ///   - instructionSet: The instruction set to use, by default the widest. Exact documents do not depend on it.
  public init(
    _ model: Model, random: PythonRandom, engine arithmetic: Arithmetic = .exact, prefixMemory: Int = 8 << 20,
    instructionSet: InstructionSet = .widest
  ) {
    (self.model, self.random, self.arithmetic) = (model, random, arithmetic)
    stream = Engine(arithmetic).stream(model, prefixMemory, min(instructionSet, .widest))
    characters = TokenBytes(model.tokenizer)
  }

  /// Samples one document.
  ///
  /// - Parameters:
  ///   - prompt: How the document begins: characters of the vocabulary, fewer than the block has positions, or than
  ///     `length` if that is given.
  ///   - temperature: What logits are divided by before they become probabilities: below 1, likely tokens become
  ///     likelier. 0 takes the most probable token, the first of equals, and draws no random numbers.
  ///   - filter: Which tokens may be drawn, by default all.
  ///   - length: The most characters, the prompt included. A document that is longer than the block goes on from its
  ///     last *T* characters, read as if they stood at the start of the block: a sliding window. By default *T*.
  ///   - isStopped: Asked before each character beyond the block, which takes a forward pass over all of it. `true` ends
  ///     the document there.
  /// - Returns: The document, the prompt included. It ends before BOS, or when it has `length` characters.
  /// - Throws: `SamplerError` if the prompt, the temperature or the model cannot be used. A prompt or temperature
  ///   that is refused draws no random numbers.
  public func sample(
    prompt: String = "", temperature: Double = 0.5, filter: TokenFilter = TokenFilter(), length: Int? = nil,
    until isStopped: () -> Bool = { false }
  ) throws(SamplerError) -> String {
    var text: [UInt8] = []
    try sample(
      appendingTo: &text, prompt: prompt, temperature: temperature, filter: filter, length: length,
      until: isStopped)
    return String(decoding: text, as: UTF8.self)
  }

  /// Samples one document and appends it to `text`, as UTF-8. Nothing is appended if it throws.
  ///
  /// The parameters are those of `sample(prompt:temperature:filter:length:until:)`.
  public func sample(
    appendingTo text: inout [UInt8], prompt: String = "", temperature: Double = 0.5,
    filter: TokenFilter = TokenFilter(), length: Int? = nil, until isStopped: () -> Bool = { false }
  ) throws(SamplerError) {
    let limit = length ?? stream.tokens.count
    precondition(limit >= 1, "A document has room for 1 character or more, not \(limit).")
    let request = StreamSource.Request(
      temperature: temperature, isGreedy: temperature == 0, filter: filter)
    if limit > stream.tokens.count {
      return try sample(appendingTo: &text, prompt, request, beyondBlock: limit, until: isStopped)
    }
    let start = try model.start(prompt: prompt, temperature: temperature, into: stream.tokens)
    guard start <= limit else { throw .promptTooLong(characters: start - 1, limit: limit - 1) }
    let last = try stream.draw(start, limit, request, &random)
    for position in 1..<last.position + 1 { characters.append(stream.tokens[position], to: &text) }
    if last.token != model.tokenizer.bos {
      characters.append(Int32(truncatingIfNeeded: last.token), to: &text)
    }
  }
}

// MARK: - Texts longer than the block

extension Sampler {
  /// `sample` for a `limit` above the number of positions.
  private func sample(
    appendingTo document: inout [UInt8], _ prompt: String, _ request: StreamSource.Request,
    beyondBlock limit: Int, until isStopped: () -> Bool
  ) throws(SamplerError) {
    let tokens = stream.tokens
    var text = try model.start(prompt: prompt, temperature: request.temperature)
    guard text.count <= limit else { throw .promptTooLong(characters: text.count - 1, limit: limit - 1) }
    while text.count <= limit {
      let token: Int
      if text.count <= tokens.count {
        for (position, token) in text.enumerated() { tokens[position] = Int32(truncatingIfNeeded: token) }
        let last = try stream.draw(text.count, tokens.count, request, &random)
        for position in text.count..<last.position + 1 { text.append(Int(tokens[position])) }
        token = last.token
      } else {
        if isStopped() { break }
        writeLast(of: text)
        token = try stream.drawNext(request, &random)
      }
      if token == model.tokenizer.bos { break }
      text.append(token)
    }
    for token in text.dropFirst() { characters.append(Int32(truncatingIfNeeded: token), to: &document) }
  }

  /// Writes the last *T* tokens of a text, which are read as if they stood at the start of the block.
  private func writeLast(of text: [Int]) {
    for (position, token) in text.suffix(stream.tokens.count).enumerated() {
      stream.tokens[position] = Int32(truncatingIfNeeded: token)
    }
  }

  /// The probabilities with which `sample` draws the token after a text, `[V]`: that of BOS, which ends the document,
  /// comes last. A stream has none.
  ///
  /// - Parameters:
  ///   - text: Characters of the vocabulary, any number of them.
  ///   - temperature: As in `sample`. At 0 the most probable token has the probability 1.
  ///   - filter: Which tokens may be drawn, by default all; the others have the probability 0.
  /// - Throws: As `sample` does.
  /// - Complexity: One position of the forward pass for every character that is not in the cache of prefixes.
  public func probabilities(
    after text: String, temperature: Double = 0.5, filter: TokenFilter = TokenFilter()
  ) throws(SamplerError) -> [Double] {
    let text = try model.start(prompt: text, temperature: temperature)
    writeLast(of: text)
    return try stream.probabilities(
      text.count <= stream.tokens.count ? text.count : nil,
      StreamSource.Request(temperature: temperature, isGreedy: temperature == 0, filter: filter))
  }
}

extension Model {
  /// Checks a prompt and a temperature, and writes the tokens to start from: `Tokenizer.start` and the prompt's.
  ///
  /// - Returns: The number of tokens.
  func start(
    prompt: String, temperature: Double, into tokens: UnsafeMutableBufferPointer<Int32>
  ) throws(SamplerError) -> Int {
    if prompt.isEmpty {
      try check(temperature)
      tokens[0] = Int32(truncatingIfNeeded: tokenizer.start)
      return 1
    }
    let start = try start(prompt: prompt, temperature: temperature)
    guard start.count <= tokens.count else {
      throw .promptTooLong(characters: start.count - 1, limit: tokens.count - 1)
    }
    for (position, token) in start.enumerated() { tokens[position] = Int32(token) }
    return start.count
  }

  /// Checks a prompt of any length and a temperature.
  ///
  /// - Returns: The tokens to start from: `Tokenizer.start` and the prompt's.
  func start(prompt: String, temperature: Double) throws(SamplerError) -> [Int] {
    try check(temperature)
    do { return try tokenizer.encode(prompt: prompt) } catch { throw .prompt(error) }
  }

  private func check(_ temperature: Double) throws(SamplerError) {
    guard temperature >= 0, temperature.isFinite else { throw .temperature(temperature) }
  }
}

/// Why a document cannot be sampled.
public enum SamplerError: Error, Equatable {
  /// The temperature is negative, infinite, not a number, or so small that logits divided by it are not
  /// finite.
  case temperature(Double)
  /// The prompt has a character outside the vocabulary.
  case prompt(TokenizerError)
  /// The prompt leaves no position to continue from.
  case promptTooLong(characters: Int, limit: Int)
  /// The logits are infinite or not a number: the model cannot be used.
  case notFinite
}

extension SamplerError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .temperature(let temperature):
      "The temperature is \(temperature), but has to be a finite number, 0 or more, by which logits can be "
        + "divided. Try 0.5."
    case .prompt(let error):
      error.description
    case .promptTooLong(let characters, let limit):
      "The prompt has \(characters) characters, but this model can continue at most \(limit). Shorten it."
    case .notFinite:
      "The model computes infinities. It was trained too fast: train it again with a smaller learning rate."
    }
  }
}
