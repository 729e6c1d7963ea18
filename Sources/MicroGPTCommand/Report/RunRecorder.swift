// What a report remembers of a run while it goes on. It reads the trainer and changes nothing: losses, samples and
// checkpoints have the same bits with a report and without.

import MicroGPT

/// The numbers of a sitting, step by step, in memory that does not grow with the steps.
///
/// A class, because it belongs to one run.
final class RunRecorder {
  /// The steps that were taken before this sitting.
  let earlier: Int
  /// The loss of each step, and its moving average.
  private(set) var losses = BinnedSeries(), smoothed = BinnedSeries()
  /// The seconds that each step took.
  private(set) var seconds = BinnedSeries()
  /// The losses on the held-out documents.
  private(set) var heldOut = BinnedSeries(capacity: 512)
  /// The updates that were measured.
  private(set) var probes: [UpdateProbe] = []
  /// The kinds of matrices that they measure.
  let kinds: [UpdateProbe.Kind]
  /// Some samples, and the step after which the model drew them.
  private(set) var samples: [(step: Int, texts: [String])] = []
  /// The last loss on the held-out documents, if there is one.
  private(set) var lastHeldOut: (step: Int, evaluation: Evaluation)?

  /// The seconds that all steps have taken, and those that recording has.
  private(set) var stepSeconds = 0.0, spent = 0.0
  /// The most that recording may take, as a share of the steps' time, besides some milliseconds.
  private let share: Double
  private let plan: RecordingPlan
  private let temperature: Double
  private var average = SmoothedLoss()
  /// The places of the next steps of the plan.
  private var nextProbe = 0, nextSample = 0
  /// The state before a step that is measured.
  private var before: TrainingState?
  private var start = 0.0
  /// What the last measured update and the last samples have taken: the next ones take about as long. The first ones of a
  /// large model are estimated, so that a short run of it does not take much longer for them.
  private var probeSeconds, sampleSeconds: Double

  /// A recorder of a sitting that begins with the trainer's next step.
  ///
  /// - Parameters:
  ///   - trainer: The run, before the sitting's first step.
  ///   - temperature: That of the samples on the way.
  ///   - share: The most that recording may take, as a share of the steps' time. What a small model is asked always fits; of
  ///     a large one that takes a few steps, copies and samples would take longer than the steps.
  init(_ trainer: Trainer, temperature: Double, share: Double = 0.05) {
    (earlier, self.temperature, self.share) = (trainer.completedSteps, temperature, share)
    plan = RecordingPlan(
      after: trainer.completedSteps, to: trainer.configuration.steps, parameters: trainer.parameterCount)
    (probeSeconds, sampleSeconds) = (
      3e-8 * Double(trainer.parameterCount), 2e-8 * Double(trainer.parameterCount)
    )
    kinds = plan.probes.isEmpty ? [] : UpdateProbe.kinds(trainer.model)
  }

  /// Has to be called before each step. The first state that is taken hashes the text, once.
  func begin(_ trainer: Trainer) {
    if nextProbe < plan.probes.count, plan.probes[nextProbe] == trainer.completedSteps + 1 {
      if hasTime(probeSeconds, besides: 0.005) {
        let begin = Console.seconds
        before = trainer.state
        probeSeconds = Console.seconds - begin
        spent += probeSeconds
      } else {
        nextProbe += 1
      }
    }
    start = Console.seconds
  }

  /// Has to be called after each step.
  func end(_ step: Trainer.Step, _ trainer: Trainer) {
    let end = Console.seconds
    stepSeconds += end - start
    seconds.add(end - start, at: step.number)
    average.add(step.loss)
    losses.add(step.loss, at: step.number)
    smoothed.add(average.value, at: step.number)
    if let state = before {
      let begin = Console.seconds
      probes.append(UpdateProbe(from: state, to: trainer.state, kinds))
      probeSeconds += Console.seconds - begin
      before = nil
      nextProbe += 1
    }
    if nextSample < plan.samples.count, plan.samples[nextSample] == step.number {
      nextSample += 1
      // The few samples come before updates, of which many are measured.
      if hasTime(sampleSeconds, besides: 0.01) {
        let begin = Console.seconds
        sample(trainer)
        sampleSeconds = Console.seconds - begin
      }
    }
    spent += Console.seconds - end
  }

  /// Whether recording may take that much more time: a share of the steps' time besides some seconds.
  private func hasTime(_ expected: Double, besides seconds: Double) -> Bool {
    // Before the first step even an infinite share is none.
    spent + expected <= seconds + (stepSeconds > 0 ? share * stepSeconds : 0)
  }

  /// Takes a loss on the held-out documents.
  func measured(_ evaluation: Evaluation, _ trainer: Trainer) {
    if lastHeldOut?.step == trainer.completedSteps { return }
    heldOut.add(evaluation.loss, at: trainer.completedSteps)
    lastHeldOut = (trainer.completedSteps, evaluation)
  }

  /// Draws samples from the model as it is now, unless that has been done. Each time the random numbers are the same: a
  /// copy of those that the run's own samples begin with.
  func sample(_ trainer: Trainer) {
    if samples.last?.step == trainer.completedSteps { return }
    let blockSize = trainer.configuration.blockSize, isLong = trainer.corpus.isStream || blockSize > 64
    let sampler = trainer.sampler()
    let texts = (0..<(isLong ? 3 : 8)).compactMap { _ in
      try? sampler.sample(temperature: temperature, length: min(blockSize, 160))
    }
    // A model that computes no finite numbers has none; the run says so itself.
    if !texts.isEmpty { samples.append((trainer.completedSteps, texts)) }
  }
}
