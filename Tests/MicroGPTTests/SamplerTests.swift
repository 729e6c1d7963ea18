import Testing

@testable import MicroGPT

@Suite struct SamplerTests {
  /// A model trained briefly on a few names.
  private static let trained: Model = {
    var configuration = Configuration()
    (configuration.embedding, configuration.heads, configuration.blockSize) = (8, 2, 8)
    configuration.steps = 150
    do {
      let corpus = try Corpus(documents: ["emma", "olivia", "ava", "isabella", "sophia", "mia"])
      let trainer = try Trainer(corpus: corpus, configuration: configuration)
      try trainer.train()
      return trainer.model
    } catch {
      preconditionFailure("\(error)")
    }
  }()

  /// A model of the letters a to d whose parameters are all equal.
  private static func constant(_ parameter: Double, blockSize: Int = 6) throws -> Model {
    var configuration = Configuration()
    configuration.blockSize = blockSize
    let tokenizer = Tokenizer(characters: ["a", "b", "c", "d"])
    let count = try #require(configuration.parameterCount(vocabularySize: 5))
    return Model(unchecked: Array(repeating: parameter, count: count), configuration, tokenizer)
  }

  private func sampler(seed: UInt64 = 1) -> Sampler {
    Sampler(SamplerTests.trained, random: PythonRandom(seed: seed))
  }

  @Test("the examples in the documentation hold")
  func documentedExamples() throws {
    let model = SamplerTests.trained
    let sampler = Sampler(model, random: PythonRandom(seed: 7))
    let document = try sampler.sample(prompt: "em", temperature: 0.5)
    #expect(document.hasPrefix("em"))
    #expect(sampler.model == model)
  }

  @Test("a document begins with its prompt", arguments: ["", "e", "em", "emma", "vvv", "isabell"])
  func prompt(prompt: String) throws {
    let sampler = sampler()
    var documents: Set<String> = []
    for _ in 0..<20 {
      let document = try sampler.sample(prompt: prompt, temperature: 2)
      #expect(document.hasPrefix(prompt))
      #expect(document.unicodeScalars.count <= 8)
      documents.insert(document)
    }
    #expect(documents.count > 1, "At this temperature documents differ.")
  }

  @Test("a document's own prefix as the prompt gives the same document", arguments: 0..<4)
  func promptEqualsOwnWay(seed: UInt64) throws {
    // The random numbers that the prompt would have taken are drawn first.
    let whole = try sampler(seed: seed).sample(temperature: 0.8)
    for length in 0..<min(whole.count, 8) {
      let sampler = sampler(seed: seed)
      for _ in 0..<length { _ = sampler.random.uniform() }
      #expect(try sampler.sample(prompt: String(whole.prefix(length)), temperature: 0.8) == whole)
    }
  }

  @Test("earlier samples affect later ones only by the random numbers that they draw")
  func noMemoryOfSamples() throws {
    let (fresh, used) = (sampler(seed: 5), sampler(seed: 6))
    for _ in 0..<5 { _ = try used.sample(prompt: "so") }
    used.random = PythonRandom(seed: 5)
    #expect(try (0..<5).map { _ in try used.sample() } == (0..<5).map { _ in try fresh.sample() })
  }

  @Test("at temperature 0 tokens are the most probable, without random numbers", arguments: [0, -0.0])
  func mostProbable(temperature: Double) throws {
    let sampler = sampler(), random = sampler.random
    let document = try sampler.sample(temperature: temperature)
    #expect(!document.isEmpty)
    #expect(sampler.random == random)
    for seed in 2..<5 as Range<UInt64> {
      #expect(try self.sampler(seed: seed).sample(temperature: temperature) == document)
    }
    // As does a temperature so low that other tokens have the probability 0.
    #expect(try sampler.sample(temperature: 1e-300) == document)
    #expect(sampler.random != random)
  }

  @Test("of equally probable tokens the first is taken, until the block ends")
  func firstOfEquals() throws {
    let sampler = Sampler(try SamplerTests.constant(0), random: PythonRandom(seed: 1))
    #expect(try sampler.sample(temperature: 0) == "aaaaaa")
    #expect(try sampler.sample(prompt: "dcb", temperature: 0) == "dcbaaa")
  }

  @Test("equally probable tokens are drawn as by Python's choices, one random number each", arguments: 0..<10)
  func uniformModel(seed: UInt64) throws {
    let sampler = Sampler(try SamplerTests.constant(0), random: PythonRandom(seed: seed))
    var random = PythonRandom(seed: seed), tokens: [Int] = []
    for _ in 0..<6 {
      let token = random.choice(weights: Array(repeating: power(5, -1), count: 5))
      if token == 4 { break }
      tokens.append(token)
    }
    #expect(try sampler.sample(temperature: 0.7) == sampler.model.tokenizer.decode(tokens))
    #expect(sampler.random == random)
  }

