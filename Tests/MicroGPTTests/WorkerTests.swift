import Testing

@testable import MicroGPT

/// The kernels' forward and backward pass against the specification's, at sizes that fill vectors and sizes that do
/// not.
@Suite("Worker")
struct WorkerTests {
  struct Size: CustomTestStringConvertible {
    let layers, embedding, heads, blockSize, documents: Int
    var testDescription: String { "L\(layers) C\(embedding) H\(heads) T\(blockSize) B\(documents)" }
  }

  static let sizes = tried(
    small: [
      Size(layers: 1, embedding: 16, heads: 4, blockSize: 16, documents: 1),
      Size(layers: 1, embedding: 16, heads: 4, blockSize: 16, documents: 5),
      Size(layers: 2, embedding: 7, heads: 7, blockSize: 5, documents: 2),
      Size(layers: 1, embedding: 1, heads: 1, blockSize: 1, documents: 1),
      Size(layers: 3, embedding: 24, heads: 3, blockSize: 8, documents: 3),
      Size(layers: 1, embedding: 20, heads: 2, blockSize: 12, documents: 2),
      // More positions than the fast arithmetic takes pair by pair.
      Size(layers: 1, embedding: 8, heads: 2, blockSize: 40, documents: 2),
      // Without transposed copies.
      Size(layers: 2, embedding: 64, heads: 4, blockSize: 4, documents: 1),
    ],
    large: [
      Size(layers: 1, embedding: 48, heads: 4, blockSize: 40, documents: 2),
      Size(layers: 1, embedding: 33, heads: 1, blockSize: 70, documents: 1),
      Size(layers: 1, embedding: 64, heads: 4, blockSize: 16, documents: 3),
      // Without transposed copies, with more positions than lanes and padded rows.
      Size(layers: 2, embedding: 64, heads: 4, blockSize: 13, documents: 1),
      Size(layers: 1, embedding: 60, heads: 3, blockSize: 9, documents: 2),
      Size(layers: 1, embedding: 128, heads: 8, blockSize: 17, documents: 1),
      Size(layers: 1, embedding: 100, heads: 5, blockSize: 10, documents: 1),
    ])

  /// Documents from one character to more than a block, in an alphabet of 30.
  static let documents: [String] = {
    var random = PythonRandom(seed: 9)
    return [1, 70, 3, 6, 17, 40, 9].map { length in
      String(
        String.UnicodeScalarView(
          (0..<length).map { _ in Unicode.Scalar(UInt8(65 + Int(random.uniform() * 30))) }))
    }
  }()

