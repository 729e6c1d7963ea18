import Foundation
import MicroGPT
import Testing

@testable import MicroGPTCommand

@Suite("Surprise at characters") struct CharacterSurpriseTests {
  private func trained(_ corpus: Corpus) throws -> Trainer {
    var configuration = Configuration()
    (configuration.steps, configuration.blockSize) = (30, 8)
    let trainer = try Trainer(corpus: corpus, configuration: configuration)
    try trainer.train()
    return trainer
  }

  @Test("it is the trace's, character by character")
  func trace() throws {
    let names = ["emma", "olivia", "ava", "mia", "alexandria"]
    let trainer = try trained(try Corpus(documents: names)), model = trainer.model
    let documents = ReportDocuments(trainer, heldOut: nil)
    let found = try #require(CharacterSurprise(model, documents, limit: 1000))
    #expect(found.documents == 5)
    var sums = [Int: (count: Int, sum: Double)]()
    for name in names {
      let trace = try model.trace(name)
      for (target, loss) in zip(trace.tokens.dropFirst(), trace.tokenLosses) {
        sums[target, default: (0, 0)].count += 1
        sums[target]!.sum += loss
      }
    }
    #expect(found.entries.count == sums.count)
    for entry in found.entries {
      let expected = try #require(sums[entry.token])
      #expect(entry.count == expected.count)
      #expect(abs(entry.sum - expected.sum) < 1e-9, "token \(entry.token): \(entry.sum), not \(expected.sum)")
    }
    #expect(zip(found.entries, found.entries.dropFirst()).allSatisfy { $0.mean >= $1.mean })
    let total = sums.values.reduce((0, 0.0)) { ($0.0 + $1.count, $0.1 + $1.sum) }
    #expect(abs(found.mean - total.1 / Double(total.0)) < 1e-12)
  }

  @Test("a stream's characters are predicted from those before them in the window")
  func stream() throws {
    let trainer = try trained(
      try Corpus(text: String(repeating: "to be or not to be\n", count: 9), as: .stream))
    let found = try #require(
      CharacterSurprise(trainer.model, ReportDocuments(trainer, heldOut: nil), limit: 40))
    // 7 characters of each window, and 2 of the last one, which is shorter.
    let tokens = found.entries.reduce(0) { $0 + $1.count }
    #expect((found.documents, tokens) == (6, 42) || (found.documents, tokens) == (7, 44))
    #expect(found.entries.allSatisfy { $0.mean > 0 && $0.mean.isFinite })
  }

  @Test("it ends with the document that reaches the limit")
  func limit() throws {
    let trainer = try trained(try Corpus(documents: Array(repeating: "ava", count: 50)))
    let found = try #require(
      CharacterSurprise(trainer.model, ReportDocuments(trainer, heldOut: nil), limit: 10))
    #expect(found.documents == 3)
    let late = try #require(
      CharacterSurprise(
        trainer.model, ReportDocuments(trainer, heldOut: nil), limit: 10, until: { true }))
    #expect(late.documents == 1)
  }

  @Test("a model that computes no finite numbers has none")
  func notFinite() throws {
    let trainer = try trained(try Corpus(documents: ["ava", "eva"])), model = trainer.model
    func broken(_ names: String...) throws -> Model {
      var parameters = model.parameters
      for kind in UpdateProbe.kinds(model) where names.contains(kind.name) {
        for range in kind.ranges { for i in range { parameters[i] *= 1e307 } }
      }
      return try Model(
        configuration: model.configuration, tokenizer: model.tokenizer, parameters: parameters)
    }
    let documents = ReportDocuments(trainer, heldOut: nil)
    #expect(try CharacterSurprise(broken("lm_head"), documents, limit: 10) == nil)
    #expect(try AttentionMaps(broken("attn_wq", "attn_wk"), Array("ava".unicodeScalars), most: 24) == nil)
  }
}
