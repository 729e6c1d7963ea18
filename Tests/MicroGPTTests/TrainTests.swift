import Testing

@testable import MicroGPT

/// Many steps by one call, and more of them than the configuration has.
@Suite struct TrainTests {
  private static let names = ["emma", "olivia", "ava", "isabella", "sophia"]

  /// A small run.
  private static func trainer(
    steps: Int = 12, _ schedule: Schedule = .linear, engine: Arithmetic = .exact
  ) throws -> Trainer {
    var configuration = Configuration()
    (configuration.embedding, configuration.heads, configuration.blockSize) = (4, 2, 8)
    (configuration.steps, configuration.schedule) = (steps, schedule)
    return try Trainer(corpus: Corpus(documents: names), configuration: configuration, engine: engine)
  }

  @Test("the examples in the documentation hold")
  func documentedExamples() throws {
    func print(_ values: Any...) {}
    let trainer = try Trainer(corpus: Corpus(documents: ["emma", "olivia", "ava"]))
    try trainer.train(steps: 100) { step in step.loss < 0.5 ? .stop : .continue }
    #expect(1...100 ~= trainer.completedSteps)
    try trainer.train()  // the others of the 1,000
    #expect(trainer.completedSteps == 1000 && trainer.configuration.steps == 1000)
    #expect(abs(trainer.configuration.learningRate(step: 999) - 0.00001) < 1e-12)
    try trainer.train(steps: 200)  // 200 more
    #expect(trainer.completedSteps == 1200)
    #expect(trainer.configuration.steps == 1200)
    #expect(abs(trainer.configuration.learningRate(step: 1000) - 0.00167) < 0.00001)
    try trainer.train { step in print(step.number, step.loss) }
    #expect(trainer.completedSteps == 1200)
  }

  @Test("a closure may return nothing, whatever it consists of, or a decision")
  func closures() throws {
    let trainer = try TrainTests.trainer()
    var numbers: [Int] = [], losses: [Double] = []
    try trainer.train(steps: 1) { numbers.append($0.number) }
    try trainer.train(steps: 1) { step in numbers.append(step.number) }
    try trainer.train(steps: 2) { step in
      numbers.append(step.number)
      losses.append(step.loss)
    }
    try trainer.train(steps: 1) { _ in }
    try trainer.train(steps: 1) { step in
      if step.number == 6 { return }
      Issue.record("This is step 6.")
    }
    try trainer.train(steps: 5) { $0.number == 8 ? .stop : .continue }
    try trainer.train { step in
      numbers.append(step.number)
      return step.number == 10 ? .stop : .continue
    }
    func report(_ step: Trainer.Step) { numbers.append(step.number) }
    try trainer.train(report)
    #expect(numbers == [1, 2, 3, 4, 9, 10, 11, 12] && losses.count == 2)
  }

  @Test("a number of steps within the run leaves the run as it is", arguments: [0, 1, 7, 12])
  func withinTheRun(count: Int) throws {
    let whole = try TrainTests.trainer(), trainer = try TrainTests.trainer()
    var losses: [Double] = []
    try whole.train { losses.append($0.loss) }
    try trainer.train(steps: count)
    #expect(trainer.completedSteps == count && trainer.configuration == whole.configuration)
    try trainer.train { step in #expect(step.loss == losses[step.number - 1]) }
    #expect(trainer.model == whole.model)
  }

  @Test(
    "with a constant learning rate a run that is made longer has the bits of one that was as long from the start",
    arguments: Arithmetic.allCases)
  func constantRate(engine: Arithmetic) throws {
    let long = try TrainTests.trainer(steps: 20, .constant, engine: engine)
    try long.train()
    let trainer = try TrainTests.trainer(.constant, engine: engine)
    try trainer.train()
    try trainer.train(steps: 8)
    #expect(trainer.model == long.model)
    #expect(trainer.state == long.state)
  }

  @Test("further steps follow the schedule of the longer run", arguments: [Schedule.linear, .cosine])
  func scheduledRate(schedule: Schedule) throws {
    let trainer = try TrainTests.trainer(schedule)
    try trainer.train(steps: 10)
    var state = trainer.state
    try trainer.train(steps: 5)
    #expect(trainer.configuration.steps == 15 && trainer.completedSteps == 15)
    state.configuration.steps = 15
    let resumed = try Trainer(resuming: state, corpus: Corpus(documents: TrainTests.names))
    try resumed.train()
    #expect(resumed.model == trainer.model)
    #expect(try trainer.model != TrainTests.run(TrainTests.trainer(steps: 15, schedule)).model)
  }

  /// A trainer after all its steps.
  private static func run(_ trainer: Trainer) throws -> Trainer {
    try trainer.train()
    return trainer
  }

  @Test("a run that is made longer is saved and resumed like any other, also amid the further steps")
  func resuming() throws {
    let trainer = try TrainTests.run(TrainTests.trainer())
    try trainer.train(steps: 6) { $0.number == 15 ? .stop : .continue }
    let checkpoint = try Checkpoint(bytes: Checkpoint(trainer.state).bytes())
    let resumed = try Trainer(resuming: checkpoint.state, corpus: Corpus(documents: TrainTests.names))
    try resumed.train()
    try trainer.train()
    #expect(resumed.completedSteps == 18)
    #expect(resumed.model == trainer.model)
  }

  @Test("a negative number of steps, or more than can be counted, is a programmer's mistake")
  func impossible() async {
    await #expect(processExitsWith: .failure) { try TrainTests.trainer().train(steps: -1) }
    await #expect(processExitsWith: .failure) {
      let trainer = try TrainTests.trainer()
      try trainer.train(steps: 1)
      try trainer.train(steps: .max) { _ in .stop }
    }
  }
}
