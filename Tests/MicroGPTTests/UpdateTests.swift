import Foundation
import Testing

@testable import MicroGPT

/// One update of the parameters from the same state, in both arithmetics and on every path through an update.
///
/// Whole runs cannot show a slightly wrong fast update: within ten steps rounding alone changes a loss by as much.
/// One update from equal parameters, with the gradients of real documents, can.
@Suite("Updates")
struct UpdateTests {
  /// A path: the width determines panels and transposed copies, the rows which kernel computes a gradient.
  struct Path: CustomTestStringConvertible, Sendable {
    let width, heads, layers, batch: Int
    /// Characters of a document, or `nil` for names as they are.
    let length: Int?

    init(_ width: Int, _ heads: Int, layers: Int = 1, batch: Int, length: Int? = nil) {
      (self.width, self.heads, self.layers, self.batch, self.length) = (width, heads, layers, batch, length)
    }

    var testDescription: String {
      "C\(width) H\(heads) L\(layers) B\(batch)" + (length.map { " of \($0) characters" } ?? "")
    }

    var configuration: Configuration {
      var configuration = Configuration()
      (configuration.embedding, configuration.heads) = (width, heads)
      (configuration.layers, configuration.batchSize) = (layers, batch)
      configuration.blockSize = length ?? 16
      return configuration
    }

    func corpus() throws -> Corpus {
      guard let length else { return Corpus.names }
      let text = Corpus.names.indices.prefix(600).map { Corpus.names.text(at: $0) }.joined()
      let scalars = Array(text.unicodeScalars)
      return try Corpus(
        documents: (0..<8).map { i in
          String(String.UnicodeScalarView(scalars[i * length..<(i + 1) * length]))
        })
    }
  }

  /// Up to 64 rows and more, with transposed copies (more than two documents, or narrow) and without, in one layer
  /// and two, at widths of one panel, of several, and of a partial one.
  static let paths =
    [16, 32, 48, 64, 128].flatMap { width in
      let heads = width == 128 ? 8 : 4
      return [
        Path(width, heads, batch: 1), Path(width, heads, layers: 2, batch: 3),
        Path(width, heads, batch: 12), Path(width, heads, layers: 2, batch: 1, length: 70),
        Path(width, heads, batch: 2, length: 50),
      ]
    } + [Path(20, 2, layers: 2, batch: 2), Path(20, 2, batch: 12), Path(100, 5, batch: 12)]

  private static func trainer(
    _ path: Path, _ arithmetic: Arithmetic, _ set: InstructionSet,
    _ change: (inout Configuration) -> Void = { _ in }
  ) throws -> Trainer {
    var configuration = path.configuration
    (configuration.schedule, configuration.learningRate) = (.constant, 0.02)
    change(&configuration)
    return try Trainer(
      corpus: path.corpus(), configuration: configuration, engine: arithmetic, instructionSet: set)
  }

  /// The documents of a step, from 0.
  private static func documents(_ trainer: Trainer, step: Int) throws -> Corpus {
    let size = trainer.configuration.batchSize
    return try Corpus(
      documents: (step * size..<(step + 1) * size).map { trainer.corpus.text(at: $0 % trainer.corpus.count) })
  }

