import Testing

@testable import MicroGPT

/// Many documents at a time: each determined by its number, with the same distribution as one after the other.
@Suite("Batch sampler")
struct BatchSamplerTests {
  /// A model trained briefly on the built-in names.
  private static let trained: Model = {
    var configuration = Configuration()
    configuration.steps = 300
    do {
      let trainer = try Trainer(corpus: .names, configuration: configuration)
      try trainer.train()
      return trainer.model
    } catch {
      preconditionFailure("\(error)")
    }
  }()

  private func documents(_ sampler: BatchSampler) throws -> [String] {
    var documents: [String] = []
    while let document = try sampler.next() { documents.append(document) }
    return documents
  }

  private func expected(
    _ specification: SpecificationSampler, seed: UInt64, _ number: Int, prompt: String = "",
    temperature: Double = 0.5
  ) throws -> String {
    let random = SplitMix64(seed: seed)
    var place: UInt64 = 0
    return try specification.sample(prompt: prompt, temperature: temperature) {
      defer { place += 1 }
      return Double(random.bits(stream: UInt64(number), place: place) >> 11) * 0x1p-53
    }
  }

  @Test("the example in the documentation holds")
  func documentedExample() throws {
    let model = BatchSamplerTests.trained
    var documents: [String] = []
    let sampler = try BatchSampler(model, seed: 7, numbers: 0..<1000)
    while let document = try sampler.next() { documents.append(document) }
    #expect(documents.count == 1000 && sampler.numbers.isEmpty)
    #expect(try sampler.next() == nil)
  }

  @Test(
    "in the exact arithmetic a document is the one that the specification draws from its stream",
    arguments: SamplingSize.all)
  func specification(_ size: SamplingSize) throws {
    let model = size.model(), prompt = size.blockSize > 4 ? "aa" : ""
    let specification = SpecificationSampler(model), numbers = 5..<(size.blockSize < 20 ? 45 : 10)
    let expected = try numbers.map {
      try self.expected(specification, seed: 11, $0, prompt: prompt, temperature: 0.7)
    }
    for set in InstructionSet.available {
      let sampler = try BatchSampler(
        model, seed: 11, numbers: numbers, prompt: prompt, temperature: 0.7, instructionSet: set)
      #expect(try documents(sampler) == expected, "\(set)")
    }
  }