  /// The loss and gradients of a batch: by kernels, and by the specification document by document.
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
    let corpus = try Corpus(documents: WorkerTests.documents)
    let trainer = try Trainer(corpus: corpus, configuration: configuration)
    let model = trainer.model, specification = Specification(model)
    let parameters = PackedParameters<A>(
      specification.shape, documents: size.documents, instructionSet: set)
    parameters.load { model.parameters[$0] }
    let worker = Worker(parameters, documents: size.documents), count = parameters.layout.count
    let gradients = Memory { declare in declare(A.Scalar.self, count) }
    var batch = Batch(documents: size.documents, positions: size.blockSize)
    var losses = [Double](repeating: 0, count: size.documents)
    for document in 0..<size.documents {
      let tokens = trainer.tokenizer.encode(corpus[document]).map { Int32($0) }.prefix(size.blockSize + 1)
      batch.append(Array(tokens), count: tokens.count)
    }
    // The reference's order: the last document's terms come first.
    for document in (0..<size.documents).reversed() {
      let tokens = trainer.tokenizer.encode(corpus[document]).map { Int32($0) }
      let count = min(size.blockSize, tokens.count - 1)
      specification.forward(tokens, at: 0..<count)
      losses[document] = specification.loss(tokens, count: count)
      specification.backward(tokens, count: count, documents: size.documents)
    }
    var loss = A.Scalar(0)
    // Twice, so that leftovers of the first pass show.
    for _ in 0..<2 {
      worker.forward(batch)
      worker.loss(batch, of: size.documents)
      loss = worker.meanLoss(batch)
      worker.backward(batch, .stored(gradients.buffers))
    }
    return (
      Double(loss), losses.reduce(0, +) * (1 / Double(size.documents)),
      parameters.unpacked(gradients.buffers),
      (0..<specification.layout.count).map { specification.parameterGradients[$0] }, specification.layout
    )
  }

  @Test(
    "the exact loss and gradients of a batch equal the specification's bit for bit", arguments: sizes,
    InstructionSet.available)
  func exact(_ size: Size, _ set: InstructionSet) throws {
    let found = try compare(size, ExactArithmetic.self, set)
    #expect(found.loss == found.expectedLoss)
    let worst = found.gradients.indices.first { found.gradients[$0] != found.expected[$0] }
    #expect(worst == nil, "Gradient \(worst ?? 0) is another.")
  }

  @Test(
    "the fast gradients are within 1e-4 of each tensor's size", arguments: sizes, InstructionSet.available)
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

  /// A worker for some documents of `WorkerTests.documents` in a model of width 16 or another, the documents, and the
  /// gradients of what they add to the loss of a batch of `all` documents.
  private func gradients<A: KernelArithmetic>(
    _ parts: [Range<Int>], of all: Int, embedding: Int = 16, blockSize: Int = 16, _ arithmetic: A.Type,
    _ set: InstructionSet
  ) throws -> [(worker: Worker<A>, batch: Batch, gradients: [Double])] {
    var configuration = Configuration()
    (configuration.embedding, configuration.heads, configuration.blockSize) = (embedding, 2, blockSize)
    configuration.initialStandardDeviation = 0.2
    let corpus = try Corpus(documents: WorkerTests.documents), tokenizer = Tokenizer(corpus)
    let shape = Shape(configuration, vocabularySize: tokenizer.vocabularySize)
    let parameters = PackedParameters<A>(shape, documents: all, instructionSet: set)
    var random = PythonRandom(seed: 5)
    parameters.load { _ in random.gaussian(standardDeviation: 0.2) }
    return parts.map { part in
      let worker = Worker(parameters, documents: all), count = parameters.layout.count
      let gradients = Memory { declare in declare(A.Scalar.self, count) }
      var batch = Batch(documents: all, positions: blockSize)
      for document in part {
        let tokens = tokenizer.encode(corpus[document]).map { Int32($0) }.prefix(blockSize + 1)
        batch.append(Array(tokens), count: tokens.count)
      }
      worker.forward(batch)
      worker.loss(batch, of: all)
      worker.backward(batch, .stored(gradients.buffers))
      return (worker, batch, parameters.unpacked(gradients.buffers))
    }
  }

  private func expectSum<A: KernelArithmetic>(_ arithmetic: A.Type, _ tolerance: Double) throws {
    let parts = try gradients([0..<1, 1..<4], of: 4, arithmetic, .widest)
    let whole = try gradients([0..<4], of: 4, arithmetic, .widest)[0]
    let largest = whole.gradients.map { abs($0) }.max()!
    let worst = whole.gradients.indices.map { i in
      abs(parts[0].gradients[i] + parts[1].gradients[i] - whole.gradients[i])
    }.max()!
    #expect(worst < tolerance * largest, "Off by \(worst), where the largest gradient is \(largest).")
    let losses = parts.map { Double($0.worker.meanLoss($0.batch)) }
    #expect(abs((losses[0] + 3 * losses[1]) / 4 - Double(whole.worker.meanLoss(whole.batch))) < tolerance)
  }

  @Test("the gradients of two workers that share a batch add up to those of one that has it all")
  func shares() throws {
    try expectSum(ExactArithmetic.self, 1e-14)
    try expectSum(FastArithmetic.self, 1e-5)
  }

  /// Expects the head's gradient to be sums of `depth` rows, from the last rows to the first, each added to those
  /// before it.
  private func expectChains<A: KernelArithmetic>(
    of depth: Int, embedding: Int, _ documents: Range<Int>, blockSize: Int, _ arithmetic: A.Type,
    _ set: InstructionSet
  ) throws {
    let found = try gradients(
      [documents], of: documents.count, embedding: embedding, blockSize: blockSize, arithmetic, set)[0]
    let worker = found.worker, rows = found.batch.rows, dLogits = worker.workspace.logits
    let head = ParameterLayout(worker.shape).head, x = worker.input(of: worker.shape.layers)
    try #require(rows > 64)
    let isFused = !A.isExact && set != .baseline
    for o in 0..<head.rows {
      for c in 0..<head.columns {
        var expected = A.Scalar(0), last = rows
        while last > 0 {
          var sum = A.Scalar(0)
          for r in (max(last - depth, 0)..<last).reversed() {
            let (d, input) = (dLogits[r * worker.tokens + o], x[r * worker.width + c])
            if isFused { sum.addProduct(d, input) } else { sum += d * input }
          }
          expected = last == rows ? sum : sum + expected
          last -= depth
        }
        let gradient = found.gradients[head.offset + o * head.columns + c]
        try #require(gradient == Double(expected), "[\(o), \(c)] is another.")
      }
    }
  }

  #if arch(x86_64)
    /// Exactness.md states the order. It is that of one worker, several, and of micro-batches.
    @Test(
      "a gradient adds up its rows in one chain, in the fast arithmetic above width 32 in chains of 64",
      arguments: InstructionSet.available)
    func chains(_ set: InstructionSet) throws {
      try expectChains(of: 1000, embedding: 34, 1..<2, blockSize: 66, ExactArithmetic.self, set)
      try expectChains(of: 1000, embedding: 32, 1..<2, blockSize: 66, FastArithmetic.self, set)
      try expectChains(of: 64, embedding: 34, 1..<2, blockSize: 66, FastArithmetic.self, set)
    }
  #endif

  @Test("the fast losses stay near the exact ones", arguments: InstructionSet.available)
  func curve(_ set: InstructionSet) throws {
    var configuration = Configuration()
    configuration.steps = 60
    let corpus = try Corpus(documents: WorkerTests.documents)
    let exact = try Trainer(corpus: corpus, configuration: configuration)
    let fast = try Trainer(
      corpus: corpus, configuration: configuration, engine: .fast, instructionSet: set,
      implementation: .kernels)
    while let expected = try exact.step(), let step = try fast.step() {
      #expect(abs(step.loss - expected.loss) < 1e-3)
    }
  }
}