  @Test("a block of one position gives at most one character")
  func onePosition() throws {
    let sampler = Sampler(try SamplerTests.constant(0, blockSize: 1), random: PythonRandom(seed: 1))
    #expect(try sampler.sample(temperature: 0) == "a")
    #expect(throws: SamplerError.promptTooLong(characters: 1, limit: 0)) {
      try sampler.sample(prompt: "a")
    }
  }

  @Test("a prompt with a character outside the vocabulary is refused, with its place")
  func unknownCharacter() throws {
    let error = SamplerError.prompt(.unknownCharacter("x", position: 3))
    let sampler = sampler(), random = sampler.random
    #expect(throws: error) { try sampler.sample(prompt: "emx") }
    #expect(
      error.description
        == "Character 3 of the text, 'x' (U+0078), is not in the model's vocabulary. "
        + "Use only characters of the text that the model was trained on.")
    #expect(sampler.random == random)
  }

  @Test("a prompt may leave one position, and no fewer")
  func promptTooLong() throws {
    let sampler = sampler(), random = sampler.random
    #expect(try sampler.sample(prompt: "isabell", temperature: 0) == "isabella")
    let error = SamplerError.promptTooLong(characters: 8, limit: 7)
    #expect(throws: error) { try sampler.sample(prompt: "isabella") }
    #expect(
      error.description == "The prompt has 8 characters, but this model can continue at most 7. Shorten it."
    )
    #expect(sampler.random == random)
  }

  @Test(
    "a temperature that is negative, not a number, or that logits cannot be divided by is refused",
    arguments: [-1, -.leastNonzeroMagnitude, .nan, .infinity, -.infinity, .leastNonzeroMagnitude, 0x1p-1064])
  func temperature(temperature: Double) throws {
    let sampler = sampler(), random = sampler.random
    let error = #expect(throws: SamplerError.self) { try sampler.sample(temperature: temperature) }
    guard case .temperature(let found) = error else {
      Issue.record("\(error as Any)")
      return
    }
    #expect(sameBits(found, temperature))
    #expect(
      error?.description
        == "The temperature is \(temperature), but has to be a finite number, 0 or more, by which logits "
        + "can be divided. Try 0.5.")
    #expect(sampler.random == random)
  }

  @Test("at a huge temperature every token is as likely as any other")
  func hugeTemperature() throws {
    let hot = sampler(seed: 3), equal = PythonRandom(seed: 3)
    var random = equal, expected: [Int] = []
    let bos = hot.model.tokenizer.bos
    for _ in 0..<8 {
      let token = random.choice(weights: Array(repeating: power(Double(bos + 1), -1), count: bos + 1))
      if token == bos { break }
      expected.append(token)
    }
    #expect(
      try hot.sample(temperature: .greatestFiniteMagnitude) == hot.model.tokenizer.decode(expected))
  }

  @Test("a model that computes infinities is refused at any temperature", arguments: [0, 0.5])
  func notFinite(temperature: Double) throws {
    for parameter in [Double.nan, .infinity, 1e153] {
      let sampler = Sampler(try SamplerTests.constant(parameter), random: PythonRandom(seed: 1))
      let random = sampler.random
      #expect(throws: SamplerError.notFinite) { try sampler.sample(temperature: temperature) }
      #expect(sampler.random == random)
    }
    #expect(
      SamplerError.notFinite.description
        == "The model computes infinities. It was trained too fast: train it again with a smaller learning rate."
    )
  }

  @Test(
    "documents are the specification's, whichever prefixes are cached",
    arguments: SamplingSize.all)
  func specification(_ size: SamplingSize) throws {
    let model = size.model(), specification = SpecificationSampler(model), start = PythonRandom(seed: 12)
    var random = start, expected: [String] = []
    func forEach(_ body: (_ prompt: String, _ temperature: Double) throws -> Void) rethrows {
      let prompts = size.blockSize > 4 ? ["", "a", "aaa", ""] : ["", ""]
      for temperature in [0.5, 1.1, 0.5] {
        for prompt in prompts + prompts { try body(prompt, temperature) }
      }
    }
    try forEach { prompt, temperature in
      expected.append(
        try specification.sample(prompt: prompt, temperature: temperature) { random.uniform() })
    }
    for set in InstructionSet.available {
      // No nodes, some, and all.
      for bytes in [-1, 0, 20_000, 8 << 20] {
        let sampler = Sampler(model, random: start, prefixMemory: bytes, instructionSet: set)
        var documents: [String] = []
        try forEach { documents.append(try sampler.sample(prompt: $0, temperature: $1)) }
        #expect(documents == expected && sampler.random == random, "\(set), \(bytes) bytes")
      }
    }
  }

  @Test("10,000 documents are the same with and without the prefix cache")
  func memory() throws {
    let random = PythonRandom(seed: 21), trained = SamplerTests.trained
    let samplers = [0, 3000, 100_000, 8 << 20].map { Sampler(trained, random: random, prefixMemory: $0) }
    for _ in 0..<10_000 {
      let documents = try samplers.map { try $0.sample(temperature: 0.9) }
      #expect(documents.allSatisfy { $0 == documents[0] }, "\(documents)")
    }
    #expect(samplers.allSatisfy { $0.random == samplers[0].random })
  }

  @Test("a prompt's sums are computed when they are first needed")
  func openNodes() throws {
    // A prompt leaves nodes without sums in the tree.
    let sampler = sampler(seed: 5), fresh = self.sampler(seed: 5)
    _ = try sampler.sample(prompt: "sophi", temperature: 0)
    sampler.random = fresh.random
    for prompt in ["", "s", "so", "sophi", "sop"] {
      let expected = try self.sampler(seed: 5).sample(prompt: prompt, temperature: 0)
      #expect(try sampler.sample(prompt: prompt, temperature: 0) == expected)
    }
  }

  // MARK: - Other lengths

  @Test(
    "documents longer than the block, and shorter ones, are the specification's over the last T characters",
    arguments: [SamplingSize.all[0], SamplingSize.all[1], SamplingSize.all[2], SamplingSize.all[3]])
  func length(_ size: SamplingSize) throws {
    let model = size.model(), specification = SpecificationSampler(model), start = PythonRandom(seed: 4)
    let filter = try TokenFilter(topP: 0.95), block = size.blockSize
    for (prompt, length) in [
      ("", 1), ("", max(block - 1, 1)), ("", block), ("", block + 1), ("a", 3 * block),
      (String(repeating: "a", count: 2 * block), 4 * block),
    ] {
      var random = start
      let expected = try (0..<10).map { _ in
        try specification.sample(prompt: prompt, temperature: 1.2, filter: filter, length: length) {
          random.uniform()
        }
      }
      for bytes in [0, 8 << 20] {
        let sampler = Sampler(model, random: start, prefixMemory: bytes)
        let documents = try (0..<10).map { _ in
          try sampler.sample(prompt: prompt, temperature: 1.2, filter: filter, length: length)
        }
        #expect(documents == expected && sampler.random == random, "\(prompt), \(length), \(bytes) bytes")
        #expect(documents.allSatisfy { $0.unicodeScalars.count <= length })
      }
    }
  }

  @Test("a prompt leaves room for a character of the given length")
  func promptOfLength() throws {
    let sampler = sampler()
    for length in [2, 8, 20] {
      let prompt = String(repeating: "a", count: length)
      let error = SamplerError.promptTooLong(characters: length, limit: length - 1)
      #expect(throws: error) { try sampler.sample(prompt: prompt, length: length) }
      #expect(
        try sampler.sample(prompt: String(prompt.dropLast()), temperature: 2, length: length).hasPrefix("a"))
    }
  }

  @Test("a model that computes infinities is refused beyond the block, too")
  func notFiniteBeyond() throws {
    let sampler = Sampler(try SamplerTests.constant(1e153), random: PythonRandom(seed: 1))
    #expect(throws: SamplerError.notFinite) { try sampler.sample(prompt: "abcdabcdabcd", length: 20) }
    #expect(throws: SamplerError.notFinite) { try sampler.probabilities(after: "abcdabcdabcd") }
    #expect(throws: SamplerError.notFinite) { try sampler.probabilities(after: "") }
  }

  @Test(
    "probabilities are the specification's, and draw no random numbers", arguments: TokenFilterTests.filters)
  func probabilities(_ filter: TokenFilter) throws {
    let model = SamplingSize.all[1].model(), specification = SpecificationSampler(model)
    for bytes in [0, 8 << 20] {
      let sampler = Sampler(model, random: PythonRandom(seed: 1), prefixMemory: bytes),
        random = sampler.random
      for text in ["", "a", "aa", "aaaaaaa", "aaaaaaaa", "aaaaaaaaaaaaaaaaaaaaaaa"] {
        let tokens = try model.tokenizer.encode(prompt: text).map { Int32($0) }
        let weights = specification.probabilities(after: tokens, temperature: 0.8, filter: filter)
        let total = weights.reduce(0, +),
          found = try sampler.probabilities(after: text, temperature: 0.8, filter: filter)
        #expect(found.count == weights.count)
        for (p, weight) in zip(found, weights) {
          // A token that running sums cannot tell from the one before it is never drawn.
          #expect(abs(p - weight / total) < 1e-14 && (weight == 0 ? p == 0 : p > 0 || weight < 1e-14))
        }
        let greedy = try sampler.probabilities(after: text, temperature: 0, filter: filter)
        #expect(greedy.reduce(0, +) == 1 && greedy.contains(1))
        #expect(greedy.firstIndex(of: 1) == weights.firstIndex(of: weights.max()!))
      }
      #expect(sampler.random == random)
    }
  }
}
