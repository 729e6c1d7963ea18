import Testing

@testable import MicroGPT

/// Traces, which are taken from the specification, against the buffers of the engine that trains.
@Suite struct EngineTraceTests {

  @Test(
    "every buffer of the exact engine has the trace's bits",
    arguments: [(1, 16, 4, 16), (2, 12, 3, 5), (3, 8, 1, 7)],
    InstructionSet.available)
  func buffers(_ size: (layers: Int, embedding: Int, heads: Int, blockSize: Int), _ set: InstructionSet)
    throws
  {
    var configuration = Configuration()
    (configuration.layers, configuration.embedding, configuration.heads) = (
      size.layers, size.embedding, size.heads
    )
    (configuration.blockSize, configuration.steps) = (size.blockSize, 30)
    let trainer = try Trainer(
      corpus: Corpus(documents: ["emma", "olivia", "ava"]), configuration: configuration)
    try trainer.train()
    let model = trainer.model, trace = try model.trace("olivia")

    let shape = Shape(configuration, vocabularySize: model.tokenizer.vocabularySize)
    let parameters = PackedParameters<ExactArithmetic>(shape, documents: 1, instructionSet: set)
    parameters.load { model.parameters[$0] }
    let worker = Worker(parameters, documents: 1), w = worker.workspace
    let gradients = Memory { declare in declare(Double.self, parameters.layout.count) }
    var batch = Batch(documents: 1, positions: size.blockSize)
    batch.append(trace.tokens.map { Int32($0) }, count: trace.tokens.count)

    func compare(_ name: String, _ buffer: UnsafeMutablePointer<Double>, stride: Int) throws {
      let tensor = try #require(trace[name], "\(name)")
      for t in 0..<tensor.rows {
        for c in 0..<tensor.columns {
          try #require(buffer[t * stride + c] == tensor[t, c], "\(name)[\(t), \(c)]")
        }
      }
    }
    worker.forward(batch)
    let width = worker.width
    try compare("embedding", w.embedding, stride: width)
    try compare("embedding_norm", w.embeddingNormalized.output, stride: width)
    for l in 0..<size.layers {
      let layer = w.layers[l], prefix = "layer\(l)."
      try compare(prefix + "attn_norm", layer.normalized.output, stride: width)
      for (i, name) in ["q", "k", "v"].enumerated() {
        try compare(prefix + name, layer.projections + i * width, stride: 3 * width)
      }
      try compare(prefix + "attn_mixed", layer.attentionOutput, stride: width)
      try compare(prefix + "attn_out", layer.middle, stride: width)
      try compare(prefix + "mlp_norm", layer.middleNormalized.output, stride: width)
      try compare(prefix + "mlp_hidden", layer.hidden, stride: worker.hiddenWidth)
      try compare(prefix + "mlp_out", layer.output, stride: width)
    }
    try compare("logits", w.logits, stride: worker.tokens)
    worker.loss(batch, of: 1)
    #expect(w.losses[0] == trace.loss)
    worker.backward(batch, .stored(gradients.buffers))
    #expect(parameters.unpacked(gradients.buffers) == trace.parameterGradients.flatMap(\.values))
  }
}