/// Whole steps by both ways of applying gradients, and by the specification.
@Suite("Training run")
struct TrainingRunTests {
  struct Size: CustomTestStringConvertible, Sendable {
    let layers, embedding, heads, blockSize, documents: Int
    var testDescription: String { "L\(layers) C\(embedding) H\(heads) T\(blockSize) B\(documents)" }

    var configuration: Configuration {
      var configuration = Configuration()
      (configuration.layers, configuration.embedding, configuration.heads) = (layers, embedding, heads)
      (configuration.blockSize, configuration.batchSize, configuration.steps) = (blockSize, documents, 50)
      (configuration.weightDecay, configuration.initialStandardDeviation) = (0.1, 0.1)
      return configuration
    }
  }

  /// Few rows and more than 64, narrow and wide, with transposed copies and without.
  static let sizes = tried(
    small: [
      Size(layers: 1, embedding: 16, heads: 4, blockSize: 16, documents: 1),
      Size(layers: 1, embedding: 16, heads: 4, blockSize: 16, documents: 6),
      Size(layers: 1, embedding: 34, heads: 2, blockSize: 34, documents: 3),
      Size(layers: 2, embedding: 64, heads: 4, blockSize: 4, documents: 1),
    ],
    large: [
      Size(layers: 1, embedding: 16, heads: 4, blockSize: 16, documents: 16),
      Size(layers: 2, embedding: 20, heads: 2, blockSize: 16, documents: 9),
      Size(layers: 1, embedding: 32, heads: 4, blockSize: 40, documents: 4),
      Size(layers: 1, embedding: 32, heads: 4, blockSize: 70, documents: 2),
      Size(layers: 2, embedding: 48, heads: 3, blockSize: 16, documents: 3),
      Size(layers: 1, embedding: 48, heads: 4, blockSize: 40, documents: 7),
      Size(layers: 1, embedding: 64, heads: 4, blockSize: 70, documents: 2),
      Size(layers: 2, embedding: 64, heads: 4, blockSize: 16, documents: 1),
      Size(layers: 1, embedding: 128, heads: 8, blockSize: 70, documents: 1),
      Size(layers: 1, embedding: 128, heads: 8, blockSize: 40, documents: 5),
    ])

