// The loss on the held-out documents: at the end and, with --eval-every, on the way, where the lowest is remembered.

import MicroGPT

/// Measures a run's model on the documents that it does not learn from.
struct HeldOutLoss {
  let documents: Corpus
  /// When to measure, and the lowest loss so far; `nil` if only at the end.
  private(set) var evaluations: Checkpoint.Evaluations?
  private var last: (step: Int, evaluation: Evaluation)?

  init(_ documents: Corpus, _ evaluations: Checkpoint.Evaluations?) {
    (self.documents, self.evaluations) = (documents, evaluations)
  }

  /// Whether the loss has not improved for as many evaluations as the run's patience lasts.
  var isPatienceExhausted: Bool { evaluations?.isPatienceExhausted ?? false }

  /// Whether the last evaluation is the best so far.
  var isBest: Bool { evaluations?.best?.evaluationsSince == 0 }

  /// Whether it is time to measure the model.
  func isDue(_ trainer: Trainer) -> Bool {
    evaluations.map { trainer.completedSteps.isMultiple(of: $0.interval) } ?? false
  }

  /// Measures the model if it is time to.
  mutating func measureOnTheWay(_ trainer: Trainer) throws -> Evaluation? {
    guard isDue(trainer) else { return nil }
    let evaluation = try measure(trainer)
    if let best = evaluations?.best, !(evaluation.loss < best.loss) {
      evaluations?.best?.evaluationsSince += 1
    } else {
      evaluations?.best = .init(loss: evaluation.loss, step: trainer.completedSteps, evaluationsSince: 0)
    }
    return evaluation
  }

  /// The loss of the model as it is now.
  mutating func measure(_ trainer: Trainer) throws -> Evaluation {
    if let last, last.step == trainer.completedSteps { return last.evaluation }
    let evaluation = try trainer.evaluate(documents)
    guard evaluation.loss.isFinite else { throw HeldOutLossError.notFinite }
    last = (trainer.completedSteps, evaluation)
    return evaluation
  }
}

/// Why a loss on held-out documents cannot be used.
enum HeldOutLossError: Error {
  /// It is infinite or not a number.
  case notFinite
}

extension Evaluation {
  /// "2.3456 (per token: 2.3123)". Of a stream both are the same number.
  func losses(isStream: Bool) -> String {
    fixed(loss, 4) + (isStream ? "" : " (per token: \(fixed(lossPerToken, 4)))")
  }
}
