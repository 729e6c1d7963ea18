// A training run by the specification. Debug builds train through it, because unoptimized loops are faster than
// unoptimized vectors; tests compare the kernels' runs with it.

/// A training run over plain loops, in doubles: the exact arithmetic's bits, for batches of any size.
///
/// In the fast arithmetic, parameters and moments are rounded to floats after each step. Everything else is in
/// doubles.
final class SpecificationRun {
  private let specification: Specification
  private let optimizer: Adam
  private let configuration: Configuration
  private let isExact: Bool
  private let memory: Memory<Buffers>

  private struct Buffers {
    let firstMoment, secondMoment: UnsafeMutablePointer<Double>
    /// The loss of each document, `[B]`.
    let losses: UnsafeMutablePointer<Double>
    /// A document's tokens, `[T + 1]`.
    let tokens: UnsafeMutablePointer<Int32>

    init(_ configuration: Configuration, parameterCount: Count, _ declare: inout BufferDeclarations) {
      firstMoment = declare(Double.self, parameterCount)
      secondMoment = declare(Double.self, parameterCount)
      losses = declare(Double.self, Count(configuration.batchSize))
      tokens = declare(Int32.self, Count(configuration.blockSize) + 1)
    }
  }

  init(
    _ configuration: Configuration, vocabularySize: Int, arithmetic: Arithmetic, start: EngineStart
  ) {
    specification = Specification(Shape(configuration, vocabularySize: vocabularySize))
    self.configuration = configuration
    isExact = arithmetic == .exact
    let count = specification.layout.count
    memory = Memory { Buffers(configuration, parameterCount: Count(count), &$0) }
    optimizer = Adam(
      beta1: configuration.beta1, beta2: configuration.beta2, epsilon: configuration.epsilon,
      weightDecay: configuration.weightDecay, firstMoment: memory.buffers.firstMoment,
      secondMoment: memory.buffers.secondMoment)
    switch start {
    case .parameters(let values):
      for i in 0..<count { specification.parameters[i] = values[i] }
    case .state(let state):
      for i in 0..<count {
        specification.parameters[i] = state.parameters[i]
        optimizer.firstMoment[i] = rescaled(state.firstMoment[i], from: state.firstMomentFactor, to: 1)
        optimizer.secondMoment[i] = rescaled(state.secondMoment[i], from: state.secondMomentFactor, to: 1)
      }
    }
    roundToFloats()
  }

  /// The bytes of a run.
  static func byteCount(_ configuration: Configuration, vocabularySize: Int) -> Count {
    let count = Count(configuration.parameterCount(vocabularySize: vocabularySize))
    return Specification.byteCount(
      Shape(configuration, vocabularySize: vocabularySize), parameterCount: count)
      + memoryByteCount { Buffers(configuration, parameterCount: count, &$0) }
  }

  /// One step.
  ///
  /// - Returns: The loss before the update. If it is not finite, the parameters do not change.
  func step(_ batch: Batch, number: Int, learningRate: Double) -> Double {
    // The reference's order: the terms of the last document come first.
    for document in (0..<batch.documents).reversed() {
      let count = forward(batch, document)
      specification.backward(memory.buffers.tokens, count: count, documents: batch.documents)
    }
    let loss = meanLoss(batch), count = specification.layout.count
    guard loss.isFinite else {
      specification.parameterGradients.update(repeating: 0, count: count)
      return loss
    }
    optimizer.update(
      specification.parameters, specification.parameterGradients, count: count, step: number - 1,
      learningRate: learningRate)
    roundToFloats()
    return loss
  }

  /// The losses of a batch's documents; the parameters do not change.
  func losses(_ batch: Batch, into losses: UnsafeMutablePointer<Double>) {
    for document in 0..<batch.documents {
      _ = forward(batch, document)
      losses[document] = memory.buffers.losses[document]
    }
  }

  /// The parameters in the reference's order.
  var parameters: [Double] { numbers(specification.parameters) }

  /// The parameters and moments, in the reference's order.
  var state: EngineState {
    EngineState(
      parameters: parameters, firstMoment: numbers(optimizer.firstMoment), firstMomentFactor: 1,
      secondMoment: numbers(optimizer.secondMoment), secondMomentFactor: 1)
  }

  /// The forward pass of a document of the batch, and its loss.
  ///
  /// - Returns: Its positions.
  private func forward(_ batch: Batch, _ document: Int) -> Int {
    let tokens = memory.buffers.tokens, first = batch.firstRow(document), count = batch.rowCount(document)
    tokens.update(from: batch.tokens + first, count: count)
    tokens[count] = batch.targets[first + count - 1]
    specification.forward(tokens, at: 0..<count)
    memory.buffers.losses[document] = specification.loss(tokens, count: count)
    return count
  }

  /// The mean of the documents' losses.
  private func meanLoss(_ batch: Batch) -> Double {
    var sum = 0.0
    for document in 0..<batch.documents { sum += memory.buffers.losses[document] }
    return sum * (1 / Double(batch.documents))
  }

  private func roundToFloats() {
    if isExact { return }
    for buffer in [specification.parameters, optimizer.firstMoment, optimizer.secondMoment] {
      for i in 0..<specification.layout.count { buffer[i] = Double(Float(buffer[i])) }
    }
  }

  private func numbers(_ buffer: UnsafeMutablePointer<Double>) -> [Double] {
    Array(UnsafeBufferPointer(start: buffer, count: specification.layout.count))
  }
}
