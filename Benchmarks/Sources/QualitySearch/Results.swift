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

  /// The trials whose step was not timed under other load, which would have cost them steps.
  var fair: [Trial] {
    let best = Dictionary(grouping: trials) { $0.setting.shape }.mapValues { $0.map(\.microseconds).min()! }
    return trials.filter { $0.microseconds < 1.1 * best[$0.setting.shape]! }
  }

  /// The settings tried with a budget, best first, by the mean loss of their trials.
  func ranking(budget: Double, by loss: KeyPath<Trial, Double>) -> [(setting: Setting, trials: [Trial])] {
    let groups = Dictionary(grouping: fair.filter { $0.budget == budget }) { $0.setting }
    func mean(_ trials: [Trial]) -> Double {
      trials.map { $0[keyPath: loss] }.reduce(0, +) / Double(trials.count)
    }
    return groups.map { (setting: $0.key, trials: $0.value) }
      .sorted { mean($0.trials) < mean($1.trials) }
  }
}
