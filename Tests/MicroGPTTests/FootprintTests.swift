import Testing

@testable import MicroGPT

@Suite struct FootprintTests {
  typealias Sizes = ParameterLayoutTests.Sizes

  @Test("the examples in the documentation hold")
  func documentedExamples() {
    #expect(Configuration().parameterCount(vocabularySize: 27) == 4192)
  }

  @Test("the parameters are as many as the layout has places for", arguments: ParameterLayoutTests.sizes)
  func parameterCount(_ sizes: Sizes) {
    let layout = ParameterLayout(sizes.configuration, vocabularySize: sizes.vocabularySize)
    #expect(sizes.configuration.parameterCount(vocabularySize: sizes.vocabularySize) == layout.count)
  }

  @Test("the parameters are as many as the layout has places for, at random sizes")
  func parameterCountAtRandom() {
    var random = PythonRandom(seed: 3)
    func size(_ bits: Int) -> Int { 1 + Int(random.bits(bits)) }
    for _ in 0..<200 {
      let sizes = Sizes(
        layers: size(3), embedding: size(6), heads: 1, blockSize: size(7), vocabularySize: size(8))
      let layout = ParameterLayout(sizes.configuration, vocabularySize: sizes.vocabularySize)
      #expect(sizes.configuration.parameterCount(vocabularySize: sizes.vocabularySize) == layout.count)
    }
  }

  @Test("a count beyond Int is nil, whichever size it comes from, and the last below it is not")
  func overflow() {
    let huge = [
      Sizes(layers: .max, embedding: 16, heads: 1, blockSize: 16, vocabularySize: 27),
      Sizes(layers: 1, embedding: .max, heads: 1, blockSize: 16, vocabularySize: 27),
      Sizes(layers: 1, embedding: 1 << 31, heads: 1, blockSize: 16, vocabularySize: 27),
      Sizes(layers: 1, embedding: 16, heads: 1, blockSize: .max, vocabularySize: 27),
      Sizes(layers: 1, embedding: 16, heads: 1, blockSize: 16, vocabularySize: .max),
      Sizes(layers: 1, embedding: 1, heads: 1, blockSize: .max - 13, vocabularySize: 1),
    ]
    for sizes in huge {
      #expect(sizes.configuration.parameterCount(vocabularySize: sizes.vocabularySize) == nil, "\(sizes)")
      #expect(sizes.configuration.trainingMemory(vocabularySize: sizes.vocabularySize) == nil, "\(sizes)")
    }
    // (2V + T)·C + 12·L·C² with all but T one: T + 14.
    let last = Sizes(layers: 1, embedding: 1, heads: 1, blockSize: .max - 14, vocabularySize: 1)
    #expect(last.configuration.parameterCount(vocabularySize: 1) == .max)
    #expect(last.configuration.trainingMemory(vocabularySize: 1) == nil)
  }

  @Test(
    "the training memory is enough for what a trainer allocates, and hardly more",
    arguments: ParameterLayoutTests.sizes)
  func trainingMemory(_ sizes: Sizes) throws {
    let shape = Shape(sizes.configuration, vocabularySize: sizes.vocabularySize)
    let layout = ParameterLayout(sizes.configuration, vocabularySize: sizes.vocabularySize)
    let buffer = Memory.bytes(for: layout.count, of: Double.self)
    let allocated = 4 * buffer + 2 * Activations<Double>.byteCount(shape)
    let estimate = try #require(
      sizes.configuration.trainingMemory(vocabularySize: sizes.vocabularySize))
    #expect(estimate >= allocated, "\(estimate) bytes were to be enough for \(allocated).")
    #expect(Double(estimate) <= 1.5 * Double(allocated))
    if estimate > 1 << 20 { #expect(Double(estimate) <= 1.05 * Double(allocated)) }
  }

  @Test("attention grows with the square of the positions")
  func attentionMemory() throws {
    var configuration = Configuration()
    (configuration.embedding, configuration.heads) = (1, 1)
    let bytes = try [1 << 10, 1 << 11, 1 << 12].map { (blockSize) throws -> Double in
      configuration.blockSize = blockSize
      return Double(try #require(configuration.trainingMemory(vocabularySize: 2)))
    }
    #expect(abs(bytes[2] / bytes[1] - 4) < 0.05)
    #expect(abs(bytes[1] / bytes[0] - 4) < 0.1)
  }
}
