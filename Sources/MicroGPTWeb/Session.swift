// A run as the page sees it: it steps, stands still, is rewound to any step with the same bits, and draws samples.

import MicroGPT

/// A training run with its history.
///
/// A class, because it owns a run.
package final class Session {
  package let settings: Settings
  /// The documents to train on, in the order in which they were given.
  private let documents: Corpus
  private let heldOut: Corpus?
  package private(set) var trainer: Trainer
  /// The furthest step taken; the run itself may stand at an earlier one.
  package private(set) var furthestStep = 0
  /// The step that a rewinding is on its way to.
  private var target: Int?
  private var snapshots: Snapshots

  /// The loss of every step up to the furthest, and its moving average, in bins of equally many steps.
  package private(set) var losses = BinnedSeries(capacity: 2048), averages = BinnedSeries(capacity: 2048)
  private var average = 0.0, averageWeight = 0.0
  /// The width of the bins that the page has.
  var knownWidth = 1
  /// The held-out loss after some steps.
  package private(set) var heldOutLosses: [(step: Int, loss: Double)] = []
  private let heldOutInterval: Int
  private static let heldOutDocuments = 50

  /// A document that the model made.
  package struct Sample: Equatable {
    package let text: String
    /// The step after which it was drawn.
    package let step: Int
    /// Whether no document of the training text equals it.
    package let isNew: Bool
  }
  /// The last samples, at most `sampleCapacity`.
  package private(set) var samples: [Sample] = []
  package private(set) var sampleCount = 0
  private static let sampleCapacity = 1000
  /// What draws samples until the run moves on.
  private var sampler: Sampler?

  var scenes = SceneCache()
  var scales: [StripContent: StripScales] = [:]

  /// The most bytes of a run, so that a browser's tab can hold it.
  private static let memoryLimit = 1 << 30

  /// Begins a run.
  ///
  /// - Parameter text: UTF-8, one document a line; `nil` for the built-in names.
  package init(_ settings: Settings, text: [UInt8]?) throws(PageError) {
    self.settings = settings
    var corpus = Corpus.names
    if let text {
      do throws(CorpusError) { corpus = try Corpus(utf8: text) } catch {
        throw PageError(sentence: error.description)
      }
    }
    let tokenizer = Tokenizer(corpus)
    if settings.heldOutShare > 0 {
      do throws(SplitError) {
        let halves = try corpus.split(
          holdingOut: settings.heldOutShare, seed: settings.configuration.seed)
        documents = halves.training
        var left = Session.heldOutDocuments
        heldOut = halves.heldOut.documents { _ in
          left -= 1
          return left >= 0
        }
      } catch { throw PageError(sentence: error.description) }
    } else {
      (documents, heldOut) = (corpus, nil)
    }
    let bytes = settings.configuration.trainingMemory(
      vocabularySize: tokenizer.vocabularySize, engine: settings.arithmetic)
    guard let bytes, bytes <= Session.memoryLimit else {
      throw PageError(
        sentence: "A run of this model takes more than 1 GB of memory, which a page does not get. "
          + "Choose fewer layers, a smaller width or block, or a smaller batch.")
    }
    do throws(ConfigurationError) {
      trainer = try Trainer(
        corpus: documents, tokenizer: tokenizer, configuration: settings.configuration,
        engine: settings.arithmetic)
    } catch { throw PageError(sentence: error.description) }
    heldOutInterval = max(50, settings.configuration.steps / 20)
    snapshots = Snapshots(capacity: Snapshots.capacity(parameterCount: trainer.parameterCount))
    snapshots.add(trainer.state)
    evaluate()
  }

  /// The steps that the run's parameters have taken.
  package var step: Int { trainer.completedSteps }
  package var snapshotCount: Int { snapshots.count }

  /// The loss of guessing among all tokens, ln V.
  package var uniformLoss: Double { Functions.current.log(Double(trainer.tokenizer.vocabularySize)) }

  /// Takes the next steps, at most `count`.
  ///
  /// - Returns: How many were taken; fewer than `count` at the end of the run.
  package func advance(_ count: Int) throws(PageError) -> Int {
    target = nil
    if count > 0 { sampler = nil }
    for taken in 0..<count {
      guard let step = try takeStep() else { return taken }
      guard step.number > furthestStep else { continue }
      furthestStep = step.number
      losses.add(step.loss, at: step.number)
      // The mean of recent losses, weighted by 0.98 to the power of their age.
      average = 0.98 * average + step.loss
      averageWeight = 0.98 * averageWeight + 1
      averages.add(average / averageWeight, at: step.number)
      if snapshots.wants(step.number) { snapshots.add(trainer.state) }
      if step.number % heldOutInterval == 0 { evaluate() }
    }
    return count
  }

  private func takeStep() throws(PageError) -> Trainer.Step? {
    do throws(TrainingError) { return try trainer.step() } catch {
      throw PageError(sentence: error.description)
    }
  }

  /// Goes to a step between 0 and the furthest: to the nearest state before it, from which `replay` goes on.
  package func rewind(to step: Int) throws(PageError) {
    let step = max(0, min(step, furthestStep))
    target = step
    sampler = nil
    guard let state = snapshots.nearest(to: step) else { return }
    if trainer.completedSteps <= step, trainer.completedSteps >= state.completedSteps { return }
    do throws(TrainingStateError) { trainer = try Trainer(resuming: state, corpus: documents) } catch {
      throw PageError(sentence: error.description)
    }
  }

  /// The steps between the run and the one that it is rewound to.
  package var remaining: Int { target.map { $0 - trainer.completedSteps } ?? 0 }

  /// Repeats steps up to the one that the run is rewound to, at most `count`.
  package func replay(_ count: Int) throws(PageError) {
    for _ in 0..<max(0, min(count, remaining)) { _ = try takeStep() }
  }

  /// Draws samples of the model as it is now.
  ///
  /// At each step they begin with the random numbers that follow the run's own, so that the same step gives the same
  /// samples, and the last step those of the reference.
  package func sample(_ count: Int, temperature: Double? = nil) throws(PageError) {
    // Prefixes are not kept: the next step changes the model.
    let sampler = sampler ?? Sampler(trainer.model, random: trainer.random, prefixMemory: 0)
    self.sampler = sampler
    for _ in 0..<count {
      do throws(SamplerError) {
        let text = try sampler.sample(temperature: temperature ?? settings.temperature)
        samples.append(Sample(text: text, step: step, isNew: !isKnown(text)))
        sampleCount += 1
      } catch { throw PageError(sentence: error.description) }
    }
    if samples.count > Session.sampleCapacity {
      samples.removeFirst(samples.count - Session.sampleCapacity)
    }
  }

  private func isKnown(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return documents.contains { $0.utf8.elementsEqual(bytes) }
  }

  private func evaluate() {
    guard let heldOut, let evaluation = try? trainer.evaluate(heldOut) else { return }
    heldOutLosses.append((furthestStep, evaluation.loss))
  }

  /// The index, in training order, of the first document of the next step.
  package var nextDocument: Int {
    trainer.completedSteps * settings.configuration.batchSize % trainer.corpus.count
  }
}
