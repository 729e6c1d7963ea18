// Training in the background of an app: progress at intervals, and cancellation. Embedded Swift has no tasks.

#if !hasFeature(Embedded)
  /// Trains off the caller's actor, such as the main one.
  ///
  ///     let trainer = try BackgroundTrainer(Trainer(corpus: Corpus(documents: ["emma", "olivia", "ava"])))
  ///     for try await progress in trainer.progress() {
  ///       print(progress.fraction, progress.loss)
  ///     }
  ///     let model = await trainer.model
  ///
  /// The loop's body runs where the loop stands, so on the main actor it can set what a view shows. Steps are taken
  /// only while the loop waits for its next element.
  ///
  /// If the task is cancelled, the loop throws `CancellationError` after at most one more step. Nothing is lost:
  /// `model` and `state` are those after the last step, and another loop goes on from there, to the same bits as if
  /// there had been no stop. Leaving the loop by `break` pauses the run likewise.
  ///
  /// An actor: steps never run at the same time, and its properties wait for the next progress at most.
  @available(macOS 13, iOS 16, tvOS 16, watchOS 9, *)
  public actor BackgroundTrainer {
    private let trainer: Trainer

    /// A trainer in the background.
    ///
    /// - Parameter trainer: A trainer that nothing else uses from now on, which the compiler checks.
    public init(_ trainer: sending Trainer) { self.trainer = trainer }

    /// How far a run has come.
    public struct Progress: Sendable, Equatable {
      /// How many steps have been taken.
      public let completedSteps: Int
      /// How many steps the run has.
      public let steps: Int
      /// The mean loss of the steps since the last progress, in nats a token.
      public let loss: Double

      /// The share of the steps that have been taken, 0 to 1.
      public var fraction: Double { Double(completedSteps) / Double(steps) }
    }

    /// Training, as the progress that it makes: waiting for an element takes steps.
    ///
    /// - Parameters:
    ///   - steps: How many steps to take, as for `Trainer.train(steps:)`; by default all that remain.
    ///   - interval: The time between two elements, if steps do not take longer. There is an element after the last
    ///     step, too.
    public nonisolated func progress(
      steps: Int? = nil, every interval: Duration = .milliseconds(50)
    ) -> ProgressSequence {
      ProgressSequence(trainer: self, steps: steps, interval: interval)
    }

    /// Takes steps until the last, without progress.
    ///
    /// - Parameter steps: How many steps to take, as for `Trainer.train(steps:)`; by default all that remain.
    /// - Throws: `CancellationError`, or `TrainingError` if a loss is not finite.
    public nonisolated func train(steps: Int? = nil) async throws {
      for try await _ in progress(steps: steps) {}
    }

    /// The run's sizes and hyperparameters.
    public var configuration: Configuration { trainer.configuration }
    /// How many steps have been taken.
    public var completedSteps: Int { trainer.completedSteps }
    /// The model as it is now.
    public var model: Model { trainer.model }
    /// The run as it is now: what `Checkpoint` saves, and `Trainer(resuming:corpus:)` continues.
    public var state: TrainingState { trainer.state }

    /// The current model's loss on documents; see `Trainer.evaluate(_:)`.
    public func evaluate(_ corpus: Corpus) throws(TokenizerError) -> Evaluation {
      try trainer.evaluate(corpus)
    }

    /// The number of the last of so many further steps.
    fileprivate func lastStep(after steps: Int?) -> Int { trainer.lastStep(after: steps) }

    /// Takes steps for an interval, and at least one.
    ///
    /// - Returns: The progress, or `nil` if step `last` has been taken.
    fileprivate func advance(to last: Int, for interval: Duration) throws -> Progress? {
      let clock = ContinuousClock(), start = clock.now
      var sum = 0.0, count = 0
      repeat {
        try Task.checkCancellation()
        guard trainer.completedSteps < last, let step = try trainer.step() else { break }
        (sum, count) = (sum + step.loss, count + 1)
      } while clock.now - start < interval
      if count == 0 { return nil }
      return Progress(
        completedSteps: trainer.completedSteps, steps: trainer.configuration.steps, loss: sum / Double(count))
    }
  }

  @available(macOS 13, iOS 16, tvOS 16, watchOS 9, *)
  extension BackgroundTrainer {
    /// The progress of a run, which it makes while an element is waited for.
    public struct ProgressSequence: AsyncSequence, Sendable {
      fileprivate let trainer: BackgroundTrainer
      fileprivate let steps: Int?
      fileprivate let interval: Duration

      /// Takes steps on from where the run is now.
      public func makeAsyncIterator() -> Iterator { Iterator(sequence: self) }

      /// Takes the steps of one loop.
      public struct Iterator: AsyncIteratorProtocol, Sendable {
        fileprivate let sequence: ProgressSequence
        /// The number of the last step, known from the first element on.
        private var last: Int?

        fileprivate init(sequence: ProgressSequence) { self.sequence = sequence }

        /// The progress after an interval's steps, or `nil` after the last.
        ///
        /// - Throws: `CancellationError` if the task is cancelled, or `TrainingError` if a loss is not finite.
        public mutating func next() async throws -> Progress? {
          let trainer = sequence.trainer
          if last == nil { last = await trainer.lastStep(after: sequence.steps) }
          return try await trainer.advance(to: last!, for: sequence.interval)
        }
      }
    }
  }
#endif
