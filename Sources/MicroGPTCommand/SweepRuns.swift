// The runs of a sweep, trained by several threads.

import MicroGPT

/// What a run of a sweep has come to.
struct SweepOutcome: Sendable {
  /// The run's place among the combinations.
  let index: Int
  /// The loss on the held-out documents, and the smoothed loss of the training steps; `nil` if a loss was not a finite
  /// number.
  let losses: (heldOut: Double, training: Double?)?
  let parameterCount: Int
  let seconds: Double
}

/// Trains the runs. Threads take one run after the other; no number depends on which thread takes it.
///
/// A class, because its threads share it. Sendable, because what changes is locked.
final class SweepRuns: @unchecked Sendable {
  private let combinations: SweepCombinations
  private let documents: SweepDocuments
  private let instructions: InstructionSet
  private let state: Locked<State>

  private struct State {
    var next = 0
    var outcomes: [SweepOutcome] = []
    var error: (any Error)?
    var progress: SweepProgress
  }

  init(
    _ combinations: SweepCombinations, _ documents: SweepDocuments, instructions: InstructionSet,
    progress: SweepProgress
  ) {
    (self.combinations, self.documents, self.instructions) = (combinations, documents, instructions)
    state = Locked(State(progress: progress))
  }

  /// Trains all runs, or as many as end before a signal comes.
  ///
  /// - Returns: The outcomes, in the order of the combinations.
  func train(jobs: Int) throws -> [SweepOutcome] {
    onThreads(jobs) { [self] in
      while let index = nextIndex() {
        do {
          let outcome = try train(index)
          state.use { state in
            guard let outcome else { return }
            state.outcomes.append(outcome)
            state.progress.finish(outcome)
          }
        } catch {
          state.use { $0.error = error }
        }
      }
    }
    return try state.use { state in
      state.progress.end()
      if let error = state.error { throw error }
      return state.outcomes.sorted { $0.index < $1.index }
    }
  }

  /// The next run to train, unless there is none, or an error or a signal ends the sweep.
  private func nextIndex() -> Int? {
    state.use { state in
      guard state.error == nil, Interruption.number == nil, state.next < combinations.runs.count else {
        return nil
      }
      defer { state.next += 1 }
      return state.next
    }
  }

  /// Trains a run and measures it; `nil` if a signal comes first.
  private func train(_ index: Int) throws -> SweepOutcome? {
    let start = Console.seconds, settings = combinations.runs[index], documents = try documents.of(settings)
    let trainer = try Trainer(
      corpus: documents.training, tokenizer: self.documents.tokenizer, configuration: settings.configuration,
      engine: settings.engine, instructionSet: instructions)
    func outcome(_ losses: (Double, Double?)?) -> SweepOutcome {
      SweepOutcome(
        index: index, losses: losses, parameterCount: trainer.parameterCount,
        seconds: Console.seconds - start)
    }
    var smoothed = SmoothedLoss(), shown = start
    do {
      while let step = try trainer.step() {
        smoothed.add(step.loss)
        if Interruption.number != nil { return nil }
        let now = Console.seconds
        if now - shown > 0.1 {
          shown = now
          state.use {
            $0.progress.show(index, share: Double(step.number) / Double(settings.configuration.steps))
          }
        }
      }
    } catch TrainingError.lossNotFinite {
      return outcome(nil)
    }
    let heldOut = try trainer.evaluate(documents.heldOut!).loss
    return outcome(heldOut.isFinite ? (heldOut, trainer.completedSteps > 0 ? smoothed.value : nil) : nil)
  }
}
