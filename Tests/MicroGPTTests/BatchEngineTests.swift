import Testing

@testable import MicroGPT

/// The engine with kernels against the engine that is its specification, at sizes that fill no vector and at
/// some that do.
@Suite("Batch engine")
struct BatchEngineTests {
  struct Size: CustomTestStringConvertible {
    let layers, embedding, heads, blockSize, documents: Int
    var testDescription: String { "L\(layers) C\(embedding) H\(heads) T\(blockSize) B\(documents)" }
  }

  static let sizes = [
    Size(layers: 1, embedding: 16, heads: 4, blockSize: 16, documents: 1),
    Size(layers: 1, embedding: 16, heads: 4, blockSize: 16, documents: 5),
    Size(layers: 2, embedding: 7, heads: 7, blockSize: 5, documents: 2),
    Size(layers: 1, embedding: 1, heads: 1, blockSize: 1, documents: 1),
    Size(layers: 3, embedding: 24, heads: 3, blockSize: 8, documents: 3),
    Size(layers: 1, embedding: 20, heads: 2, blockSize: 12, documents: 2),
    Size(layers: 1, embedding: 48, heads: 4, blockSize: 40, documents: 2),
    Size(layers: 1, embedding: 33, heads: 1, blockSize: 70, documents: 1),
    Size(layers: 1, embedding: 64, heads: 4, blockSize: 16, documents: 3),
    // Without transposed copies, more positions than lanes, and rows filled up.
    Size(layers: 2, embedding: 64, heads: 4, blockSize: 13, documents: 1),
    Size(layers: 1, embedding: 60, heads: 3, blockSize: 9, documents: 2),
    Size(layers: 1, embedding: 128, heads: 8, blockSize: 17, documents: 1),
    Size(layers: 1, embedding: 100, heads: 5, blockSize: 10, documents: 1),
  ]

  /// Documents from one character to more than a block, in an alphabet of 30.
  static let documents: [String] = {
    var random = PythonRandom(seed: 9)
    return [1, 70, 3, 6, 17, 40, 9].map { length in
      String(
        String.UnicodeScalarView(
          (0..<length).map { _ in Unicode.Scalar(UInt8(65 + Int(random.uniform() * 30))) }))
    }
  }()

  /// The loss and gradients of a batch: in one go by kernels, and document by document by the specification.
  private func compare<A: KernelArithmetic>(
    _ size: Size, _ arithmetic: A.Type, _ set: InstructionSet
  ) throws -> (
    loss: Double, expectedLoss: Double, gradients: [Double], expected: [Double], layout: ParameterLayout
  ) {
    var configuration = Configuration()
    (configuration.layers, configuration.embedding, configuration.heads) = (
      size.layers, size.embedding, size.heads
    )
    (configuration.blockSize, configuration.initialStandardDeviation) = (size.blockSize, 0.2)
    let corpus = try Corpus(documents: BatchEngineTests.documents)
    let trainer = try Trainer(corpus: corpus, configuration: configuration)
    let model = trainer.model, specification = Engine<ExactArithmetic>(model)
    let engine = BatchEngine<A>(
      configuration, vocabularySize: model.tokenizer.vocabularySize, documents: size.documents,
      instructionSet: set, keepsGradients: true)
    engine.setParameters { model.parameters[$0] }
    var batch = Batch(documents: size.documents, positions: size.blockSize), expectedLoss = 0.0
    for document in 0..<size.documents {
      var tokens = trainer.tokenizer.encode(corpus[document]).map { Int32($0) }
      tokens = Array(tokens.prefix(size.blockSize + 1))
      batch.append(tokens, count: tokens.count)
    }
    // The reference's order: the last document's terms come first.
    for document in (0..<size.documents).reversed() {
      let tokens = trainer.tokenizer.encode(corpus[document]).map { Int32($0) }
      let count = min(size.blockSize, tokens.count - 1)
      specification.forward(tokens, at: 0..<count)
      expectedLoss += specification.loss(tokens, count: count) / Double(size.documents)
      specification.backward(tokens, count: count)
    }
    // Twice, so that what the first pass leaves behind shows.
    for _ in 0..<2 {
      engine.forward(batch)
      _ = engine.loss(batch)
      engine.backward(batch, nil)
    }
    engine.forward(batch)
    let loss = Double(engine.loss(batch))
    engine.backward(batch, nil)
    let layout = specification.layout
    return (
      loss, expectedLoss, engine.unpadded(engine.gradients!),
      (0..<layout.count).map { specification.parameterGradients[$0] / Double(size.documents) }, layout
    )
  }

  @Test(
    "the exact engine's loss and gradients equal the specification's bit for bit",
    arguments: sizes.filter { $0.documents == 1 }, InstructionSet.available)
  func exact(_ size: Size, _ set: InstructionSet) throws {
    let found = try compare(size, ExactArithmetic.self, set)
    #expect(found.loss == found.expectedLoss)
    let worst = found.gradients.indices.first { found.gradients[$0] != found.expected[$0] }
    #expect(worst == nil, "Gradient \(worst ?? 0) is another.")
  }

  @Test(
    "a batch's loss and gradients are the means of its documents'",
    arguments: sizes.filter { $0.documents > 1 }, InstructionSet.available)
  func batch(_ size: Size, _ set: InstructionSet) throws {
    let found = try compare(size, ExactArithmetic.self, set)
    #expect(abs(found.loss - found.expectedLoss) < 1e-14)
    for (i, (gradient, expected)) in zip(found.gradients, found.expected).enumerated() {
      try #require(abs(gradient - expected) < 1e-14, "Gradient \(i) is \(gradient), expected \(expected).")
    }
  }

  @Test(
    "the fast engine's gradients are right to 1e-4 of each tensor's size",
    arguments: sizes, InstructionSet.available)
  func fast(_ size: Size, _ set: InstructionSet) throws {
    let found = try compare(size, FastArithmetic.self, set)
    #expect(abs(found.loss - found.expectedLoss) < 1e-5)
    for matrix in found.layout.all {
      var error = 0.0, norm = 0.0
      for i in matrix.offset..<matrix.offset + matrix.count {
        let difference = found.gradients[i] - found.expected[i]
        error += difference * difference
        norm += found.expected[i] * found.expected[i]
      }
      #expect(
        error.squareRoot() <= 1e-4 * norm.squareRoot() + 1e-9,
        "\(matrix.name): off by \(error.squareRoot()) of \(norm.squareRoot())")
    }
  }

  @Test("the fast engine's losses stay near the exact one's", arguments: InstructionSet.available)
  func curve(_ set: InstructionSet) throws {
    var configuration = Configuration()
    configuration.steps = 60
    let corpus = try Corpus(documents: BatchEngineTests.documents)
    let exact = try Trainer(corpus: corpus, configuration: configuration)
    let fast = try Trainer(corpus: corpus, configuration: configuration, arithmetic: .fast, instructionSet: set)
    while let expected = try exact.step(), let step = try fast.step() {
      #expect(abs(step.loss - expected.loss) < 1e-3)
    }
  }
}
