// A run within a budget of CPU time, and its losses.

import Foundation
import MicroGPT

/// CPU seconds of this process since its start: they leave out the time that others use a shared machine.
func processSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// A line of the file of results.
struct Trial: Codable {
  /// The CPU seconds that the whole run may take.
  let budget: Double
  let setting: Setting
  let steps: Int
  let seed: UInt64
  /// Microseconds per step, from which the number of steps within the budget was computed.
  let microseconds: Double
  /// The mean loss of the last 100 steps.
  let last100: Double
  /// The loss of the trained model on a third of the training documents. It varies less than the mean of the
  /// last steps.
  let training: Double
  /// The loss of the trained model on the documents held out.
  let heldOut: Double
}

/// Runs trials on one split of one corpus.
struct Laboratory {
  let training, sample, heldOut: Corpus
  /// CPU seconds before the first step: the process, the text, the shuffle and the initial parameters.
  let startSeconds: Double
  private var costs: [[Int]: Double] = [:]

  /// - Parameter trials: Earlier trials, whose costs of a step are reused.
  init(corpus: Corpus, trials: [Trial]) throws {
    (training, heldOut) = try corpus.split(holdingOut: 0.1, seed: 42)
    sample = try training.split(holdingOut: 1.0 / 3, seed: 42).heldOut
    for trial in trials {
      costs[trial.setting.shape] = min(trial.microseconds, costs[trial.setting.shape] ?? .infinity)
    }
    let start = processSeconds()
    _ = try Trainer(corpus: corpus, engine: .fast)
    startSeconds = 0.006 + processSeconds() - start
  }

  /// Microseconds per step: the best of all short rounds so far, because other load only adds to it.
  private mutating func cost(_ setting: Setting) throws -> Double {
    let trainer = try Trainer(
      corpus: training, configuration: setting.configuration(steps: .max / 2, seed: 42), engine: .fast)
    func time(_ steps: Int) throws -> Double {
      let start = processSeconds()
      for _ in 0..<steps { _ = try trainer.step() }
      return (processSeconds() - start) / Double(steps)
    }
    _ = try time(5)
    let count = max(5, Int(0.004 / (try time(5))))
    let best = try (0..<12).map { _ in try time(count) }.min()! * 1e6
    costs[setting.shape] = min(best, costs[setting.shape] ?? .infinity)
    return costs[setting.shape]!
  }

  /// Runs a setting for as many steps as the budget allows, less a fiftieth as a margin; `nil` if it diverged.
  mutating func run(_ setting: Setting, budget: Double, seed: UInt64) throws -> Trial? {
    let microseconds = try cost(setting)
    let steps = max(100, Int(0.98 * (budget - startSeconds) * 1e6 / microseconds))
    let trainer = try Trainer(
      corpus: training, configuration: setting.configuration(steps: steps, seed: seed), engine: .fast)
    var losses: [Double] = []
    do {
      while let step = try trainer.step() {
        losses.append(step.loss)
        // A mean loss above 3 after a tenth of the run is near guessing: the setting will not win.
        if losses.count == steps / 10, losses.suffix(100).reduce(0, +) > 300 { return nil }
      }
    } catch { return nil }
    return Trial(
      budget: budget, setting: setting, steps: steps, seed: seed,
      microseconds: rounded(microseconds, 2),
      last100: rounded(losses.suffix(100).reduce(0, +) / 100, 4),
      training: rounded(try trainer.evaluate(sample).loss, 4),
      heldOut: rounded(try trainer.evaluate(heldOut).loss, 4))
  }
}

/// A number rounded to `decimals` digits behind the point.
func rounded(_ value: Double, _ decimals: Int) -> Double {
  Double(String(format: "%.\(decimals)f", value))!
}
