// Where Adam would move each parameter because of one document.

/// One update of Adam by the gradients of a document, without taking it.
public struct AdamMoves: Sendable, Equatable {
  /// The step's number, from 1: Adam corrects its moments by it.
  public let step: Int
  /// The learning rate of the update.
  public let learningRate: Double
  /// The parameters before and after it, in the order of `Model.parameters`, `[n]`.
  public let before, after: [Double]
}

extension Model {
  /// The moves of a first step, whose moments begin at 0, at the configuration's first learning rate.
  ///
  /// A first step moves every parameter with a gradient by almost the learning rate, whatever the gradient's size.
  ///
  /// - Precondition: The trace is this model's.
  public func moves(by trace: Trace) -> AdamMoves {
    let zeros = [Double](repeating: 0, count: parameters.count)
    return AdamMoves(
      parameters, configuration, trace, firstMoment: zeros, secondMoment: zeros, completedSteps: 0,
      learningRate: configuration.learningRate)
  }
}

extension TrainingState {
  /// The moves of the run's next step, if that were on this document alone.
  ///
  /// After the last step the learning rate is the configuration's first one: the schedule's would be 0 or nothing.
  ///
  /// - Precondition: The trace is that of the state's model.
  public func moves(by trace: Trace) -> AdamMoves {
    AdamMoves(
      parameters, configuration, trace,
      firstMoment: firstMoment.map { rescaled($0, from: firstMomentFactor, to: 1) },
      secondMoment: secondMoment.map { rescaled($0, from: secondMomentFactor, to: 1) },
      completedSteps: completedSteps,
      learningRate: completedSteps < configuration.steps
        ? configuration.learningRate(step: completedSteps) : configuration.learningRate)
  }
}

extension AdamMoves {
  fileprivate init(
    _ parameters: [Double], _ configuration: Configuration, _ trace: Trace, firstMoment: [Double],
    secondMoment: [Double], completedSteps: Int, learningRate: Double
  ) {
    var gradients = trace.parameterGradients.flatMap { $0.values }
    precondition(
      gradients.count == parameters.count, "The trace is that of a model with other sizes.")
    var after = parameters, firstMoment = firstMoment, secondMoment = secondMoment
    after.withUnsafeMutableBufferPointer { after in
      gradients.withUnsafeMutableBufferPointer { gradients in
        firstMoment.withUnsafeMutableBufferPointer { first in
          secondMoment.withUnsafeMutableBufferPointer { second in
            let adam = Adam(
              beta1: configuration.beta1, beta2: configuration.beta2, epsilon: configuration.epsilon,
              weightDecay: configuration.weightDecay, firstMoment: first.baseAddress!,
              secondMoment: second.baseAddress!)
            adam.update(
              after.baseAddress!, gradients.baseAddress!, count: after.count, step: completedSteps,
              learningRate: learningRate)
          }
        }
      }
    }
    self.init(step: completedSteps + 1, learningRate: learningRate, before: parameters, after: after)
  }
}
