// A run within a budget of CPU time, and its losses.

import Foundation
import MicroGPT

/// CPU seconds of this process since its start. They leave out the time that other programs use a shared machine.
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
  /// Microseconds per step in the best short round, from which the search computes how many steps fit the budget.
  let microseconds: Double
  /// The CPU seconds that the run took: its steps, and what `Laboratory.startSeconds` says of the time before them.
  let seconds: Double
  /// The mean loss of the last 100 steps.
  let last100: Double
  /// The loss of the trained model on a third of the documents it learned from. It varies less than the mean of
  /// the last steps.
  let training: Double
  /// The loss of the trained model on the documents held out.
  let heldOut: Double
}

/// Runs trials on one corpus.
struct Laboratory {
  /// The seed of every trial of a search. Confirmations have other seeds.
  static let searchSeed: UInt64 = 42

  let learned, sample, heldOut: Corpus
  /// CPU seconds before the first step: the process, the text, the shuffle and the initial parameters.
  let startSeconds: Double
  private var costs: [[Int]: Double] = [:]

  /// - Parameters:
  ///   - text: The documents, one a line. The set kept apart is dropped at once.
  ///   - trials: Earlier trials, whose costs of a step are reused.
  init(text: [UInt8], trials: [Trial] = []) throws {
    let start = processSeconds()
    let corpus = try Corpus(utf8: text)
    _ = try Trainer(corpus: corpus, engine: .fast)
    // The command takes 4 ms to start and to read its text.
    startSeconds = 0.004 + processSeconds() - start
    let sets = try NameSets(corpus)
    (learned, heldOut) = (sets.learned, sets.heldOut)
    sample = try learned.split(holdingOut: 1.0 / 3, seed: 42).heldOut
    for trial in trials {
      costs[trial.setting.shape] = min(trial.microseconds, costs[trial.setting.shape] ?? .infinity)
    }
  }

  /// Microseconds per step: the best of all short rounds so far, because other programs only add to it.
  private mutating func cost(_ setting: Setting) throws -> Double {
    let trainer = try Trainer(
      corpus: learned, configuration: setting.configuration(steps: .max / 2, seed: Laboratory.searchSeed),
      engine: .fast)
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
  mutating func search(_ setting: Setting, budget: Double) throws -> Trial? {
    let microseconds = try cost(setting)
    let steps = max(100, Int(0.98 * (budget - startSeconds) * 1e6 / microseconds))
    return try run(
      setting, steps: steps, budget: budget, microseconds: microseconds, seed: Laboratory.searchSeed)
  }

  /// Runs a setting for a number of steps; `nil` if it diverged.
  func run(
    _ setting: Setting, steps: Int, budget: Double, microseconds: Double, seed: UInt64
  ) throws -> Trial? {
    let trainer = try Trainer(
      corpus: learned, configuration: setting.configuration(steps: steps, seed: seed), engine: .fast)
    // The trainer's own start is part of `startSeconds`.
    let firstStep = processSeconds()
    var losses: [Double] = []
    do {
      while let step = try trainer.step() {
        losses.append(step.loss)
        // A mean loss above 3 after a tenth of the run is near guessing: the setting will not win.
        if losses.count == steps / 10, losses.suffix(100).reduce(0, +) > 300 { return nil }
      }
    } catch { return nil }
    let seconds = startSeconds + processSeconds() - firstStep
    return Trial(
      budget: budget, setting: setting, steps: steps, seed: seed,
      microseconds: rounded(microseconds, 2), seconds: rounded(seconds, 3),
      last100: rounded(losses.suffix(100).reduce(0, +) / 100, 4),
      training: rounded(try trainer.evaluate(sample).loss, 4),
      heldOut: rounded(try trainer.evaluate(heldOut).loss, 4))
  }
}

/// A number rounded to `decimals` digits after the decimal point.
func rounded(_ value: Double, _ decimals: Int) -> Double {
  Double(String(format: "%.\(decimals)f", value))!
}

/// The median of some numbers: of an even count, the mean of the two in the middle.
func median(_ values: [Double]) -> Double {
  let sorted = values.sorted(), count = values.count
  return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
}

/// The median of some numbers and, of several, their range.
func summary(_ values: [Double], decimals: Int) -> String {
  func text(_ value: Double) -> String { String(format: "%.\(decimals)f", value) }
  guard values.count > 1 else { return values.first.map(text) ?? "-" }
  return "\(text(median(values))) (\(text(values.min()!)) to \(text(values.max()!)))"
}
