import MicroGPT
import Testing

@testable import MicroGPTCommand

@Suite("Recording a run") struct RunRecorderTests {
  private func trainer(_ engine: Arithmetic = .exact, steps: Int = 120) throws -> Trainer {
    var configuration = Configuration()
    configuration.steps = steps
    return try Trainer(
      corpus: Corpus(documents: ["emma", "olivia", "ava", "mia"]), configuration: configuration,
      engine: engine)
  }

  /// Trains with a recorder.
  private func record(_ trainer: Trainer, _ recorder: RunRecorder) throws {
    while true {
      recorder.begin(trainer)
      guard let step = try trainer.step() else { return }
      recorder.end(step, trainer)
    }
  }

  @Test("a run has the same bits with a recorder and without", arguments: Arithmetic.allCases)
  func bits(engine: Arithmetic) throws {
    let (recorded, plain) = (try trainer(engine), try trainer(engine))
    let recorder = RunRecorder(recorded, temperature: 0.5, share: .infinity)
    try record(recorded, recorder)
    var losses: [Double] = []
    try plain.train { step in
      losses.append(step.loss)
      return .continue
    }
    #expect(recorder.losses.bins.map(\.sum) == losses)
    #expect(recorded.state == plain.state)
    #expect(try recorded.sampler().sample() == plain.sampler().sample())
  }

  @Test("samples on the way are those that a run of as many steps would end with")
  func samples() throws {
    let trainer = try trainer(), recorder = RunRecorder(trainer, temperature: 0.7, share: .infinity)
    try record(trainer, recorder)
    #expect(recorder.samples.map(\.step) == [10, 100, 120])
    let sampler = trainer.sampler()
    let expected = try (0..<8).map { _ in try sampler.sample(temperature: 0.7) }
    #expect(recorder.samples.last?.texts == expected)
    recorder.sample(trainer)
    #expect(recorder.samples.count == 3, "the last step has been sampled")
  }

  @Test("a twentieth of the steps is measured, each step timed and averaged")
  func steps() throws {
    let trainer = try trainer(), recorder = RunRecorder(trainer, temperature: 0.5, share: .infinity)
    try record(trainer, recorder)
    #expect(recorder.probes.count == 6 && recorder.probes.last?.step == 120)
    #expect(recorder.probes.allSatisfy { $0.gradientNorm > 0 && $0.updateRatios.allSatisfy { $0 > 0 } })
    #expect(recorder.seconds.bins.count == 120 && recorder.seconds.bins.allSatisfy { $0.sum > 0 })
    var average = SmoothedLoss()
    for bin in recorder.losses.bins { average.add(bin.sum) }
    #expect(recorder.smoothed.bins.last?.sum == average.value)
  }

  @Test("without time there are only the first samples and updates, and the last samples")
  func late() throws {
    let trainer = try trainer(), recorder = RunRecorder(trainer, temperature: 0.5, share: -.infinity)
    try record(trainer, recorder)
    recorder.sample(trainer)
    #expect(recorder.probes.count <= 1 && recorder.samples.map(\.step) == [120])
    #expect(recorder.stepSeconds > 0 && recorder.spent > 0)
    #expect(recorder.losses.bins.count == 120)
  }

  @Test("a sitting that begins later records its own steps")
  func later() throws {
    let trainer = try trainer()
    try trainer.train { $0.number == 50 ? .stop : .continue }
    let recorder = RunRecorder(trainer, temperature: 0.5, share: .infinity)
    try record(trainer, recorder)
    #expect(recorder.earlier == 50 && recorder.losses.bins.first?.first == 51)
    #expect(recorder.samples.map(\.step) == [100, 120] && recorder.probes.first?.step == 51)
  }

  @Test("held-out losses are kept by their step, the last one once")
  func heldOut() throws {
    let trainer = try trainer(), recorder = RunRecorder(trainer, temperature: 0.5, share: .infinity)
    let corpus = try Corpus(documents: ["eva", "mae"].map { String($0.map { $0 == "e" ? "a" : $0 }) })
    _ = try trainer.step()
    let evaluation = try trainer.evaluate(corpus)
    recorder.measured(evaluation, trainer)
    recorder.measured(evaluation, trainer)
    #expect(recorder.heldOut.bins.count == 1 && recorder.heldOut.bins[0].sum == evaluation.loss)
    #expect(recorder.lastHeldOut?.step == 1 && recorder.lastHeldOut?.evaluation == evaluation)
  }
}
