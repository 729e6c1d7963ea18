// A training run by kernels in one arithmetic: the parameters, one worker, and the optimizer's numbers for each step.

/// The part of a trainer that is generic over its arithmetic.
final class TrainingRun<A: KernelArithmetic> {
  private let parameters: PackedParameters<A>
  private let worker: Worker<A>
  private let configuration: Configuration
  /// The gradients of a step, in the parameters' layout, if they are stored.
  private let gradients: Memory<UnsafeMutablePointer<A.Scalar>>?

  /// - Parameters:
  ///   - keepsGradients: Whether a step computes all gradients before it updates any parameter, as several workers
  ///     do. This takes longer than updating each block of parameters as soon as its gradient is known, and gives the
  ///     same bits.
  ///   - start: The parameters and moments to start from.
  init(
    _ configuration: Configuration, vocabularySize: Int, instructionSet: InstructionSet,
    keepsGradients: Bool = false, start: EngineStart
  ) {
    let shape = Shape(configuration, vocabularySize: vocabularySize), documents = configuration.batchSize
    self.configuration = configuration
    parameters = PackedParameters(shape, documents: documents, instructionSet: instructionSet)
    worker = Worker(parameters, documents: documents)
    let count = parameters.layout.count
    gradients = keepsGradients ? Memory { declare in declare(A.Scalar.self, count) } : nil
    switch start {
    case .parameters(let values):
      parameters.load { values[$0] }
    case .state(let state):
      parameters.load { state.parameters[$0] }
      let (factor1, factor2) = TrainingRun.momentFactors(configuration)
      parameters.load(parameters.firstMoment) {
        rescaled(state.firstMoment[$0], from: state.firstMomentFactor, to: factor1)
      }
      parameters.load(parameters.secondMoment) {
        rescaled(state.secondMoment[$0], from: state.secondMomentFactor, to: factor2)
      }
    }
  }

  /// The bytes of a run.
  static func byteCount(_ configuration: Configuration, vocabularySize: Int) -> Count {
    let shape = Shape(configuration, vocabularySize: vocabularySize), documents = configuration.batchSize
    return PackedParameters<A>.byteCount(shape, documents: documents)
      + Worker<A>.byteCount(shape, documents: documents)
  }

  /// One step.
  ///
  /// - Returns: The loss before the update. If it is not finite, the parameters do not change.
  func step(_ batch: Batch, number: Int, learningRate: Double) -> Double {
    A.withFlushedDenormals {
      worker.forward(batch)
      worker.loss(batch, of: batch.documents)
      let loss = Double(worker.meanLoss(batch))
      guard loss.isFinite else { return loss }
      let update = update(number: number, learningRate: learningRate)
      if let gradients = gradients?.buffers {
        worker.backward(batch, .stored(gradients))
        parameters.apply(update, gradients: gradients, scratch: worker.workspace.adam)
      } else {
        // One worker has the whole batch, so parameters can be updated as soon as their gradient is known.
        worker.backward(batch, .applied(update))
      }
      if configuration.weightDecay > 0 {
        parameters.decay(by: A.Scalar(1 - learningRate * configuration.weightDecay))
      }
      return loss
    }
  }

  /// The losses of a batch's documents; the parameters do not change.
  func losses(_ batch: Batch, into losses: UnsafeMutablePointer<Double>) {
    worker.losses(batch, into: losses)
  }

  /// The parameters and moments, in the reference's order.
  var state: EngineState {
    let (factor1, factor2) = TrainingRun.momentFactors(configuration)
    return EngineState(
      parameters: parameters.unpacked(parameters.values),
      firstMoment: parameters.unpacked(parameters.firstMoment), firstMomentFactor: factor1,
      secondMoment: parameters.unpacked(parameters.secondMoment), secondMomentFactor: factor2)
  }

  /// The parameters in the reference's order.
  var parameterValues: [Double] { parameters.unpacked(parameters.values) }

  /// The factors of the stored moments: the fast optimizer leaves `1 - β` out of its sums.
  private static func momentFactors(_ configuration: Configuration) -> (first: Double, second: Double) {
    A.isExact ? (1, 1) : (1 - configuration.beta1, 1 - configuration.beta2)
  }

  private func update(number: Int, learningRate: Double) -> Update<A.Scalar> {
    let beta1 = configuration.beta1, beta2 = configuration.beta2
    return Update(
      beta1: A.Scalar(beta1), beta2: A.Scalar(beta2), epsilon: A.Scalar(configuration.epsilon),
      learningRate: A.Scalar(learningRate), correction1: A.Scalar(1 - power(beta1, Double(number))),
      correction2: A.Scalar(1 - power(beta2, Double(number))))
  }
}
