// Sampling one document at a time: one position after the other, each token drawn by its probability and fed back in.
// Prefixes that have been computed before are looked up, with the same bits.

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

  private let engine: SamplingEngine<ExactArithmetic>
  private var tree: PrefixTree
  private let tokens: UnsafeMutableBufferPointer<Int32>
  private let places: UnsafeMutablePointer<Int32>
  /// The sums and their total for a prefix that the tree has no room for, `[sumsStride]` and `[1]`.
  private let sums, total: UnsafeMutablePointer<Double>

  /// A sampler of a model, which is copied into the memory that the sampler computes in.
  ///
  /// - Parameters:
  ///   - model: The model, such as `Trainer.model`.
  ///   - random: The random numbers. `Trainer.sampler()` continues where the reference does.
  ///   - prefixMemory: The most bytes for prefixes of documents, so that a repeated prefix costs one random number
  ///     per token. Pages are used as they are needed; when the memory is full, the first prefixes stay. The
  ///     documents do not depend on it.
  ///   - instructionSet: The instruction set to use, by default the widest. The documents do not depend on it.
  public init(
    _ model: Model, random: PythonRandom, prefixMemory: Int = 8 << 20,
    instructionSet: InstructionSet = .widest
  ) {
    self.model = model
    self.random = random
    let set = min(instructionSet, .widest), positions = model.configuration.blockSize
    let shape = Shape(model.configuration, vocabularySize: model.tokenizer.vocabularySize)
    let placeBytes = SamplingSizes<ExactArithmetic>(shape, set).placeBytes
    tree = PrefixTree(bytes: prefixMemory, vocabulary: shape.vocabulary, placeBytes: placeBytes)
    engine = SamplingEngine(model, rows: 1, places: positions + tree.capacity, instructionSet: set)
    tokens = .allocate(capacity: positions)
    places = .allocate(capacity: positions)
    sums = .allocate(capacity: engine.sumsStride)
    total = .allocate(capacity: 1)
  }

  deinit {
    tokens.deallocate()
    places.deallocate()
    sums.deallocate()
    total.deallocate()
    tree.deallocate()
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
    let limit = length ?? tokens.count
    precondition(limit >= 1, "A document has room for 1 character or more, not \(limit).")
    if limit > tokens.count {
      return try sample(
        prompt: prompt, temperature: temperature, filter: filter, beyondBlock: limit, until: isStopped)
    }
    let start = try model.start(prompt: prompt, temperature: temperature, into: tokens)
    guard start <= limit else { throw .promptTooLong(characters: start - 1, limit: limit - 1) }
    let last = try sample(from: start, to: limit, temperature, filter)
    let end = last.position + 1
    if last.token == model.tokenizer.bos { return model.tokenizer.decode(tokens[1..<end]) }
    return model.tokenizer.decode(tokens[1..<end]) + model.tokenizer.decode([last.token])
  }

  /// Draws tokens up to BOS, or until there are `limit` besides the one at the start.
  ///
  /// - Returns: The last token, which is not written to `tokens`, and the position that it follows.
  private func sample(
    from start: Int, to limit: Int, _ temperature: Double, _ filter: TokenFilter
  ) throws(SamplerError) -> (token: Int, position: Int) {
    tree.use(temperature, filter)
    var node = PrefixTree.none
    for position in 0..<limit {
      let isDrawn = position + 1 >= start
      node = try visit(position, after: node, isDrawn ? temperature : nil, filter)
      guard isDrawn else { continue }
      let (sums, total) = node < 0 ? (sums, total[0]) : (tree.sums(node), tree.totals[node])
      let token = draw(sums, total, temperature)
      if token == model.tokenizer.bos || position + 1 == limit { return (token, position) }
      tokens[position + 1] = Int32(truncatingIfNeeded: token)
    }
    preconditionFailure("A prompt leaves a position to continue from.")
  }

  /// Draws a token.
  @inline(__always)
  private func draw(_ sums: UnsafeMutablePointer<Double>, _ total: Double, _ temperature: Double) -> Int {
    let mark = temperature == 0 ? 0 : random.uniform() * total
    var token = 0
    for i in 0..<engine.shape.vocabulary { token &+= sums[i] <= mark ? 1 : 0 }
    return token
  }

  /// Extends a node of the tree by the token at `position`, and computes what is missing there.
  ///
  /// - Parameter temperature: The temperature of the sums to compute; `nil` if none are needed.
  /// - Returns: The node, or `none` if the tree has no room.
  private func visit(
    _ position: Int, after parent: Int, _ temperature: Double?, _ filter: TokenFilter
  ) throws(SamplerError) -> Int {
    let token = tokens[position], known = tree.find(token, after: parent, at: position)
    let node = known ?? tree.next(after: parent, at: position)
    places[position] =
      engine.placesArePairs
      ? engine.pair(token, at: position)
      : Int32(truncatingIfNeeded: node < 0 ? position : tokens.count + node)
    if known != nil, temperature == nil || tree.totals[node] >= 0 { return node }
    let request = temperature.map { temperature in
      SamplingEngine<ExactArithmetic>.Sums(
        sums: node < 0 ? sums : tree.sums(node), totals: node < 0 ? total : tree.totals + node,
        temperature: temperature, isGreedy: temperature == 0, filter: filter)
    }
    try engine.compute(
      1, at: position, tokens: tokens.baseAddress! + position, places: places, stride: tokens.count, request)
    if node >= 0, known == nil { tree.add(token, after: parent, isOpen: temperature == nil) }
    return node
  }
}

