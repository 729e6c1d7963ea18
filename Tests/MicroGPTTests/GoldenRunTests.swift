import Foundation
import Testing

@testable import MicroGPT

/// Whole runs against the reference's, bit for bit.
@Suite("Golden runs")
struct GoldenRunTests {
  /// What computes a run: kernels for an instruction set, or the specification.
  struct Variant: CustomTestStringConvertible, Sendable {
    let implementation: Implementation
    var set = InstructionSet.widest
    var testDescription: String { implementation == .specification ? "specification" : set.rawValue }
  }

  static let kernels = InstructionSet.available.map { Variant(implementation: .kernels, set: $0) }
  static let all = kernels + [Variant(implementation: .specification)]

  /// In a debug build, where vectors take a hundred times as long and compute the same, kernels run only the short
  /// cases.
  #if DEBUG
    static let long = [Variant(implementation: .specification)]
  #else
    static let long = all
  #endif

  @Test(
    "a run gives the reference's documents, parameters, losses and samples, by every implementation",
    arguments: Golden.fixtures.filter { !$0.isLong }, all)
  func fixture(_ golden: Golden.Case, _ variant: Variant) throws { try check(golden, variant) }

  @Test(
    "a run of a thousand steps does the same", arguments: Golden.fixtures.filter(\.isLong),
    long)
  func longFixture(_ golden: Golden.Case, _ variant: Variant) throws { try check(golden, variant) }

  @Test(
    "a run on the makemore names and on Unicode gives the reference's bits",
    .enabled(if: Golden.sharedFolder != nil, "MICROGPT_SHARED is not set: the makemore names are not here."),
    arguments: Golden.shared, long)
  func shared(_ golden: Golden.Case, _ variant: Variant) throws { try check(golden, variant) }

  private func check(_ golden: Golden.Case, _ variant: Variant) throws {
    let (run, corpus) = try golden.load()
    let trainer = try Trainer(
      corpus: corpus, configuration: run.configuration, engine: .exact, instructionSet: variant.set,
      implementation: variant.implementation)
    #expect(trainer.corpus.count == run.documents)
    #expect((0..<min(5, corpus.count)).map { trainer.corpus.text(at: $0) } == run.firstDocuments)
    #expect(trainer.tokenizer.characters == Array(run.chars.unicodeScalars))
    #expect(trainer.model.parameters.count == run.parameterCount)
    #expect(trainer.model.parametersSHA256 == run.initialSHA256)

    var losses: [Double] = []
    try trainer.train { step in
      losses.append(step.loss)
      return .continue
    }
    #expect(losses.count == run.losses.count)
    for (step, (loss, expected)) in zip(losses, run.losses).enumerated()
    where loss.bitPattern != expected.value.bitPattern {
      Issue.record("Step \(step + 1) has loss \(loss), the reference \(expected.value).")
      return
    }
    #expect(trainer.model.parametersSHA256 == run.finalSHA256)

    let sampler = trainer.sampler()
    let samples = try run.samples.map { _ in try sampler.sample(temperature: run.config.temperature) }
    #expect(samples.map { Array($0.unicodeScalars) } == run.samples.map { Array($0.unicodeScalars) })
  }
}
