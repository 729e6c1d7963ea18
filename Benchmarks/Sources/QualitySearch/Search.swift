// The commands: looking for settings, running the best with more seeds, choosing winners, measuring and drawing them.

import Foundation
import MicroGPT

/// Prints a line without buffering, so that the search can be followed.
func say(_ line: String) {
  FileHandle.standardOutput.write(Data((line + "\n").utf8))
}

/// A run of one of the commands.
struct Search {
  let options: Options
  var results: Results

  init(_ options: Options) throws {
    self.options = options
    results = try Results(path: options.results)
  }

  private func text() throws -> [UInt8] {
    try [UInt8](Data(contentsOf: URL(fileURLWithPath: options.data)))
  }

  private func winners() throws -> [Winner] {
    FileManager.default.fileExists(atPath: options.winners) ? try Winner.read(options.winners) : []
  }

  /// A setting with the medians and ranges of its runs' seconds and losses.
  private func line(_ trials: [Trial]) -> String {
    func text(_ value: KeyPath<Trial, Double>, _ decimals: Int = 4) -> String {
      summary(trials.map { $0[keyPath: value] }, decimals: decimals)
    }
    return "\(text(\.seconds, 3)) s, last 100 \(text(\.last100)), training \(text(\.training)), "
      + "held out \(text(\.heldOut)): \(trials[0].setting.options(steps: trials[0].steps))"
  }

  /// Tries settings until the time is up: some at random, most near one of the best so far.
  mutating func search() throws {
    var laboratory = try Laboratory(text: text(), trials: results.trials)
    var random = PythonRandom(seed: options.searchSeed)
    let budget = options.budget
    var seen = Set(results.searched(budget: budget, by: \.training).map(\.setting))
    // The best of a smaller budget and recorded winners are good starting points.
    let smaller = results.trials.map(\.budget).filter { $0 < budget }.max() ?? 0
    let best = results.searched(budget: smaller, by: \.training).prefix(4).map(\.setting)
    var first = try (Space.starts + winners().map(\.setting) + best).filter { !seen.contains($0) }
    let start = processSeconds()
    while processSeconds() - start < options.seconds {
      let isTraining = options.towards == "both" ? random.uniform() < 0.6 : options.towards == "training"
      let best = results.searched(budget: budget, by: isTraining ? \.training : \.heldOut).prefix(6)
      let setting: Setting
      if let start = first.popLast() {
        setting = start
      } else if best.count < 4 || random.choice(weights: [14, 1]) == 1 {
        setting = Space.any(using: &random)
      } else {
        setting = Space.beside(best[Int(random.uniform() * Double(best.count))].setting, using: &random)
      }
      guard seen.insert(setting).inserted else { continue }
      guard let trial = try laboratory.search(setting, budget: budget) else {
        say("diverged: \(setting.options(steps: 0))")
        continue
      }
      try results.append(trial)
      say(line([trial]))
    }
  }

  /// Runs the best settings with other seeds, so that none wins by luck, and with as many steps as the budget allows.
  ///
  /// A search's number of steps follows from short rounds. Whole runs take longer, and longer still where other
  /// programs are busy. A setting whose median exceeds the budget, or leaves a twentieth of it, is run again with
  /// steps in proportion, up to three times in all. Each run is recorded.
  mutating func confirm() throws {
    let laboratory = try Laboratory(text: text(), trials: results.trials)
    let best = [\Trial.training, \Trial.heldOut].flatMap { loss in
      results.searched(budget: options.budget, by: loss).prefix(options.top)
    }
    var done = Set<Setting>()
    for candidate in best where done.insert(candidate.setting).inserted {
      var steps = candidate.steps
      for _ in 1...3 {
        var trials = results.trials.filter {
          $0.budget == options.budget && $0.setting == candidate.setting && $0.steps == steps
            && $0.seed != Laboratory.searchSeed
        }
        for seed in 1...UInt64(options.seeds) where !trials.contains(where: { $0.seed == seed }) {
          guard
            let trial = try laboratory.run(
              candidate.setting, steps: steps, budget: options.budget, microseconds: candidate.microseconds,
              seed: seed)
          else { continue }
          try results.append(trial)
          trials.append(trial)
        }
        if trials.isEmpty { break }
        let contender = Contender(run: .init(setting: candidate.setting, steps: steps), trials: trials)
        say(verdict(contender))
        if (0.95 * options.budget...options.budget).contains(contender.seconds) { break }
        steps = Int(Double(steps) * 0.98 * options.budget / contender.seconds)
      }
    }
  }