// MARK: - Texts longer than the block

extension Sampler {
  /// `sample` for a `limit` above the number of positions.
  private func sample(
    prompt: String, temperature: Double, filter: TokenFilter, beyondBlock limit: Int,
    until isStopped: () -> Bool
  ) throws(SamplerError) -> String {
    var text = try model.start(prompt: prompt, temperature: temperature)
    guard text.count <= limit else { throw .promptTooLong(characters: text.count - 1, limit: limit - 1) }
    while text.count <= limit {
      let token: Int
      if text.count <= tokens.count {
        for (position, token) in text.enumerated() { tokens[position] = Int32(truncatingIfNeeded: token) }
        let last = try sample(from: text.count, to: tokens.count, temperature, filter)
        for position in text.count..<last.position + 1 { text.append(Int(tokens[position])) }
        token = last.token
      } else {
        if isStopped() { break }
        try slide(over: text, temperature, filter)
        token = draw(sums, total[0], temperature)
      }
      if token == model.tokenizer.bos { break }
      text.append(token)
    }
    return model.tokenizer.decode(Array(text.dropFirst()))
  }

  /// Computes the sums after the last *T* tokens of a text, which are read as if they stood at the start of the block.
  private func slide(over text: [Int], _ temperature: Double, _ filter: TokenFilter) throws(SamplerError) {
    for position in 0..<tokens.count {
      let token = Int32(truncatingIfNeeded: text[text.count - tokens.count + position])
      tokens[position] = token
      places[position] =
        engine.placesArePairs ? engine.pair(token, at: position) : Int32(truncatingIfNeeded: position)
    }
    let request = SamplingEngine<ExactArithmetic>.Sums(
      sums: sums, totals: total, temperature: temperature, isGreedy: temperature == 0, filter: filter)
    for position in 0..<tokens.count {
      try engine.compute(
        1, at: position, tokens: tokens.baseAddress! + position, places: places, stride: tokens.count,
        position + 1 == tokens.count ? request : nil)
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
    var (sums, total) = (sums, 0.0)
    if text.count <= tokens.count {
      tree.use(temperature, filter)
      var node = PrefixTree.none
      for (position, token) in text.enumerated() {
        tokens[position] = Int32(truncatingIfNeeded: token)
        node = try visit(position, after: node, position + 1 == text.count ? temperature : nil, filter)
      }
      (sums, total) = node < 0 ? (sums, self.total[0]) : (tree.sums(node), tree.totals[node])
    } else {
      try slide(over: text, temperature, filter)
      total = self.total[0]
    }
    // From the last token that can be drawn on the sums are infinite; at temperature 0 the total is 0.
    var before = 0.0
    return (0..<engine.shape.vocabulary).map { token in
      let sum = min(sums[token], total)
      defer { before = sums[token] }
      if temperature == 0 { return before == 0 && sums[token] > 0 ? 1 : 0 }
      return before.isFinite ? (sum - before) / total : 0
    }
  }
}

extension Model {
  /// Checks a prompt and a temperature, and writes the tokens to start from: `Tokenizer.start` and the prompt's.
  ///
  /// - Returns: The number of tokens.
  func start(
    prompt: String, temperature: Double, into tokens: UnsafeMutableBufferPointer<Int32>
  ) throws(SamplerError) -> Int {
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
    guard temperature >= 0, temperature.isFinite else { throw .temperature(temperature) }
    do { return try tokenizer.encode(prompt: prompt) } catch { throw .prompt(error) }
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
