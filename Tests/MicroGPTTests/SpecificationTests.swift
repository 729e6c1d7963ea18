import Foundation
import Testing

@testable import MicroGPT

/// One document's forward and backward pass, number by number.
@Suite("Specification")
struct SpecificationTests {
  @Test(
    "every value and every gradient of a traced document equals the reference's, bit for bit",
    .enabled(if: Golden.sharedFolder != nil, "MICROGPT_SHARED is not set: the traces are not here."),
    arguments: ["names-0-trace-emma", "names-30-layers2-trace-isabella"])
  func trace(_ name: String) throws {
    let (run, corpus) = try #require(Golden.shared(name)).load()
    let trace = try #require(run.trace)
    let trainer = try Trainer(corpus: corpus, configuration: run.configuration)
    try trainer.train()

    let found = try trainer.model.trace(trace.document)
    #expect(found.loss == trace.loss.value)
    #expect(found.tokens.count == found.tokenLosses.count + 1)
    try compare(found.values, trace.values)
    try compare(found.gradients, trace.gradients)
    try compare(found.parameterGradients, trace.parameterGradients)
    #expect(found.parameterGradients.map(\.name) == trainer.model.tensorNames)
  }

  /// Compares tensors by name; a row of the reference's attention ends with its own position.
  private func compare(_ tensors: [Tensor], _ expected: [String: [[HexDouble]]]) throws {
    let found = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0) })
    for (name, rows) in expected {
      let tensor = try #require(found[name], "There is no tensor '\(name)'.")
      #expect(tensor.rows == rows.count, "\(name)")
      for (row, numbers) in rows.enumerated() {
        for (column, number) in numbers.enumerated() {
          let value = tensor[row, column]
          // A zero's sign is not part of the claim: the graph starts every gradient at +0 and adds.
          let same = value.bitPattern == number.value.bitPattern || value == 0 && number.value == 0
          try #require(same, "\(name)[\(row), \(column)] is \(value), the reference's \(number.value).")
        }
        for column in numbers.count..<tensor.columns { #expect(tensor[row, column] == 0, "\(name)") }
      }
    }
    // The only tensors that the reference lacks are the scores.
    #expect(found.keys.filter { expected[$0] == nil }.allSatisfy { $0.hasSuffix(".scores") })
  }

  @Test("every parameter's gradient equals the loss's slope by finite differences")
  func finiteDifferences() throws {
    var configuration = Configuration()
    (configuration.layers, configuration.embedding, configuration.heads) = (2, 6, 3)
    (configuration.blockSize, configuration.steps, configuration.seed) = (7, 40, 3)
    configuration.initialStandardDeviation = 0.3
    let corpus = try Corpus(documents: ["abacus", "cabbage", "bead", "facade", "decaf", "gag"])
    let trainer = try Trainer(corpus: corpus, configuration: configuration)
    try trainer.train()

    let engine = Specification(trainer.model)
    let tokens = try trainer.tokenizer.encode("cabbage").map { Int32($0) }
    let count = min(configuration.blockSize, tokens.count - 1)
    func loss() -> Double {
      engine.forward(tokens, at: 0..<count)
      return engine.loss(tokens, count: count)
    }
    _ = loss()
    engine.backward(tokens, count: count)

    // The difference's own error: a third derivative times h², some 1e-9, and rounding over h, some 1e-11.
    let h = 1e-5, tolerance = 1e-7
    var worst = (index: 0, error: 0.0, gradient: 0.0, slope: 0.0), largest = 0.0
    for i in 0..<engine.layout.count {
      let parameter = engine.parameters[i]
      engine.parameters[i] = parameter + h
      let above = loss()
      engine.parameters[i] = parameter - h
      let below = loss()
      engine.parameters[i] = parameter
      let slope = (above - below) / (2 * h), gradient = engine.parameterGradients[i]
      if abs(slope - gradient) > worst.error { worst = (i, abs(slope - gradient), gradient, slope) }
      largest = max(largest, abs(gradient))
    }
    #expect(
      worst.error < tolerance, "Parameter \(worst.index): \(worst.gradient), by differences \(worst.slope).")
    #expect(largest > 0.1, "Gradients this small would pass by chance.")
  }

  @Test("a position's logits are the same whether positions are computed together or one by one")
  func positionByPosition() throws {
    let corpus = try Corpus(documents: ["abacus", "cabbage"])
    let trainer = try Trainer(corpus: corpus)
    let engine = Specification(trainer.model)
    let tokens = try trainer.tokenizer.encode("cabbage").map { Int32($0) }, count = tokens.count - 1
    let logits = engine.activations.logits, size = count * engine.shape.vocabulary
    engine.forward(tokens, at: 0..<count)
    let together = Array(UnsafeBufferPointer(start: logits, count: size))
    for i in 0..<size { logits[i] = 0 }
    for position in 0..<count { engine.forward(tokens, at: position..<position + 1) }
    #expect(Array(UnsafeBufferPointer(start: logits, count: size)) == together)
  }
}