  /// In a debug build whole steps take too long for all sets; Worker's tests have them there.
  static let sets = tried(small: [InstructionSet.widest], large: InstructionSet.available.dropLast())

  /// Documents of one character to more than a block.
  private static let corpus: Corpus = {
    var random = PythonRandom(seed: 8)
    let documents = [70, 1, 33, 70, 16, 9, 40, 70, 5, 60, 2, 70].map { length in
      String(
        String.UnicodeScalarView(
          (0..<length).map { _ in Unicode.Scalar(UInt8(65 + Int(random.uniform() * 30))) }))
    }
    return try! Corpus(documents: documents)
  }()

  private func batch(_ size: Size, _ number: Int, _ tokenizer: Tokenizer) -> Batch {
    var batch = Batch(documents: size.documents, positions: size.blockSize)
    for i in 0..<size.documents {
      let document = TrainingRunTests.corpus[(number * size.documents + i) % TrainingRunTests.corpus.count]
      let tokens = tokenizer.encode(document).map { Int32($0) }.prefix(size.blockSize + 1)
      batch.append(Array(tokens), count: tokens.count)
    }
    return batch
  }

  /// A state after some steps.
  private func start(_ size: Size, _ arithmetic: Arithmetic) throws -> TrainingState {
    let trainer = try Trainer(
      corpus: TrainingRunTests.corpus, configuration: size.configuration, engine: arithmetic)
    for _ in 0..<3 { _ = try trainer.step() }
    return trainer.state
  }

  private func run<A: KernelArithmetic>(
    _ arithmetic: A.Type, _ size: Size, _ set: InstructionSet, _ state: TrainingState, keepsGradients: Bool
  ) -> TrainingRun<A> {
    TrainingRun<A>(
      size.configuration, vocabularySize: state.tokenizer.vocabularySize, instructionSet: set,
      keepsGradients: keepsGradients, start: .state(state.engineState))
  }

  /// Expects equal numbers and names the first that is another. Arrays in `#expect` would be searched for their
  /// shortest difference, which takes minutes.
  private func expectEqual(_ found: [Double], _ expected: [Double], _ name: String) {
    let first = found.indices.first { found[$0] != expected[$0] }
    #expect(first == nil, "\(name)[\(first ?? 0)] is \(found[first ?? 0]), not \(expected[first ?? 0]).")
  }

  private func expectSameBits<A: KernelArithmetic>(
    _ arithmetic: A.Type, _ size: Size, _ set: InstructionSet
  ) throws {
    let state = try start(size, A.arithmetic)
    let moved = run(arithmetic, size, set, state, keepsGradients: false)
    let stored = run(arithmetic, size, set, state, keepsGradients: true)
    for step in 4...6 {
      let batch = batch(size, step, state.tokenizer)
      let loss = moved.step(batch, number: step, learningRate: 0.01)
      #expect(loss.isFinite && stored.step(batch, number: step, learningRate: 0.01) == loss)
    }
    let (a, b) = (moved.state, stored.state)
    expectEqual(a.parameters, b.parameters, "parameters")
    expectEqual(a.firstMoment, b.firstMoment, "firstMoment")
    expectEqual(a.secondMoment, b.secondMoment, "secondMoment")
    let hasMoved = zip(a.parameters, state.parameters).contains { $0 != $1 }
    #expect(hasMoved)
  }

  @Test(
    "updating with stored gradients equals updating block by block, bit for bit", arguments: sizes,
    sets)
  func ways(_ size: Size, _ set: InstructionSet) throws {
    try expectSameBits(ExactArithmetic.self, size, set)
    try expectSameBits(FastArithmetic.self, size, set)
  }

