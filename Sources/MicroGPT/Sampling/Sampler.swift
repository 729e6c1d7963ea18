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
  ///   - prompt: How the document begins: characters of the vocabulary, fewer than the block has positions.
  ///   - temperature: What logits are divided by before they become probabilities: below 1, likely tokens become
  ///     likelier. 0 takes the most probable token, the first of equals, and draws no random numbers.
  /// - Returns: The document, the prompt included. It ends before BOS, or when all positions are taken.
  /// - Throws: `SamplerError` if the prompt, the temperature or the model cannot be used. A prompt or temperature
  ///   that is refused draws no random numbers.
  public func sample(prompt: String = "", temperature: Double = 0.5) throws(SamplerError) -> String {
    let start = try model.start(prompt: prompt, temperature: temperature, into: tokens)
    tree.use(temperature)
    var node = PrefixTree.none
    for position in tokens.indices {
      let isDrawn = position + 1 >= start
      node = try visit(position, after: node, isDrawn ? temperature : nil)
      guard isDrawn else { continue }
      let (sums, total) = node < 0 ? (sums, total[0]) : (tree.sums(node), tree.totals[node])
      let mark = temperature == 0 ? 0 : random.uniform() * total
      var token = Int32(0)
      for i in 0..<engine.shape.vocabulary { token &+= sums[i] <= mark ? 1 : 0 }
      if token == model.tokenizer.bos { return model.tokenizer.decode(tokens[1..<position + 1]) }
      if position + 1 == tokens.count {
        return model.tokenizer.decode(tokens[1...]) + model.tokenizer.decode([Int(token)])
      }
      tokens[position + 1] = token
    }
    preconditionFailure("A prompt leaves a position to continue from.")
  }

  /// Extends a node of the tree by the token at `position`, and computes what is missing there.
  ///
  /// - Parameter temperature: The temperature of the sums to compute; `nil` if none are needed.
  /// - Returns: The node, or `none` if the tree has no room.
  private func visit(_ position: Int, after parent: Int, _ temperature: Double?) throws(SamplerError) -> Int {
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
        temperature: temperature, isGreedy: temperature == 0)
    }
    try engine.compute(
      1, at: position, tokens: tokens.baseAddress! + position, places: places, stride: tokens.count, request)
    if node >= 0, known == nil { tree.add(token, after: parent, isOpen: temperature == nil) }
    return node
  }
}

extension Model {
  /// Checks a prompt and a temperature, and writes the tokens to start from: BOS and the prompt's.
  ///
  /// - Returns: The number of tokens.
  func start(
    prompt: String, temperature: Double, into tokens: UnsafeMutableBufferPointer<Int32>
  ) throws(SamplerError) -> Int {
    guard temperature >= 0, temperature.isFinite else { throw .temperature(temperature) }
    let start: [Int]
    do { start = try tokenizer.encode(prompt: prompt) } catch { throw .prompt(error) }
    guard start.count <= tokens.count else {
      throw .promptTooLong(characters: start.count - 1, limit: tokens.count - 1)
    }
    for (position, token) in start.enumerated() { tokens[position] = Int32(token) }
    return start.count
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
