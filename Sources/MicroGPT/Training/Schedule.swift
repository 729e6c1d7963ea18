// The learning rate of every step: a rise at the start, if one is wanted, and then the way down.

/// How the learning rate changes from the end of the warm-up to the last step.
public enum Schedule: String, Sendable, CaseIterable {
  /// It falls in a straight line to 0, which it would reach a step after the last: the reference's.
  case linear
  /// It falls to 0 along half a wave of the cosine: slowly at first and at last.
  case cosine
  /// It stays.
  case constant
}

extension Configuration {
  /// The learning rate of a step.
  ///
  ///     var configuration = Configuration()
  ///     configuration.learningRate(step: 250)  // 0.0075
  ///     configuration.warmupSteps = 499
  ///     configuration.learningRate(step: 249)  // 0.005
  ///
  /// The warm-up rises in a straight line, from 0 a step before the first to `learningRate` at the step behind
  /// it; what the schedule says stretches over the steps that are left.
  ///
  /// - Parameter step: The step's number, from 0 to below `steps`.
  public func learningRate(step: Int) -> Double {
    if step < warmupSteps { return learningRate * (Double(step + 1) / (Double(warmupSteps) + 1)) }
    let done = Double(step - warmupSteps) / Double(steps - warmupSteps)
    switch schedule {
    case .linear: return learningRate * (1 - done)
    case .cosine: return learningRate * (0.5 + 0.5 * cos(done * Double.pi))
    case .constant: return learningRate
    }
  }
}
