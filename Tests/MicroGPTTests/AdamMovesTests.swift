import Testing

@testable import MicroGPT

/// Where Adam would move the parameters.
@Suite struct AdamMovesTests {
  private static func trainer(_ change: (inout Configuration) -> Void = { _ in }) throws -> Trainer {
    var configuration = Configuration()
    (configuration.embedding, configuration.heads, configuration.blockSize) = (8, 2, 8)
    configuration.steps = 12
    change(&configuration)
    return try Trainer(
      corpus: Corpus(documents: ["emma", "olivia", "ava"]), configuration: configuration)
  }

  @Test(
    "they are those of the run's next step, bit for bit, if that is on the document",
    arguments: [0.0, 0.1])
  func nextStep(weightDecay: Double) throws {
    let trainer = try AdamMovesTests.trainer { $0.weightDecay = weightDecay }
    for step in 0..<5 {
      let state = trainer.state, trace = try trainer.model.trace(trainer.corpus.text(at: step % 3))
      let moves = state.moves(by: trace)
      #expect(moves.step == step + 1 && moves.before == trainer.model.parameters)
      #expect(moves.learningRate == trainer.configuration.learningRate(step: step))
      _ = try trainer.step()
      #expect(moves.after == trainer.model.parameters)
    }
  }

  @Test("a first step moves every parameter with a gradient by the learning rate; so does weights' own")
  func first() throws {
    let trainer = try AdamMovesTests.trainer(), trace = try trainer.model.trace("olivia")
    let moves = trainer.model.moves(by: trace)
    #expect(moves == trainer.state.moves(by: trace))
    let gradients = trace.parameterGradients.flatMap(\.values)
    for i in gradients.indices {
      let change = moves.after[i] - moves.before[i]
      if gradients[i] == 0 { #expect(change == 0) }
      if abs(gradients[i]) > 1e-4 { #expect(abs(change + (gradients[i] > 0 ? 0.01 : -0.01)) < 1e-5) }
    }
  }

  @Test(
    "after the last step the rate is the one that the run began with; the fast run's moments have their factors"
  )
  func fast() throws {
    let exact = try AdamMovesTests.trainer()
    try exact.train()
    let trace = try exact.model.trace("ava"), moves = exact.state.moves(by: trace)
    #expect(moves.step == 13 && moves.learningRate == 0.01)

    var configuration = exact.configuration
    configuration.steps = 20
    let fast = try Trainer(corpus: exact.corpus, configuration: configuration, engine: .fast)
    try fast.train { $0.number == 12 ? .stop : .continue }
    let state = fast.state
    let last = state.moves(by: try fast.model.trace(fast.corpus.text(at: 0)))
    _ = try fast.step()
    for (found, expected) in zip(fast.model.parameters, last.after) { #expect(abs(found - expected) < 1e-4) }
    let size = zip(last.before, last.after).map { abs($0 - $1) }.max()!
    #expect(size > 1e-3)
  }
}
