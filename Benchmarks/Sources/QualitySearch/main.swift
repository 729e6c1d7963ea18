// The search for the settings that learn the names best within seconds: `Scripts/search`.
//
//     QualitySearch search --data names.txt --budget 1 --seconds 600
//     QualitySearch confirm --data names.txt --budget 1 --seeds 5 --top 4
//     QualitySearch rank --budget 1

import Foundation
import MicroGPT

var data = "input.txt", file = "results.jsonl", budget = 1.0, seconds = 300.0, seeds = 5, top = 4
var searchSeed: UInt64 = 1, picture = "quality.svg"
var arguments = CommandLine.arguments.dropFirst()
let mode = arguments.popFirst() ?? "rank"
while let argument = arguments.popFirst() {
  let value = arguments.popFirst() ?? ""
  switch argument {
  case "--data": data = value
  case "--results": file = value
  case "--budget": budget = Double(value) ?? budget
  case "--seconds": seconds = Double(value) ?? seconds
  case "--seeds": seeds = Int(value) ?? seeds
  case "--top": top = Int(value) ?? top
  case "--search-seed": searchSeed = UInt64(value) ?? searchSeed
  case "--picture": picture = value
  default:
    print("Unknown option '\(argument)'.")
    exit(EX_USAGE)
  }
}

/// Prints a line at once, so that somebody can follow.
func say(_ line: String) {
  FileHandle.standardOutput.write(Data((line + "\n").utf8))
}

/// A setting with its losses: of each the median and the range.
func line(_ setting: Setting, _ trials: [Trial]) -> String {
  func summary(_ loss: KeyPath<Trial, Double>) -> String {
    let values = trials.map { $0[keyPath: loss] }.sorted()
    let median = (values[(values.count - 1) / 2] + values[values.count / 2]) / 2
    let text = String(format: "%.4f", median)
    return values.count == 1 ? text : text + String(format: " (%.4f-%.4f)", values.first!, values.last!)
  }
  return "last 100 \(summary(\.last100)) training \(summary(\.training)) held out \(summary(\.heldOut)) "
    + setting.options(steps: trials[0].steps)
}

var results = try Results(path: file)

@MainActor func laboratory() throws -> Laboratory {
  try Laboratory(
    corpus: Corpus(utf8: [UInt8](Data(contentsOf: URL(fileURLWithPath: data)))), trials: results.trials)
}

/// Tries settings until the time is up: some anywhere, most beside one of the best that are known.
@MainActor func search() throws {
  var laboratory = try laboratory(), random = PythonRandom(seed: searchSeed)
  var seen = Set(results.fair.filter { $0.budget == budget }.map(\.setting))
  // Winners of a smaller budget are good places to start from.
  let smaller = results.trials.map(\.budget).filter { $0 < budget }.max() ?? 0
  let winners = results.ranking(budget: smaller, by: \.training).prefix(4).map(\.setting)
  var first = (Space.starts + winners).filter { !seen.contains($0) }
  let start = processSeconds()
  while processSeconds() - start < seconds {
    let loss = random.choice(weights: [2, 1]) == 0 ? \Trial.training : \Trial.heldOut
    let best = results.ranking(budget: budget, by: loss).prefix(6).map(\.setting)
    let setting: Setting
    if let start = first.popLast() {
      setting = start
    } else if best.count < 4 || random.choice(weights: [14, 1]) == 1 {
      setting = Space.any(using: &random)
    } else {
      setting = Space.beside(best[Int(random.uniform() * Double(best.count))], using: &random)
    }
    guard seen.insert(setting).inserted, let trial = try laboratory.run(setting, budget: budget, seed: 42)
    else { continue }
    try results.append(trial)
    say(line(setting, [trial]))
  }
}

/// Runs the best settings with other seeds, so that a lucky one does not win.
@MainActor func confirm() throws {
  var laboratory = try laboratory()
  let best = [\Trial.training, \Trial.heldOut].flatMap { loss in
    results.ranking(budget: budget, by: loss).prefix(top).map(\.setting)
  }
  var done = Set<Setting>()
  for setting in best where done.insert(setting).inserted {
    var trials = results.trials.filter { $0.budget == budget && $0.setting == setting }
    for seed in 1...UInt64(seeds) where !trials.contains(where: { $0.seed == seed }) {
      guard let trial = try laboratory.run(setting, budget: budget, seed: seed) else { continue }
      try results.append(trial)
      trials.append(trial)
    }
    say(line(setting, trials))
  }
}

switch mode {
case "search": try search()
case "confirm": try confirm()
case "rank":
  for loss in [\Trial.training, \Trial.heldOut] {
    for (setting, trials) in results.ranking(budget: budget, by: loss).prefix(top) {
      print(line(setting, trials))
    }
    print()
  }
default:
  print("Unknown command '\(mode)'. Give search, confirm, rank or curves.")
  exit(EX_USAGE)
}