  @Test(
    "exact steps from a state equal the specification's: losses, parameters and both moments, bit for bit",
    arguments: sizes, sets)
  func exact(_ size: Size, _ set: InstructionSet) throws {
    let state = try start(size, .exact)
    let found = run(ExactArithmetic.self, size, set, state, keepsGradients: false)
    let expected = SpecificationRun(
      size.configuration, vocabularySize: state.tokenizer.vocabularySize, arithmetic: .exact,
      start: .state(state.engineState))
    for step in 4...5 {
      let batch = batch(size, step, state.tokenizer)
      #expect(
        found.step(batch, number: step, learningRate: 0.01)
          == expected.step(batch, number: step, learningRate: 0.01))
    }
    let (a, b) = (found.state, expected.state)
    expectEqual(a.parameters, b.parameters, "parameters")
    expectEqual(a.firstMoment, b.firstMoment, "firstMoment")
    expectEqual(a.secondMoment, b.secondMoment, "secondMoment")
  }

  /// From a state with moments, so that a step is not merely the sign of a gradient. Adam amplifies rounding where a
  /// gradient is tiny, so moments are compared by tensor, and parameters by the length of their moves.
  @Test(
    "a fast update from a state is near the specification's: parameters and both moments of every tensor",
    arguments: sizes, sets)
  func fast(_ size: Size, _ set: InstructionSet) throws {
    let state = try start(size, .fast), rate = 0.01
    let found = run(FastArithmetic.self, size, set, state, keepsGradients: false)
    let expected = SpecificationRun(
      size.configuration, vocabularySize: state.tokenizer.vocabularySize, arithmetic: .fast,
      start: .state(state.engineState))
    let batch = batch(size, 4, state.tokenizer)
    let losses = (
      found.step(batch, number: 4, learningRate: rate), expected.step(batch, number: 4, learningRate: rate)
    )
    #expect(abs(losses.0 - losses.1) < 1e-5)
    let (a, b) = (found.state, expected.state)
    let layout = ParameterLayout(size.configuration, vocabularySize: state.tokenizer.vocabularySize)
    for matrix in layout.all {
      let part = matrix.offset..<matrix.offset + matrix.count
      func distance(_ x: [Double], _ factor: Double, _ y: [Double], _ otherFactor: Double) -> Double {
        var error = 0.0, norm = 0.0
        for i in part {
          let difference = x[i] * factor - y[i] * otherFactor
          error += difference * difference
          norm += y[i] * otherFactor * y[i] * otherFactor
        }
        return (error / norm).squareRoot()
      }
      #expect(distance(a.firstMoment, a.firstMomentFactor, b.firstMoment, 1) < 1e-4, "\(matrix.name)")
      #expect(distance(a.secondMoment, a.secondMomentFactor, b.secondMoment, 1) < 1e-4, "\(matrix.name)")
      let moves = (
        part.map { a.parameters[$0] - state.parameters[$0] },
        part.map { b.parameters[$0] - state.parameters[$0] }
      )
      let differing = zip(moves.0, moves.1).count { abs($0 - $1) > 1e-3 * rate }
      #expect(differing <= matrix.count / 500, "\(matrix.name): \(differing) of \(matrix.count) moves")
    }
    // The next forward pass reads the transposed copies, if there are any.
    let again = Memory { declare in declare(Double.self, 2, Count(batch.documents)) }
    let mean = [found.losses, expected.losses].map { losses in
      losses(batch, again.buffers)
      return (0..<batch.documents).reduce(0) { $0 + again.buffers[$1] } / Double(batch.documents)
    }
    #expect(abs(mean[0] - mean[1]) < 1e-4 && abs(mean[0] - losses.0) > 1e-3)
  }

  @Test("no moment is subnormal, however long a gradient has been 0")
  func denormals() throws {
    // A document of one letter: the other letters' gradients vanish, and their moments decay.
    var configuration = Configuration()
    (configuration.steps, configuration.beta1, configuration.beta2) = (400, 0.5, 0.6)
    let corpus = try Corpus(documents: ["a", "bcdefghij"])
    let trainer = try Trainer(
      corpus: corpus, configuration: configuration, engine: .fast, instructionSet: .widest,
      implementation: .kernels)
    try trainer.train()
    let state = trainer.state
    for moment in state.firstMoment + state.secondMoment {
      #expect(moment == 0 || abs(moment) >= Double(Float.leastNormalMagnitude))
    }
  }

  @Test("an update restores the processor's treatment of denormals")
  func denormalsAfterwards() throws {
    let trainer = try Trainer(
      corpus: TrainingRunTests.corpus, configuration: Configuration(), engine: .fast,
      instructionSet: .widest,
      implementation: .kernels)
    _ = try trainer.step()
    // Computed at run time: the optimizer must not fold it.
    var half = 0.5
    withUnsafeMutablePointer(to: &half) { half in
      #expect(Double.leastNormalMagnitude * half.pointee > 0)
    }
  }
}
