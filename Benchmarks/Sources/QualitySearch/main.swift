// The search for the settings that learn the names best within seconds: `Scripts/search`.
//
//     QualitySearch search --data names.txt --budget 1 --seconds 600 --towards training
//     QualitySearch confirm --data names.txt --budget 1 --seeds 5 --top 4
//     QualitySearch rank --budget 1
//     QualitySearch winners --data names.txt --program .build/release/microgpt
//     QualitySearch curves --data names.txt --picture quality.svg
//
// Seconds are always CPU seconds.

import Foundation
import MicroGPT

var data = "input.txt", file = "results.jsonl", budget = 1.0, seconds = 300.0, seeds = 5, top = 4
var towards = "both", searchSeed: UInt64 = 1, winnersFile = "winners.jsonl", picture = "quality.svg"
var program = ".build/release/microgpt"
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
  case "--towards": towards = value
  case "--search-seed": searchSeed = UInt64(value) ?? searchSeed
  case "--winners": winnersFile = value
  case "--program": program = value
  case "--picture": picture = value
  default:
    print("Unknown option '\(argument)'.")
    exit(EX_USAGE)
  }
}

/// Prints a line without buffering, so that the search can be followed.
func say(_ line: String) {
  FileHandle.standardOutput.write(Data((line + "\n").utf8))
}

/// A setting with the median and the range of its losses.
func line(_ setting: Setting, _ trials: [Trial]) -> String {
  func text(_ loss: KeyPath<Trial, Double>) -> String {
    summary(trials.map { $0[keyPath: loss] }, decimals: 4)
  }
  return "last 100 \(text(\.last100)) training \(text(\.training)) held out \(text(\.heldOut)) "
    + setting.options(steps: trials[0].steps)
}

var results = try Results(path: file)

@MainActor func corpus() throws -> Corpus {
  try Corpus(utf8: [UInt8](Data(contentsOf: URL(fileURLWithPath: data))))
}

@MainActor func laboratory() throws -> Laboratory {
  try Laboratory(corpus: corpus(), trials: results.trials)
}

/// Tries settings until the time is up: some at random, most near one of the best so far.
@MainActor func search() throws {
  var laboratory = try laboratory(), random = PythonRandom(seed: searchSeed)
  var seen = Set(results.fair.filter { $0.budget == budget }.map(\.setting))
  // The winners of a smaller budget are good starting points.
  let smaller = results.trials.map(\.budget).filter { $0 < budget }.max() ?? 0
  let winners = results.ranking(budget: smaller, by: \.training).prefix(4).map(\.setting)
  var first = (Space.starts + winners).filter { !seen.contains($0) }
  let start = processSeconds()
  while processSeconds() - start < seconds {
    let isTraining = towards == "both" ? random.uniform() < 0.6 : towards == "training"
    let loss = isTraining ? \Trial.training : \Trial.heldOut
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

/// Runs the best settings with other seeds, so that none wins by luck.
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

/// Runs the command with each winner's options: on all names for the training loss, and with a tenth held out.
@MainActor func winners() throws {
  for winner in try Winner.read(winnersFile) {
    func runs(holdsOut: Bool) throws -> [CommandRun] {
      try (1...UInt64(seeds)).map { seed in
        try CommandRun(
          program: program, data: data, options: winner.options, seed: seed, holdsOut: holdsOut)
      }
    }
    let all = try runs(holdsOut: false), most = try runs(holdsOut: true)
    say(
      """
      \(winner.title): \(winner.options)
        CPU seconds \(summary(all.map(\.cpuSeconds), decimals: 3)), wall \(summary(all.map(\.seconds), decimals: 2))
        training, last 100 \(summary(all.map(\.last100), decimals: 4))
        held out \(summary(most.compactMap(\.heldOut), decimals: 4)), training then \
      \(summary(most.map(\.last100), decimals: 4))
      """)
  }
}

/// Draws the winners' curves, and other programs as points.
@MainActor func curves() throws {
  let corpus = try corpus(), laboratory = try laboratory()
  let colors = [
    ("#59636e", "#9198a1"), ("#0969da", "#58a6ff"), ("#8250df", "#bc8cff"), ("#bc4c00", "#f0883e"),
    ("#1a7f37", "#3fb950"), ("#cf222e", "#ff7b72"),
  ]
  var curves = try Winner.read(winnersFile).filter(\.isDrawn).enumerated().map { index, winner in
    try Curve(
      winner, corpus: corpus, startSeconds: laboratory.startSeconds, light: colors[index % 6].0,
      dark: colors[index % 6].1)
  }
  for (title, seconds, loss) in [("CPython", 40.0, 2.2761), ("known ports", 1, 2.09), ("known ports", 7, 2)] {
    curves.append(Curve(dot: title, seconds: seconds, loss: loss, light: "#1f2328", dark: "#f0f6fc"))
  }
  try Data(Chart(curves: curves).svg.utf8).write(to: URL(fileURLWithPath: picture))
}

switch mode {
case "winners": try winners()
case "curves": try curves()
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
  print("Unknown command '\(mode)'. Give search, confirm, rank, winners or curves.")
  exit(EX_USAGE)
}
