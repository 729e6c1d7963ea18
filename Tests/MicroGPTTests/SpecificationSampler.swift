import Testing

@testable import MicroGPT

/// Sampling by the specification, one token after the other.
final class SpecificationSampler {
  let model: Model
  private let engine: Specification
  /// The tokens whose keys and values are computed.
  private var computed: [Int32] = []

  init(_ model: Model) {
    self.model = model
    engine = Specification(model)
  }

  /// The logits of the token after these, which begin with BOS.
  func logits(after tokens: [Int32]) -> [Double] {
    let known = zip(tokens.dropLast(), computed).prefix { $0 == $1 }.count
    engine.forward(tokens, at: known..<tokens.count)
    computed = tokens
    let vocabulary = engine.shape.vocabulary
    let logits = engine.activations.logits + (tokens.count - 1) * vocabulary
    return (0..<vocabulary).map { logits[$0] }
  }

  /// The probabilities for these logits.
  static func probabilities(_ logits: [Double], temperature: Double) -> [Double] {
    var weights = logits.map { $0 * power(temperature, -1) }
    weights.withUnsafeMutableBufferPointer { weights in
      let base = weights.baseAddress!
      _ = Specification.softmax(base, count: weights.count, exponentials: base, into: base)
    }
    return weights
  }

  /// Weights with 0 for the tokens that a filter drops, by sorting.
  static func kept(_ weights: [Double], _ filter: TokenFilter) -> [Double] {
    var tokens = weights.indices.sorted { weights[$0] > weights[$1] || weights[$0] == weights[$1] && $0 < $1 }
    if let k = filter.topK { tokens = Array(tokens.prefix(k)) }
    if let p = filter.topP, p < 1 {
      let goal = p * tokens.reduce(0) { $0 + weights[$1] }
      var sum = 0.0
      let count = tokens.firstIndex { token in
        sum += weights[token]
        return sum >= goal
      }
      tokens = Array(tokens.prefix((count ?? tokens.count - 1) + 1))
    }
    if let p = filter.minP { tokens = tokens.filter { weights[$0] >= p * weights[tokens[0]] } }
    return weights.indices.map { tokens.contains($0) ? weights[$0] : 0 }
  }

  /// The running sums of the probabilities for these logits.
  static func sums(_ logits: [Double], temperature: Double) -> [Double] {
    sums(probabilities(logits, temperature: temperature))
  }

  /// The running sums of probabilities.
  static func sums(_ probabilities: [Double]) -> [Double] {
    var sum = 0.0
    return probabilities.map { probability in
      sum += probability
      return sum
    }
  }

  /// The probabilities of the token after these, of which the last *T* are read.
  func probabilities(after tokens: [Int32], temperature: Double, filter: TokenFilter = TokenFilter())
    -> [Double]
  {
    let window = Array(tokens.suffix(model.configuration.blockSize))
    let all = SpecificationSampler.probabilities(logits(after: window), temperature: temperature)
    return filter.isEmpty ? all : SpecificationSampler.kept(all, filter)
  }

  /// A document, drawn with the random numbers of `uniform`.
  func sample(
    prompt: String = "", temperature: Double, filter: TokenFilter = TokenFilter(), length: Int? = nil,
    _ uniform: () -> Double
  ) throws -> String {
    var tokens = try model.tokenizer.encode(prompt: prompt).map { Int32($0) }
    while tokens.count <= length ?? model.configuration.blockSize {
      let sums = SpecificationSampler.sums(
        probabilities(after: tokens, temperature: temperature, filter: filter))
      let mark = uniform() * sums[sums.count - 1]
      let token = sums.dropLast().firstIndex { mark < $0 } ?? sums.count - 1
      if token == model.tokenizer.bos { break }
      tokens.append(Int32(token))
    }
    return model.tokenizer.decode(tokens.dropFirst().map { Int($0) })
  }
}

/// Models to sample from: sizes that fill vectors and sizes that do not.
struct SamplingSize: CustomTestStringConvertible {
  let layers, embedding, heads, blockSize: Int
  var characters = 26

  var testDescription: String { "L\(layers) C\(embedding) H\(heads) T\(blockSize) V\(characters + 1)" }

  static let all = tried(
    small: [
      SamplingSize(layers: 1, embedding: 16, heads: 4, blockSize: 16),
      SamplingSize(layers: 2, embedding: 16, heads: 4, blockSize: 8),
      SamplingSize(layers: 1, embedding: 1, heads: 1, blockSize: 1, characters: 1),
      SamplingSize(layers: 2, embedding: 7, heads: 1, blockSize: 5, characters: 3),
      SamplingSize(layers: 3, embedding: 7, heads: 7, blockSize: 9, characters: 40),
      SamplingSize(layers: 1, embedding: 24, heads: 3, blockSize: 12, characters: 15),
    ],
    large: [
      SamplingSize(layers: 2, embedding: 48, heads: 2, blockSize: 10, characters: 16),
      SamplingSize(layers: 1, embedding: 100, heads: 5, blockSize: 6, characters: 31),
      SamplingSize(layers: 1, embedding: 96, heads: 12, blockSize: 7, characters: 32),
      SamplingSize(layers: 1, embedding: 33, heads: 1, blockSize: 64, characters: 90),
      // Too many pairs of token and position for a table.
      SamplingSize(layers: 1, embedding: 64, heads: 8, blockSize: 64, characters: 100),
      SamplingSize(layers: 2, embedding: 64, heads: 2, blockSize: 64, characters: 100),
    ])

  /// A model of this size with random parameters large enough to make some tokens much likelier than others. All but
  /// the first of its characters are outside Latin.
  func model(seed: UInt64 = 1) -> Model {
    var configuration = Configuration()
    (configuration.layers, configuration.embedding) = (layers, embedding)
    (configuration.heads, configuration.blockSize) = (heads, blockSize)
    let scalars = (0..<characters).map { Unicode.Scalar($0 == 0 ? 97 : 0x3b1 + 500 * UInt32($0))! }
    let tokenizer = Tokenizer(characters: scalars)
    var random = PythonRandom(seed: seed)
    let count = configuration.parameterCount(vocabularySize: tokenizer.vocabularySize)!
    return Model(
      unchecked: random.gaussians(count, standardDeviation: 1.5 / Double(embedding).squareRoot()),
      configuration,
      tokenizer)
  }
}
