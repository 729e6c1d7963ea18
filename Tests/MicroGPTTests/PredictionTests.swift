import Foundation
import Testing

@testable import MicroGPT

@Suite struct PredictionTests {
  private static let model = {
    var configuration = Configuration()
    (configuration.layers, configuration.embedding, configuration.heads) = (2, 8, 2)
    (configuration.blockSize, configuration.steps) = (6, 50)
    // Names are a corpus, and the configuration is in its ranges.
    let trainer = try! Trainer(
      corpus: Corpus(documents: ["emma", "olivia", "ava", "isabella"]), configuration: configuration)
    try! trainer.train()
    return trainer.model
  }()

  @Test("the examples in the documentation hold")
  func documentedExamples() throws {
    let model = PredictionTests.model
    let logits = try model.logits(after: "em")
    let probable = try Sampler(model, seed: 1).sample(prompt: "em", temperature: 0)
    #expect(probable.hasPrefix("emm"))
    #expect(logits[model.tokenizer.token(of: "m")!] == logits.max())
    let loss = try model.loss("emma")
    #expect(loss > 0 && loss < Foundation.log(Double(model.tokenizer.vocabularySize)))
  }

  @Test(
    "logits are those of the trace at the text's last position, to the bit",
    arguments: ["", "e", "emma", "olivi"])
  func logits(text: String) throws {
    let model = PredictionTests.model, all = try #require(try model.trace(text)["logits"])
    let row = text.unicodeScalars.count
    #expect(try model.logits(after: text) == (0..<all.columns).map { all[row, $0] })
  }

  @Test(
    "softmax of the logits is what a sampler draws with, also beyond the block",
    arguments: ["", "ava", "olivia", "isabella", "avaavaavaava"])
  func probabilities(text: String) throws {
    let model = PredictionTests.model, logits = try model.logits(after: text)
    let largest = try #require(logits.max()), exponentials = logits.map { Foundation.exp($0 - largest) }
    let total = exponentials.reduce(0, +)
    let found = try Sampler(model, seed: 1).probabilities(after: text, temperature: 1)
    #expect(logits.count == model.tokenizer.vocabularySize)
    #expect(zip(found, exponentials).allSatisfy { abs($0 - $1 / total) < 1e-12 })
  }

  @Test(
    "the loss is that of the trace and of a corpus of the document",
    arguments: ["", "ava", "olivia", "isabella"])
  func loss(document: String) throws {
    let model = PredictionTests.model, loss = try model.loss(document)
    #expect(try loss == model.trace(document).loss)
    #expect(try loss == model.evaluate(Corpus(documents: [document])).loss)
  }

  @Test("a character outside the vocabulary is refused, wherever it is")
  func unknownCharacter() {
    #expect(throws: TokenizerError.unknownCharacter("x", position: 2)) {
      try PredictionTests.model.logits(after: "exavaavaava")
    }
    #expect(throws: TokenizerError.unknownCharacter("x", position: 3)) {
      try PredictionTests.model.loss("avx")
    }
  }
}
