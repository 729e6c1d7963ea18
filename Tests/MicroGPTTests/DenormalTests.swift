import CMicroGPT
import Testing

@testable import MicroGPT

/// Denormal numbers cost the processor a hundred cycles each, and Adam's moments decay to them when gradients vanish.
/// The fast arithmetic treats them as 0, the exact one computes with them as CPython does.
///
/// Serialized, and each test within one call: the processor's mode belongs to the thread.
@Suite("Denormal numbers", .serialized)
struct DenormalTests {
  private static func trainer(_ arithmetic: Arithmetic, batch: Int = 1) throws -> Trainer {
    var configuration = Configuration()
    (configuration.batchSize, configuration.steps) = (batch, 4)
    // Parameters that are denormal floats, and an ε with which a denormal gradient moves a parameter by a normal
    // number.
    (configuration.initialStandardDeviation, configuration.epsilon) = (1e-39, 1e-18)
    return try Trainer(
      corpus: Corpus(documents: ["emma", "olivia", "ava"]), configuration: configuration,
      engine: arithmetic, instructionSet: .widest, implementation: .kernels)
  }

  #if arch(x86_64) || arch(arm64)
    @Test(
      "in the fast arithmetic denormal numbers count as 0", arguments: [1, 3])
    func fast(batch: Int) throws {
      let trainer = try DenormalTests.trainer(.fast, batch: batch)
      _ = try trainer.step()
      #expect(trainer.model.parameters.allSatisfy { abs($0) < 0x1p-126 })
    }

    @Test(
      "steps, evaluation and sampling leave the mode as it was",
      arguments: [false, true])
    func mode(isFlushing: Bool) throws {
      for arithmetic in Arithmetic.allCases {
        let trainer = try DenormalTests.trainer(arithmetic)
        let before = microgpt_flush_denormals(isFlushing ? 1 : 0)
        _ = try trainer.step()
        _ = try trainer.evaluate(trainer.corpus)
        let sampler = try BatchSampler(trainer.model, seed: 1, numbers: 0..<2, engine: arithmetic)
        _ = try sampler.next()
        let after = microgpt_flush_denormals(before)
        #expect((after != 0) == isFlushing, "\(arithmetic)")
      }
    }

    @Test("setting the mode returns the mode before")
    func modes() {
      let before = microgpt_flush_denormals(1)
      let (first, second, third) = (
        microgpt_flush_denormals(1), microgpt_flush_denormals(0), microgpt_flush_denormals(0)
      )
      _ = microgpt_flush_denormals(before)
      #expect((first != 0, second != 0, third != 0) == (true, true, false))
    }
  #endif

  /// Elsewhere the optimizer rounds gradients and moments by this.
  @Test("rounding leaves no number whose square is subnormal, and changes none that counts")
  func awayFromSubnormal() {
    let numbers: [Float] = [
      0, 0x1p-149, -0x1p-149, 0x1.fffffcp-127, -0x1p-126, 0x1p-64, 0x1.8p-64, -0x1.8p-64, 0x1p-63, -0x1.4p-62,
      0x1.234568p-45, -0x1.234568p-41, 0x1.234568p-40, 0x1.234568p-20, -0.5, 1, 1234.5,
      .greatestFiniteMagnitude,
      .infinity, -.infinity,
    ]
    for start in stride(from: 0, to: numbers.count, by: 4) {
      let lanes = SIMD4(numbers[start..<start + 4]), found = Fast4.awayFromSubnormal(lanes)
      for i in 0..<4 where lanes[i].isFinite {
        #expect(found[i] == 0 || abs(found[i]) >= 0x1p-63, "\(lanes[i])")
        #expect(abs(found[i] - lanes[i]) <= max(0x1p-63, 0x1p-23 * abs(lanes[i])), "\(lanes[i])")
      }
      for i in 0..<4 where lanes[i].isInfinite { #expect(found[i] == lanes[i]) }
    }
    #expect(Fast4.awayFromSubnormal(SIMD4(repeating: .nan))[0].isNaN)
  }

  @Test("in the exact arithmetic the parameters of such a model move")
  func exact() throws {
    let trainer = try DenormalTests.trainer(.exact)
    _ = try trainer.step()
    #expect(trainer.model.parameters.contains { abs($0) > 1e-30 })
  }
}
