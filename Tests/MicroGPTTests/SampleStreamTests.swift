import Testing

@testable import MicroGPT

/// One stream of tokens: the kernels for one row, and the draws that floats settle.
@Suite("Sample stream")
struct SampleStreamTests {
  /// Models with characters outside Latin, and tokens of which some are much likelier than others.
  private static let sizes = SamplingSize.all

  /// The token that Python's `random.choices` gives for a uniform number.
  private func reference(_ logits: [Double], temperature: Double, uniform: Double) -> Int {
    let probabilities = SpecificationSampler.probabilities(logits, temperature: temperature)
    var sums: [Double] = [], sum = 0.0
    for probability in probabilities {
      sum += probability
      sums.append(sum)
    }
    return sums.dropLast().count { $0 <= uniform * sum }
  }

  /// The token that the exact kernels draw.
  private func draw(
    _ logits: [Double], temperature: Double, uniform: Double, _ set: InstructionSet
  ) -> Int {
    let kernels = SamplingKernels<Double>(set), stride = logits.count.rounded(up: 8)
    let weights = Numbers(logits + Array(repeating: 0, count: stride - logits.count))
    let padding = Numbers(
      logits.map { _ in 0 } + Array(repeating: -Double.infinity, count: stride - logits.count))
    let check = Numbers([0, 0]), sums = UnsafeMutablePointer<Float>.allocate(capacity: 2 * stride)
    let token = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    defer {
      sums.deallocate()
      token.deallocate()
    }
    kernels.weights(
      SampleWeights(
        logits: weights.base, sums: sums, padding: padding.base, stride: stride,
        inverseTemperature: power(temperature, -1), check: check.base))
    #expect(check.values == [0, 0])
    kernels.choice(
      SampleChoice(
        logits: weights.base, sums: sums, vocabulary: logits.count, stride: stride, uniform: uniform,
        token: token))
    return token[0]
  }

  @Test("a mark on the edge of a token's share draws what the reference draws", arguments: [2, 5, 8, 27, 70])
  func ties(vocabulary: Int) {
    var random = PythonRandom(seed: UInt64(vocabulary))
    for set in InstructionSet.available {
      var wrong = 0
      for spread in [0, 1, 30, 3000] as [Double] {
        let logits = random.gaussians(vocabulary).map { $0 * spread }
        let probabilities = SpecificationSampler.probabilities(logits, temperature: 0.7)
        var sum = 0.0
        for probability in probabilities.dropLast() {
          sum += probability
          // The edge, its neighbors, and numbers that floats cannot tell from it.
          for uniform in [sum, sum.nextUp, sum.nextDown, sum * (1 + 0x1p-30), sum * (1 - 0x1p-30)]
          where 0..<1 ~= uniform {
            let expected = reference(logits, temperature: 0.7, uniform: uniform)
            if draw(logits, temperature: 0.7, uniform: uniform, set) != expected { wrong += 1 }
          }
        }
      }
      #expect(wrong == 0, "\(set)")
    }
  }

  @Test("any random number draws what the reference draws", arguments: InstructionSet.available)
  func settled(_ set: InstructionSet) {
    var random = PythonRandom(seed: 3)
    for spread in [0.1, 2, 20, 200] {
      let logits = random.gaussians(27).map { $0 * spread }
      for uniform in [0, 0x1p-53, 1 - 0x1p-53] + (0..<200).map({ _ in random.uniform() }) {
        let expected = reference(logits, temperature: 1, uniform: uniform)
        #expect(draw(logits, temperature: 1, uniform: uniform, set) == expected)
      }
    }
  }

  @Test("an infinite weight is found, though the hidden unit before it is 0", arguments: [0, 1 << 20])
  func infiniteWeight(memory: Int) throws {
    var configuration = Configuration()
    configuration.blockSize = 4
    let tokenizer = Tokenizer(characters: ["a", "b", "c"])
    let count = try #require(configuration.parameterCount(vocabularySize: 4))
    var parameters = Array(repeating: 0.0, count: count)
    for set in InstructionSet.available {
      let finite = Model(unchecked: parameters, configuration, tokenizer)
      let sampler = Sampler(
        finite, random: PythonRandom(seed: 1), prefixMemory: memory, instructionSet: set)
      #expect(throws: Never.self) { try sampler.sample() }
    }
    // The last matrix is the one that contracts the hidden units.
    parameters[count - 1] = .infinity
    for set in InstructionSet.available {
      let model = Model(unchecked: parameters, configuration, tokenizer)
      let sampler = Sampler(model, random: PythonRandom(seed: 1), prefixMemory: memory, instructionSet: set)
      #expect(throws: SamplerError.notFinite) { try sampler.sample() }
    }
  }

