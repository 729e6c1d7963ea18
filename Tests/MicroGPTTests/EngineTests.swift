import Foundation
import Testing

@testable import MicroGPT

/// One document's pass forward and back, number by number.
@Suite("Engine")
struct EngineTests {
  @Test(
    "every value and every gradient of a traced document equals the reference's, bit for bit",
    .referenceLibrary,
    .enabled(if: Golden.sharedFolder != nil, "MICROGPT_SHARED is not set: the traces are not here."),
    arguments: ["names-0-trace-emma", "names-30-layers2-trace-isabella"])
  func trace(_ name: String) throws {
    let (run, corpus) = try #require(Golden.shared(name)).load()
    let trace = try #require(run.trace)
    let trainer = try Trainer(corpus: corpus, configuration: run.configuration)
    try trainer.train()

    let engine = Engine<ExactArithmetic>(trainer.model), shape = engine.shape
    let tokens = try trainer.tokenizer.encode(trace.document).map { Int32($0) }
    let count = tokens.count - 1
    engine.forward(tokens, at: 0..<count)
    #expect(engine.loss(tokens, count: count) == trace.loss.value)
    engine.backward(tokens, count: count)

    // The trace by name, and for each the buffer, its row length and where a row's part starts.
    var compared: Set<String> = []
    func compare(
      _ name: String, _ columns: Int, _ value: UnsafeMutablePointer<Double>,
      _ gradient: UnsafeMutablePointer<Double>
    ) throws {
      try compareRows(name, value, try #require(trace.values[name]), columns)
      try compareRows(name + ", gradient", gradient, try #require(trace.gradients[name]), columns)
      compared.insert(name)
    }
    let (a, d, c) = (engine.activations, engine.gradients, shape.channels)
    try compare("embedding", c, a.embedding, d.embedding)
    try compare("embedding_norm", c, a.normalized, d.normalized)
    for layer in 0..<shape.layers {
      let (a, d, name) = (a.layers[layer], d.layers[layer], "layer\(layer).")
      try compare(name + "attn_norm", c, a.normalized, d.normalized)
      try compare(name + "q", c, a.query, d.query)
      try compare(name + "k", c, a.key, d.key)
      try compare(name + "v", c, a.value, d.value)
      for head in 0..<shape.heads {
        let first = head * shape.positions * shape.positions
        try compare(name + "head\(head).attention", shape.positions, a.attention + first, d.attention + first)
      }
      try compare(name + "attn_mixed", c, a.mixed, d.mixed)
      try compare(name + "attn_out", c, a.middle, d.middle)
      try compare(name + "mlp_norm", c, a.middleNormalized, d.middleNormalized)
      try compare(name + "mlp_pre", 4 * c, a.expanded, d.expanded)
      try compare(name + "mlp_hidden", 4 * c, a.hidden, d.hidden)
      try compare(name + "mlp_out", c, a.output, d.output)
    }
    try compare("logits", shape.vocabulary, a.logits, d.logits)
    try compare("probabilities", shape.vocabulary, a.probabilities, d.probabilities)
    #expect(compared == Set(trace.values.keys), "The trace has entries that are not compared.")

    for matrix in engine.layout.all {
      let expected = try #require(trace.parameterGradients[matrix.name])
      try compareRows(matrix.name, engine.parameterGradients + matrix.offset, expected, matrix.columns)
    }
    #expect(trace.parameterGradients.count == engine.layout.all.count)
  }

  /// Compares rows that are `columns` numbers apart; a row of the trace may be shorter, as attention's are.
  private func compareRows(
    _ name: String, _ found: UnsafeMutablePointer<Double>, _ expected: [[HexDouble]], _ columns: Int
  ) throws {
    for (row, numbers) in expected.enumerated() {
      for (column, number) in numbers.enumerated() {
        let value = found[row * columns + column]
        // A zero's sign is not part of the claim: the graph starts every gradient at +0 and adds.
        let same = value.bitPattern == number.value.bitPattern || value == 0 && number.value == 0
        try #require(same, "\(name)[\(row), \(column)] is \(value), the reference's \(number.value).")
      }
    }
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

    let engine = Engine<ExactArithmetic>(trainer.model)
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

  @Test("a position's logits are the same whether it comes alone or with those before it")
  func positionByPosition() throws {
    let corpus = try Corpus(documents: ["abacus", "cabbage"])
    let trainer = try Trainer(corpus: corpus)
    let engine = Engine<ExactArithmetic>(trainer.model)
    let tokens = try trainer.tokenizer.encode("cabbage").map { Int32($0) }, count = tokens.count - 1
    let logits = engine.activations.logits, size = count * engine.shape.vocabulary
    engine.forward(tokens, at: 0..<count)
    let together = Array(UnsafeBufferPointer(start: logits, count: size))
    for i in 0..<size { logits[i] = 0 }
    for position in 0..<count { engine.forward(tokens, at: position..<position + 1) }
    #expect(Array(UnsafeBufferPointer(start: logits, count: size)) == together)
  }
}

extension Engine {
  /// The specification's engine with a model's parameters.
  init(_ model: Model) {
    self.init(model.configuration, vocabularySize: model.tokenizer.vocabularySize, training: true)
    for (i, parameter) in model.parameters.enumerated() { parameters[i] = Scalar(parameter) }
  }
}
