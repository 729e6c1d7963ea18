// Many steps by one call: those that remain, or a given number, which may go beyond the configuration's last.

// A closure of several statements without `return` fits both overloads of `train`. `@_disfavoredOverload` on the one
// that takes decisions says that such a closure makes none.

extension Trainer {
  /// Takes steps until the last, or until the caller stops.
  ///
  ///     let trainer = try Trainer(corpus: Corpus(documents: ["emma", "olivia", "ava"]))
  ///     try trainer.train(steps: 100) { step in step.loss < 0.5 ? .stop : .continue }
  ///     try trainer.train()  // the others of the 1,000
  ///     try trainer.train(steps: 200)  // 200 more
  ///     trainer.configuration.steps  // 1200
  ///
  /// Steps beyond the configuration's last lengthen the run: `configuration.steps` becomes the number of the new last
  /// step before the first of them is taken. The learning rate then follows the schedule of a run that has this many
  /// steps. In the example it had fallen to 0.00001; now it rises to 0.01·(1 - 1000/1200) = 0.00167, and falls again.
  /// A constant schedule gives the bits of a run that had all its steps from the beginning, the others do not.
  ///
  /// - Parameters:
  ///   - steps: How many steps to take, 0 or more; by default all that remain.
  ///   - decide: Called after every step.
  /// - Throws: `TrainingError` if a loss is not finite.
  @_disfavoredOverload
  public func train(
    steps: Int? = nil, _ decide: (Step) -> Decision = { _ in .continue }
  ) throws(TrainingError) {
    let last = lastStep(after: steps)
    while completedSteps < last, let step = try step() {
      if case .stop = decide(step) { return }
    }
  }

  /// Takes steps until the last.
  ///
  ///     try trainer.train { step in print(step.number, step.loss) }
  ///
  /// - Parameters:
  ///   - steps: How many steps to take, 0 or more; by default all that remain. Those beyond the configuration's last
  ///     lengthen the run.
  ///   - report: Called after every step.
  /// - Throws: `TrainingError` if a loss is not finite.
  public func train(steps: Int? = nil, _ report: (Step) -> Void) throws(TrainingError) {
    try train(steps: steps) { step in
      report(step)
      return .continue
    }
  }

  /// The number of the last of so many further steps, by default the configuration's last. Lengthens the run if it has
  /// fewer.
  func lastStep(after steps: Int?) -> Int {
    guard let steps else { return configuration.steps }
    let (last, overflow) = completedSteps.addingReportingOverflow(steps)
    precondition(steps >= 0 && !overflow, "A run can take 0 or more further steps, not \(steps).")
    configuration.steps = max(configuration.steps, last)
    return last
  }
}