  @Test(
    "a document depends neither on how many are sampled together nor on how many are requested",
    arguments: Arithmetic.allCases, InstructionSet.available)
  func independence(_ engine: Arithmetic, _ set: InstructionSet) throws {
    for model in [BatchSamplerTests.trained, SamplingSize.all[1].model()] {
      func some(_ numbers: Range<Int>, _ atOnce: Int?) throws -> [String] {
        try documents(
          BatchSampler(
            model, seed: 3, numbers: numbers, temperature: 0.9, engine: engine, atOnce: atOnce,
            instructionSet: set))
      }
      let all = try some(0..<1500, nil)
      #expect(all.count == 1500 && Set(all).count > 50)
      for atOnce in [1, 7, 64, 256, 5000] { #expect(try some(0..<1500, atOnce) == all, "\(atOnce) at once") }
      for numbers in [0..<20, 20..<21, 21..<1500, 700..<700] {
        #expect(try some(numbers, nil) == Array(all[numbers]), "\(numbers)")
      }
    }
  }

  @Test("the second window continues where the first, of 256 documents, ends")
  func windows() throws {
    let model = SamplingSize.all[3].model()
    func some(_ numbers: Range<Int>) throws -> [String] {
      try documents(BatchSampler(model, seed: 3, numbers: numbers, temperature: 1))
    }
    #expect(try some(0..<300)[256...] == some(256..<300)[...])
    #expect(try some(0..<44) != some(256..<300))
  }

  @Test("numbers may be as large as an Int, and seeds give different documents")
  func largeNumbers() throws {
    let model = BatchSamplerTests.trained
    func some(_ numbers: Range<Int>, _ seed: UInt64) throws -> [String] {
      try documents(BatchSampler(model, seed: seed, numbers: numbers))
    }
    let last = Int.max - 5..<Int.max
    let specification = SpecificationSampler(model)
    #expect(try some(last, 1) == last.map { try expected(specification, seed: 1, $0) })
    #expect(try some(0..<50, 1) != some(0..<50, 2))
    #expect(try some(0..<50, 1) != some(1..<51, 1))
  }

  @Test("at most 5 of 10,000 documents differ in the fast arithmetic", arguments: InstructionSet.available)
  func fast(_ set: InstructionSet) throws {
    func some(_ engine: Arithmetic) throws -> [String] {
      try documents(
        BatchSampler(
          BatchSamplerTests.trained, seed: 9, numbers: 0..<10_000, engine: engine, instructionSet: set))
    }
    let different = zip(try some(.exact), try some(.fast)).count { $0 != $1 }
    #expect(different <= 5, "\(different) of 10,000 differ.")
  }

  @Test("every document begins with the prompt and fits the block", arguments: Arithmetic.allCases)
  func prompt(_ engine: Arithmetic) throws {
    let model = BatchSamplerTests.trained
    for prompt in ["a", "mari", "abcdefghijklmno"] {
      let found = try documents(
        BatchSampler(
          model, seed: 2, numbers: 0..<200, prompt: prompt, temperature: 1, engine: engine, atOnce: 50))
      #expect(found.allSatisfy { $0.hasPrefix(prompt) && $0.count <= 16 })
      #expect(Set(found).count > 5)
    }
  }

  @Test("at temperature 0 all documents are the one that Sampler draws", arguments: Arithmetic.allCases)
  func greedy(_ engine: Arithmetic) throws {
    let model = BatchSamplerTests.trained
    let best = try Sampler(model, random: PythonRandom(seed: 1)).sample(prompt: "k", temperature: 0)
    let found = try documents(
      BatchSampler(model, seed: 2, numbers: 0..<100, prompt: "k", temperature: 0, engine: engine))
    #expect(found == Array(repeating: best, count: 100))
  }

  @Test("documents as UTF-8 are the same, and are appended")
  func bytes() throws {
    let model = SamplingSize.all[4].model()
    let (texts, bytes) = (
      try BatchSampler(model, seed: 1, numbers: 0..<300), try BatchSampler(model, seed: 1, numbers: 0..<300)
    )
    var all = Array("x".utf8), expected = "x"
    while try bytes.next(appendingTo: &all) {}
    while let text = try texts.next() { expected += text }
    #expect(String(decoding: all, as: UTF8.self) == expected)
    #expect(expected.utf8.count > expected.unicodeScalars.count)
  }

  @Test("prompts and temperatures that Sampler refuses are refused with the same errors")
  func refusals() throws {
    let model = BatchSamplerTests.trained
    func refusal(prompt: String = "", temperature: Double = 1) -> SamplerError? {
      do throws(SamplerError) {
        _ = try BatchSampler(model, seed: 1, numbers: 0..<5, prompt: prompt, temperature: temperature)
        return nil
      } catch {
        return error
      }
    }
    #expect(refusal(prompt: "anna1") == .prompt(.unknownCharacter("1", position: 5)))
    #expect(refusal(prompt: "abcdefghijklmnop") == .promptTooLong(characters: 16, limit: 15))
    #expect(refusal(temperature: -1) == .temperature(-1))
    #expect(refusal(temperature: .infinity) == .temperature(.infinity))
    for engine in Arithmetic.allCases {
      let cold = try BatchSampler(model, seed: 1, numbers: 0..<5, temperature: 0x1p-1064, engine: engine)
      #expect(throws: SamplerError.temperature(0x1p-1064), "\(engine)") { try cold.next() }
    }
  }

  @Test(
    "a model that computes infinities is refused at every call",
    arguments: [Double.nan, .infinity, 1e153], Arithmetic.allCases)
  func notFinite(_ parameter: Double, _ engine: Arithmetic) throws {
    let model = SamplingSize.all[0].model()
    let broken = Model(
      unchecked: model.parameters.map { _ in parameter }, model.configuration, model.tokenizer)
    for temperature in [0, 0.5] {
      let sampler = try BatchSampler(
        broken, seed: 1, numbers: 0..<5, temperature: temperature, engine: engine)
      for _ in 0..<2 { #expect(throws: SamplerError.notFinite) { try sampler.next() } }
    }
  }

  @Test("a number below 0, and 0 documents at a time, stop the program")
  func preconditions() async {
    await #expect(processExitsWith: .failure) {
      _ = try BatchSampler(BatchSamplerTests.trained, seed: 1, numbers: -1..<5)
    }
    await #expect(processExitsWith: .failure) {
      _ = try BatchSampler(BatchSamplerTests.trained, seed: 1, numbers: 0..<5, atOnce: 0)
    }
  }

