import Foundation
import Testing

@testable import MicroGPT

@Suite struct FootprintTests {
  typealias Sizes = ParameterLayoutTests.Sizes

  @Test("the examples in the documentation hold")
  func documentedExamples() {
    #expect(Configuration().parameterCount(vocabularySize: 27) == 4192)
  }

  @Test("the parameter count is the layout's", arguments: ParameterLayoutTests.sizes)
  func parameterCount(_ sizes: Sizes) {
    let layout = ParameterLayout(sizes.configuration, vocabularySize: sizes.vocabularySize)
    #expect(sizes.configuration.parameterCount(vocabularySize: sizes.vocabularySize) == layout.count)
  }

  @Test("the parameter count is the layout's at random sizes")
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

  @Test("a count beyond Int is nil, whichever size causes it, and Int's largest number is not")
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

  /// Sizes that fill cache lines and vectors and sizes that do not, with few documents and many.
  static let runs: [(sizes: Sizes, documents: Int)] =
    ParameterLayoutTests.sizes.map { ($0, 1) } + ParameterLayoutTests.sizes.map { ($0, 5) }
    + WorkerTests.sizes.map {
      (
        Sizes(
          layers: $0.layers, embedding: $0.embedding, heads: $0.heads, blockSize: $0.blockSize,
          vocabularySize: 31), $0.documents
      )
    }

  @Test("a run's memory is its engine's and its batch's", arguments: Arithmetic.allCases)
  func runMemory(_ arithmetic: Arithmetic) throws {
    for (sizes, documents) in FootprintTests.runs {
      let v = sizes.vocabularySize
      var configuration = sizes.configuration
      configuration.batchSize = documents
      let batch = memoryByteCount { declare in
        for _ in 0..<3 { _ = declare(Int32.self, Count(documents), Count(sizes.blockSize)) }
        _ = declare(Int.self, Count(documents) + 1)
      }
      #expect(
        configuration.trainingMemory(vocabularySize: v, engine: arithmetic)
          == (Engine(arithmetic).trainingByteCount(configuration, v) + batch).value!)
    }
  }

  @Test(
    "an evaluation's memory is its engine's, its batch's and 32 bytes a document, else less than a run's",
    arguments: Arithmetic.allCases)
  func evaluationMemory(_ arithmetic: Arithmetic) throws {
    for (sizes, documents) in FootprintTests.runs {
      let v = sizes.vocabularySize, together = max(1, min(documents, 512 / sizes.blockSize))
      var configuration = sizes.configuration
      configuration.batchSize = together
      let engine = Engine(arithmetic).evaluationByteCount(configuration, v, together)
      let batch = Batch.byteCount(documents: Count(together), positions: Count(sizes.blockSize))
      let bytes = configuration.evaluationMemory(documents: documents, vocabularySize: v, engine: arithmetic)
      #expect(bytes == (engine + batch).value! + 32 * documents)
      let training = try #require(configuration.trainingMemory(vocabularySize: v, engine: arithmetic))
      #expect(bytes! - 32 * documents <= training)
    }
    var huge = Configuration()
    huge.blockSize = .max - 14
    #expect(huge.evaluationMemory(documents: 1, vocabularySize: 27, engine: arithmetic) == nil)
  }

  /// The bytes of a run of the fast engine that grow at most linearly with the positions: all but each layer's
  /// attention weights and the gradients of one head's.
  private func linearMemory(
    layers: Int = 1, embedding: Int = 32, blockSize: Int = 64, documents: Int = 3, vocabularySize: Int = 48
  ) throws -> Int {
    var configuration = Configuration()
    (configuration.layers, configuration.embedding) = (layers, embedding)
    (configuration.blockSize, configuration.batchSize) = (blockSize, documents)
    let bytes = Engine(.fast, .kernels).trainingByteCount(configuration, vocabularySize).value
    return try #require(bytes) - 4 * blockSize * blockSize * (layers * documents * configuration.heads + 1)
  }

  @Test("memory other than attention weights grows linearly with every size")
  func linear() throws {
    for (name, bytes) in [
      ("positions", try [128, 256, 384].map { try linearMemory(blockSize: $0) }),
      ("documents", try [16, 32, 48].map { try linearMemory(documents: $0) }),
      ("layers", try [1, 2, 3].map { try linearMemory(layers: $0) }),
      ("tokens", try [16, 32, 48].map { try linearMemory(vocabularySize: $0) }),
    ] {
      #expect(bytes[1] > bytes[0])
      // The table of layers is rounded up to cache lines.
      #expect(abs((bytes[2] - bytes[1]) - (bytes[1] - bytes[0])) <= 64, "\(name)")
    }
  }

  @Test(
    "a large model takes three buffers of parameters, four with transposed copies, and little else",
    arguments: [(2, 3.0), (3, 4.0)])
  func parameterMemory(documents: Int, buffers: Double) throws {
    var configuration = Configuration()
    (configuration.embedding, configuration.layers, configuration.batchSize) = (1024, 4, documents)
    let bytes = try #require(Engine(.fast, .kernels).trainingByteCount(configuration, 64).value)
    let parameters = try #require(configuration.parameterCount(vocabularySize: 64))
    #expect((1...1.03).contains(Double(bytes) / (buffers * 4 * Double(parameters))))
  }

  #if os(Linux)
    @Test("a trainer's memory is what its configuration says it is")
    func residentMemory() async {
      // In separate processes, where no other test allocates.
      await #expect(processExitsWith: .success) { try residentMemoryOfTrainer(.exact) }
      await #expect(processExitsWith: .success) { try residentMemoryOfTrainer(.fast) }
    }

    @Test("an evaluation takes the memory that its configuration says")
    func residentMemoryOfEvaluation() async {
      await #expect(processExitsWith: .success) { try MicroGPTTests.residentMemoryOfEvaluation(.exact) }
      await #expect(processExitsWith: .success) { try MicroGPTTests.residentMemoryOfEvaluation(.fast) }
    }
  #endif

  @Test("attention's weights grow with the square of the positions")
  func attentionMemory() throws {
    var configuration = Configuration()
    (configuration.embedding, configuration.heads) = (1, 1)
    let bytes = try [1 << 10, 1 << 11, 1 << 12].map { (blockSize) throws -> Double in
      configuration.blockSize = blockSize
      return Double(try #require(configuration.trainingMemory(vocabularySize: 2)))
    }
    #expect(abs(bytes[2] / bytes[1] - 4) < 0.2)
    #expect(abs(bytes[1] / bytes[0] - 4) < 0.4)
  }
}

