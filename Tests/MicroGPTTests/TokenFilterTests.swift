import Testing

@testable import MicroGPT

/// Top-k, top-p and min-p against a reference that sorts, and the draws of both samplers against their probabilities.
@Suite("Token filter") struct TokenFilterTests {
  /// Filters that keep one token, some, and all.
  static let filters = [
    (1, nil, nil), (2, nil, nil), (5, nil, nil), (1000, nil, nil), (nil, 1e-9, nil), (nil, 0.3, nil),
    (nil, 0.9, nil), (nil, 1, nil), (nil, nil, 0), (nil, nil, 0.1), (nil, nil, 0.5), (nil, nil, 1),
    (4, 0.7, nil), (6, nil, 0.2), (nil, 0.8, 0.3), (8, 0.9, 0.05), (3, 1, 0), (1, 1e-9, 1),
  ].map { (k: Int?, p: Double?, m: Double?) in try! TokenFilter(topK: k, topP: p, minP: m) }

  private static let model = SamplingSize(layers: 1, embedding: 16, heads: 4, blockSize: 8, characters: 12)
    .model(seed: 3)

  @Test("the example in the documentation holds")
  func documentedExample() throws {
    let sampler = Sampler(TokenFilterTests.model, random: PythonRandom(seed: 1))
    let filter = try TokenFilter(topK: 40, topP: 0.9)
    _ = try sampler.sample(temperature: 0.8, filter: filter)
    #expect(filter.topK == 40 && filter.topP == 0.9 && filter.minP == nil && !filter.isEmpty)
  }

  @Test("only a filter that keeps all tokens is empty")
  func isEmpty() throws {
    #expect(TokenFilter().isEmpty)
    #expect(try TokenFilter() == TokenFilter(topK: nil, topP: nil, minP: nil))
    #expect(try TokenFilter(topP: 1, minP: 0).isEmpty)
    for filter in [try TokenFilter(topK: 9), try TokenFilter(topP: 0.99), try TokenFilter(minP: 0.01)] {
      #expect(!filter.isEmpty)
    }
  }

