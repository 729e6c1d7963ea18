// The file of results: a JSON object a line, so that a search can go on where an earlier one stopped.

import Foundation

struct Results {
  let path: String
  private(set) var trials: [Trial]

  /// The results in a file, none if there is no file.
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

  /// The trials whose step was not timed while somebody else had the machine, which would leave them too few.
  var fair: [Trial] {
    let best = Dictionary(grouping: trials) { $0.setting.shape }.mapValues { $0.map(\.microseconds).min()! }
    return trials.filter { $0.microseconds < 1.1 * best[$0.setting.shape]! }
  }

  /// Settings of a budget, the best first, by the mean of all their trials.
  func ranking(budget: Double, by loss: KeyPath<Trial, Double>) -> [(setting: Setting, trials: [Trial])] {
    let groups = Dictionary(grouping: fair.filter { $0.budget == budget }) { $0.setting }
    func mean(_ trials: [Trial]) -> Double {
      trials.map { $0[keyPath: loss] }.reduce(0, +) / Double(trials.count)
    }
    return groups.map { (setting: $0.key, trials: $0.value) }
      .sorted { mean($0.trials) < mean($1.trials) }
  }
}