  /// A contender's line, with the reason if it cannot win.
  private func verdict(_ contender: Contender) -> String {
    let reason = contender.refusal(seeds: options.seeds).map { "left out, it \($0): " } ?? ""
    return reason + line(contender.trials)
  }

  /// Prints the best by both losses: those with several seeds, and after them those that the search found.
  func rank() {
    for (title, loss) in [("training", \Trial.training), ("held out", \Trial.heldOut)] {
      let confirmed = results.confirmed(budget: options.budget, by: loss)
      say("By \(title), runs with the seeds 1 to \(options.seeds):")
      for contender in confirmed.filter({ $0.refusal(seeds: options.seeds) == nil }).prefix(options.top) {
        say("  " + line(contender.trials))
      }
      for contender in confirmed.filter({ $0.refusal(seeds: options.seeds) != nil }).prefix(options.top) {
        say("  " + verdict(contender))
      }
      say("By \(title), the search's runs, not yet confirmed:")
      for trial in results.searched(budget: options.budget, by: loss).prefix(options.top) {
        say("  " + line([trial]))
      }
    }
  }

  /// Writes the file of winners: for each budget, the best confirmed setting by each loss.
  func choose() throws {
    let chosen = try Winner.chosen(from: results, keeping: winners(), seeds: options.seeds)
    try Winner.write(chosen, to: options.winners)
    for winner in chosen { say("\(winner.title): \(winner.options)") }
  }

  /// Measures each winner: the command on all names for the time and the training loss, and runs on the first set
  /// for the loss on the set that was kept apart from the search.
  func measureWinners() throws {
    let sets = try NameSets(Corpus(utf8: text()))
    for winner in try Winner.read(options.winners) {
      let seeds = 1...UInt64(options.seeds)
      let runs = try seeds.map { seed in
        try CommandRun(program: options.program, data: options.data, options: winner.options, seed: seed)
      }
      let apart = try seeds.map { try winner.loss(on: sets.apart, learning: sets.learned, seed: $0) }
      let seconds = runs.map(\.cpuSeconds)
      let isTooSlow = winner.budget.map { median(seconds) > $0 } ?? false
      let isRecorded = results.trials.contains { $0.setting == winner.setting && $0.steps == winner.steps }
      say(
        """
        \(winner.title): \(winner.options)
          CPU seconds \(summary(seconds, decimals: 3)), wall \(summary(runs.map(\.seconds), decimals: 2))\
        \(isTooSlow ? "; no winner, its median exceeds the budget" : "")
          training, last 100, all names \(summary(runs.map(\.last100), decimals: 4))
          third set \(summary(apart, decimals: 4))\
        \(winner.budget == nil || isRecorded ? "" : "\n  no trial in \(options.results) led to it")
        """)
    }
  }

  /// Other programs' points, each with its source.
  static let points: [(title: String, seconds: Double, loss: Double)] = [
    // The default run of microgpt.py on names.txt: its mean loss of the last 100 steps (names-1000.json of the golden
    // runs), and its time of 2026-11-21 on the machine of Benchmarks/RESULTS.md:
    // Scripts/bench --data names.txt --oracle oracle.py --rounds 1 cpython
    ("CPython", 42.86, 2.2761),
    // https://github.com/Entrpi/eemicrogpt, README.md at commit 97b42fc, on one core of an Apple M5, by the wall
    // clock and from the first step on: the table "bpc@1s", its winner, and the table "Time to loss < 2.0".
    ("EEmicroGPT, Apple M5", 1, 2.0747),
    ("EEmicroGPT, Apple M5", 5.1, 2.0),
  ]

  /// Draws the winners' curves, and other programs as points.
  func curves() throws {
    let text = try text(), corpus = try Corpus(utf8: text)
    let startSeconds = try Laboratory(text: text).startSeconds
    let colors = [
      ("#59636e", "#9198a1"), ("#0969da", "#58a6ff"), ("#8250df", "#bc8cff"), ("#bc4c00", "#f0883e"),
      ("#1a7f37", "#3fb950"), ("#cf222e", "#ff7b72"),
    ]
    var curves = try Winner.read(options.winners).filter(\.isDrawn).enumerated().map { index, winner in
      try Curve(
        winner, corpus: corpus, startSeconds: startSeconds, light: colors[index % 6].0,
        dark: colors[index % 6].1)
    }
    for (title, seconds, loss) in Search.points {
      curves.append(Curve(dot: title, seconds: seconds, loss: loss, light: "#1f2328", dark: "#f0f6fc"))
    }
    try Data(Chart(curves: curves).svg.utf8).write(to: URL(fileURLWithPath: options.picture))
  }
}