  @Test("parts that are out of range are refused, with their range")
  func refusals() throws {
    for k in [0, -1, .min] {
      #expect(throws: TokenFilterError.topK(k)) { try TokenFilter(topK: k) }
    }
    for p in [0, -0.1, 1.01, .infinity] as [Double] {
      #expect(throws: TokenFilterError.topP(p)) { try TokenFilter(topP: p) }
    }
    for p in [-0.1, 1.01, .infinity] as [Double] {
      #expect(throws: TokenFilterError.minP(p)) { try TokenFilter(minP: p) }
    }
    #expect(throws: TokenFilterError.self) { try TokenFilter(topP: .nan) }
    #expect(throws: TokenFilterError.self) { try TokenFilter(minP: .nan) }
    #expect(
      [TokenFilterError.topK(0), .topP(2), .minP(-1)].map(\.description) == [
        "Top-k is 0, but has to keep a token at least. Give 1 or more.",
        "Top-p is 2.0, but is a share of the probability. Give more than 0, at most 1.",
        "Min-p is -1.0, but is a share of the largest probability. Give 0 to 1.",
      ])
  }

  /// The weights that a filter leaves.
  private func filtered<Scalar: BinaryFloatingPoint>(_ weights: [Scalar], _ filter: TokenFilter) -> [Scalar] {
    var weights = weights, order = [Int32](repeating: -1, count: weights.count)
    weights.withUnsafeMutableBufferPointer { weights in
      order.withUnsafeMutableBufferPointer { order in
        filter.apply(to: weights.baseAddress!, weights.count, order: order.baseAddress!)
      }
    }
    return weights
  }

  @Test("weights are those that sorting leaves, also of equally probable tokens", arguments: filters)
  func sorting(filter: TokenFilter) {
    var random = PythonRandom(seed: 4)
    for count in [1, 2, 3, 7, 27, 100, 300] {
      for kinds in [1, 2, 4, 30, 1000] {
        // Sixteenths add up without rounding, so that a share is reached or not.
        let weights = (0..<count).map { _ in (random.uniform() * Double(kinds)).rounded(.down) / 16 }
        if weights.allSatisfy({ $0 == 0 }) { continue }
        let expected = SpecificationSampler.kept(weights, filter)
        #expect(filtered(weights, filter) == expected, "\(weights)")
        #expect(filtered(weights.map { Float($0) }, filter).map { Double($0) } == expected, "\(weights)")
      }
    }
  }

  @Test("what is left of one distribution, by hand")
  func byHand() throws {
    let weights = [0.125, 0.25, 0.125, 0.375, 0.125]
    for (k, p, m, kept) in [
      (3, nil, nil, [0, 1, 3]), (nil, 0.625, nil, [1, 3]), (nil, 0.626, nil, [0, 1, 3]),
      (nil, nil, 0.5, [1, 3]),
      (nil, nil, 0.333, [0, 1, 2, 3, 4]),
      // Of the two most probable, 0.375 / 0.625 is 0.6.
      (2, 0.59, nil, [3]), (2, 0.61, nil, [1, 3]), (4, 0.9, 0.6, [1, 3]),
    ] as [(Int?, Double?, Double?, [Int])] {
      let filter = try TokenFilter(topK: k, topP: p, minP: m)
      #expect(
        filtered(weights, filter).indices.filter { filtered(weights, filter)[$0] > 0 } == kept, "\(filter)")
    }
  }

  @Test(
    "documents are the specification's, with any filter, whichever prefixes are cached", arguments: filters)
  func sampler(filter: TokenFilter) throws {
    let model = TokenFilterTests.model, specification = SpecificationSampler(model)
    let start = PythonRandom(seed: 8)
    var random = start
    let expected = try (0..<40).map { _ in
      try specification.sample(temperature: 0.9, filter: filter) { random.uniform() }
    }
    for set in InstructionSet.available {
      for bytes in [0, 8 << 20] {
        let sampler = Sampler(model, random: start, prefixMemory: bytes, instructionSet: set)
        #expect(
          try (0..<40).map { _ in try sampler.sample(temperature: 0.9, filter: filter) } == expected, "\(set)"
        )
        #expect(sampler.random == random)
      }
    }
  }

  @Test("a filter applies to its own sample only")
  func alternating() throws {
    let model = TokenFilterTests.model
    let filters = [TokenFilter(), try TokenFilter(topK: 2), TokenFilter(), try TokenFilter(minP: 0.5)]
    let sampler = Sampler(model, random: PythonRandom(seed: 1))
    for filter in filters + filters {
      let fresh = Sampler(model, random: sampler.random)
      #expect(
        try sampler.sample(temperature: 1, filter: filter) == fresh.sample(temperature: 1, filter: filter))
    }
  }

  @Test(
    "many streams draw the specification's documents, in the fast arithmetic all but a few",
    arguments: filters)
  func batch(filter: TokenFilter) throws {
    let model = TokenFilterTests.model, specification = SpecificationSampler(model)
    let streams = SplitMix64(seed: 2)
    let expected = try (0..<300).map { number in
      var place: UInt64 = 0
      return try specification.sample(temperature: 0.9, filter: filter) {
        defer { place += 1 }
        return Double(streams.bits(stream: UInt64(number), place: place) >> 11) * 0x1p-53
      }
    }
    for set in InstructionSet.available {
      for (arithmetic, tolerated) in [(Arithmetic.exact, 0), (.fast, 2)] {
        let sampler = try BatchSampler(
          model, seed: 2, numbers: 0..<300, temperature: 0.9, filter: filter, engine: arithmetic,
          instructionSet: set)
        var documents: [String] = []
        while let document = try sampler.next() { documents.append(document) }
        let different = zip(documents, expected).count { $0 != $1 }
        #expect(documents.count == 300 && different <= tolerated, "\(set), \(arithmetic): \(different)")
      }
    }
  }

  @Test("at temperature 0 a filter changes nothing", arguments: filters)
  func greedy(filter: TokenFilter) throws {
    let model = TokenFilterTests.model, sampler = Sampler(model, random: PythonRandom(seed: 1))
    let expected = try sampler.sample(temperature: 0)
    #expect(try sampler.sample(temperature: 0, filter: filter) == expected)
    let batch = try BatchSampler(model, seed: 1, numbers: 0..<1, temperature: 0, filter: filter)
    #expect(try batch.next() == expected)
  }

  @Test("a model that computes infinities is refused with a filter too", arguments: filters)
  func notFinite(filter: TokenFilter) throws {
    let model = TokenFilterTests.model
    for parameter in [Double.nan, 1e153] {
      let broken = Model(
        unchecked: model.parameters.map { _ in parameter }, model.configuration, model.tokenizer)
      let sampler = Sampler(broken, random: PythonRandom(seed: 1))
      #expect(throws: SamplerError.notFinite) { try sampler.sample(temperature: 1, filter: filter) }
      for engine in Arithmetic.allCases {
        let batch = try BatchSampler(broken, seed: 1, numbers: 0..<2, filter: filter, engine: engine)
        #expect(throws: SamplerError.notFinite) { try batch.next() }
      }
    }
  }

  /// How many standard deviations Pearson's chi-squared of 20,000 first characters is above its mean.
  private func excess(
    _ filter: TokenFilter, _ expected: [Double], _ next: () throws -> String
  ) throws -> Double {
    let tokenizer = TokenFilterTests.model.tokenizer, draws = 20_000
    var counts = [Int](repeating: 0, count: tokenizer.vocabularySize)
    for _ in 0..<draws { counts[try tokenizer.encode(next())[1]] += 1 }
    var statistic = 0.0, freedom = -1.0
    for (count, probability) in zip(counts, expected) {
      let mean = probability * Double(draws)
      if mean == 0 { #expect(count == 0, "A token that the filter drops is drawn.") }
      // Fewer than five in a cell are no test.
      guard mean >= 5 else { continue }
      statistic += (Double(count) - mean) * (Double(count) - mean) / mean
      freedom += 1
    }
    return freedom > 0 ? (statistic - freedom) / (2 * freedom).squareRoot() : 0
  }

  @Test(
    "tokens are as frequent as their probabilities say, in both samplers and arithmetics", arguments: filters)
  func frequencies(filter: TokenFilter) throws {
    let model = TokenFilterTests.model
    let weights = SpecificationSampler.kept(
      SpecificationSampler.probabilities(
        SpecificationSampler(model).logits(after: [Int32(model.tokenizer.bos)]), temperature: 1.5), filter)
    let total = weights.reduce(0, +), expected = weights.map { $0 / total }
    let sampler = Sampler(model, random: PythonRandom(seed: 7))
    #expect(try excess(filter, expected) { try sampler.sample(temperature: 1.5, filter: filter) } < 3.5)
    for engine in Arithmetic.allCases {
      let batch = try BatchSampler(
        model, seed: 7, numbers: 0..<20_000, temperature: 1.5, filter: filter, engine: engine)
      #expect(try excess(filter, expected) { try #require(try batch.next()) } < 3.5, "\(engine)")
    }
    // The test would notice another filter.
    let tokens = expected.count { $0 > 0 }
    if tokens > 2 {
      let other = try TokenFilter(topK: 2), fewer = Sampler(model, random: PythonRandom(seed: 7))
      #expect(try excess(other, expected) { try fewer.sample(temperature: 1.5, filter: other) } > 3.5)
    }
  }
}
