// Training steps against the floor: CPU time of one thread over rounds of steps, each round beside the floor of
// the very documents that it took.

import MicroGPT
import Peak

/// One row of the results.
struct StepResult {
  let engine: EngineKind
  let configuration: Configuration
  let set: InstructionSet
  /// Microseconds a step, and the floor's, of the best round and of the median one.
  var best, median, bestFloor, medianFloor: Double
  /// The mean loss of the last 100 steps, after so many.
  let loss: Double
  let steps: Int

  var bestRatio: Double { best / bestFloor }
  var medianRatio: Double { median / medianFloor }
}

/// Trains until `rounds` rounds of at least `seconds` have been timed.
func measureSteps(
  _ corpus: Corpus, _ configuration: Configuration, _ engine: EngineKind, _ set: InstructionSet,
  rounds: Int = 15, seconds: Double = 0.04
) throws -> StepResult {
  var configuration = configuration
  (configuration.steps, configuration.learningRate) = (10_000_000, 0.001)
  let trainer = try Trainer(
    corpus: corpus, configuration: configuration, engine: engine, instructionSet: set)
  let vocabularySize = trainer.tokenizer.vocabularySize, batch = configuration.batchSize
  var losses = [Double](repeating: 0, count: 100), steps = 0
  func run(_ count: Int) throws {
    for _ in 0..<count {
      guard let step = try trainer.step() else { return }
      losses[steps % 100] = step.loss
      steps += 1
    }
  }
  try run(5)
  let trial = peak_seconds()
  try run(5)
  let perRound = max(5, Int(seconds / max((peak_seconds() - trial) / 5, 1e-7)))
  try run(perRound)

  var machine = Machine(set)
  var results: [(microseconds: Double, floor: Double)] = []
  for _ in 0..<rounds {
    let first = steps, start = peak_seconds()
    try run(perRound)
    let time = peak_seconds() - start
    var operations = 12 * Double(trainer.parameterCount) * Double(perRound)
    for document in first * batch..<steps * batch {
      let length = trainer.corpus[document % trainer.corpus.count].count
      operations += configuration.operations(
        positions: min(length + 1, configuration.blockSize), vocabularySize: vocabularySize)
    }
    let scale = 1e6 / Double(perRound)
    results.append((time * scale, operations * scale))
    machine.measure(engine)
  }
  for i in results.indices { results[i].floor /= machine.rate(engine) }
  results.sort { $0.microseconds / $0.floor < $1.microseconds / $1.floor }
  let best = results[0], median = results[rounds / 2]
  return StepResult(
    engine: engine, configuration: configuration, set: set, best: best.microseconds,
    median: median.microseconds, bestFloor: best.floor, medianFloor: median.floor,
    loss: losses.reduce(0, +) / Double(min(steps, 100)), steps: steps)
}