#if os(Linux)
  /// Resident bytes that are not part of a file, as the program's code is.
  private func resident() throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    let fields = text.split(separator: " ").compactMap { Int($0) }
    return (fields[1] - fields[2]) * sysconf(Int32(_SC_PAGESIZE))
  }

  /// Ends the process with a failure unless an evaluation of about 100 MB takes what its configuration says. Its document
  /// fills the block, so that all of the memory is used.
  private func residentMemoryOfEvaluation(_ engine: Arithmetic) throws {
    var configuration = Configuration()
    (configuration.embedding, configuration.heads, configuration.layers) = (16, 1, 1)
    configuration.blockSize = engine == .exact ? 2500 : 3500
    let tokenizer = try Tokenizer(Corpus(documents: ["a"]))
    let count = configuration.parameterCount(vocabularySize: tokenizer.vocabularySize)!
    let model = try Model(
      configuration: configuration, tokenizer: tokenizer, parameters: Array(repeating: 0.01, count: count))
    let corpus = try Corpus(documents: [String(repeating: "a", count: configuration.blockSize)])
    _ = try resident()
    let before = try resident()
    var taken = 0
    _ = try model.evaluate(corpus, engine: engine) { _ in taken = ((try? resident()) ?? 0) - before }
    let said = configuration.evaluationMemory(
      documents: 1, vocabularySize: tokenizer.vocabularySize, engine: engine)!
    if said < 20_000_000 || abs(Double(taken) / Double(said) - 1) > 0.05 {
      print("said \(said), taken \(taken)")
      exit(EXIT_FAILURE)
    }
  }

  /// Ends the process with a failure unless a trainer of about 100 MB takes what its configuration says.
  private func residentMemoryOfTrainer(_ engine: Arithmetic) throws {
    var configuration = Configuration()
    (configuration.embedding, configuration.layers) = (128, 4)
    (configuration.blockSize, configuration.batchSize) = (200, 8)
    let corpus = try Corpus(documents: ["emma", "olivia", "ava"])
    _ = try resident()  // Reading a file for the first time takes memory too.
    let before = try resident()
    let trainer = try Trainer(corpus: corpus, configuration: configuration, engine: engine)
    let taken = try resident() - before
    let said = configuration.trainingMemory(
      vocabularySize: trainer.tokenizer.vocabularySize, engine: engine)!
    if said < 50_000_000 || abs(Double(taken) / Double(said) - 1) > 0.01 { exit(EXIT_FAILURE) }
    withExtendedLifetime(trainer) {}
  }
#endif
