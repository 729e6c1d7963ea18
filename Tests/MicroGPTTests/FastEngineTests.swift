import Foundation
import Testing

@testable import MicroGPT

/// The fast engine against the exact one: gradients at sizes from small to large, and the curve of a whole run.
@Suite("Fast engine")
struct FastEngineTests {
  struct Size: CustomTestStringConvertible, Sendable {
    let layers, embedding, heads, blockSize, documents, vocabulary: Int

    init(_ layers: Int, _ embedding: Int, _ heads: Int, _ blockSize: Int, _ documents: Int, _ vocabulary: Int)
    {
      (self.layers, self.embedding, self.heads) = (layers, embedding, heads)
      (self.blockSize, self.documents, self.vocabulary) = (blockSize, documents, vocabulary)
    }

    var testDescription: String {
      "L\(layers) C\(embedding) H\(heads) T\(blockSize) B\(documents) V\(vocabulary)"
    }

    var configuration: Configuration {
      var configuration = Configuration()
      (configuration.layers, configuration.embedding, configuration.heads) = (layers, embedding, heads)
      (configuration.blockSize, configuration.batchSize) = (blockSize, documents)
      return configuration
    }
  }

  /// Layers, width, heads, positions, documents, vocabulary: every width, depth, length and batch at least once, but
  /// not all large at once, so that the exact engine takes seconds rather than minutes.
  static let sizes = [
    Size(1, 8, 2, 16, 1, 27), Size(16, 8, 1, 128, 16, 27), Size(4, 8, 8, 40, 3, 300),
    Size(4, 16, 4, 16, 16, 27), Size(16, 16, 4, 16, 3, 100), Size(1, 16, 4, 1024, 1, 65),
    Size(1, 24, 3, 256, 3, 28), Size(16, 24, 4, 20, 1, 27), Size(4, 48, 4, 64, 16, 200),
    Size(16, 48, 12, 16, 1, 27), Size(1, 48, 1, 100, 1, 1000), Size(1, 100, 5, 33, 3, 2000),
    Size(4, 100, 10, 16, 16, 27), Size(4, 128, 8, 256, 1, 100), Size(1, 128, 4, 16, 16, 2000),
    Size(1, 256, 8, 64, 3, 500), Size(4, 256, 16, 32, 1, 27), Size(2, 16, 8, 16, 3, 27),
  ]

  /// Tokens of a batch, BOS at both ends: one document of all positions, the others of any length.
  private static func documents(_ size: Size) -> [[Int32]] {
    var random = PythonRandom(seed: 11)
    func below(_ bound: Int) -> Int { Int(random.uniform() * Double(bound)) }
    return (0..<size.documents).map { document in
      let count = document == size.documents / 2 ? size.blockSize : 1 + below(size.blockSize)
      let bos = Int32(size.vocabulary - 1)
      return [bos] + (0..<count).map { _ in Int32(below(size.vocabulary)) }
    }
  }

  /// A batch's loss, and its gradients in the reference's order.
  private func gradients<A: KernelArithmetic>(
    _ size: Size, _ parameters: [Double], _ arithmetic: A.Type, _ set: InstructionSet
  ) -> (loss: Double, gradients: [Double]) {
    let shape = Shape(size.configuration, vocabularySize: size.vocabulary)
    let packed = PackedParameters<A>(shape, documents: size.documents, instructionSet: set)
    packed.load { parameters[$0] }
    let worker = Worker(packed, documents: size.documents)
    let gradients = Memory { declare in declare(A.Scalar.self, packed.layout.count) }
    var batch = Batch(documents: size.documents, positions: size.blockSize)
    for tokens in FastEngineTests.documents(size) { batch.append(tokens, count: tokens.count) }
    worker.forward(batch)
    worker.loss(batch, of: size.documents)
    worker.backward(batch, .stored(gradients.buffers))
    return (Double(worker.meanLoss(batch)), packed.unpacked(gradients.buffers))
  }

