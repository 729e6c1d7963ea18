import MicroGPT
import Testing

@testable import MicroGPTCommand

@Suite("Measured updates") struct UpdateProbeTests {
  private func trainer(_ engine: Arithmetic = .exact, _ change: (inout Configuration) -> Void = { _ in })
    throws -> Trainer
  {
    var configuration = Configuration()
    configuration.steps = 20
    change(&configuration)
    return try Trainer(
      corpus: Corpus(documents: ["emma", "olivia", "ava", "mia"]), configuration: configuration,
      engine: engine)
  }

  private func norm(_ values: some Sequence<Double>) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  @Test(
    "the gradient is that of the document, found in Adam's first moment",
    arguments: [
      (Arithmetic.exact, 0.85, 1e-12), (.exact, 0, 1e-12), (.exact, 0.99, 1e-10), (.fast, 0.85, 1e-4),
    ])
  func gradient(engine: Arithmetic, beta1: Double, tolerance: Double) throws {
    let trainer = try trainer(engine) { $0.beta1 = beta1 }
    let kinds = UpdateProbe.kinds(trainer.model)
    for _ in 0..<6 {
      let (before, model) = (trainer.state, trainer.model)
      let trace = try model.trace(trainer.corpus.text(at: trainer.completedSteps % 4))
      _ = try trainer.step()
      let probe = UpdateProbe(from: before, to: trainer.state, kinds)
      let expected = norm(trace.parameterGradients.flatMap(\.values))
      #expect(
        abs(probe.gradientNorm - expected) <= tolerance * expected,
        "step \(probe.step): \(probe.gradientNorm), but the trace has \(expected)")
      #expect(probe.step == trainer.completedSteps)
    }
  }

  @Test("ratios are the update's norm over the parameters', by kind over all layers")
  func ratios() throws {
    let trainer = try trainer { $0.layers = 2 }
    let before = trainer.state, old = trainer.model
    _ = try trainer.step()
    let new = trainer.model, kinds = UpdateProbe.kinds(new)
    let probe = UpdateProbe(from: before, to: trainer.state, kinds)
    #expect(
      kinds.map(\.name) == [
        "wte", "wpe", "lm_head", "attn_wq", "attn_wk", "attn_wv", "attn_wo", "mlp_fc1", "mlp_fc2",
      ])
    for (kind, ratio) in zip(kinds, probe.updateRatios) {
      let names = new.tensorNames.filter { $0 == kind.name || $0.hasSuffix(".\(kind.name)") }
      let (from, to) = (names.flatMap { old[$0]!.values }, names.flatMap { new[$0]!.values })
      let expected = norm(zip(from, to).map { $1 - $0 }) / norm(from)
      #expect(abs(ratio - expected) <= 1e-12 * expected, "\(kind.name): \(ratio), not \(expected)")
    }
  }

  @Test("parameters that were 0 have no ratio")
  func zero() throws {
    let trainer = try trainer { $0.initialStandardDeviation = 0 }
    let before = trainer.state
    _ = try trainer.step()
    let probe = UpdateProbe(from: before, to: trainer.state, UpdateProbe.kinds(trainer.model))
    #expect(probe.updateRatios.allSatisfy { $0.isNaN })
  }
}
