import Foundation
import Testing

@testable import MicroGPT

@Suite struct ScheduleTests {
  /// The rates of all steps.
  private static func rates(_ schedule: Schedule, steps: Int = 8) -> [Double] {
    var configuration = Configuration()
    (configuration.steps, configuration.learningRate, configuration.schedule) = (steps, 0.5, schedule)
    return (0..<steps).map { configuration.learningRate(step: $0) }
  }

  @Test("the examples in the documentation hold")
  func documentedExamples() {
    var configuration = Configuration()
    #expect(configuration.learningRate(step: 250) == 0.0075)  // 0.0075
    configuration.schedule = .constant
    #expect(configuration.learningRate(step: 250) == 0.01)  // 0.01
  }

  @Test("the linear rate is the reference's, bit for bit", arguments: [1, 7, 1000])
  func linear(steps: Int) {
    #expect(
      ScheduleTests.rates(.linear, steps: steps) == (0..<steps).map { 0.5 * (1 - Double($0) / Double(steps)) }
    )
  }

  @Test("the cosine rate falls along half a period")
  func cosine() {
    for (step, rate) in ScheduleTests.rates(.cosine).enumerated() {
      #expect(abs(rate - 0.25 * (1 + Foundation.cos(Double(step) / 8 * .pi))) < 1e-15)
    }
    let rates = ScheduleTests.rates(.cosine)
    #expect(rates[0] == 0.5 && abs(rates[4] - 0.25) < 1e-15)
    #expect(zip(rates, rates.dropFirst()).allSatisfy { $0 > $1 })
  }

  @Test("the constant rate does not change")
  func constant() {
    #expect(ScheduleTests.rates(.constant) == Array(repeating: 0.5, count: 8))
  }

  @Test("a step moves parameters by the rate of the schedule", arguments: Schedule.allCases)
  func steps(schedule: Schedule) throws {
    // With both βs 0, Adam moves every parameter that has a gradient by the learning rate.
    var configuration = Configuration()
    (configuration.embedding, configuration.heads, configuration.blockSize) = (4, 2, 8)
    (configuration.beta1, configuration.beta2, configuration.epsilon) = (0, 0, 1e-300)
    (configuration.steps, configuration.learningRate, configuration.schedule) = (8, 0.25, schedule)
    let trainer = try Trainer(
      corpus: Corpus(documents: ["emma", "olivia", "ava"]), configuration: configuration)
    var before = trainer.model.parameters
    for step in 0..<8 {
      _ = try trainer.step()
      let after = trainer.model.parameters
      let rate = configuration.learningRate(step: step)
      let moves = zip(before, after).map { abs($0 - $1) }.filter { $0 != 0 }
      #expect(moves.count > 100)
      #expect(moves.allSatisfy { abs($0 - rate) < 1e-12 }, "step \(step + 1)")
      before = after
    }
  }
}
