import MicroGPT
import Testing

@testable import MicroGPTCommand

/// When a run is measured on the way, and what is remembered of it.
@Suite("The held-out loss") struct HeldOutLossTests {
  private static let documents = ["ada", "mae"]

  private func measuring(
    every interval: Int?, patience: Int? = nil, best: Checkpoint.Evaluations.Best? = nil
  ) throws -> HeldOutLoss {
    HeldOutLoss(
      try Corpus(documents: HeldOutLossTests.documents),
      interval.map { Checkpoint.Evaluations(interval: $0, patience: patience, best: best) })
  }

  private func loss(_ trainer: Trainer) throws -> Evaluation {
    try trainer.evaluate(Corpus(documents: HeldOutLossTests.documents))
  }

  @Test(
    "the model is measured after every N steps, and never on the way without an interval",
    arguments: [1, 2, 5, 100])
  func interval(interval: Int) throws {
    let trainer = try smallTrainer()
    var measured = try measuring(every: interval), unmeasured = try measuring(every: nil)
    for number in 1...12 {
      _ = try trainer.step()
      let found = try measured.measureOnTheWay(trainer)
      #expect(try found == (number.isMultiple(of: interval) ? loss(trainer) : nil), "step \(number)")
      #expect(try unmeasured.measureOnTheWay(trainer) == nil)
    }
    #expect(!unmeasured.isBest && !unmeasured.isPatienceExhausted && unmeasured.evaluations == nil)
    #expect(try unmeasured.measure(trainer) == loss(trainer))
  }

  @Test(
    "the lowest loss and the evaluations since it are those of the list of all losses", arguments: [0, 1, 2])
  func best(seed: UInt64) throws {
    // At this rate the loss goes up and down.
    let trainer = try smallTrainer { ($0.learningRate, $0.seed) = (0.3, seed) }
    var measuring = try measuring(every: 2, patience: 3), losses: [Double] = [], improvements: [Bool] = []
    for _ in 0..<40 {
      _ = try trainer.step()
      guard let found = try measuring.measureOnTheWay(trainer) else { continue }
      losses.append(found.loss)
      let lowest = losses.min()!, index = losses.firstIndex(of: lowest)!, since = losses.count - 1 - index
      #expect(
        measuring.evaluations
          == Checkpoint.Evaluations(
            interval: 2, patience: 3,
            best: .init(loss: lowest, step: 2 * (index + 1), evaluationsSince: since)))
      #expect(measuring.isBest == (since == 0))
      #expect(measuring.isPatienceExhausted == (since >= 3))
      improvements.append(since == 0)
    }
    // Otherwise the test shows nothing.
    #expect(losses.count == 20 && improvements.dropFirst().contains(true) && improvements.contains(false))
  }

  @Test("an equal loss is no improvement", arguments: [1, 4])
  func equal(patience: Int) throws {
    let trainer = try smallTrainer { $0.learningRate = 0 }
    var measuring = try measuring(every: 1, patience: patience)
    for number in 1...6 {
      _ = try trainer.step()
      #expect(try measuring.measureOnTheWay(trainer) == loss(trainer))
      #expect(measuring.evaluations?.best?.step == 1)
      #expect(measuring.evaluations?.best?.evaluationsSince == number - 1)
      #expect(measuring.isPatienceExhausted == (number > patience))
    }
  }

  @Test("without a patience training is never stopped")
  func noPatience() throws {
    let trainer = try smallTrainer { $0.learningRate = 0 }
    var measuring = try measuring(every: 1)
    for _ in 0..<50 {
      _ = try trainer.step()
      _ = try measuring.measureOnTheWay(trainer)
    }
    #expect(measuring.evaluations?.best?.evaluationsSince == 49 && !measuring.isPatienceExhausted)
  }

  @Test("a resumed run goes on with the best loss and the patience of the one before")
  func resumed() throws {
    let trainer = try smallTrainer()
    for _ in 0..<4 { _ = try trainer.step() }
    let found = try loss(trainer).loss
    func after(_ best: Checkpoint.Evaluations.Best) throws -> HeldOutLoss {
      var measuring = try measuring(every: 2, patience: 3, best: best)
      _ = try measuring.measureOnTheWay(trainer)
      return measuring
    }
    let higher = try after(.init(loss: found.nextUp, step: 2, evaluationsSince: 2))
    #expect(higher.evaluations?.best == .init(loss: found, step: 4, evaluationsSince: 0))
    #expect(higher.isBest && !higher.isPatienceExhausted)
    for lowest in [found, found.nextDown] {
      let lower = try after(.init(loss: lowest, step: 2, evaluationsSince: 2))
      #expect(lower.evaluations?.best == .init(loss: lowest, step: 2, evaluationsSince: 3))
      #expect(!lower.isBest && lower.isPatienceExhausted)
    }
    #expect(
      try measuring(every: 2, patience: 3, best: .init(loss: 1, step: 2, evaluationsSince: 3))
        .isPatienceExhausted)
  }

  @Test("after the same step a model is not measured again")
  func once() throws {
    // Two models with different losses: the second's shows that it was measured, the first's that it was not.
    let one = try smallTrainer(), other = try smallTrainer { $0.seed = 7 }
    for trainer in [one, other] { _ = try trainer.step() }
    #expect(try loss(one) != loss(other))
    var measuring = try measuring(every: 1)
    let found = try loss(one)
    #expect(try measuring.measureOnTheWay(one) == found)
    #expect(try measuring.measure(other) == found)
    _ = try other.step()
    #expect(try measuring.measure(other) == loss(other))
  }

  @Test("a loss that is not a finite number ends the run, and is not the lowest")
  func notFinite() throws {
    let trainer = try smallTrainer { $0.initialStandardDeviation = 1e308 }
    #expect(try !loss(trainer).loss.isFinite)
    var measuring = try measuring(every: 1)
    #expect(throws: HeldOutLossError.notFinite) { try measuring.measureOnTheWay(trainer) }
    #expect(throws: HeldOutLossError.notFinite) { try measuring.measure(trainer) }
    #expect(measuring.evaluations == Checkpoint.Evaluations(interval: 1))
  }
}

/// A trainer whose steps take no time, in any build.
func smallTrainer(_ change: (inout Configuration) -> Void = { _ in }) throws -> Trainer {
  var configuration = Configuration()
  (configuration.embedding, configuration.heads, configuration.blockSize) = (4, 2, 4)
  change(&configuration)
  return try Trainer(corpus: Corpus(documents: ["emma", "ava", "mia", "eda"]), configuration: configuration)
}
