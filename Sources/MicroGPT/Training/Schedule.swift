// The learning rate of every step.

/// How the learning rate changes from the first step to the last.
public enum Schedule: String, Sendable, CaseIterable {
  /// It falls linearly and would reach 0 one step after the last: the reference's schedule.
  case linear
  /// It falls toward 0 along half a period of the cosine: slowly at the start and at the end.
  case cosine
  /// It does not change.
  case constant
}

extension Configuration {
  /// The learning rate of a step.
  ///
  ///     var configuration = Configuration()
  ///     configuration.learningRate(step: 250)  // 0.0075
  ///     configuration.schedule = .constant
  ///     configuration.learningRate(step: 250)  // 0.01
  ///
  /// - Parameter step: The steps taken before it, 0 or more and less than `steps`.
  public func learningRate(step: Int) -> Double {
    let done = Double(step) / Double(steps)
    switch schedule {
    case .linear: return learningRate * (1 - done)
    case .cosine: return learningRate * (0.5 + 0.5 * cos(done * Double.pi))
    case .constant: return learningRate
    }
  }
}
