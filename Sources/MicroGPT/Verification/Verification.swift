// The reference's run, repeated in exact arithmetic and compared with CPython's figures.

/// A run that is to give a reference's figures, a few steps at a time.
///
///     let verification = try Verification(.builtInNames, corpus: .names)
///     while try verification.advance(100) == nil { print(verification.completedSteps) }
///
/// A class, because it owns a run.
package final class Verification {
  private let figures: GoldenFigures
  private let trainer: Trainer
  private var losses: [Double] = []

  /// Begins the run that the figures are from.
  ///
  /// - Parameter configuration: The configuration of that run.
  package init(
    _ figures: GoldenFigures, corpus: Corpus, configuration: Configuration = Configuration(),
    instructionSet: InstructionSet = .widest
  ) throws(ConfigurationError) {
    self.figures = figures
    trainer = try Trainer(corpus: corpus, configuration: configuration, instructionSet: instructionSet)
  }

  /// The steps taken, and how many there are.
  package var completedSteps: Int { trainer.completedSteps }
  package var steps: Int { trainer.configuration.steps }

  /// Takes the next steps, at most `count`.
  ///
  /// - Returns: The verdict, once all steps have been taken and the samples drawn.
  package func advance(_ count: Int) throws(TrainingError) -> Verdict? {
    for _ in 0..<count {
      guard let step = try trainer.step() else { return verdict }
      losses.append(step.loss)
    }
    return nil
  }

  /// Compares the run as it is now with the figures.
  private var verdict: Verdict {
    let sampler = trainer.sampler()
    var samples: [String] = []
    for _ in figures.samples {
      do throws(SamplerError) { samples.append(try sampler.sample()) } catch {
        return .different("sample \(samples.count + 1) cannot be drawn")
      }
    }
    return Verdict(
      figures, losses: losses, parametersSHA256: sampler.model.parametersSHA256, samples: samples)
  }
}
