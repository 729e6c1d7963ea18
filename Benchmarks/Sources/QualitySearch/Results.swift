// The file of results: one JSON object per line, so that a search can continue an earlier one.

import Foundation

struct Results {
  let path: String
  private(set) var trials: [Trial]

  /// The results in a file; none if it does not exist.
  init(path: String) throws {
    self.path = path
    guard let data = FileManager.default.contents(atPath: path) else {
      trials = []
      return
    }
    trials = try data.split(separator: UInt8(ascii: "\n")).map { line in
      try JSONDecoder().decode(Trial.self, from: line)
    }
  }

  mutating func append(_ trial: Trial) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let line = try encoder.encode(trial) + [UInt8(ascii: "\n")]
    if !FileManager.default.fileExists(atPath: path) {
      _ = FileManager.default.createFile(atPath: path, contents: nil)
    }
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.seekToEnd()
    try file.write(contentsOf: line)
    try file.close()
    trials.append(trial)
  }

  /// The trials of a search with a budget, best first. Left out are those whose step was timed while other programs
  /// slowed it, which cost them steps.
  func searched(budget: Double, by loss: KeyPath<Trial, Double>) -> [Trial] {
    let best = Dictionary(grouping: trials) { $0.setting.shape }.mapValues { $0.map(\.microseconds).min()! }
    return trials.filter {
      $0.budget == budget && $0.seed == Laboratory.searchSeed
        && $0.microseconds < 1.1 * best[$0.setting.shape]!
    }.sorted { $0[keyPath: loss] < $1[keyPath: loss] }
  }

  /// The settings that were run with further seeds, best first by the median of their losses. The search's own seed
  /// is left out: a setting was chosen because it did well with that one.
  func confirmed(budget: Double, by loss: KeyPath<Trial, Double>) -> [Contender] {
    let others = trials.filter { $0.budget == budget && $0.seed != Laboratory.searchSeed }
    return Dictionary(grouping: others) { Contender.Run(setting: $0.setting, steps: $0.steps) }
      .map { Contender(run: $0.key, trials: $0.value) }
      .sorted { median($0.trials.map { $0[keyPath: loss] }) < median($1.trials.map { $0[keyPath: loss] }) }
  }
}

/// A setting and a number of steps that were run with several seeds.
struct Contender {
  struct Run: Hashable {
    let setting: Setting
    let steps: Int
  }

  let run: Run
  let trials: [Trial]

  /// The median of the CPU seconds that its runs took.
  var seconds: Double { median(trials.map(\.seconds)) }

  /// Why it cannot win: `nil` if it can.
  func refusal(seeds: Int) -> String? {
    let budget = trials[0].budget
    if seconds > budget {
      return String(format: "takes %.3f CPU seconds, more than its budget of %g", seconds, budget)
    }
    return trials.count < seeds ? "has \(trials.count) runs, fewer than \(seeds)" : nil
  }
}
