// The exact run in the scalar engine that the kernels are held to: the same bits, and in an unoptimized build the
// faster way to them, because vectors that are not compiled into instructions take a hundred times as long.

/// A training run by the specification: one document a step.
final class SpecificationRun {
  private let engine: Engine<ExactArithmetic>
  private let optimizer: Adam<ExactArithmetic>
  private let memory: Memory
  /// A document's tokens, `[T + 1]`.
  private let tokens: UnsafeMutablePointer<Int32>
  private let weightDecay: Double

  /// Whether a run is one for the specification: in a debug build, unless kernels of a certain set are wanted.
  static func serves(_ configuration: Configuration, _ set: InstructionSet) -> Bool {
    #if DEBUG
      configuration.batchSize == 1 && set == .widest
    #else
      false
    #endif
  }

  /// - Parameter parameter: The first parameters by index, asked for in order.
  init(_ configuration: Configuration, vocabularySize: Int, parameter: (Int) -> Double) {
    engine = Engine(configuration, vocabularySize: vocabularySize, training: true)
    let count = engine.layout.count
    weightDecay = configuration.weightDecay
    for i in 0..<count { engine.parameters[i] = parameter(i) }
    let places = configuration.blockSize + 1
    memory = Memory(
      byteCount: 2 * Memory.bytes(for: count, of: Double.self) + Memory.bytes(for: places, of: Int32.self))
    tokens = memory.take(places, of: Int32.self)
    optimizer = Adam(
      beta1: configuration.beta1, beta2: configuration.beta2, epsilon: configuration.epsilon,
      mean: memory.take(count, of: Double.self), meanSquare: memory.take(count, of: Double.self))
  }

  /// One step.
  ///
  /// - Returns: The loss before it. If that is not finite, the parameters stay as they are.
  func step(_ batch: Batch, number: Int, learningRate: Double) -> Double {
    let loss = loss(batch), count = batch.rows
    guard loss.isFinite else { return loss }
    engine.backward(tokens, count: count)
    optimizer.update(
      engine.parameters, engine.parameterGradients, count: engine.layout.count, step: number - 1,
      learningRate: learningRate)
    if weightDecay > 0 {
      let factor = 1 - learningRate * weightDecay
      for i in 0..<engine.layout.count { engine.parameters[i] *= factor }
    }
    return loss
  }

  /// The loss of a document.
  func loss(_ batch: Batch) -> Double {
    precondition(batch.documents == 1, "The specification takes one document a step.")
    let count = batch.rows
    tokens.update(from: batch.tokens, count: count)
    tokens[count] = batch.targets[count - 1]
    engine.forward(tokens, at: 0..<count)
    return engine.loss(tokens, count: count)
  }

  /// The parameters in the reference's order.
  var parameters: [Double] {
    Array(UnsafeBufferPointer(start: engine.parameters, count: engine.layout.count))
  }
}
