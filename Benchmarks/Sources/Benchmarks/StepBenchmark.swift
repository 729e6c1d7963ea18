// Training steps against the floor: CPU time of one thread over rounds of steps, each round with the floor of its
// documents.

import MicroGPT
import Peak

extension Benchmark {
  static let fast = Benchmark(
    name: "fast", summary: "Steps of the fast arithmetic, widths 16 to 128, batches of 16 and 1"
  ) { session in
    let names = try session.names.get()
    StepResult.printHeading()
    for batch in [16, 1] {
      for width in [16, 32, 64, 128] {
        let configuration = Configuration(width: width, heads: width == 128 ? 8 : 4, batch: batch)
        try measureSteps(names, configuration, .fast, session.set).report(session)
      }
    }
  }

  static let exact = Benchmark(
    name: "exact", summary: "Steps of the exact arithmetic, widths 16 to 128, one document each"
  ) { session in
    let names = try session.names.get()
    StepResult.printHeading()
    for width in [16, 32, 64, 128] {
      let configuration = Configuration(width: width, heads: width == 128 ? 8 : 4)
      try measureSteps(names, configuration, .exact, session.set).report(session)
    }
  }

  static let lines = Benchmark(
    name: "lines", summary: "Steps of the fast arithmetic on --lines: 4 layers of width 128, batches of 12"
  ) { session in
    guard let path = session.options.lines else { return print("lines: skipped, it needs --lines FILE") }
    var configuration = Configuration(width: 128, batch: 12)
    (configuration.layers, configuration.blockSize) = (4, 64)
    let corpus = try session.corpus(path)
    StepResult.printHeading()
    try measureSteps(corpus, configuration, .fast, session.set).report(session)
  }
}

extension Configuration {
  init(width: Int, heads: Int = 4, batch: Int = 1) {
    self.init()
    (embedding, self.heads, batchSize) = (width, heads, batch)
  }
}

/// One row of the results.
struct StepResult {
  let arithmetic: Arithmetic
  let configuration: Configuration
  let set: InstructionSet
  /// Microseconds a step, and the floor's, for the fastest round and for the median one.
  let best, median, bestFloor, medianFloor: Double
  /// The mean loss of the last 100 steps, and the number of steps.
  let loss: Double
  let steps: Int
  let parameterCount: Int

  var bestRatio: Double { best / bestFloor }
  var medianRatio: Double { median / medianFloor }

  static func printHeading() {
    print("best us".right(56), "median".right(10), "floor".right(10), "  times", " median")
  }

  /// Prints the row, and records it.
  func report(_ session: Session, as benchmark: String = "step") {
    let c = configuration
    let size =
      "\(arithmetic.rawValue) \(set.rawValue) C \(c.embedding) H \(c.heads) L \(c.layers) T \(c.blockSize) "
      + "B \(c.batchSize)"
    print(
      size.left(45), number(best, 2).right(10), number(median, 2).right(10), number(bestFloor, 2).right(10),
      number(bestRatio, 2).right(7), number(medianRatio, 2).right(7), "  loss \(number(loss, 4)) at \(steps)")
    session.record([
      "benchmark": .text(benchmark), "arithmetic": .text(arithmetic.rawValue), "width": .count(c.embedding),
      "heads": .count(c.heads), "layers": .count(c.layers), "block": .count(c.blockSize),
      "batch": .count(c.batchSize), "isa": .text(set.rawValue), "microseconds": .number(best),
      "median_microseconds": .number(median), "floor_microseconds": .number(bestFloor),
      "ratio": .number(bestRatio), "median_ratio": .number(medianRatio), "loss": .loss(loss),
      "steps": .count(steps),
    ])
  }
}

/// Trains until `rounds` rounds of at least `seconds` have been timed.
///
/// - Parameter warmUp: Steps before the first timed one, for caches, pages and the processor's clock, in addition to
///   a round's worth of steps.
func measureSteps(
  _ corpus: Corpus, _ configuration: Configuration, _ arithmetic: Arithmetic, _ set: InstructionSet,
  rounds: Int = 75, seconds: Double = 0.02, warmUp: Int = 5
) throws -> StepResult {
  var configuration = configuration
  (configuration.steps, configuration.learningRate) = (10_000_000, 0.001)
  let trainer = try Trainer(
    corpus: corpus, configuration: configuration, engine: arithmetic, instructionSet: set)
  let vocabularySize = trainer.tokenizer.vocabularySize, batch = configuration.batchSize
  var losses = [Double](repeating: 0, count: 100), steps = 0
  func run(_ count: Int) throws {
    for _ in 0..<count {
      guard let step = try trainer.step() else { return }
      losses[steps % 100] = step.loss
      steps += 1
    }
  }
  try run(warmUp)
  let trial = peak_seconds()
  try run(warmUp)
  let perRound = max(1, Int(seconds / max((peak_seconds() - trial) / Double(warmUp), 1e-7)))
  try run(perRound)

  var machine = Machine(set)
  var results: [(microseconds: Double, floor: Double)] = []
  for _ in 0..<rounds {
    let first = steps, start = peak_seconds()
    try run(perRound)
    let time = peak_seconds() - start
    var operations = optimizerOperations * Double(trainer.parameterCount) * Double(perRound)
    for document in first * batch..<steps * batch {
      let length = trainer.corpus[document % trainer.corpus.count].count
      operations += configuration.operations(
        positions: min(length + 1, configuration.blockSize), vocabularySize: vocabularySize)
    }
    let scale = 1e6 / Double(perRound)
    results.append((time * scale, operations * scale))
    machine.measure(arithmetic)
  }
  for i in results.indices { results[i].floor /= machine.rate(arithmetic) }
  let best = chosenRound(results, 0), median = chosenRound(results, results.count / 2)
  return StepResult(
    arithmetic: arithmetic, configuration: configuration, set: set, best: best.microseconds,
    median: median.microseconds, bestFloor: best.floor, medianFloor: median.floor,
    loss: losses.reduce(0, +) / Double(min(steps, 100)), steps: steps,
    parameterCount: trainer.parameterCount)
}

/// The round at a place in the order of times: 0 is the fastest.
///
/// By time alone, never by the multiple of the floor: a moment at which the processor reaches a low peak would make a
/// slow round look good.
func chosenRound(
  _ rounds: [(microseconds: Double, floor: Double)], _ place: Int
) -> (microseconds: Double, floor: Double) {
  rounds.sorted { $0.microseconds < $1.microseconds }[place]
}
