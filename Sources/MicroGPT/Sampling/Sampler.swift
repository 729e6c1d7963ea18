// Sampling: one position after the other, each token drawn by its probability and fed back in. The keys and
// values of earlier positions stay in the engine's activations, so a token costs one position.

/// Makes up documents with a model.
///
///     let sampler = Sampler(model, random: PythonRandom(seed: 7))
///     try sampler.sample(prompt: "em", temperature: 0.5)  // perhaps "emma"
///
/// A class, because it owns the memory that it computes in; the model stays as it is.
public final class Sampler {
  /// The model that is sampled.
  public let model: Model
  /// The random numbers to come; each token that is drawn takes one.
  public var random: PythonRandom

  private let engine: Engine<ExactArithmetic>
  private let tokens: UnsafeMutableBufferPointer<Int32>
  private let probabilities: UnsafeMutableBufferPointer<Double>

  /// A sampler of a model, which is copied into the memory that the sampler computes in.
  ///
  /// - Parameters:
  ///   - model: The model; `Trainer.model`, say.
  ///   - random: Where the random numbers come from. `Trainer.sampler()` goes on where the reference does.
  public init(_ model: Model, random: PythonRandom) {
    self.model = model
    self.random = random
    engine = Engine(
      model.configuration, vocabularySize: model.tokenizer.vocabularySize, training: false)
    for (i, parameter) in model.parameters.enumerated() { engine.parameters[i] = parameter }
    tokens = .allocate(capacity: model.configuration.blockSize)
    probabilities = .allocate(capacity: model.tokenizer.vocabularySize)
  }

  deinit {
    tokens.deallocate()
    probabilities.deallocate()
  }

  /// Makes up one document.
  ///
  /// - Parameters:
  ///   - prompt: How the document begins: characters of the vocabulary, fewer than the block has positions.
  ///   - temperature: What logits are divided by before they become probabilities: below 1 the likely gets
  ///     likelier. 0 takes the most probable token, the first of equals, and draws no random numbers.
  /// - Returns: The document, the prompt included. It ends before BOS, or when all positions are taken.
  /// - Throws: `SamplerError`, if the prompt or the temperature cannot be used, or the model itself. No random
  ///   numbers have been drawn for a prompt or temperature that is refused.
  public func sample(prompt: String = "", temperature: Double = 0.5) throws(SamplerError) -> String {
    guard temperature >= 0, temperature.isFinite else { throw .temperature(temperature) }
    let start: [Int]
    do { start = try model.tokenizer.encode(prompt: prompt) } catch { throw .prompt(error) }
    guard start.count <= tokens.count else {
      throw .promptTooLong(characters: start.count - 1, limit: tokens.count - 1)
    }
    for (position, token) in start.enumerated() { tokens[position] = Int32(token) }

    let bos = model.tokenizer.bos, first = UnsafePointer(tokens.baseAddress!)
    var document = Array(start.dropFirst()), computed = 0
    for position in start.count - 1..<tokens.count {
      tokens[position] = Int32(document.last ?? bos)
      engine.forward(first, at: computed..<position + 1)
      computed = position + 1
      let token = try next(at: position, temperature: temperature)
      if token == bos { break }
      document.append(token)
    }
    return model.tokenizer.decode(document)
  }

  /// The token to follow `position`.
  private func next(at position: Int, temperature: Double) throws(SamplerError) -> Int {
    let logits = engine.activations.logits + position * probabilities.count
    for i in probabilities.indices where !logits[i].isFinite { throw .notFinite }
    if temperature == 0 {
      var best = 0
      for i in probabilities.indices where logits[i] > logits[best] { best = i }
      return best
    }
    let inverse = power(temperature, -1), weights = probabilities.baseAddress!
    for i in probabilities.indices { weights[i] = logits[i] * inverse }
    let sums = ExactArithmetic.softmax(
      weights, count: probabilities.count, exponentials: weights, into: weights)
    guard sums.total.isFinite else { throw .temperature(temperature) }
    return random.choice(weights: UnsafeBufferPointer(probabilities))
  }
}

/// Why a document cannot be made up.
public enum SamplerError: Error, Equatable {
  /// The temperature is negative, infinite, not a number, or so small that logits divided by it are not finite.
  case temperature(Double)
  /// The prompt has a character that the model does not know.
  case prompt(TokenizerError)
  /// The prompt leaves no position to go on from.
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
      "The prompt has \(characters) characters, but this model can go on from at most \(limit). Shorten it."
    case .notFinite:
      "The model computes infinities. It was trained too fast: train it again with a smaller learning rate."
    }
  }
}