  @Test("fast probabilities are within 1e-4 of the exact ones", arguments: sizes)
  func fastProbabilities(_ size: SamplingSize) throws {
    let model = size.model(), random = PythonRandom(seed: 1)
    let exact = Sampler(model, random: random), text = String(repeating: "a", count: size.blockSize - 1)
    for set in InstructionSet.available {
      let fast = Sampler(model, random: random, engine: .fast, instructionSet: set)
      for text in ["", text, text + "aaa"] {
        for temperature in [0.8, 0] {
          let expected = try exact.probabilities(after: text, temperature: temperature)
          let found = try fast.probabilities(after: text, temperature: temperature)
          let worst = zip(expected, found).map { abs($0 - $1) }.max()!
          #expect(worst < 1e-4, "\(set): \(worst) after '\(text)' at \(temperature)")
        }
      }
    }
  }

  @Test("fast documents do not depend on the memory of prefixes", arguments: sizes)
  func fastMemory(_ size: SamplingSize) throws {
    let model = size.model(), random = PythonRandom(seed: 9)
    for set in InstructionSet.available {
      let samplers = [-1, 0, 20_000, 8 << 20].map {
        Sampler(model, random: random, engine: .fast, prefixMemory: $0, instructionSet: set)
      }
      for index in 0..<12 {
        let prompt = size.blockSize > 4 && index % 3 == 0 ? "aa" : ""
        let documents = try samplers.map { try $0.sample(prompt: prompt, temperature: 0.9) }
        #expect(documents.allSatisfy { $0 == documents[0] }, "\(set): \(documents)")
      }
      #expect(samplers.allSatisfy { $0.random == samplers[0].random })
    }
  }

  @Test("a fast stream draws nearly always what the exact one draws", arguments: InstructionSet.available)
  func fastDocuments(_ set: InstructionSet) throws {
    let model = SamplingSize.all[0].model()
    let exact = Sampler(model, random: PythonRandom(seed: 0), instructionSet: set)
    let fast = Sampler(model, random: PythonRandom(seed: 0), engine: .fast, instructionSet: set)
    var different = 0
    for seed in 0..<200 as Range<UInt64> {
      (exact.random, fast.random) = (PythonRandom(seed: seed), PythonRandom(seed: seed))
      if try exact.sample() != fast.sample() { different += 1 }
    }
    #expect(different <= 2)
  }

  @Test("logits far from 0 are drawn from too, in both arithmetics", arguments: Arithmetic.allCases)
  func largeLogits(arithmetic: Arithmetic) throws {
    let model = SamplingSize.all[0].model(), plain = Sampler(model, random: PythonRandom(seed: 1))
    let expected = try plain.sample(temperature: 0)
    for set in InstructionSet.available {
      for memory in [0, 1 << 20] {
        let sampler = Sampler(
          model, random: PythonRandom(seed: 1), engine: arithmetic, prefixMemory: memory, instructionSet: set)
        #expect(try sampler.sample(temperature: 1e-4) == expected)
        #expect(throws: SamplerError.temperature(0x1p-1064)) { try sampler.sample(temperature: 0x1p-1064) }
      }
    }
  }

  @Test("appending gives the bytes of the document, after what was there")
  func appending() throws {
    let model = SamplingSize.all[0].model(), start = PythonRandom(seed: 5)
    let one = Sampler(model, random: start), other = Sampler(model, random: start)
    for length in [nil, 3, 40] {
      var text = Array("sample: ".utf8)
      try one.sample(appendingTo: &text, prompt: "a", temperature: 1.2, length: length)
      let expected = try other.sample(prompt: "a", temperature: 1.2, length: length)
      #expect(String(decoding: text, as: UTF8.self) == "sample: " + expected)
    }
  }
}
