import Testing

@testable import MicroGPT

/// Training in the background, as an app in the Swift 6 language mode uses it: these tests and their models are on the
/// main actor.
@MainActor @Suite struct BackgroundTrainerTests {
  private static let names = ["emma", "olivia", "ava", "isabella", "sophia"]

  /// A small run.
  private static func trainer(
    steps: Int = 12, _ change: (inout Configuration) -> Void = { _ in }
  ) throws -> sending Trainer {
    var configuration = Configuration()
    (configuration.embedding, configuration.heads, configuration.blockSize) = (4, 2, 8)
    configuration.steps = steps
    change(&configuration)
    return try Trainer(corpus: Corpus(documents: names), configuration: configuration)
  }

  /// What a view of an app shows.
  @MainActor private final class View {
    var fractions: [Double] = [], losses: [Double] = [], model: Model?
    var task: Task<Void, any Error>?
  }

  @Test("the examples in the documentation hold")
  func documentedExamples() async throws {
    var lines = 0
    func print(_ values: Any...) { lines += 1 }
    let trainer = try BackgroundTrainer(Trainer(corpus: Corpus(documents: ["emma", "olivia", "ava"])))
    for try await progress in trainer.progress() {
      print(progress.fraction, progress.loss)
    }
    let model = await trainer.model
    #expect(lines > 0)
    let other = try Trainer(corpus: Corpus(documents: ["emma", "olivia", "ava"]))
    try other.train()
    #expect(model == other.model)
  }

  @Test("a view on the main actor follows every step, and gets the bits of a run without background")
  func view() async throws {
    let view = View(), other = try BackgroundTrainerTests.trainer()
    var losses: [Double] = []
    try other.train { losses.append($0.loss) }
    view.task = Task {
      let trainer = BackgroundTrainer(try BackgroundTrainerTests.trainer())
      for try await progress in trainer.progress(every: .zero) {
        MainActor.assertIsolated()
        view.fractions.append(progress.fraction)
        view.losses.append(progress.loss)
      }
      view.model = await trainer.model
    }
    try await view.task?.value
    #expect(view.fractions == (1...12).map { Double($0) / 12 })
    #expect(view.losses == losses)
    #expect(view.model == other.model)
  }

  @Test("steps are taken off the main actor")
  func background() async throws {
    // A run that would last for minutes: the main actor stays free to end it. On a busy machine that takes a while,
    // in which a loss must not become infinite, so the learning rate is tiny.
    let trainer = BackgroundTrainer(
      try BackgroundTrainerTests.trainer(steps: 100_000_000) { $0.learningRate = 1e-12 })
    let task = Task { try await trainer.train() }
    while await trainer.completedSteps == 0 { await Task.yield() }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test("between two elements is the interval, and their loss is the mean of its steps")
  func interval() async throws {
    var losses: [Double] = []
    try BackgroundTrainerTests.trainer(steps: 400).train { losses.append($0.loss) }
    let trainer = BackgroundTrainer(try BackgroundTrainerTests.trainer(steps: 400))
    let clock = ContinuousClock(), start = clock.now
    var taken = 0, elements = 0
    for try await progress in trainer.progress(every: .milliseconds(5)) {
      let steps = losses[taken..<progress.completedSteps]
      #expect(progress.loss == steps.reduce(0, +) / Double(steps.count))
      (taken, elements) = (progress.completedSteps, elements + 1)
      if taken < 400 { #expect(clock.now - start >= .milliseconds(5 * elements)) }
      #expect(progress.steps == 400)
    }
    #expect(taken == 400)
  }

  @Test("a cancelled run goes on to the same bits, in another loop or from its saved state")
  func cancellation() async throws {
    let whole = try BackgroundTrainerTests.trainer(steps: 40)
    try whole.train()
    let trainer = BackgroundTrainer(try BackgroundTrainerTests.trainer(steps: 40))
    let task = Task {
      for try await progress in trainer.progress(every: .zero) where progress.completedSteps == 17 {
        withUnsafeCurrentTask { $0?.cancel() }
      }
      Issue.record("A cancelled loop throws.")
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(await trainer.completedSteps == 17)
    let state = await trainer.state
    let resumed = BackgroundTrainer(
      try Trainer(resuming: state, corpus: Corpus(documents: BackgroundTrainerTests.names)))
    for trainer in [trainer, resumed] {
      try await trainer.train()
      #expect(await trainer.model == whole.model)
    }
  }

  @Test("a task that is cancelled before it trains takes no step")
  func cancelledBefore() async throws {
    let trainer = BackgroundTrainer(try BackgroundTrainerTests.trainer())
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      try await trainer.train()
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(await trainer.completedSteps == 0)
  }

  @Test("leaving the loop pauses the run")
  func pause() async throws {
    let trainer = BackgroundTrainer(try BackgroundTrainerTests.trainer())
    for try await progress in trainer.progress(every: .zero) where progress.completedSteps == 5 { break }
    #expect(await trainer.completedSteps == 5)
    var numbers: [Int] = []
    for try await progress in trainer.progress(every: .zero) { numbers.append(progress.completedSteps) }
    #expect(numbers == Array(6...12))
  }

  @Test("a number of steps ends the loop early, or makes the run longer")
  func steps() async throws {
    let trainer = BackgroundTrainer(try BackgroundTrainerTests.trainer())
    try await trainer.train(steps: 5)
    #expect(await trainer.completedSteps == 5)
    #expect(await trainer.configuration.steps == 12)
    var last: BackgroundTrainer.Progress?
    for try await progress in trainer.progress(steps: 10) { last = progress }
    #expect(last?.completedSteps == 15 && last?.steps == 15 && last?.fraction == 1)
    #expect(await trainer.configuration.steps == 15)
    for try await _ in trainer.progress() { Issue.record("There are no steps left.") }
  }

  @Test("a loss that is not finite ends the loop with its error, and the model is that of the step before")
  func lossNotFinite() async throws {
    let other = try BackgroundTrainerTests.trainer { $0.learningRate = 1e150 }
    _ = try other.step()
    let trainer = BackgroundTrainer(try BackgroundTrainerTests.trainer { $0.learningRate = 1e150 })
    await #expect(throws: TrainingError.self) { try await trainer.train() }
    #expect(await trainer.completedSteps == 1)
    #expect(await trainer.model == other.model)
  }

  @Test("the model can be measured between steps")
  func evaluation() async throws {
    let corpus = try Corpus(documents: ["ava", "sophia"])
    let other = try BackgroundTrainerTests.trainer()
    let trainer = BackgroundTrainer(try BackgroundTrainerTests.trainer())
    try await trainer.train()
    try other.train()
    #expect(try await trainer.evaluate(corpus) == other.evaluate(corpus))
  }
}