  @Test(
    "every tensor's gradient is the exact engine's to 1e-4 of its size, at every instruction set",
    arguments: sizes)
  func gradients(_ size: Size) {
    let layout = ParameterLayout(size.configuration, vocabularySize: size.vocabulary)
    var random = PythonRandom(seed: 12)
    let parameters = random.gaussians(layout.count, standardDeviation: size.embedding < 100 ? 0.2 : 0.08)
    let expected = gradients(size, parameters, ExactArithmetic.self, .widest)
    for set in InstructionSet.available {
      let found = gradients(size, parameters, FastArithmetic.self, set)
      #expect(abs(found.loss - expected.loss) < 1e-5 * expected.loss, "\(set)")
      for matrix in layout.all {
        var error = 0.0, norm = 0.0
        for i in matrix.offset..<matrix.offset + matrix.count {
          let difference = found.gradients[i] - expected.gradients[i]
          error += difference * difference
          norm += expected.gradients[i] * expected.gradients[i]
        }
        #expect(
          norm > 0 && error.squareRoot() <= 1e-4 * norm.squareRoot(),
          "\(set), \(matrix.name): off by \(error.squareRoot()) of \(norm.squareRoot())")
      }
    }
  }

  /// Compares the loss at the head, not the scores: a score of hundreds has few digits after the point.
  @Test(
    "scores too far apart for a float's exponential give the same accuracy",
    arguments: InstructionSet.available, [4, 16])
  func farScores(set: InstructionSet, heads: Int) {
    let size = Size(1, 16, heads, 16, 3, 27)
    let layout = ParameterLayout(size.configuration, vocabularySize: size.vocabulary)
    var random = PythonRandom(seed: 13)
    var parameters = random.gaussians(layout.count, standardDeviation: 0.2)
    for matrix in [layout.layers[0].query, layout.layers[0].key] {
      for i in matrix.offset..<matrix.offset + matrix.count { parameters[i] *= 40 }
    }
    let expected = gradients(size, parameters, ExactArithmetic.self, .widest)
    let found = gradients(size, parameters, FastArithmetic.self, set)
    #expect(abs(found.loss - expected.loss) < 1e-3)
    let value = layout.layers[0].value
    for i in value.offset..<value.offset + value.count {
      #expect(abs(found.gradients[i] - expected.gradients[i]) < 1e-3)
    }
  }

  /// With one document per step matrices are read without transposed copies, with more there are copies; both must
  /// follow the updates.
  @Test(
    "steps of the optimizer stay near the exact engine's at every width, with and without copies",
    arguments: [(16, 4), (20, 2), (32, 4), (48, 3), (64, 4), (96, 8), (128, 8)], [1, 2, 3])
  func steps(size: (width: Int, heads: Int), documents: Int) throws {
    var configuration = Configuration()
    (configuration.embedding, configuration.heads) = (size.width, size.heads)
    (configuration.layers, configuration.batchSize, configuration.learningRate) = (2, documents, 0.003)
    var models: [Model] = []
    for set in InstructionSet.available {
      let exact = try Trainer(corpus: .names, configuration: configuration, instructionSet: set)
      let fast = try Trainer(
        corpus: .names, configuration: configuration, engine: .fast, instructionSet: set,
        implementation: .kernels)
      for _ in 0..<12 {
        let expected = try #require(try exact.step()), found = try #require(try fast.step())
        #expect(abs(found.loss - expected.loss) < 1e-3, "\(set), step \(found.number)")
      }
      models.append(exact.model)
    }
    #expect(models.allSatisfy { $0.parameters == models[0].parameters })
  }

  @Test(
    "a thousand steps on the built-in names stay near the exact engine's curve",
    arguments: InstructionSet.available)
  func builtInNames(set: InstructionSet) throws {
    try compareCurves(Corpus.names, set)
  }

  @Test(
    "a thousand steps on the makemore names stay near the exact engine's curve",
    .enabled(if: Golden.sharedFolder != nil, "MICROGPT_SHARED is not set: the makemore names are not here."),
    arguments: InstructionSet.available)
  func makemoreNames(set: InstructionSet) throws {
    let file = Golden.sharedFolder!.appendingPathComponent("names.txt")
    try compareCurves(Corpus(utf8: Array(Data(contentsOf: file))), set)
  }

  /// The losses of the reference's run in both arithmetics: nearly equal at first, and equally good later, when
  /// rounding has made the runs differ.
  private func compareCurves(_ corpus: Corpus, _ set: InstructionSet) throws {
    let exact = try Trainer(corpus: corpus)
    let fast = try Trainer(
      corpus: corpus, configuration: Configuration(), engine: .fast, instructionSet: set,
      implementation: .kernels)
    var exactLosses: [Double] = [], fastLosses: [Double] = []
    while let expected = try exact.step(), let step = try fast.step() {
      exactLosses.append(expected.loss)
      fastLosses.append(step.loss)
    }
    try #require(fastLosses.count == 1000)
    let differences = zip(exactLosses, fastLosses).map { abs($0 - $1) }
    let worst = differences[..<100].max()!
    #expect(worst < 1e-3, "Step \(differences.firstIndex(of: worst)! + 1) is off by \(worst).")
    func end(_ losses: [Double]) -> Double { losses.suffix(100).reduce(0, +) / 100 }
    #expect(abs(end(fastLosses) - end(exactLosses)) < 0.02)
  }
}
