// A training run in one arithmetic: the engine, the batch, and the optimizer's numbers step by step.

import CMicroGPT

/// Which arithmetic a run computes in.
public enum Arithmetic: String, Sendable, CaseIterable {
  /// Doubles, with every sum in the reference's order: the reference's losses and parameters, bit for bit.
  case exact
  /// Floats, with fused multiply-adds and an exponential within 2 units in the last place: several times
  /// faster, and the same curve to three decimals or so. The optimizer's `epsilon` counts as up to 3 % more or less
  /// than it is.
  case fast
}

/// The part of a trainer that is generic over its arithmetic.
final class TrainingRun<A: KernelArithmetic> {
  private let engine: BatchEngine<A>
  private let configuration: Configuration

  /// - Parameter parameter: The first parameters by index, asked for in order.
  init(
    _ configuration: Configuration, vocabularySize: Int, instructionSet: InstructionSet,
    parameter: (Int) -> Double
  ) {
    self.configuration = configuration
    engine = BatchEngine(
      configuration, vocabularySize: vocabularySize, documents: configuration.batchSize,
      instructionSet: instructionSet)
    engine.setParameters(parameter)
  }

  /// One step.
  ///
  /// - Returns: The loss before it. If that is not finite, the parameters stay as they are.
  func step(_ batch: Batch, number: Int, learningRate: Double) -> Double {
    let flushed = A.isExact ? 0 : microgpt_flush_denormals(1)
    defer { if !A.isExact && flushed == 0 { _ = microgpt_flush_denormals(0) } }
    engine.forward(batch)
    let loss = engine.loss(batch)
    guard loss.isFinite else { return Double(loss) }
    let beta1 = configuration.beta1, beta2 = configuration.beta2
    engine.backward(
      batch,
      Update(
        beta1: A.Scalar(beta1), beta2: A.Scalar(beta2), epsilon: A.Scalar(configuration.epsilon),
        learningRate: A.Scalar(learningRate),
        correction1: A.Scalar(1 - power(beta1, Double(number))),
        correction2: A.Scalar(1 - power(beta2, Double(number)))))
    if configuration.weightDecay > 0 { engine.decay(A.Scalar(1 - learningRate * configuration.weightDecay)) }
    return Double(loss)
  }

  /// The loss of a batch, from which nothing is learned.
  func loss(_ batch: Batch) -> Double {
    let flushed = A.isExact ? 0 : microgpt_flush_denormals(1)
    defer { if !A.isExact && flushed == 0 { _ = microgpt_flush_denormals(0) } }
    engine.forward(batch)
    return Double(engine.loss(batch))
  }

  /// The parameters in the reference's order.
  var parameters: [Double] { engine.unpadded(engine.parameters) }
}
