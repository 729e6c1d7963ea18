// The engines: each is an arithmetic and an implementation of it. No other file chooses between them.

/// How an arithmetic's training steps are computed.
enum Implementation: Sendable {
  /// By kernels for the processor's vectors.
  case kernels
  /// By the specification's plain loops.
  case specification

  /// Kernels; in debug builds the specification, because unoptimized vectors take a hundred times as long as plain
  /// loops.
  static var standard: Implementation {
    #if DEBUG
      .specification
    #else
      .kernels
    #endif
  }
}

/// What the trainer, the samplers and the footprint ask of an engine.
struct Engine {
  /// The bytes of a training run, except its batch.
  let trainingByteCount: (_ configuration: Configuration, _ vocabularySize: Int) -> Count
  /// An engine for a training run.
  let training:
    (
      _ configuration: Configuration, _ vocabularySize: Int, _ instructionSet: InstructionSet,
      _ start: EngineStart
    ) -> TrainingEngine
  /// The bytes of an evaluation in batches of at most this many documents, except its batch.
  let evaluationByteCount: (_ configuration: Configuration, _ vocabularySize: Int, _ documents: Int) -> Count
  /// What computes the losses of a model's documents, in batches of at most this many; no training is possible.
  let evaluation: (_ model: Model, _ documents: Int, _ instructionSet: InstructionSet) -> BatchLosses
  /// A window of samples that are drawn together; see `SampleWindow.init`.
  let sampling:
    (_ model: Model, _ atOnce: Int?, _ count: Int, _ seed: UInt64, _ instructionSet: InstructionSet) ->
      SampleSource
  /// One stream of samples; see `SampleStream.init`.
  let stream: (_ model: Model, _ prefixMemory: Int, _ instructionSet: InstructionSet) -> StreamSource
}

extension Engine {
  /// The engine of an arithmetic.
  init(_ arithmetic: Arithmetic, _ implementation: Implementation = .standard) {
    switch (arithmetic, implementation) {
    case (.exact, .kernels): self.init(kernels: ExactArithmetic.self)
    case (.fast, .kernels): self.init(kernels: FastArithmetic.self)
    case (.exact, .specification): self.init(specification: ExactArithmetic.self)
    case (.fast, .specification): self.init(specification: FastArithmetic.self)
    }
  }

  private init<A: SamplingArithmetic>(kernels: A.Type) {
    self.init(
      trainingByteCount: { TrainingRun<A>.byteCount($0, vocabularySize: $1) },
      training: { configuration, vocabularySize, set, start in
        let run = TrainingRun<A>(
          configuration, vocabularySize: vocabularySize, instructionSet: set, start: start)
        return TrainingEngine(
          step: { run.step($0, number: $1, learningRate: $2) }, losses: { run.losses($0, into: $1) },
          parameters: { run.parameterValues }, state: { run.state })
      },
      evaluationByteCount: { configuration, vocabularySize, documents in
        let shape = Shape(configuration, vocabularySize: vocabularySize)
        return PackedParameters<A>.byteCount(shape, documents: documents, for: .evaluation)
          + Worker<A>.byteCount(shape, documents: documents, for: .evaluation)
      },
      evaluation: { model, documents, set in
        let shape = Shape(model.configuration, vocabularySize: model.tokenizer.vocabularySize)
        let parameters = PackedParameters<A>(
          shape, documents: documents, instructionSet: set, for: .evaluation)
        parameters.load { model.parameters[$0] }
        let worker = Worker(parameters, documents: documents, for: .evaluation)
        return { worker.losses($0, into: $1) }
      },
      sampling: Engine.sampling(A.self), stream: Engine.stream(A.self))
  }

  /// Samples are drawn by kernels in both implementations: there is no training step to slow down.
  private init<A: SamplingArithmetic>(specification: A.Type) {
    self.init(
      trainingByteCount: { SpecificationRun.byteCount($0, vocabularySize: $1) },
      training: { configuration, vocabularySize, _, start in
        let run = SpecificationRun(
          configuration, vocabularySize: vocabularySize, arithmetic: A.arithmetic, start: start)
        return TrainingEngine(
          step: { run.step($0, number: $1, learningRate: $2) }, losses: { run.losses($0, into: $1) },
          parameters: { run.parameters }, state: { run.state })
      },
      evaluationByteCount: { configuration, vocabularySize, documents in
        var configuration = configuration
        configuration.batchSize = documents
        return SpecificationRun.byteCount(configuration, vocabularySize: vocabularySize)
      },
      evaluation: { model, documents, _ in
        var configuration = model.configuration
        configuration.batchSize = documents
        let run = SpecificationRun(
          configuration, vocabularySize: model.tokenizer.vocabularySize, arithmetic: A.arithmetic,
          start: .parameters(model.parameters))
        return { run.losses($0, into: $1) }
      },
      sampling: Engine.sampling(A.self), stream: Engine.stream(A.self))
  }

  private static func sampling<A: SamplingArithmetic>(
    _ arithmetic: A.Type
  ) -> (Model, Int?, Int, UInt64, InstructionSet) -> SampleSource {
    { model, atOnce, count, seed, set in
      let window = SampleWindow<A>(model, atOnce: atOnce, count: count, seed: seed, instructionSet: set)
      return SampleSource(
        capacity: window.capacity,
        fill: { (request) throws(SamplerError) in try window.fill(request) },
        document: { window.document($0) })
    }
  }

  private static func stream<A: SamplingArithmetic>(
    _ arithmetic: A.Type
  ) -> (Model, Int, InstructionSet) -> StreamSource {
    { model, prefixMemory, set in
      let stream = SampleStream<A>(model, prefixMemory: prefixMemory, instructionSet: set)
      return StreamSource(
        tokens: stream.tokens,
        draw: { (start, limit, request, random) throws(SamplerError) in
          try stream.draw(from: start, to: limit, request, &random)
        },
        drawNext: { (request, random) throws(SamplerError) in try stream.drawNext(request, &random) },
        probabilities: { (count, request) throws(SamplerError) in
          try stream.probabilities(after: count, request)
        })
    }
  }
}