  /// With an epsilon far above the gradients, a first update is nearly proportional to the gradient, so that small
  /// gradients count by their size rather than by their sign alone.
  @Test(
    "a fast update moves every tensor like the exact one",
    arguments: paths, InstructionSet.available)
  func firstUpdate(_ path: Path, _ set: InstructionSet) throws {
    func moves(_ arithmetic: Arithmetic) throws -> (before: Model, after: Model) {
      let trainer = try UpdateTests.trainer(path, arithmetic, set) {
        ($0.epsilon, $0.learningRate, $0.weightDecay) = (1, 4, 0.01)
      }
      let before = trainer.model
      _ = try trainer.step()
      return (before, trainer.model)
    }
    let exact = try moves(.exact), fast = try moves(.fast)
    for name in exact.after.tensorNames {
      let before = exact.before[name]!.values, expected = exact.after[name]!.values
      let fastBefore = fast.before[name]!.values, found = fast.after[name]!.values
      var error = 0.0, norm = 0.0, worst = (index: 0, excess: -Double.infinity)
      for i in before.indices {
        let move = expected[i] - before[i], difference = found[i] - fastBefore[i] - move
        error += difference * difference
        norm += move * move
        // Adam's epsilon is up to 3 % larger or smaller in the fast arithmetic.
        let excess = abs(difference) - 0.035 * abs(move)
        if excess > worst.excess { worst = (i, excess) }
      }
      let scale = (norm / Double(before.count)).squareRoot()
      #expect(norm > 0, "\(name) does not move.")
      #expect(
        error.squareRoot() <= 0.035 * norm.squareRoot(),
        "\(name): off by \(error.squareRoot()) of \(norm.squareRoot())")
      #expect(
        worst.excess <= 1e-3 * scale,
        """
        \(name)[\(worst.index)] moved by \(found[worst.index] - fastBefore[worst.index]), \
        in the exact arithmetic by \(expected[worst.index] - before[worst.index])
        """)
    }
  }

  /// The forward pass may read other copies of the parameters than those of the model.
  @Test(
    "after updates with weight decay the loss is that of the parameters shown",
    arguments: paths, InstructionSet.available)
  func lossOfParameters(_ path: Path, _ set: InstructionSet) throws {
    for arithmetic in Arithmetic.allCases {
      let trainer = try UpdateTests.trainer(path, arithmetic, set) { $0.weightDecay = 10 }
      for step in 0..<2 {
        let documents = try UpdateTests.documents(trainer, step: step)
        let expected = PlainModel(trainer.model).loss(documents)
        let evaluated = try trainer.evaluate(documents).loss
        let taken = try #require(try trainer.step()).loss
        let tolerance = arithmetic == .exact ? 1e-12 : 1e-5
        #expect(abs(evaluated - expected) < tolerance, "\(arithmetic), before step \(step + 1)")
        #expect(abs(taken - expected) < tolerance, "\(arithmetic), step \(step + 1)")
      }
    }
  }

  @Test("a step of a batch learns from the documents after those of the previous step")
  func documentsOfBatches() throws {
    // With a learning rate of 0, the loss identifies the document.
    let names = ["emma", "olivia", "ava", "isabella", "sophia"]
    func losses(_ batch: Int, _ steps: Int) throws -> [Double] {
      var configuration = Configuration()
      (configuration.batchSize, configuration.steps, configuration.learningRate) = (batch, steps, 0)
      let trainer = try Trainer(corpus: Corpus(documents: names), configuration: configuration)
      return try (0..<steps).map { _ in try #require(try trainer.step()).loss }
    }
    let single = try losses(1, 5)
    #expect(Set(single).count == 5)
    for (step, loss) in try losses(3, 10).enumerated() {
      let expected = (0..<3).reduce(0) { $0 + single[(3 * step + $1) % 5] } / 3
      #expect(abs(loss - expected) < 1e-12, "step \(step + 1)")
    }
  }

  @Test(
    "a document's last target is BOS if the block has room for it",
    arguments: ["", "a", "ab", "abc", "abca", "abcab"])
  func fitting(document: String) throws {
    var configuration = Configuration()
    (configuration.blockSize, configuration.embedding) = (4, 8)
    let corpus = try Corpus(documents: [document])
    let trainer = try Trainer(corpus: corpus, configuration: configuration)
    let expected = PlainModel(trainer.model).loss(corpus)
    #expect(abs(try trainer.evaluate(corpus).loss - expected) < 1e-12)
    #expect(abs(try #require(try trainer.step()).loss - expected) < 1e-12)
  }

  @Test("a batch of no documents is refused", arguments: [0, -1])
  func emptyBatch(_ size: Int) throws {
    var configuration = Configuration()
    configuration.batchSize = size
    #expect(throws: ConfigurationError.tooSmall(name: "batchSize", minimum: 1, found: size)) {
      try Trainer(corpus: Corpus(documents: ["emma"]), configuration: configuration)
    }
  }

  @Test(
    "weight decay follows the schedule of the learning rate",
    arguments: Schedule.allCases,
    [Implementation.kernels, .specification].flatMap { implementation in
      [(Arithmetic.exact, 1), (.exact, 2), (.fast, 1), (.fast, 2)].map { ($0, $1, implementation) }
    })
  func scheduledDecay(
    schedule: Schedule, run: (arithmetic: Arithmetic, batch: Int, implementation: Implementation)
  ) throws {
    var configuration = Configuration()
    (configuration.embedding, configuration.batchSize) = (8, run.batch)
    // A learning rate so small that only the decay moves parameters.
    (configuration.learningRate, configuration.weightDecay) = (1e-12, 0.25e12)
    (configuration.steps, configuration.schedule) = (4, schedule)
    let trainer = try Trainer(
      corpus: Corpus(documents: ["emma", "olivia", "ava"]), configuration: configuration,
      engine: run.arithmetic, instructionSet: .widest, implementation: run.implementation)
    let shares: [Double] =
      switch schedule {
      case .constant: [1, 1, 1, 1]
      case .linear: [1, 0.75, 0.5, 0.25]
      case .cosine: [1, 0.5 + 0.5.squareRoot() / 2, 0.5, 0.5 - 0.5.squareRoot() / 2]
      }
    var expected = trainer.model.parameters
    for (step, share) in shares.enumerated() {
      _ = try trainer.step()
      for i in expected.indices { expected[i] *= 1 - 0.25 * share }
      let found = trainer.model.parameters
      let worst = found.indices.max { abs(found[$0] - expected[$0]) < abs(found[$1] - expected[$1]) }!
      #expect(
        abs(found[worst] - expected[worst]) < 1e-7,
        "step \(step + 1): parameter \(worst) is \(found[worst]), not \(expected[worst])")
    }
  }
}