  // MARK: - Likelihood

  /// How often each character, or the end, occurred at each position, `[T][V]`, in 20,000 documents.
  private func counts(_ next: () throws -> String?) throws -> [[Double]] {
    let tokenizer = BatchSamplerTests.trained.tokenizer, positions = 16
    var counts = Array(repeating: Array(repeating: 0.0, count: tokenizer.vocabularySize), count: positions)
    for _ in 0..<20_000 {
      let tokens = try tokenizer.encode(try #require(try next())).dropFirst()
      for (t, token) in tokens.prefix(positions).enumerated() { counts[t][token] += 1 }
    }
    return counts
  }

  private func one(temperature: Double = 0.8, seed: UInt64 = 5) throws -> [[Double]] {
    let sampler = Sampler(BatchSamplerTests.trained, random: PythonRandom(seed: seed))
    return try counts { try sampler.sample(temperature: temperature) }
  }

  private func many(temperature: Double = 0.8, seed: UInt64 = 5, _ engine: Arithmetic) throws -> [[Double]] {
    let sampler = try BatchSampler(
      BatchSamplerTests.trained, seed: seed, numbers: 0..<20_000, temperature: temperature, engine: engine
    )
    return try counts { try sampler.next() }
  }

  /// How many standard deviations Pearson's chi-squared of two counts is above its mean: the statistic of a table of
  /// two rows with *k* columns has the mean *k* - 1 and the variance 2(*k* - 1), and for this many columns is close
  /// to normally distributed (by Wilson and Hilferty's cube root).
  private func excess(_ a: [Double], _ b: [Double]) -> Double {
    let (total, other) = (a.reduce(0, +), b.reduce(0, +))
    var statistic = 0.0, freedom = -1.0
    // Rare characters are counted together, because the test needs five or more in a cell.
    var (restA, restB) = (0.0, 0.0)
    func add(_ x: Double, _ y: Double) {
      let share = (x + y) / (total + other)
      statistic += (x - share * total) * (x - share * total) / (share * total)
      statistic += (y - share * other) * (y - share * other) / (share * other)
      freedom += 1
    }
    for (x, y) in zip(a, b) {
      if x + y >= 20 { add(x, y) } else { (restA, restB) = (restA + x, restB + y) }
    }
    if restA + restB >= 20 { add(restA, restB) }
    guard freedom > 0 else { return 0 }
    let scale = 2 / (9 * freedom)
    return (cbrt(statistic / freedom) - (1 - scale)) / scale.squareRoot()
  }

  private func cbrt(_ x: Double) -> Double { power(x, 1.0 / 3) }

  /// Characters in documents are not independent of each other, but those at one position of different documents are,
  /// so each position has its own test. The worst of the 16 is above 3.5 by chance in 0.4 % of runs; the seeds are
  /// fixed, so the result is always the same.
  private func worst(_ a: [[Double]], _ b: [[Double]]) -> Double {
    zip(a, b).map { excess($0, $1) }.max()!
  }

  @Test("characters are as frequent as with one stream, at every position", arguments: Arithmetic.allCases)
  func frequencies(_ engine: Arithmetic) throws {
    #expect(worst(try one(), try many(engine)) < 3.5)
    #expect(worst(try many(engine), try many(seed: 6, engine)) < 3.5)
  }

  @Test("the test would notice a slightly wrong temperature, or equal streams")
  func sensitivity() throws {
    let one = try one()
    #expect(worst(one, try self.one(temperature: 0.85)) > 3.5)
    #expect(worst(one, try many(temperature: 0.85, .fast)) > 3.5)
    // A hundredth of the documents repeated makes counts too uneven.
    let model = BatchSamplerTests.trained
    var drawn: [String] = []
    for number in 0..<200 {
      drawn += Array(
        repeating: try documents(
          BatchSampler(model, seed: 5, numbers: number..<number + 1, temperature: 0.8))[0], count: 100)
    }
    var index = 0
    let alike = try counts {
      defer { index += 1 }
      return drawn[index]
    }
    #expect(worst(one, alike) > 3.5)
  }
}
